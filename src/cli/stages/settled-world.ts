import { boundReplicas, expandWorld, listRefusedPods, type OverlargeWorkload } from '../../engine/controllers/index.ts';
import { formatRef, refOf, type World } from '../../model/index.ts';
import type { QuestionWorld } from './question-world.ts';

/** The world of a question as the controllers leave it: what questions about pods and nodes are asked of. */
export interface SettledWorld {
  readonly world: World;
  /** The same before the controllers: with pods that have ended. */
  readonly raw: World;
  /** Workloads of which not all pods are looked at, for no nodes could hold them. */
  readonly overlarge: readonly OverlargeWorkload[];
  /** Pods that are not even made, or not looked at, one sentence each. */
  readonly notes: readonly string[];
}

/** Lets the controllers settle the world of a question. */
export function settleWorld({ world: asked }: QuestionWorld): SettledWorld {
  const { world: raw, overlarge } = boundReplicas(asked);
  const refused = listRefusedPods(raw).map(
    ({ workload, count, message }) => `${count} ${count === 1 ? 'pod' : 'pods'} of ${formatRef(refOf(workload))} not made: ${message}`,
  );
  const bounded = overlarge.map(
    (item) =>
      `${formatRef(item.workload)} asks for ${item.asked} pods, more than all nodes may hold: ${item.kept} are looked at, the others fare like the last.`,
  );
  return { world: expandWorld(raw), raw, overlarge, notes: [...refused, ...bounded] };
}
