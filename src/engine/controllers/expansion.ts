import type { KubernetesObject, ObjectRef, World } from '../../model/index.ts';
import type { PodAdmission } from './admission/pod-admission.ts';

/** What one workload leads to: objects that will be there, and live ones that will be gone. */
export interface Expansion {
  readonly add: readonly KubernetesObject[];
  readonly remove: readonly ObjectRef[];
}

/** Beside the workload itself, what its expansion may look at. */
export interface ExpansionContext {
  readonly world: World;
  readonly admission: PodAdmission;
}

/** Expands one kind of workload. `inputs` lists all it looks at beside the workload: equal inputs give the same expansion. */
export interface Expander {
  readonly group: string;
  readonly kind: string;
  readonly inputs: (workload: KubernetesObject, world: World) => readonly unknown[];
  readonly expand: (workload: KubernetesObject, context: ExpansionContext) => Expansion;
}
