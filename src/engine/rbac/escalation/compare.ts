import { compareBy, isEqualJson, sortedUnique } from '../../../std/index.ts';
import { compareRefs, type Fact, type FactChange, type World } from '../../../model/index.ts';
import { pickChanged, listGrantFields, type FactObject } from '../cause.ts';
import type { Grant } from '../policy.ts';
import { describeGrants, joinSome } from '../wording.ts';
import { toPrincipal } from '../principal.ts';
import { findCut } from './cut.ts';
import { describePath, listFooting, toPathSteps, type PathStep } from './path.ts';
import { describePlace, type Place } from './place.ts';
import { listRulesOf } from './right.ts';
import { readStandings, type Goal, type Standing, type Standings } from './standing.ts';
import { ESCALATION_LENS } from './view.ts';

/** More sources than these whose paths are alike are told in one fact. */
const MANY = 8;

const CODES = { admin: 'KA0401', nodes: 'KA0402', namespaces: 'KA0403', secrets: 'KA0404' } as const;
const ORDER: readonly Goal[] = ['admin', 'nodes', 'namespaces', 'secrets'];

/**
 * The paths that a change opens and closes: for each principal and each workload the worst goal that it reaches now and did
 * not before, or no longer does, with the shortest path and the fewest grants that close it. Whoever was cluster admin, or
 * becomes it without a step in between, is left out, and so is a workload whose ServiceAccount is told of.
 */
export function listPathChanges(before: World, after: World): readonly FactChange[] {
  const [seenBefore, seenAfter] = [ESCALATION_LENS.show(before), ESCALATION_LENS.show(after)];
  if (seenBefore === seenAfter) return [];
  const [a, b] = [readStandings(seenBefore), readStandings(seenAfter)];
  const worlds = { before, after };
  return [...tell('gained', a, b, worlds), ...tell('lost', b, a, worlds)];
}

interface Worlds {
  readonly before: World;
  readonly after: World;
}

/** A goal that a source reaches in one world alone. */
interface News {
  readonly key: string;
  readonly place: Place;
  readonly goal: Goal;
  readonly namespaces: readonly string[];
  readonly path: readonly number[];
  readonly steps: readonly PathStep[];
}

/** What the one world has and the other has not. */
function tell(change: FactChange['change'], without: Standings, having: Standings, worlds: Worlds): readonly FactChange[] {
  const news = [...having.sources].flatMap(([key, place]) => findNews(key, place, without, having) ?? []);
  const alike = new Map<string, News[]>();
  for (const item of news) {
    const text = `${item.goal} ${item.place.kind} ${item.namespaces.join()} ${describePath(item.steps)}`;
    const group = alike.get(text);
    if (group === undefined) alike.set(text, [item]);
    else group.push(item);
  }
  return [...alike.values()]
    .flatMap((group) => (group.length > MANY ? [group] : group.map((item) => [item])))
    .map((group) => ({ change, fact: toFact(group, change, having, worlds) }));
}

function findNews(key: string, place: Place, without: Standings, having: Standings): News | undefined {
  const [was, is] = [without.of(key), having.of(key)];
  if (is?.goal === undefined || is.isAdmin || was?.isAdmin === true) return undefined;
  const { goal } = is;
  const namespaces = listNew(was, is, goal);
  if (namespaces === undefined) return undefined;
  const path = having.pathTo(key, goal, namespaces[0]);
  if (path === undefined) return undefined;
  const first = having.graph.edges[path[0] ?? -1];
  if (first === undefined || first.step === 'member') return undefined;
  if (place.kind === 'workload' && isNewsOfNext(having.graph.keys[first.to] ?? '', goal, without)) return undefined;
  return { key, place, goal, namespaces, path, steps: toPathSteps(having.graph, path) };
}

/**
 * The namespaces that are new; undefined where nothing is. A lesser goal says nothing of whom a worse one was open to, and a path
 * nothing of what the source was granted itself.
 */
function listNew(was: Standing | undefined, is: Standing, goal: Goal): readonly string[] | undefined {
  const rank = was?.goal === undefined ? ORDER.length : ORDER.indexOf(was.goal);
  if (rank < ORDER.indexOf(goal)) return undefined;
  if (goal === 'admin' || goal === 'nodes') return rank === ORDER.indexOf(goal) ? undefined : [];
  const known = rank === ORDER.indexOf(goal) ? (was?.namespaces ?? []) : [];
  const held = goal === 'namespaces' ? was?.given?.entered : was?.given?.read;
  if (held?.has('*') === true) return undefined;
  const added = is.namespaces.filter((namespace) => !known.includes(namespace) && held?.has(namespace) !== true);
  return added.length === 0 ? undefined : added;
}

/** Whether who a workload runs as did not reach the goal either: then it is told of that one. */
function isNewsOfNext(next: string, goal: Goal, without: Standings): boolean {
  if (!next.startsWith('user ') && !next.startsWith('group ')) return false;
  const reached = without.of(next)?.goal;
  return reached === undefined || ORDER.indexOf(reached) > ORDER.indexOf(goal);
}

function toFact(group: readonly News[], change: FactChange['change'], having: Standings, { before, after }: Worlds): Fact {
  const [first] = group;
  if (first === undefined) throw new Error('a folded fact has a member');
  const { goal, namespaces, steps, place, key } = first;
  const subjects = group.map((item) => describeSource(item.place));
  const closedBy = sortedUnique(group.flatMap((item) => describeGrants(findCutOf(item, having, { before, after }))));
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
      before,
      after,
    ),
  };
}

/** The fewest grants that close the path, those that the change makes before those that were there. */
function findCutOf({ key, goal, namespaces }: News, standings: Standings, { before, after }: Worlds): readonly Grant[] {
  const isChanged = (grant: Grant): boolean =>
    listGrantFields({ grant }).some(({ ref }) => {
      const [was, is] = [before.get(ref), after.get(ref)];
      return was !== is && !isEqualJson(was, is);
    });
  const { graph } = standings;
  return findCut({ graph, from: graph.find(key) ?? 0, isGoal: standings.isGoal(goal, namespaces[0]), isPreferred: isChanged }) ?? [];
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
  }
}

/** The objects and fields that a path rests on: those that differ between the worlds, or all where none does. */
function listObjects({ graph }: Standings, path: readonly number[], before: World, after: World): readonly FactObject[] {
  const edges = path.flatMap((index) => graph.edges[index] ?? []);
  const grants = edges.flatMap(({ needs }) =>
    needs.flatMap(({ grants: list, rights, names }) =>
      list.flatMap((grant) => {
        const rules = new Set(rights.flatMap((right) => listRulesOf(grant.rules ?? [], right, names)));
        return rules.size === 0 ? listGrantFields({ grant }) : [...rules].flatMap((rule) => listGrantFields({ grant, rule }));
      }),
    ),
  );
  const candidates = [...grants, ...listFooting(graph, path)];
  return pickChanged(candidates, before, after).toSorted(
    (x, y) => compareRefs(x.ref, y.ref) || compareBy<FactObject>(({ path: at }) => at ?? '')(x, y),
  );
}
