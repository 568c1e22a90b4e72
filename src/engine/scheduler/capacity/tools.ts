import type { World } from '../../../model/index.ts';
import type { SchedulerProfile } from '../profile.ts';

/** Makes of a world the pods that controllers would create. */
export type Expand = (world: World) => World;

/** What the pods of a question are made and placed by. */
export interface CapacityTools {
  readonly expand: Expand;
  readonly kubernetesVersion: string;
  /** The profiles of a scheduler's configuration; the default profile if absent. */
  readonly profiles?: readonly SchedulerProfile[];
}
