import { labelsOf, nameOf, namespaceOf, type KubernetesObject } from '../../model/index.ts';
import { getArray, getObject, getString, isObject } from '../../std/index.ts';

/** What a pod's object says of itself alone: the same in every world that the object is in. */
export interface PodReading {
  /** `namespace/name`. */
  readonly key: string;
  readonly namespace: string;
  readonly labels: ReadonlyMap<string, string>;
  /** The namespace and the labels as text. */
  readonly faceKey: string;
  /** The face's key, with the kind and name of the controller. */
  readonly classKey: string;
  /** The name without its ordinal, and that; -1 without one. */
  readonly stem: string;
  readonly ordinal: number;
  /** When it was created; pods not yet created come after all others. */
  readonly created: string;
  readonly isTerminating: boolean;
  readonly isFinished: boolean;
  /** Empty where the pod has no node. */
  readonly node: string;
  readonly scheduler: string;
  readonly gates: readonly string[];
}

/** Comes after all times. */
export const NOT_CREATED = '~';

const READINGS = new WeakMap<KubernetesObject, PodReading>();

/** Reads a pod; remembered, since worlds share the pods of what does not change between them. */
export function readPod(object: KubernetesObject): PodReading {
  let reading = READINGS.get(object);
  if (reading === undefined) READINGS.set(object, (reading = toReading(object)));
  return reading;
}

function toReading(object: KubernetesObject): PodReading {
  const { metadata } = object;
  const name = nameOf(object);
  const phase = getString(object, 'status', 'phase');
  const { namespace, labels, faceKey, classKey } = readFace(object);
  return {
    key: `${namespace}/${name}`,
    namespace,
    labels,
    faceKey,
    classKey,
    ...splitOrdinal(name),
    created: getString(metadata, 'creationTimestamp') ?? NOT_CREATED,
    isTerminating: getString(metadata, 'deletionTimestamp') !== undefined,
    isFinished: phase === 'Succeeded' || phase === 'Failed',
    node: getString(object, 'spec', 'nodeName') ?? '',
    scheduler: getString(object, 'spec', 'schedulerName') ?? 'default-scheduler',
    gates: getArray(object, 'spec', 'schedulingGates').map((gate) => getString(gate, 'name') ?? ''),
  };
}

/** What pods of one workload have in common. */
interface FaceReading extends Pick<PodReading, 'classKey' | 'faceKey' | 'labels' | 'namespace'> {
  readonly owners: unknown;
}

const FACES = new WeakMap<object, FaceReading>();

/** Read once for pods that share their labels and owners, as those of one template do. */
function readFace(object: KubernetesObject): FaceReading {
  const namespace = namespaceOf(object) ?? 'default';
  const { labels: shared, ownerReferences: owners } = object.metadata;
  const known = isObject(shared) ? FACES.get(shared) : undefined;
  if (known?.namespace === namespace && known.owners === owners) return known;
  const labels = labelsOf(object);
  const faceKey = `${namespace}${[...labels].map(([name, value]) => `\u0000${name}\u0000${value}`).join('')}`;
  const made = { namespace, owners, labels, faceKey, classKey: `${faceKey}\u0001${ownerKeyOf(object)}` };
  if (isObject(shared)) FACES.set(shared, made);
  return made;
}

function ownerKeyOf(object: KubernetesObject): string {
  const reference = getArray(object.metadata, 'ownerReferences').find((item) => getObject(item)?.['controller'] === true);
  return reference === undefined ? '' : `${getString(reference, 'kind') ?? ''}/${getString(reference, 'name') ?? ''}`;
}

function splitOrdinal(name: string): { readonly stem: string; readonly ordinal: number } {
  const match = /^(.*)-(\d{1,9})$/.exec(name);
  return match === null ? { stem: name, ordinal: -1 } : { stem: match[1] ?? '', ordinal: Number(match[2]) };
}
