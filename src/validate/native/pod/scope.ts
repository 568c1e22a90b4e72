import type { Place } from '../place.ts';

/** The pod template that is judged. */
export interface PodScope {
  readonly spec: Place;
  readonly metadata: Place;
  /** Whether it is a pod itself, and not what pods are made from: some rules are about pods alone. */
  readonly isPod: boolean;
  /** The names of the volumes that the workload adds to its pods: those of claim templates. */
  readonly provided: readonly Place[];
  /** Whether the workload gives its pods their host names. */
  readonly isNamed: boolean;
}
