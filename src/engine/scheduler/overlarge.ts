import type { ObjectRef } from '../../model/index.ts';

/** A workload of which fewer pods are looked at than it asks for, since no nodes could hold so many. */
export interface Overlarge {
  readonly workload: ObjectRef;
  readonly asked: number;
  readonly kept: number;
}
