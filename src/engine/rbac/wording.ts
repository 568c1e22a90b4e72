import type { Gain } from './gain.ts';

const SHOWN = 6;

/** What a gain lets one do, after "can now": `read Secrets`, `get, list configmaps and services`. */
export function describeAbility({ power, verbs, resources, names }: Gain): string {
  const suffix = names.length === 0 ? '' : ` named ${joinSome(names)}`;
  if (power !== undefined) return power.phrase + suffix;
  return `${verbs.includes('*') ? 'do anything with' : verbs.join(', ')} ${joinSome(resources)}${suffix}`;
}

/** Where a gain holds: `in shop`, `in 4 namespaces`, `cluster-wide`. */
export function describeWhere(namespaces: readonly string[]): string {
  if (namespaces.includes('')) return 'cluster-wide';
  return namespaces.length > 3 ? `in ${namespaces.length} namespaces` : `in ${joinSome(namespaces)}`;
}

/** A list for a sentence: `a`, `a and b`, `a, b, c, d, e, f and 3 more`. */
export function joinSome(items: readonly string[]): string {
  if (items.length > SHOWN) return `${items.slice(0, SHOWN).join(', ')} and ${items.length - SHOWN} more`;
  const last = items.at(-1) ?? '';
  return items.length < 2 ? last : `${items.slice(0, -1).join(', ')} and ${last}`;
}
