import { containersOf, type KubernetesObject, type World } from '../../model/index.ts';
import { isArray, isObject, type JsonArray, type JsonObject, type JsonValue, type Path } from '../../std/index.ts';
import { namespaceOrNone } from './lookup.ts';
import { listWorkloads, type Workload } from './workloads.ts';

/** A kind that pod specs refer to by name. */
export type PodTarget = 'ConfigMap' | 'PersistentVolumeClaim' | 'PriorityClass' | 'RuntimeClass' | 'Secret' | 'ServiceAccount';

/** A reference from a pod spec. `keys` are the keys of a ConfigMap or Secret that it asks for, each with its own field. */
export interface PodReference {
  readonly referrer: KubernetesObject;
  readonly namespace: string;
  readonly kind: PodTarget;
  readonly name: string;
  readonly path: Path;
  readonly keys: readonly { readonly key: string; readonly path: Path }[];
}

/** What the pods of a world refer to without being optional, by kind; what controllers made is left to its owner. */
export function listPodReferences(world: World, kind: PodTarget): readonly PodReference[] {
  return world.derive(collect).get(kind) ?? [];
}

function collect(world: World): ReadonlyMap<PodTarget, readonly PodReference[]> {
  const byKind = new Map<PodTarget, PodReference[]>();
  const add = (reference: PodReference): void => {
    const list = byKind.get(reference.kind);
    if (list === undefined) byKind.set(reference.kind, [reference]);
    else list.push(reference);
  };
  for (const workload of listWorkloads(world)) if (!workload.controlled) for (const reference of readOnce(workload)) add(reference);
  return byKind;
}

const known = new WeakMap<Workload, readonly PodReference[]>();

function readOnce(workload: Workload): readonly PodReference[] {
  const made = known.get(workload);
  if (made !== undefined) return made;
  const references: PodReference[] = [];
  new Walk(workload, (reference) => references.push(reference)).visit();
  known.set(workload, references);
  return references;
}

/** A walk through one pod spec. Paths are made for references alone: most fields are none. */
class Walk {
  readonly #referrer: KubernetesObject;
  readonly #namespace: string;
  readonly #spec: JsonObject;
  readonly #path: Path;
  readonly #add: (reference: PodReference) => void;

  constructor({ object, template }: Workload, add: (reference: PodReference) => void) {
    this.#referrer = object;
    this.#namespace = namespaceOrNone(object);
    this.#spec = template.spec;
    this.#path = template.path;
    this.#add = add;
  }

  visit(): void {
    const spec = this.#spec;
    this.#name('PriorityClass', spec['priorityClassName'], 'priorityClassName');
    this.#name('RuntimeClass', spec['runtimeClassName'], 'runtimeClassName');
    const account = spec['serviceAccountName'] === undefined ? 'serviceAccount' : 'serviceAccountName';
    this.#name('ServiceAccount', spec[account], account);
    for (const [index, item] of listItems(spec['imagePullSecrets']).entries())
      this.#name('Secret', fieldOf(item, 'name'), 'imagePullSecrets', index, 'name');
    for (const [index, volume] of listItems(spec['volumes']).entries()) this.#volume(volume, index);
    for (const { container, path } of containersOf(spec)) this.#container(container, path);
  }

  #name(kind: PodTarget, name: JsonValue | undefined, ...path: Path): void {
    if (typeof name !== 'string' || name === '') return;
    this.#add({ referrer: this.#referrer, namespace: this.#namespace, kind, name, path: [...this.#path, 'spec', ...path], keys: [] });
  }

  #volume(volume: JsonValue, index: number): void {
    if (!isObject(volume)) return;
    this.#source('ConfigMap', volume['configMap'], 'name', ['volumes', index, 'configMap']);
    this.#source('Secret', volume['secret'], 'secretName', ['volumes', index, 'secret']);
    this.#name(
      'PersistentVolumeClaim',
      fieldOf(volume['persistentVolumeClaim'], 'claimName'),
      'volumes',
      index,
      'persistentVolumeClaim',
      'claimName',
    );
    const publisher = fieldOf(fieldOf(volume['csi'], 'nodePublishSecretRef'), 'name');
    this.#name('Secret', publisher, 'volumes', index, 'csi', 'nodePublishSecretRef', 'name');
    for (const [at, source] of listItems(fieldOf(volume['projected'], 'sources')).entries()) {
      this.#source('ConfigMap', fieldOf(source, 'configMap'), 'name', ['volumes', index, 'projected', 'sources', at, 'configMap']);
      this.#source('Secret', fieldOf(source, 'secret'), 'name', ['volumes', index, 'projected', 'sources', at, 'secret']);
    }
  }

  #container(container: JsonObject, path: Path): void {
    for (const [index, item] of listItems(container['env']).entries()) {
      const from = fieldOf(item, 'valueFrom');
      if (!isObject(from)) continue;
      this.#source('ConfigMap', from['configMapKeyRef'], 'name', [...path, 'env', index, 'valueFrom', 'configMapKeyRef']);
      this.#source('Secret', from['secretKeyRef'], 'name', [...path, 'env', index, 'valueFrom', 'secretKeyRef']);
    }
    for (const [index, item] of listItems(container['envFrom']).entries()) {
      this.#source('ConfigMap', fieldOf(item, 'configMapRef'), 'name', [...path, 'envFrom', index, 'configMapRef']);
      this.#source('Secret', fieldOf(item, 'secretRef'), 'name', [...path, 'envFrom', index, 'secretRef']);
    }
  }

  /** A `{name, optional, key}` or `{name, optional, items: [{key}]}`. */
  #source(kind: 'ConfigMap' | 'Secret', source: JsonValue | undefined, field: string, steps: Path): void {
    if (!isObject(source) || source['optional'] === true) return;
    const name = source[field];
    if (typeof name !== 'string' || name === '') return;
    const path = [...this.#path, 'spec', ...steps];
    const keys = listItems(source['items']).flatMap((item, index) => toKey(fieldOf(item, 'key'), [...path, 'items', index, 'key']));
    keys.push(...toKey(source['key'], [...path, 'key']));
    this.#add({ referrer: this.#referrer, namespace: this.#namespace, kind, name, path: [...path, field], keys });
  }
}

function toKey(key: JsonValue | undefined, path: Path): { key: string; path: Path }[] {
  return typeof key === 'string' ? [{ key, path }] : [];
}

function fieldOf(value: JsonValue | undefined, field: string): JsonValue | undefined {
  return isObject(value) ? value[field] : undefined;
}

function listItems(value: JsonValue | undefined): JsonArray {
  return isArray(value) ? value : NONE;
}

const NONE: JsonArray = [];
