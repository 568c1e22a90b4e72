import type { ObjectRef, World } from '../../../model/index.ts';
import { describeBinding } from '../binding.ts';
import type { Grant } from '../policy.ts';
import { describeGoal, describeSource } from './compare.ts';
import { findCut } from './cut.ts';
import { findCutOf, listNews, type News } from './news.ts';
import { toPathSteps, type PathStep } from './path.ts';
import { isOwn } from './step.ts';
import { readStandings, type Goal } from './standing.ts';
import { ESCALATION_LENS } from './view.ts';

/** The shortest path of somebody to the worst goal that it reaches. */
export interface EscalationPath {
  /** `User jane`, `whoever takes over Deployment shop/web`. */
  readonly subject: string;
  readonly goal: Goal;
  /** `cluster admin`, `the namespace pay`. */
  readonly reaches: string;
  /** Of the goals `namespaces` and `secrets`. */
  readonly namespaces: readonly string[];
  readonly steps: readonly PathStep[];
  /** The fewest grants without which no path leads there; none where it takes no right, or more than four. */
  readonly closedBy: readonly ClosingGrant[];
}

/** A subject of a binding, without which a path is closed. */
export interface ClosingGrant {
  /** As the API server words it: `RoleBinding "b/ns" of Role "r" to User "u"`. */
  readonly text: string;
  readonly ref: ObjectRef;
  /** JSON pointer to the subject. */
  readonly path: string;
}

/**
 * Where every principal and every workload of a world can come to by steps: one path each, to the worst goal, by subject. Left
 * out are who is cluster admin already, the control plane's own, members of a group that is told of itself, and workloads
 * that come no further than the ServiceAccount that they run as.
 */
export function listPaths(world: World): readonly EscalationPath[] {
  const standings = readStandings(ESCALATION_LENS.show(world));
  const { graph } = standings;
  return [...standings.sources].flatMap(([key, place]) => {
    const standing = standings.of(key);
    if (standing?.goal === undefined || standing.isAdmin) return [];
    const { goal, namespaces } = standing;
    const path = standings.pathTo(key, goal, namespaces[0]) ?? [];
    const first = graph.edges[path[0] ?? -1]?.step;
    if (first === undefined || isOwn(first) || first === 'runs-as') return [];
    const cut = findCut({ graph, from: graph.find(key) ?? 0, ways: standings.waysTo(goal, namespaces[0]), isPreferred: () => false });
    return [toEscalationPath({ place, goal, namespaces, steps: toPathSteps(graph, path) }, cut ?? [])];
  });
}

/** The paths that a change opens, and those that it closes: each as it is where it is open. */
export function comparePaths(
  before: World,
  after: World,
): { readonly opened: readonly EscalationPath[]; readonly closed: readonly EscalationPath[] } {
  if (ESCALATION_LENS.isAlike(before, after)) return { opened: [], closed: [] };
  const [a, b] = [readStandings(ESCALATION_LENS.show(before)), readStandings(ESCALATION_LENS.show(after))];
  const list = (without: typeof a, having: typeof a): readonly EscalationPath[] =>
    listNews(without, having).map((news) => toEscalationPath(news, findCutOf(news, having, { before, after })));
  return { opened: list(a, b), closed: list(b, a) };
}

function toEscalationPath(
  { place, goal, namespaces, steps }: Pick<News, 'goal' | 'namespaces' | 'place' | 'steps'>,
  cut: readonly Grant[],
): EscalationPath {
  const closedBy = cut.flatMap(({ binding, subjectIndex }): readonly ClosingGrant[] => {
    const subject = binding.subjects[subjectIndex];
    return subject === undefined ? [] : [{ text: describeBinding(binding, subject), ref: binding.ref, path: `/subjects/${subjectIndex}` }];
  });
  return { subject: describeSource(place), goal, reaches: describeGoal(goal, namespaces), namespaces, steps, closedBy };
}
