import { sortedUnique } from '../../std/index.ts';
import { describeBinding } from './binding.ts';
import type { Ability, Gain } from './gain.ts';
import type { Holding } from './holding.ts';
import type { Grant } from './policy.ts';
import type { PolicyRule } from './rule.ts';

const SHOWN = 6;
const READ: ReadonlySet<string> = new Set(['get', 'list', 'watch']);

/** What a gain lets one do, after "can now": `read Secrets`, `get, list configmaps and services`. */
export function describeAbility({ power, abilities }: Gain): string {
  if (power !== undefined) return power.phrase + abilities.map(describeNames).join('');
  if (abilities.length > 2) return describeMany(abilities);
  return abilities.map((ability) => `${describeVerbs(ability.verbs)} ${joinSome(whatOf(ability))}${describeNames(ability)}`).join(', and ');
}

/** A rule in a line: `get, list pods, secrets`, `* * of *`. */
export function describeRule({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }: PolicyRule): string {
  const groups = apiGroups.filter((group) => group !== '');
  const what = nonResourceURLs.length > 0 ? nonResourceURLs : resources;
  const named = resourceNames.length === 0 ? '' : ` named ${joinSome(resourceNames)}`;
  return `${joinSome(verbs)} ${joinSome(what)}${groups.length === 0 ? '' : ` of ${joinSome(groups)}`}${named}`;
}

function whatOf({ resources, paths }: Ability): readonly string[] {
  return [...resources, ...paths];
}

function describeVerbs(verbs: readonly string[]): string {
  return verbs.includes('*') ? 'do anything with' : verbs.join(', ');
}

function describeNames({ names }: Ability): string {
  return names.length === 0 ? '' : ` named ${joinSome(names)}`;
}

function describeMany(abilities: readonly Ability[]): string {
  const having = (isMeant: (verb: string) => boolean): string[] =>
    sortedUnique(abilities.filter(({ verbs }) => verbs.some(isMeant)).flatMap(whatOf));
  const [read, write] = [having((verb) => READ.has(verb) || verb === '*'), having((verb) => !READ.has(verb))];
  const counts = [...(read.length > 0 ? [`read ${read.length}`] : []), ...(write.length > 0 ? [`write ${write.length}`] : [])];
  return `${counts.join(' and ')} kinds of resources (${joinSome(sortedUnique([...write, ...read]))})`;
}

/** The bindings that give holdings, as the API server words them. */
export function describeBindings(holdings: readonly Holding[]): readonly string[] {
  return describeGrants(holdings.flatMap(({ sources }) => sources.map(({ grant }) => grant)));
}

/** The bindings of grants, as the API server words them, each once. */
export function describeGrants(grants: Iterable<Grant>): readonly string[] {
  const texts = [...new Set(grants)].flatMap(({ binding, subjectIndex }) => {
    const subject = binding.subjects[subjectIndex];
    return subject === undefined ? [] : [describeBinding(binding, subject)];
  });
  return sortedUnique(texts);
}

/** Where a gain holds: `in shop`, `in 4 namespaces`, `cluster-wide`. */
export function describeWhere(namespaces: readonly string[]): string {
  if (namespaces.includes('')) return 'cluster-wide';
  return namespaces.length > 3 ? `in ${namespaces.length} namespaces` : `in ${joinSome(namespaces)}`;
}

/** A list for a sentence: `a`, `a and b`, `a, b, c, d, e, f and 3 more` if more than `shown`. */
export function joinSome(items: readonly string[], shown: number = SHOWN): string {
  if (items.length > shown) return `${items.slice(0, shown).join(', ')} and ${items.length - shown} more`;
  const last = items.at(-1) ?? '';
  return items.length < 2 ? last : `${items.slice(0, -1).join(', ')} and ${last}`;
}
