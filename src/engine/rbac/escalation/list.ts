import type { World } from '../../../model/index.ts';
import { describeGoal, describeSource } from './compare.ts';
import { toPathSteps, type PathStep } from './path.ts';
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
    if (first === undefined || first === 'member' || first === 'runs-as') return [];
    const reaches = describeGoal(goal, namespaces);
    return [{ subject: describeSource(place), goal, reaches, namespaces, steps: toPathSteps(graph, path) }];
  });
}
