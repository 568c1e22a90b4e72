import {
  labelsOf,
  nameOf,
  namespaceOf,
  readTolerations,
  toRefKey,
  type KubernetesObject,
  type RefKey,
  type Toleration,
  type World,
} from '../../model/index.ts';
import {
  getArray,
  getNumber,
  getObject,
  getOrAdd,
  isEqualJson,
  isObject,
  stringifyJson,
  type JsonObject,
  type JsonValue,
} from '../../std/index.ts';
import { readAffinityTerms, type AffinityTerms, type PodFace } from './affinity-term.ts';
import { classesByResource } from './devices/extended-resources.ts';
import { readHostPorts, type HostPort } from './host-ports.ts';
import { readNeededFeatures } from './needed-features.ts';
import { readFace, readPod, type FaceReading, type PodReading } from './pod-reading.ts';
import { toPodRequests, type PodRequests } from './pod-requests.ts';
import { readResize, type PodResize } from './pod-resize.ts';
import { readPodVolumes, type PodVolume } from './volumes/pod-volume.ts';
import {
  findSpreadOwner,
  readSpreadConstraints,
  toDefaultConstraints,
  type SpreadConstraint,
  type SpreadOwner,
} from './spread-constraint.ts';

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
  /** Whether it has claims for devices (`resourceClaims`), or asks for an extended resource that may be devices. */
  readonly hasDeviceClaims: boolean;
  readonly affinity: AffinityTerms;
  readonly constraints: readonly SpreadConstraint[];
  /** What these constraints, or those of the system, are for pods of the class, where these have none of their own. */
  readonly defaultConstraints: (constraints: readonly JsonValue[] | undefined) => readonly SpreadConstraint[];
}

/** One pod, as plugins see it. */
export interface PodInfo {
  readonly object: KubernetesObject;
  /** `namespace/name`. */
  readonly key: string;
  readonly class: PodClass;
  readonly isTerminating: boolean;
  /** These as in `PodReading`. */
  readonly created: string;
  readonly node: string;
  readonly scheduler: string;
  readonly ordinal: number;
  /** The name without its ordinal. */
  readonly stem: string;
}

/** Sorts the pods of one world into classes, or of worlds that come one after the other. */
export class PodClassTable {
  #world: World;
  readonly #minor: number;
  /** The controllers whose selectors the classes follow from, as they were then; and the keys of these classes. */
  readonly #owners = new Map<RefKey, KnownOwner>();
  readonly #specs = new Map<JsonObject, number>();
  readonly #specNumbers = new Map<string, number>();
  readonly #faces = new Map<string, Face>();
  readonly #classes = new Map<string, Map<number, PodClass>>();
  #count = 0;
  /** The pod read last, if others may be of its class. */
  #last: { readonly object: KubernetesObject; readonly spec: JsonObject; readonly class: PodClass } | undefined;
  #lastStem = '';
  readonly #namespaceLabels = new Map<string, ReadonlyMap<string, string>>();
  readonly #backed: ReadonlyMap<string, KubernetesObject>;

  /** Reads pods as the scheduler of a minor version (36) does; the newest if absent. */
  constructor(world: World, minor: number = Infinity) {
    this.#world = world;
    this.#minor = minor;
    this.#backed = classesByResource(world);
  }

  /**
   * Goes on with another world, of which Services and Namespaces are the same. Pods read from now on are of other classes where their
   * controllers select others; answers the classes that none is of any more.
   */
  follow(world: World): ReadonlySet<PodClass> {
    this.#world = world;
    this.#last = undefined;
    const ended = new Set<PodClass>();
    for (const [key, { owner, selector, classes }] of this.#owners) {
      if (isEqualJson(selector, selectorOf(world, owner))) continue;
      for (const name of classes) {
        for (const found of this.#classes.get(name)?.values() ?? []) ended.add(found);
        this.#classes.delete(name);
      }
      this.#owners.delete(key);
    }
    return ended;
  }

  /** How many classes were made so far. */
  get count(): number {
    return this.#count;
  }

  toPodInfo(object: KubernetesObject, reading: PodReading = readPod(object)): PodInfo {
    const { key, isTerminating, created, node, scheduler, ordinal } = reading;
    const stem = this.#stemOf(nameOf(object), reading.stemLength);
    return { object, key, class: this.#classOf(object), isTerminating, created, node, scheduler, ordinal, stem };
  }

  // Pods of one workload mostly come one after the other: what they share is the same value for all of them.
  #stemOf(name: string, length: number): string {
    if (this.#lastStem.length !== length || !name.startsWith(this.#lastStem)) this.#lastStem = name.slice(0, length);
    return this.#lastStem;
  }

  #classOf(object: KubernetesObject): PodClass {
    const spec = getObject(object, 'spec') ?? {};
    const last = this.#last;
    if (last !== undefined && isAlike(object, last.object) && isSameButNode(spec, last.spec)) return last.class;
    const found = this.#findClass(object, spec);
    this.#last = isResizable(object) || this.#hasOwnClaims(spec) ? undefined : { object, spec, class: found };
    return found;
  }

  #findClass(object: KubernetesObject, spec: JsonObject): PodClass {
    const face = readFace(object);
    const resize = readResize(object, this.#minor);
    const like = resize === undefined ? face.classKey : `${face.classKey}\u0002${stringifyJson(resize)}`;
    const key = this.#hasOwnClaims(spec) ? `${like}\u0001${nameOf(object)}` : like;
    let known = this.#classes.get(key);
    if (known === undefined) {
      this.#classes.set(key, (known = new Map<number, PodClass>()));
      this.#noteOwner(object, key);
    }
    const number = this.#specNumberOf(spec);
    let found = known.get(number);
    if (found === undefined) known.set(number, (found = this.#toClass(object, spec, this.#faceOf(face), resize)));
    return found;
  }

  #noteOwner(object: KubernetesObject, key: string): void {
    const owner = findSpreadOwner(object);
    if (owner === undefined) return;
    const { classes } = getOrAdd(this.#owners, toRefKey(owner), () => ({ owner, selector: selectorOf(this.#world, owner), classes: [] }));
    classes.push(key);
  }

  #toClass(object: KubernetesObject, spec: JsonObject, face: Face, resize: PodResize | undefined): PodClass {
    return {
      id: this.#count++,
      face,
      spec,
      priority: getNumber(spec, 'priority') ?? 0,
      ...readSpec(spec),
      hasDeviceClaims: this.#hasDeviceClaims(spec),
      ...(resize === undefined ? {} : { requests: toPodRequests(spec, resize) }),
      affinity: readAffinityTerms(spec, face.namespace, face.labels),
      constraints: readSpreadConstraints(spec, face.labels),
      defaultConstraints: (constraints) => toDefaultConstraints(this.#world, object, face.labels, constraints),
    };
  }

  /** Whether a pod needs claims that are named after it, so that it is like no other pod. */
  #hasOwnClaims(spec: JsonObject): boolean {
    return this.#hasDeviceClaims(spec) || readSpec(spec).volumes.some(({ kind }) => kind === 'ephemeral');
  }

  #hasDeviceClaims(spec: JsonObject): boolean {
    const { hasDeviceClaims, requests } = readSpec(spec);
    if (hasDeviceClaims || this.#backed.size === 0) return hasDeviceClaims;
    for (const [resource, amount] of requests.amounts) if (amount > 0 && this.#backed.has(resource)) return true;
    return false;
  }

  #faceOf({ namespace, labels, faceKey }: FaceReading): Face {
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

interface KnownOwner {
  readonly owner: SpreadOwner;
  readonly selector: JsonValue;
  readonly classes: string[];
}

function selectorOf(world: World, owner: SpreadOwner): JsonValue {
  return getObject(world.get(owner), 'spec', 'selector') ?? null;
}

/** Whether a pod's status may tell of a resize. */
function isResizable({ status }: KubernetesObject): boolean {
  if (status === undefined) return false;
  return !isObject(status) || RESIZABLE.some((field) => status[field] !== undefined);
}

const RESIZABLE = ['containerStatuses', 'initContainerStatuses', 'resources'];

/** Whether a pod shares with another, which is not resized, all of what its class follows from that stands beside the spec. */
function isAlike(a: KubernetesObject, b: KubernetesObject): boolean {
  const one = a.metadata;
  const other = b.metadata;
  if (isResizable(a) || one['labels'] !== other['labels'] || one['ownerReferences'] !== other['ownerReferences']) return false;
  return namespaceOf(a) === namespaceOf(b);
}

/** Whether two specs are made of the same values, but for their nodes. */
function isSameButNode(a: JsonObject, b: JsonObject): boolean {
  if (a === b) return true;
  for (const field in a) if (field !== 'nodeName' && a[field] !== b[field]) return false;
  for (const field in b) if (field !== 'nodeName' && a[field] === undefined) return false;
  return true;
}

const TEXTS = new WeakMap<JsonObject, string>();

/** A spec but for its node, as text; remembered, since worlds share the specs of what does not change between them. */
function textOf(spec: JsonObject): string {
  let text = TEXTS.get(spec);
  if (text === undefined) TEXTS.set(spec, (text = stringifyJson({ ...spec, nodeName: '' })));
  return text;
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
