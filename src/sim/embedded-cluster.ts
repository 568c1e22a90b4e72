import {
  ObjectPages,
  type ApplyOptions,
  type Cluster,
  type ClusterIdentity,
  type DeleteOptions,
  type ListQuery,
  type ObjectList,
  type ResourceType,
  type WatchEvent,
  type WriteOptions,
  type WriteResult,
} from '../cluster/index.ts';
import { KplanError, toRefKey, type Kind, type KubernetesObject, type ObjectRef, type SchemaCatalog } from '../model/index.ts';
import { getString, sortedUnique, type Clock } from '../std/index.ts';
import type { Context } from './api/context.ts';
import { remove } from './api/delete.ts';
import { CRD, findKind, ServedKinds, toVersion } from './api/served-kinds.ts';
import { watchKind, type WatchRequest } from './api/watch.ts';
import { apply, create, update, updateStatus } from './api/write.ts';
import { bootstrap, defaultNodes } from './bootstrap.ts';
import { CONTROLLERS } from './controllers/index.ts';
import { Stepper, type Settled, type SettleOptions } from './stepper.ts';
import { Store, type Draft } from './store/index.ts';

/** How an embedded cluster is opened. */
export interface EmbeddedClusterOptions {
  /** Where its state is kept; made if it is not there. Several processes may use it at once. */
  readonly directory: string;
  readonly clock: Clock;
  /** The kinds that it serves; custom resources are added as they are defined. */
  readonly catalog: SchemaCatalog;
  /** The nodes of a new cluster; three of 4 CPUs and 16 GiB by default. An existing cluster keeps those that it has. */
  readonly nodes?: readonly KubernetesObject[];
  /** Whether an acknowledged write survives a power cut (default), or only the end of the process. */
  readonly sync?: boolean;
}

type KindName = { readonly group: string; readonly version: string; readonly kind: string };

/** A small Kubernetes in a directory. */
export class EmbeddedCluster implements Cluster {
  readonly #directory: string;
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #kinds: ServedKinds;
  readonly #stepper: Stepper;
  readonly #pages = new ObjectPages();
  readonly #closing = new AbortController();

  private constructor(options: EmbeddedClusterOptions) {
    this.#directory = options.directory;
    this.#store = Store.open({ directory: options.directory, clock: options.clock, sync: options.sync ?? true });
    this.#clock = options.clock;
    this.#kinds = new ServedKinds(options.catalog);
    this.#stepper = new Stepper(this.#store, CONTROLLERS, (draft) => this.#toContext(draft, 'kube-controller-manager'));
  }

  static async open(options: EmbeddedClusterOptions): Promise<EmbeddedCluster> {
    const cluster = new EmbeddedCluster(options);
    await cluster.#store.transact((draft) => {
      const isNew = draft.get(toRefKey({ group: '', kind: 'Namespace', name: 'kube-system' })) === undefined;
      if (isNew) bootstrap(cluster.#toContext(draft, 'kplan-embedded'), options.nodes ?? defaultNodes());
    });
    return cluster;
  }

  identity(): Promise<ClusterIdentity> {
    const system = this.#store.read().get(toRefKey({ group: '', kind: 'Namespace', name: 'kube-system' }));
    const uid = getString(system, 'metadata', 'uid') ?? '';
    return Promise.resolve({ uid, description: this.#directory, kubernetesVersion: this.#catalog().version });
  }

  resources(): Promise<readonly ResourceType[]> {
    return Promise.resolve(listResources(this.#catalog()));
  }

  get(ref: ObjectRef): Promise<KubernetesObject | undefined> {
    const kind = findKind(this.#catalog(), ref);
    if (kind === undefined) return Promise.resolve(undefined);
    const namespace = kind.namespaced && ref.namespace !== undefined ? { namespace: ref.namespace } : {};
    const object = this.#store.read().get(toRefKey({ group: ref.group, kind: ref.kind, name: ref.name, ...namespace }));
    return Promise.resolve(object === undefined ? undefined : toVersion(object, kind));
  }

  async list(name: KindName, query: ListQuery = {}): Promise<ObjectList> {
    const kind = findKind(this.#catalog(), name);
    if (kind === undefined) throw notServed(name);
    const state = this.#store.read();
    const page = this.#pages.list(() => state.list(name.group, name.kind), String(state.revision), query);
    return kind.custom ? { ...page, items: page.items.map((item) => toVersion(item, kind)) } : page;
  }

  watch(name: KindName, from: WatchRequest): AsyncIterable<WatchEvent> {
    const kind = findKind(this.#catalog(), name);
    if (kind === undefined) throw notServed(name);
    return watchKind(this.#store, kind, from, this.#closing.signal);
  }

  apply(object: KubernetesObject, options: ApplyOptions): Promise<WriteResult> {
    return this.#write(options, (context) => apply(context, object, options.force ?? false));
  }

  create(object: KubernetesObject, options: WriteOptions): Promise<WriteResult> {
    return this.#write(options, (context) => create(context, object));
  }

  update(object: KubernetesObject, options: WriteOptions): Promise<WriteResult> {
    return this.#write(options, (context) => update(context, object));
  }

  updateStatus(object: KubernetesObject, options: WriteOptions): Promise<WriteResult> {
    return this.#write(options, (context) => updateStatus(context, object));
  }

  delete(ref: ObjectRef, options: DeleteOptions = {}): Promise<WriteResult> {
    return this.#write({ fieldManager: '', ...options }, (context) => remove(context, ref, options));
  }

  /**
   * Lets the controllers work, and the cluster's time leap from one thing to do to the next, until nothing is left to
   * do. Takes no real time but for the work.
   */
  settle(options: SettleOptions = {}): Promise<Settled> {
    return this.#stepper.settle(options);
  }

  /**
   * Keeps the controllers working until the signal aborts or the cluster is closed: as real time passes, or, with
   * `leap`, as `settle` does, so that nobody who looks on has to wait.
   */
  run(options: { readonly signal: AbortSignal; readonly leap?: boolean }): Promise<void> {
    const stop = AbortSignal.any([options.signal, this.#closing.signal]);
    const pause = (milliseconds: number): Promise<void> => this.#clock.sleep(milliseconds, stop).catch(() => undefined);
    return this.#stepper.run({ signal: stop, pause, leap: options.leap ?? false });
  }

  /** Starts a new log with the state alone; done by itself when the log has grown. */
  compact(): void {
    this.#store.compact();
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    try {
      await this.#stepper.release();
    } catch (error) {
      // The lease is a courtesy to others and ends by itself; whoever wrote something was told of the disk then.
      if (!(error instanceof KplanError)) throw error;
    }
    this.#store.close();
  }

  async #write(
    options: { readonly fieldManager: string; readonly dryRun?: boolean; readonly signal?: AbortSignal },
    run: (context: Context) => WriteResult,
  ): Promise<WriteResult> {
    options.signal?.throwIfAborted();
    const work = (draft: Draft): WriteResult => {
      const result = run(this.#toContext(draft, options.fieldManager));
      if (result.kind === 'error') draft.discard();
      return result;
    };
    return options.dryRun === true ? this.#store.preview(work) : this.#store.transact(work);
  }

  #toContext(draft: Draft, fieldManager: string): Context {
    return { draft, fieldManager, catalog: this.#kinds.update(draft.list(CRD.group, CRD.kind)) };
  }

  #catalog(): SchemaCatalog {
    return this.#kinds.update(this.#store.read().list(CRD.group, CRD.kind));
  }
}

/**
 * Opens the embedded cluster that a directory holds, or makes a new one there. What was acknowledged is kept when the
 * process is killed at any instant. Throws `CORRUPT` where the log is damaged, `UNREADABLE` and `WRITE_FAILED` for the disk.
 */
export function openEmbeddedCluster(options: EmbeddedClusterOptions): Promise<EmbeddedCluster> {
  return EmbeddedCluster.open(options);
}

/** The served types, the preferred version of a kind before its others. */
function listResources(catalog: SchemaCatalog): readonly ResourceType[] {
  const names = sortedUnique(catalog.list().map((kind) => `${kind.group}/${kind.kind}`));
  return names.flatMap((name) => {
    const slash = name.indexOf('/');
    const versions = catalog.findVersions(name.slice(0, slash), name.slice(slash + 1));
    return versions.filter((kind) => kind.servedByDefault || kind.custom).map(toResourceType);
  });
}

function toResourceType({ group, version, kind, plural, namespaced, subresources }: Kind): ResourceType {
  return { group, version, kind, plural, namespaced, subresources };
}

function notServed(name: KindName): KplanError {
  const version = name.group === '' ? name.version : `${name.group}/${name.version}`;
  return new KplanError('CLUSTER_REFUSED', `${version} ${name.kind}: NotFound (404): the server could not find the requested resource`, {
    hint: 'The cluster does not serve this kind: apply its CustomResourceDefinition first, or correct the apiVersion.',
  });
}
