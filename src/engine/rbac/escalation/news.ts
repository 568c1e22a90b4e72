import { isEqualJson } from '../../../std/index.ts';
import type { World } from '../../../model/index.ts';
import { listGrantFields } from '../cause.ts';
import type { Grant } from '../policy.ts';
import { findCut } from './cut.ts';
import { isOwn } from './step.ts';
import { toPathSteps, type PathStep } from './path.ts';
import type { Place } from './place.ts';
import { GOALS, isOfNamespaces, type Goal, type Standing, type Standings } from './standing.ts';

/** A world before a change, and after it. */
export interface Worlds {
  readonly before: World;
  readonly after: World;
}

/** A goal that a source reaches in one world alone. */
export interface News {
  readonly key: string;
  readonly place: Place;
  readonly goal: Goal;
  readonly namespaces: readonly string[];
  readonly path: readonly number[];
  readonly steps: readonly PathStep[];
}

/**
 * What the one world has and the other has not: for each principal and each workload the worst goal that it reaches in the one and not in
 * the other. Whoever is cluster admin in one of them without a step in between is left out, and so is a workload whose ServiceAccount is told of.
 */
export function listNews(without: Standings, having: Standings): readonly News[] {
  return [...having.sources].flatMap(([key, place]) => findNews(key, place, without, having) ?? []);
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
  if (first === undefined || isOwn(first.step)) return undefined;
  if (place.kind === 'workload' && isNewsOfNext(having.graph.keys[first.to] ?? '', goal, without)) return undefined;
  return { key, place, goal, namespaces, path, steps: toPathSteps(having.graph, path) };
}

/**
 * The namespaces that are new; undefined where nothing is. A lesser goal says nothing of whom a worse one was open to, and a path
 * nothing of what the source was granted itself.
 */
function listNew(was: Standing | undefined, is: Standing, goal: Goal): readonly string[] | undefined {
  const rank = was?.goal === undefined ? GOALS.length : GOALS.indexOf(was.goal);
  if (rank < GOALS.indexOf(goal)) return undefined;
  if (!isOfNamespaces(goal)) return rank === GOALS.indexOf(goal) ? undefined : [];
  const known = rank === GOALS.indexOf(goal) ? (was?.namespaces ?? []) : [];
  const held = goal === 'namespaces' ? was?.given?.entered : was?.given?.read;
  if (held?.has('*') === true) return undefined;
  const added = is.namespaces.filter((namespace) => !known.includes(namespace) && held?.has(namespace) !== true);
  return added.length === 0 ? undefined : added;
}

/** Whether who a workload runs as did not reach the goal either: then it is told of that one. */
function isNewsOfNext(next: string, goal: Goal, without: Standings): boolean {
  if (!next.startsWith('user ') && !next.startsWith('group ')) return false;
  const reached = without.of(next)?.goal;
  return reached === undefined || GOALS.indexOf(reached) > GOALS.indexOf(goal);
}

/** The fewest grants that close the path, those that the change makes before those that were there. */
export function findCutOf({ key, goal, namespaces }: News, standings: Standings, { before, after }: Worlds): readonly Grant[] {
  const isChanged = (grant: Grant): boolean =>
    listGrantFields({ grant }).some(({ ref }) => {
      const [was, is] = [before.get(ref), after.get(ref)];
      return was !== is && !isEqualJson(was, is);
    });
  const { graph } = standings;
  return findCut({ graph, from: graph.find(key) ?? 0, ways: standings.waysTo(goal, namespaces[0]), isPreferred: isChanged }) ?? [];
}
