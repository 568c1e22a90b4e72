import { labelsOf, readTolerations, type KubernetesObject, type Toleration, type World } from '../../model/index.ts';
import { getArray, getNumber, getObject, stringifyJson, type JsonObject, type JsonValue } from '../../std/index.ts';
import { readAffinityTerms, type AffinityTerms, type PodFace } from './affinity-term.ts';
import { readHostPorts, type HostPort } from './host-ports.ts';
import { readNeededFeatures } from './needed-features.ts';
import { readPod, type PodReading } from './pod-reading.ts';
import { toPodRequests, type PodRequests } from './pod-requests.ts';
import { readResize, type PodResize } from './pod-resize.ts';
import { readPodVolumes, type PodVolume } from './volumes/pod-volume.ts';
import { readSpreadConstraints, toDefaultConstraints, type SpreadConstraint } from './spread-constraint.ts';

/** A namespace with a set of labels, known by number: what selectors of other pods look at. */
export interface Face extends PodFace {
  readonly id: number;
  readonly namespaceLabels: ReadonlyMap<string, string>;
}

/** Pods that no plugin can tell apart but by name: everything here is read once for all of them. */
export interface PodClass {
  readonly id: number;
  readonly face: Face;
  readonly spec: JsonObject;
  readonly priority: number;
  readonly requests: PodRequests;
  readonly hostPorts: readonly HostPort[];
  readonly tolerations: readonly Toleration[];
  readonly volumes: readonly PodVolume[];
  /** What not every kubelet knows and the pod needs. */
  readonly neededFeatures: readonly string[];
  /** Whether it has claims for devices (`resourceClaims`). */
  readonly hasDeviceClaims: boolean;
  readonly affinity: AffinityTerms;
  readonly constraints: readonly SpreadConstraint[];
  /** What these constraints, or those of the system, are for pods of the class, where these have none of their own. */
  readonly defaultConstraints: (constraints: readonly JsonValue[] | undefined) => readonly SpreadConstraint[];
}

/** One pod, as plugins see it. */
export interface PodInfo {
  readonly object: KubernetesObject;
  readonly reading: PodReading;
  /** `namespace/name`. */
  readonly key: string;
  readonly class: PodClass;
  readonly isTerminating: boolean;
}

/** Sorts the pods of one world into classes. */
export class PodClassTable {
  readonly #world: World;
  readonly #specs = new Map<JsonObject, number>();
  readonly #specNumbers = new Map<string, number>();
  readonly #faces = new Map<string, Face>();
  readonly #classes = new Map<string, Map<number, PodClass>>();
  #count = 0;
  readonly #namespaceLabels = new Map<string, ReadonlyMap<string, string>>();

  constructor(world: World) {
    this.#world = world;
  }

  toPodInfo(object: KubernetesObject, reading: PodReading = readPod(object)): PodInfo {
    return { object, reading, key: reading.key, class: this.#classOf(object, reading), isTerminating: reading.isTerminating };
  }

  #classOf(object: KubernetesObject, reading: PodReading): PodClass {
    const spec = getObject(object, 'spec') ?? {};
    const resize = readResize(object);
    const like = resize === undefined ? reading.classKey : `${reading.classKey}\u0002${stringifyJson(resize)}`;
    const key = hasOwnClaims(spec) ? `${like}\u0001${reading.key}` : like;
    let known = this.#classes.get(key);
    if (known === undefined) this.#classes.set(key, (known = new Map<number, PodClass>()));
    const number = this.#specNumberOf(spec);
    let found = known.get(number);
    if (found === undefined) known.set(number, (found = this.#toClass(object, spec, this.#faceOf(reading), resize)));
    return found;
  }

  #toClass(object: KubernetesObject, spec: JsonObject, face: Face, resize: PodResize | undefined): PodClass {
    return {
      id: this.#count++,
      face,
      spec,
      priority: getNumber(spec, 'priority') ?? 0,
      ...readSpec(spec),
      ...(resize === undefined ? {} : { requests: toPodRequests(spec, resize) }),
      affinity: readAffinityTerms(spec, face.namespace, face.labels),
      constraints: readSpreadConstraints(spec, face.labels),
      defaultConstraints: (constraints) => toDefaultConstraints(this.#world, object, face.labels, constraints),
    };
  }

  #faceOf({ namespace, labels, faceKey }: PodReading): Face {
    let face = this.#faces.get(faceKey);
    if (face === undefined) {
      face = { id: this.#faces.size, namespace, labels, namespaceLabels: this.#namespaceLabelsOf(namespace) };
      this.#faces.set(faceKey, face);
    }
    return face;
  }

  #namespaceLabelsOf(name: string): ReadonlyMap<string, string> {
    let labels = this.#namespaceLabels.get(name);
    if (labels === undefined) {
      const object = this.#world.get({ group: '', kind: 'Namespace', name });
      labels = new Map([...(object === undefined ? [] : labelsOf(object)), ['kubernetes.io/metadata.name', name]]);
      this.#namespaceLabels.set(name, labels);
    }
    return labels;
  }

  #specNumberOf(spec: JsonObject): number {
    let number = this.#specs.get(spec);
    if (number === undefined) {
      const text = textOf(spec);
      number = this.#specNumbers.get(text) ?? this.#specNumbers.size;
      this.#specNumbers.set(text, number);
      this.#specs.set(spec, number);
    }
    return number;
  }
}

const TEXTS = new WeakMap<JsonObject, string>();

/** A spec but for its node, as text; remembered, since worlds share the specs of what does not change between them. */
function textOf(spec: JsonObject): string {
  let text = TEXTS.get(spec);
  if (text === undefined) TEXTS.set(spec, (text = stringifyJson({ ...spec, nodeName: '' })));
  return text;
}

/** Whether a pod needs claims that are named after it, so that it is like no other pod. */
function hasOwnClaims(spec: JsonObject): boolean {
  const { volumes, hasDeviceClaims } = readSpec(spec);
  return hasDeviceClaims || volumes.some(({ kind }) => kind === 'ephemeral');
}

type SpecReading = Pick<PodClass, 'hasDeviceClaims' | 'hostPorts' | 'neededFeatures' | 'requests' | 'tolerations' | 'volumes'>;

const READINGS = new WeakMap<JsonObject, SpecReading>();

function readSpec(spec: JsonObject): SpecReading {
  let reading = READINGS.get(spec);
  if (reading === undefined) {
    reading = {
      requests: toPodRequests(spec),
      hostPorts: readHostPorts(spec),
      tolerations: readTolerations(spec),
      volumes: readPodVolumes(spec),
      neededFeatures: readNeededFeatures(spec),
      hasDeviceClaims: getArray(spec, 'resourceClaims').length > 0,
    };
    READINGS.set(spec, reading);
  }
  return reading;
}
