import { isKubernetesObject, KplanError, World, type KubernetesObject, type ObjectRef, type SchemaCatalog } from '../model/index.ts';
import { getString, type JsonValue } from '../std/index.ts';
import { ObjectPages } from './object-pages.ts';
import type { Cluster, ClusterIdentity, ListQuery, ObjectList, ResourceType, StatusError, WatchEvent, WriteResult } from './port.ts';
import { flattenDump } from './snapshot-dump.ts';
import { listSnapshotResources } from './snapshot-resources.ts';

type KindName = { readonly group: string; readonly version: string; readonly kind: string };

/** What a snapshot is made of. */
export interface SnapshotOptions {
  /** The parsed documents of a dump: objects, `List`s, typed lists, arrays of them. */
  readonly documents: Iterable<JsonValue>;
  /** For people: the file. */
  readonly description: string;
  /** The kinds of the cluster that the dump is of; definitions within the dump are added. */
  readonly catalog: SchemaCatalog;
}

/**
 * A cluster as a dump has kept it: reads are answered, a watch never sees anything, and every write is refused
 * (405 MethodNotAllowed). Documents that are no objects are passed over.
 */
export function openSnapshot(options: SnapshotOptions): Cluster {
  return new Snapshot(options);
}

class Snapshot implements Cluster {
  readonly #description: string;
  readonly #world: World;
  readonly #catalog: SchemaCatalog;
  readonly #pages = new ObjectPages();
  readonly #closing = new AbortController();
  #resources: readonly ResourceType[] | undefined;

  constructor(options: SnapshotOptions) {
    this.#description = options.description;
    this.#world = World.of(flattenDump(options.documents).filter(isKubernetesObject));
    this.#catalog = options.catalog.withCustomResources(this.#world.byKind('apiextensions.k8s.io', 'CustomResourceDefinition'));
  }

  identity(): Promise<ClusterIdentity> {
    const system = this.#world.get({ group: '', kind: 'Namespace', name: 'kube-system' });
    const uid = getString(system, 'metadata', 'uid') ?? '';
    return Promise.resolve({ uid, description: this.#description, kubernetesVersion: this.#catalog.version });
  }

  resources(): Promise<readonly ResourceType[]> {
    this.#resources ??= listSnapshotResources(this.#catalog, this.#world);
    return Promise.resolve(this.#resources);
  }

  get(ref: ObjectRef): Promise<KubernetesObject | undefined> {
    return Promise.resolve(this.#world.get(ref));
  }

  async list(name: KindName, query: ListQuery = {}): Promise<ObjectList> {
    const served = await this.resources();
    if (!served.some((type) => type.group === name.group && type.kind === name.kind)) throw notServed(name);
    return this.#pages.list(() => this.#world.byKind(name.group, name.kind), '0', query);
  }

  async *watch(_name: KindName, from: { readonly signal?: AbortSignal }): AsyncGenerator<WatchEvent> {
    const signal = from.signal === undefined ? this.#closing.signal : AbortSignal.any([from.signal, this.#closing.signal]);
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  }

  apply(): Promise<WriteResult> {
    return this.#refuse();
  }

  create(): Promise<WriteResult> {
    return this.#refuse();
  }

  update(): Promise<WriteResult> {
    return this.#refuse();
  }

  updateStatus(): Promise<WriteResult> {
    return this.#refuse();
  }

  delete(): Promise<WriteResult> {
    return this.#refuse();
  }

  close(): Promise<void> {
    this.#closing.abort();
    return Promise.resolve();
  }

  #refuse(): Promise<StatusError> {
    const message = `the server does not allow this method on the requested resource: ${this.#description} is read-only`;
    return Promise.resolve({ kind: 'error', code: 405, reason: 'MethodNotAllowed', message });
  }
}

function notServed(name: KindName): KplanError {
  const version = name.group === '' ? name.version : `${name.group}/${name.version}`;
  return new KplanError('CLUSTER_REFUSED', `${version} ${name.kind}: NotFound (404): the server could not find the requested resource`, {
    hint: 'The snapshot knows no such kind: add its CustomResourceDefinition to the dump, or correct the apiVersion.',
  });
}
