import type { FindingData, KubernetesObject, Severity, World } from '../../model/index.ts';
import type { Path } from '../../std/index.ts';

/** A reference of an object that leads nowhere in a world. */
export interface DanglingReference {
  readonly referrer: KubernetesObject;
  /** The field that refers. */
  readonly path: Path;
  /** What is missing, as people read it and so that equal references are equal: `ConfigMap shop/settings`. */
  readonly target: string;
  /** Words for the message besides `target`. */
  readonly data?: FindingData;
  /** How bad it is where everything that exists is known, and where it may exist elsewhere. */
  readonly severity: { readonly known: Severity; readonly unknown: Severity };
  /** True where what falls short is in the world itself: a key of an object that is there, a port of a workload. */
  readonly isCertain?: true;
  /** The objects of a world that the reference leads to, or that come short of it: causes of its breaking or mending. */
  findTargets(world: World): readonly KubernetesObject[];
}

/** One kind of reference between objects. */
export interface Rule {
  readonly code: string;
  /** True where it speaks of what is written: of a cluster's objects, with their defaults, it says nothing. */
  readonly isOfManifests?: true;
  /** Every dangling reference of the kind, in the order of the referrers; linear in the size of the world. */
  find(world: World): readonly DanglingReference[];
}

/** Certain whatever else exists: both ends are in the world. */
export const ERROR: DanglingReference['severity'] = { known: 'error', unknown: 'error' };
/** An error once everything is known; before that the target is likely to come from elsewhere. */
export const LIKELY_ELSEWHERE: DanglingReference['severity'] = { known: 'error', unknown: 'info' };
/** An error once everything is known; before that worth a look. */
export const MAYBE_ELSEWHERE: DanglingReference['severity'] = { known: 'error', unknown: 'warning' };
/** Harmless but hardly meant, whatever is known. */
export const POINTLESS: DanglingReference['severity'] = { known: 'warning', unknown: 'warning' };
/** Works, but hardly as it is meant, whatever else exists. */
export const DOUBTFUL: DanglingReference['severity'] = { known: 'warning', unknown: 'warning' };
/** Right in itself, and worth knowing. */
export const NOTE: DanglingReference['severity'] = { known: 'info', unknown: 'info' };
