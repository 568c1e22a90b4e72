import type {
  ApplyOptions,
  Cluster,
  ClusterIdentity,
  DeleteOptions,
  ListQuery,
  ObjectList,
  ResourceType,
  StatusError,
  WatchEvent,
  WriteOptions,
  WriteResult,
} from '../../src/cluster/index.ts';
import {
  gvkOf,
  labelsOf,
  namespaceOf,
  refKeyOf,
  refOf,
  toRefKey,
  withMetadata,
  type KubernetesObject,
  type ObjectRef,
  type RefKey,
} from '../../src/model/index.ts';
import { getNumber, getString, isEqualJson, isObject, type JsonObject, type JsonValue } from '../../src/std/index.ts';

export type Verb = 'get' | 'list' | 'apply' | 'create' | 'update' | 'updateStatus' | 'delete';

/** What a scripted fault makes of a request: a refusal, or an exception as from an unreachable server (before or after it took effect). */
export type Fault = StatusError | { readonly kind: 'throw'; readonly error: Error; readonly applied?: boolean };

const TYPES: readonly (readonly [string, string, string, string, boolean])[] = [
  ['', 'v1', 'ConfigMap', 'configmaps', true],
  ['', 'v1', 'Namespace', 'namespaces', false],
  ['', 'v1', 'PersistentVolumeClaim', 'persistentvolumeclaims', true],
  ['', 'v1', 'Pod', 'pods', true],
  ['', 'v1', 'Secret', 'secrets', true],
  ['', 'v1', 'Service', 'services', true],
  ['apps', 'v1', 'Deployment', 'deployments', true],
  ['apps', 'v1', 'StatefulSet', 'statefulsets', true],
  ['batch', 'v1', 'Job', 'jobs', true],
  ['coordination.k8s.io', 'v1', 'Lease', 'leases', true],
  ['rbac.authorization.k8s.io', 'v1', 'ClusterRole', 'clusterroles', false],
  ['storage.k8s.io', 'v1', 'StorageClass', 'storageclasses', false],
];

/** A small cluster in memory: optimistic concurrency, preconditions, watches, simplified server-side apply, scripted faults. */
export class FakeCluster implements Cluster {
  readonly #objects = new Map<RefKey, KubernetesObject>();
  readonly #applied = new Map<string, KubernetesObject>();
  readonly #log: { readonly version: number; readonly event: WatchEvent & { readonly object: KubernetesObject } }[] = [];
  readonly #waiters = new Set<() => void>();
  #version = 0;
  #uid = 0;
  readonly requests: string[] = [];
  /** Called before each request. */
  fault: (verb: Verb, ref: ObjectRef, dryRun: boolean) => Fault | undefined = () => undefined;
  /** Called after each change that a client made: stands for the controllers. */
  controllers: (object: KubernetesObject, cluster: FakeCluster) => void = () => undefined;
  /** Objects whose deletion only sets the deletionTimestamp, until `remove` is called. */
  lingers: (object: KubernetesObject) => boolean = () => false;

  objects(): readonly KubernetesObject[] {
    return [...this.#objects.values()];
  }

  /** Puts an object as it stands, as a controller or another client would. */
  put(object: KubernetesObject): KubernetesObject {
    return this.#store(object, this.#objects.get(refKeyOf(object)));
  }

  setStatus(object: KubernetesObject, status: JsonObject): void {
    const live = this.#objects.get(refKeyOf(object));
    if (live !== undefined) this.#store({ ...live, status }, live);
  }

  remove(ref: ObjectRef): void {
    const live = this.#objects.get(toRefKey(ref));
    if (live === undefined) return;
    this.#objects.delete(toRefKey(ref));
    for (const key of this.#applied.keys()) if (key.startsWith(`${toRefKey(ref)} `)) this.#applied.delete(key);
    this.#emit({ type: 'deleted', object: withMetadata(live, { resourceVersion: String(++this.#version) }) });
  }

  async identity(): Promise<ClusterIdentity> {
    return { uid: 'fake', description: 'fake', kubernetesVersion: '1.36' };
  }

  async resources(): Promise<readonly ResourceType[]> {
    return TYPES.map(([group, version, kind, plural, namespaced]) => ({ group, version, kind, plural, namespaced, subresources: [] }));
  }

  async get(ref: ObjectRef): Promise<KubernetesObject | undefined> {
    await this.#enter('get', ref);
    return this.#objects.get(toRefKey(ref));
  }

  async list(kind: { group: string; version: string; kind: string }, query: ListQuery = {}): Promise<ObjectList> {
    await this.#enter('list', { ...kind, name: '' });
    const [key, value] = query.labelSelector?.split('=') ?? [];
    const items = this.objects().filter((object) => {
      const gvk = gvkOf(object);
      if (gvk.group !== kind.group || gvk.kind !== kind.kind) return false;
      if (query.namespace !== undefined && namespaceOf(object) !== query.namespace) return false;
      if (key === undefined) return true;
      return value === undefined ? labelsOf(object).has(key) : labelsOf(object).get(key) === value;
    });
    return { items, resourceVersion: String(this.#version) };
  }

  async *watch(
    kind: { group: string; version: string; kind: string },
    from: { resourceVersion: string; namespace?: string; signal?: AbortSignal },
  ): AsyncIterable<WatchEvent> {
    let seen = Number(from.resourceVersion);
    while (from.signal?.aborted !== true) {
      for (const { version, event } of this.#log.filter((entry) => entry.version > seen)) {
        seen = version;
        const gvk = gvkOf(event.object);
        if (gvk.group === kind.group && gvk.kind === kind.kind) yield event;
      }
      if (this.#log.at(-1)?.version !== undefined && (this.#log.at(-1)?.version ?? 0) > seen) continue;
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.#waiters.delete(wake);
          from.signal?.removeEventListener('abort', wake);
          resolve();
        };
        this.#waiters.add(wake);
        from.signal?.addEventListener('abort', wake);
      });
    }
  }

  async apply(object: KubernetesObject, options: ApplyOptions): Promise<WriteResult> {
    return this.#write('apply', object, options, (live) => {
      const expected = getString(object.metadata, 'resourceVersion');
      if (expected !== undefined && expected !== getString(live?.metadata, 'resourceVersion')) return conflict();
      return this.#merge(object, live, options);
    });
  }

  async create(object: KubernetesObject, options: WriteOptions): Promise<WriteResult> {
    return this.#write('create', object, options, (live) => (live === undefined ? object : toError(409, 'AlreadyExists')));
  }

  async update(object: KubernetesObject, options: WriteOptions): Promise<WriteResult> {
    return this.#write('update', object, options, (live) => {
      if (live === undefined) return toError(404, 'NotFound');
      const expected = getString(object.metadata, 'resourceVersion');
      return expected !== undefined && expected !== getString(live.metadata, 'resourceVersion') ? conflict() : object;
    });
  }

  async updateStatus(object: KubernetesObject, options: WriteOptions): Promise<WriteResult> {
    return this.#write('updateStatus', object, options, (live) =>
      live === undefined ? toError(404, 'NotFound') : { ...live, status: object['status'] ?? {} },
    );
  }

  async delete(ref: ObjectRef, options: DeleteOptions = {}): Promise<WriteResult> {
    const fault = await this.#enter('delete', ref);
    if (fault?.kind === 'error') return fault;
    const live = this.#objects.get(toRefKey(ref));
    if (live === undefined) return toError(404, 'NotFound');
    if (options.uid !== undefined && options.uid !== getString(live.metadata, 'uid')) return conflict();
    if (options.resourceVersion !== undefined && options.resourceVersion !== getString(live.metadata, 'resourceVersion')) return conflict();
    if (this.lingers(live)) this.#store(withMetadata(live, { deletionTimestamp: '2026-01-01T00:00:00Z' }), live);
    else this.remove(ref);
    if (fault?.kind === 'throw') throw fault.error;
    return { kind: 'ok', object: live, operation: 'deleted' };
  }

  async close(): Promise<void> {
    for (const wake of this.#waiters) wake();
  }

  async #enter(verb: Verb, ref: ObjectRef, dryRun = false): Promise<Fault | undefined> {
    await Promise.resolve();
    this.requests.push(`${verb}${dryRun ? ' dry-run' : ''} ${ref.kind}/${ref.name}`);
    const fault = this.fault(verb, ref, dryRun);
    if (fault?.kind === 'throw' && fault.applied !== true) throw fault.error;
    return fault;
  }

  async #write(
    verb: Verb,
    object: KubernetesObject,
    options: WriteOptions,
    decide: (live: KubernetesObject | undefined) => KubernetesObject | StatusError,
  ): Promise<WriteResult> {
    const ref = refOf(object);
    const fault = await this.#enter(verb, ref, options.dryRun === true);
    if (fault?.kind === 'error') return fault;
    const live = this.#objects.get(toRefKey(ref));
    const decided = decide(live);
    if (isStatusError(decided)) return decided;
    const operation = live === undefined ? 'created' : isEqualJson(strip(live), strip(decided)) ? 'unchanged' : 'updated';
    if (options.dryRun === true) return { kind: 'ok', object: decided, operation };
    if (verb === 'apply') this.#applied.set(`${toRefKey(ref)} ${options.fieldManager}`, object);
    if (operation === 'unchanged' && live !== undefined) return { kind: 'ok', object: live, operation };
    const stored = this.#store(decided, live);
    this.controllers(stored, this);
    if (fault?.kind === 'throw') throw fault.error;
    return { kind: 'ok', object: stored, operation };
  }

  #merge(object: KubernetesObject, live: KubernetesObject | undefined, options: ApplyOptions): KubernetesObject {
    const desired = withMetadata(object, { resourceVersion: undefined });
    if (live === undefined) return desired;
    const before = this.#applied.get(`${refKeyOf(object)} ${options.fieldManager}`);
    const merged = mergeJson(before === undefined ? live : dropJson(live, before, desired), desired);
    return {
      ...object,
      ...(isObject(merged) ? merged : {}),
      apiVersion: object.apiVersion,
      kind: object.kind,
      metadata: toMetadata(merged),
    };
  }

  #store(object: KubernetesObject, live: KubernetesObject | undefined): KubernetesObject {
    const changed = live !== undefined && !isEqualJson(object['spec'], live['spec']);
    const generation = live === undefined ? 1 : (getNumber(live.metadata, 'generation') ?? 1) + (changed ? 1 : 0);
    const stored = withMetadata(object, {
      uid: getString(live?.metadata, 'uid') ?? `uid-${++this.#uid}`,
      resourceVersion: String(++this.#version),
      generation,
    });
    this.#objects.set(refKeyOf(stored), stored);
    this.#emit({ type: live === undefined ? 'added' : 'modified', object: stored });
    return stored;
  }

  #emit(event: WatchEvent & { readonly object: KubernetesObject }): void {
    this.#log.push({ version: this.#version, event });
    for (const wake of this.#waiters) wake();
  }
}

function toMetadata(merged: JsonValue): JsonObject {
  const metadata = isObject(merged) ? merged['metadata'] : undefined;
  return isObject(metadata) ? metadata : {};
}

function isStatusError(value: KubernetesObject | StatusError): value is StatusError {
  return value.kind === 'error';
}

export function toError(code: number, reason: StatusError['reason'], message: string = reason): StatusError {
  return { kind: 'error', code, reason, message };
}

function conflict(): StatusError {
  return toError(409, 'Conflict', 'the object has been modified; please apply your changes to the latest version and try again');
}

/** What a write may change: everything but the bookkeeping of the server. */
export function strip(object: KubernetesObject): KubernetesObject {
  return withMetadata(object, { uid: undefined, resourceVersion: undefined, generation: undefined });
}

function mergeJson(live: JsonValue | undefined, desired: JsonValue): JsonValue {
  if (!isObject(live) || !isObject(desired)) return desired;
  const merged: Record<string, JsonValue> = { ...live };
  for (const [key, value] of Object.entries(desired)) merged[key] = mergeJson(live[key], value);
  return merged;
}

function dropJson(live: JsonValue, before: JsonValue, desired: JsonValue): JsonValue {
  if (!isObject(live) || !isObject(before) || !isObject(desired)) return live;
  const kept: Record<string, JsonValue> = {};
  for (const [key, value] of Object.entries(live)) {
    const earlier = before[key];
    const wanted = desired[key];
    if (earlier !== undefined && wanted === undefined) continue;
    kept[key] = earlier === undefined || wanted === undefined ? value : dropJson(value, earlier, wanted);
  }
  return kept;
}
