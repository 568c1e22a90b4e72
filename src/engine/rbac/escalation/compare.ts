import { compareBy, groupBy, sortedUnique } from '../../../std/index.ts';
import { compareRefs, type Fact, type FactChange, type World } from '../../../model/index.ts';
import { pickChanged, listGrantFields, type FactObject } from '../cause.ts';
import { describeGrants, joinSome } from '../wording.ts';
import { toPrincipal } from '../principal.ts';
import { findCutOf, listNews, type News, type Worlds } from './news.ts';
import type { Footing } from './graph.ts';
import { describePath, listFooting } from './path.ts';
import { describePlace, type Place } from './place.ts';
import { listRulesOf } from './right.ts';
import { readStandings, type Goal, type Standings } from './standing.ts';
import { ESCALATION_LENS } from './view.ts';

/** More sources than these whose paths are alike are told in one fact. */
const MANY = 8;

const CODES: Readonly<Record<Goal, string>> = {
  admin: 'KA0401',
  nodes: 'KA0402',
  namespaces: 'KA0403',
  secrets: 'KA0404',
  cloud: 'KA0405',
  guards: 'KA0406',
  traffic: 'KA0407',
  certificates: 'KA0408',
  logs: 'KA0409',
};

/**
 * The paths that a change opens and closes: for each principal and each workload the worst goal that it reaches now and did
 * not before, or no longer does, with the shortest path and the fewest grants that close it. Whoever was cluster admin, or
 * becomes it without a step in between, is left out, and so is a workload whose ServiceAccount is told of.
 */
export function listPathChanges(before: World, after: World): readonly FactChange[] {
  if (ESCALATION_LENS.isAlike(before, after)) return [];
  const [a, b] = [readStandings(ESCALATION_LENS.show(before)), readStandings(ESCALATION_LENS.show(after))];
  const worlds = { before, after };
  return [...tell('gained', a, b, worlds), ...tell('lost', b, a, worlds)];
}

/** What the one world has and the other has not. */
function tell(change: FactChange['change'], without: Standings, having: Standings, worlds: Worlds): readonly FactChange[] {
  const alike = groupBy(
    listNews(without, having),
    ({ goal, place, namespaces, steps }) => `${goal} ${place.kind} ${namespaces.join()} ${describePath(steps)}`,
  );
  return [...alike.values()]
    .flatMap((group) => (group.length > MANY ? [group] : group.map((item) => [item])))
    .map((group) => ({ change, fact: toFact(group, change, having, worlds) }));
}

function toFact(group: readonly News[], change: FactChange['change'], having: Standings, worlds: Worlds): Fact {
  const [first] = group;
  if (first === undefined) throw new Error('a folded fact has a member');
  const { goal, namespaces, steps, place, key } = first;
  const subjects = group.map((item) => describeSource(item.place));
  const closedBy = sortedUnique(group.flatMap((item) => describeGrants(findCutOf(item, having, worlds))));
  const ref = group.length > 1 ? undefined : toRef(place);
  return {
    engine: 'rbac',
    code: CODES[goal],
    severity: change === 'lost' ? 'info' : severityOf(place, goal),
    key: `path ${goal} ${group.length > 1 ? `many ${describePath(steps)}` : key}`,
    ...(ref === undefined ? {} : { subject: ref }),
    data: {
      subject: group.length > 1 ? `${group.length} subjects (${joinSome(subjects)})` : (subjects[0] ?? ''),
      subjects,
      reaches: describeGoal(goal, namespaces),
      goal,
      namespaces,
      path: describePath(steps),
      steps: steps.map((step) => ({ ...step })),
      closedBy,
      close: closedBy.length === 0 ? 'change what it runs as and mounts' : `remove ${joinSome(closedBy, 4)}`,
    },
    objects: listObjects(
      having,
      group.flatMap((item) => item.path),
      worlds,
    ),
  };
}

/** Whose path it is: `User jane`, `whoever takes over Deployment shop/web`. */
export function describeSource(place: Place): string {
  return place.kind === 'workload' ? `whoever takes over ${describePlace(place)}` : describePlace(place);
}

function toRef(place: Place): Fact['subject'] {
  if (place.kind === 'workload') return place.ref;
  return place.kind === 'identity' ? toPrincipal(place.key).ref : undefined;
}

function severityOf({ kind }: Place, goal: Goal): Fact['severity'] {
  if (goal === 'admin') return kind === 'workload' ? 'warning' : 'error';
  return goal === 'nodes' || (goal === 'namespaces' && kind !== 'workload') ? 'warning' : 'info';
}

/** A goal in words: `the namespaces pay and shop`. */
export function describeGoal(goal: Goal, namespaces: readonly string[]): string {
  switch (goal) {
    case 'admin':
      return 'cluster admin';
    case 'nodes':
      return 'the nodes';
    case 'namespaces':
      return namespaces.length === 1 ? `the namespace ${namespaces[0] ?? ''}` : `the namespaces ${joinSome(namespaces)}`;
    case 'secrets':
      return `the Secrets of ${joinSome(namespaces)}`;
    case 'cloud':
      return 'rights in the cloud';
    case 'guards':
      return 'the admission policies';
    case 'traffic':
      return 'the traffic of others';
    case 'certificates':
      return 'certificates of any name, given the key of their signer';
    case 'logs':
      return 'logs that may say what is in Secrets';
  }
}

/** The objects and fields that a path of a world rests on, and what its end follows from besides: those that differ between two worlds, or all where none does. */
export function listPathObjects(
  world: World,
  path: readonly number[],
  { before, after }: Worlds,
  footing: readonly Footing[],
): readonly FactObject[] {
  return listObjects(readStandings(ESCALATION_LENS.show(world)), path, { before, after }, footing);
}

function listObjects(
  { graph }: Standings,
  path: readonly number[],
  { before, after }: Worlds,
  footing: readonly Footing[] = [],
): readonly FactObject[] {
  const edges = path.flatMap((index) => graph.edges[index] ?? []);
  const grants = edges.flatMap(({ needs }) =>
    needs.flatMap(({ grants: list, rights, names }) =>
      list.flatMap((grant) => {
        const rules = new Set(rights.flatMap((right) => listRulesOf(grant.rules ?? [], right, names)));
        return rules.size === 0 ? listGrantFields({ grant }) : [...rules].flatMap((rule) => listGrantFields({ grant, rule }));
      }),
    ),
  );
  const candidates = [...grants, ...listFooting(graph, path), ...footing];
  return pickChanged(candidates, before, after).toSorted(
    (x, y) => compareRefs(x.ref, y.ref) || compareBy<FactObject>(({ path: at }) => at ?? '')(x, y),
  );
}
