import { annotationsOf, nameOf, withMetadata, type KubernetesObject } from '../../model/index.ts';
import { compareBy, getNumber, getObject, getString } from '../../std/index.ts';
import { toHash, toReplicaSet } from './expand-replicas.ts';
import { isSameTemplate, templateOf } from './template.ts';
import type { Fenceposts } from './rollout-arithmetic.ts';

const REVISION = 'deployment.kubernetes.io/revision';
const DESIRED = 'deployment.kubernetes.io/desired-replicas';
const MAX = 'deployment.kubernetes.io/max-replicas';

/** A Deployment with its ReplicaSets, oldest first; `current` is the one of its template, if there is one yet. */
export interface DeploymentState {
  readonly deployment: KubernetesObject;
  readonly kubernetesVersion: string | undefined;
  readonly replicas: number;
  readonly fenceposts: Fenceposts;
  readonly current: KubernetesObject | undefined;
  readonly old: readonly KubernetesObject[];
  readonly all: readonly KubernetesObject[];
}

/** Orders ReplicaSets by age. */
export const compareAge: (a: KubernetesObject, b: KubernetesObject) => number = compareBy(
  (set) => getString(set.metadata, 'creationTimestamp') ?? '',
  nameOf,
);

/** The ReplicaSet of the Deployment's template, the oldest if there are several (`FindNewReplicaSet`). */
export function findCurrent(deployment: KubernetesObject, sets: readonly KubernetesObject[]): KubernetesObject | undefined {
  return sets.find((set) => isSameTemplate(templateOf(set), templateOf(deployment)));
}

/** A ReplicaSet's revision; 0 if it has none. */
export function revisionOf(object: KubernetesObject): number {
  return Number(annotationsOf(object).get(REVISION) ?? '0') || 0;
}

/** The replicas that a ReplicaSet was last told that its Deployment wants. */
export function desiredAnnotationOf(set: KubernetesObject): number | undefined {
  const value = annotationsOf(set).get(DESIRED);
  return value === undefined ? undefined : Number(value);
}

/** The most pods that the Deployment could have when the ReplicaSet was last scaled. */
export function maxAnnotationOf(set: KubernetesObject): number | undefined {
  const value = annotationsOf(set).get(MAX);
  return value === undefined ? undefined : Number(value);
}

/** A ReplicaSet for the Deployment's template, of the next revision. */
export function toNewReplicaSet(state: DeploymentState, replicas: number): KubernetesObject {
  const set = toReplicaSet(state.deployment, toHash(state.deployment, state.kubernetesVersion));
  return scaled(withRevision(set, nextRevision(state)), replicas, state);
}

/** The revision that the current ReplicaSet should have: one more than the highest of the old ones. */
export function nextRevision(state: DeploymentState): number {
  return Math.max(0, ...state.old.map(revisionOf)) + 1;
}

/** A ReplicaSet with a revision. */
export function withRevision(set: KubernetesObject, revision: number): KubernetesObject {
  return withAnnotations(set, { [REVISION]: String(revision) });
}

/** A ReplicaSet of so many replicas, told what the Deployment wants; the same object if nothing differs. */
export function scaled(set: KubernetesObject, replicas: number, { replicas: desired, fenceposts }: DeploymentState): KubernetesObject {
  const annotated = withAnnotations(set, { [DESIRED]: String(desired), [MAX]: String(desired + fenceposts.maxSurge) });
  if (getNumber(set, 'spec', 'replicas') === replicas) return annotated;
  return { ...annotated, spec: { ...getObject(set, 'spec'), replicas } };
}

function withAnnotations(object: KubernetesObject, annotations: Readonly<Record<string, string>>): KubernetesObject {
  const known = annotationsOf(object);
  if (Object.entries(annotations).every(([key, value]) => known.get(key) === value)) return object;
  return withMetadata(object, { annotations: { ...getObject(object.metadata, 'annotations'), ...annotations } });
}
