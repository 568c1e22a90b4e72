import { labelsOf, nameOf, namespaceOf, type KubernetesObject } from '../../model/index.ts';
import { getArray, getObject, getString, isObject, type JsonObject } from '../../std/index.ts';

/** What a pod's object says of itself alone: the same in every world that the object is in. */
export interface PodReading {
  /** `namespace/name`. */
  readonly key: string;
  /** Its number among those of its workload, with which its name ends; -1 without one. */
  readonly ordinal: number;
  /** How long its name is without that. */
  readonly stemLength: number;
  /** When it was created; pods not yet created come after all others. */
  readonly created: string;
  readonly isTerminating: boolean;
  readonly isFinished: boolean;
  /** Empty where the pod has no node. */
  readonly node: string;
  /** The node that preemption makes room on for it; empty where there is none. */
  readonly nominated: string;
  readonly scheduler: string;
  readonly gates: readonly string[];
}

/** Comes after all times. */
export const NOT_CREATED = '~';
const NO_GATES: readonly string[] = [];

/** Reads a pod. */
export function readPod(object: KubernetesObject): PodReading {
  const { metadata } = object;
  const spec = getObject(object, 'spec');
  const status = getObject(object, 'status');
  const phase = textIn(status, 'phase');
  const name = nameOf(object);
  const stemLength = findStem(name);
  return {
    key: `${namespaceOf(object) ?? 'default'}/${name}`,
    ordinal: readOrdinal(name, stemLength),
    stemLength,
    created: textIn(metadata, 'creationTimestamp') ?? NOT_CREATED,
    isTerminating: textIn(metadata, 'deletionTimestamp') !== undefined,
    isFinished: phase === 'Succeeded' || phase === 'Failed',
    node: textIn(spec, 'nodeName') ?? '',
    nominated: textIn(status, 'nominatedNodeName') ?? '',
    scheduler: textIn(spec, 'schedulerName') ?? 'default-scheduler',
    gates:
      spec?.['schedulingGates'] === undefined ? NO_GATES : getArray(spec, 'schedulingGates').map((gate) => getString(gate, 'name') ?? ''),
  };
}

function textIn(object: JsonObject | undefined, field: string): string | undefined {
  const value = object?.[field];
  return typeof value === 'string' ? value : undefined;
}

const MOST_DIGITS = 9;

/** Where a name's dash and number begin; its end where it has none. */
function findStem(name: string): number {
  let at = name.length - 1;
  while (at >= 0 && isDigit(name.charCodeAt(at))) at--;
  const digits = name.length - 1 - at;
  return digits > 0 && digits <= MOST_DIGITS && name[at] === '-' ? at : name.length;
}

// Digit by digit, so that it stays a small integer: pods would else be of two layouts.
function readOrdinal(name: string, stemLength: number): number {
  if (stemLength === name.length) return -1;
  let ordinal = 0;
  for (let at = stemLength + 1; at < name.length; at++) ordinal = ordinal * 10 + name.charCodeAt(at) - ZERO;
  return ordinal;
}

const ZERO = 48;

function isDigit(code: number): boolean {
  return code >= ZERO && code < ZERO + 10;
}

/** What pods of one workload have in common. */
export interface FaceReading {
  readonly namespace: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly owners: unknown;
  /** The namespace and the labels as text. */
  readonly faceKey: string;
  /** The face's key, with the kind and name of the controller. */
  readonly classKey: string;
}

const FACES = new WeakMap<object, FaceReading>();

/** Reads what selectors see of a pod; once for pods that share their labels and owners, as those of one template do. */
export function readFace(object: KubernetesObject): FaceReading {
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
