import { labelsOf, nameOf, namespaceOf, type KubernetesObject } from '../../model/index.ts';
import { getArray, getObject, getString } from '../../std/index.ts';

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
  const namespace = namespaceOf(object) ?? 'default';
  const labels = labelsOf(object);
  const faceKey = `${namespace}${[...labels].map(([name, value]) => `\u0000${name}\u0000${value}`).join('')}`;
  const name = nameOf(object);
  const phase = getString(object, 'status', 'phase');
  return {
    key: `${namespace}/${name}`,
    namespace,
    labels,
    faceKey,
    classKey: `${faceKey}\u0001${ownerKeyOf(object)}`,
    ...splitOrdinal(name),
    created: getString(metadata, 'creationTimestamp') ?? NOT_CREATED,
    isTerminating: getString(metadata, 'deletionTimestamp') !== undefined,
    isFinished: phase === 'Succeeded' || phase === 'Failed',
    node: getString(object, 'spec', 'nodeName') ?? '',
    scheduler: getString(object, 'spec', 'schedulerName') ?? 'default-scheduler',
    gates: getArray(object, 'spec', 'schedulingGates').map((gate) => getString(gate, 'name') ?? ''),
  };
}

function ownerKeyOf(object: KubernetesObject): string {
  const reference = getArray(object.metadata, 'ownerReferences').find((item) => getObject(item)?.['controller'] === true);
  return reference === undefined ? '' : `${getString(reference, 'kind') ?? ''}/${getString(reference, 'name') ?? ''}`;
}

function splitOrdinal(name: string): { readonly stem: string; readonly ordinal: number } {
  const match = /^(.*)-(\d{1,9})$/.exec(name);
  return match === null ? { stem: name, ordinal: -1 } : { stem: match[1] ?? '', ordinal: Number(match[2]) };
}
