import { isKubernetesObject, nameOf, refOf, type Kind, type KubernetesObject } from '../../src/model/index.ts';
import type { Cluster, DeleteOptions, StatusError, WriteResult } from '../../src/cluster/index.ts';
import { getArray, getObject, getString, type JsonObject, type JsonValue } from '../../src/std/index.ts';
import { folderOf, type Client, type ServerAnswer } from './client.ts';

/** How an object is deleted. */
export type Removal = Pick<DeleteOptions, 'propagation' | 'uid' | 'resourceVersion' | 'dryRun'>;

/** How an object is written. */
export interface Writing {
  readonly manager: string;
  readonly dry: boolean;
  readonly force: boolean;
}

/** What a request was answered: a code, and either an object or why not. */
export interface Reply {
  readonly code: number;
  readonly object?: KubernetesObject;
  readonly refusal?: JsonObject;
}

/** A cluster that requests are sent to, and what it says. */
export interface Side {
  get(kind: Kind, object: KubernetesObject): Promise<KubernetesObject | undefined>;
  list(kind: Kind, namespace: string, query: { readonly selector?: string; readonly limit?: number }): Promise<JsonValue>;
  write(op: 'create' | 'update' | 'apply' | 'status', kind: Kind, object: KubernetesObject, how: Writing): Promise<Reply>;
  remove(kind: Kind, object: KubernetesObject, how: Removal): Promise<Reply>;
  /** The events of a namespace after a version, up to one about an object of some name. */
  watch(kind: Kind, namespace: string, from: string, last: string): Promise<readonly JsonValue[]>;
  /** The version of a namespace's list. */
  version(kind: Kind, namespace: string): Promise<string>;
}

/** How many seconds a watch may take to tell what has happened. */
const PATIENCE = 20;

/** The side of a real API server. */
export function toServerSide(client: Client): Side {
  const pathOf = (kind: Kind, object: KubernetesObject): string =>
    `${folderOf(kind, namespaceOf(object))}/${encodeURIComponent(nameOf(object))}`;
  return {
    get: async (kind, object) => {
      const { status, body } = await client.send('GET', pathOf(kind, object));
      return status === 200 && isKubernetesObject(body) ? body : undefined;
    },
    list: async (kind, namespace, { selector, limit }) => {
      const query = new URLSearchParams({
        ...(selector === undefined ? {} : { labelSelector: selector }),
        ...(limit === undefined ? {} : { limit: String(limit) }),
      });
      const body = await client.must('GET', `${folderOf(kind, namespace)}?${query.toString()}`);
      return toPage(getArray(body, 'items'), getString(body, 'metadata', 'continue'));
    },
    write: async (op, kind, object, { manager, dry, force }) => {
      const query = `fieldManager=${manager}${dry ? '&dryRun=All' : ''}`;
      if (op === 'create') return toReply(await client.send('POST', `${folderOf(kind, namespaceOf(object))}?${query}`, object));
      if (op === 'apply')
        return toReply(
          await client.send('PATCH', `${pathOf(kind, object)}?${query}&force=${force}`, object, 'application/apply-patch+yaml'),
        );
      return toReply(await client.send('PUT', `${pathOf(kind, object)}${op === 'status' ? '/status' : ''}?${query}`, object));
    },
    remove: async (kind, object, { propagation, uid, resourceVersion, dryRun }) => {
      const preconditions = { ...(uid === undefined ? {} : { uid }), ...(resourceVersion === undefined ? {} : { resourceVersion }) };
      const options = {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        preconditions,
        ...(propagation === undefined ? {} : { propagationPolicy: propagation }),
        ...(dryRun === true ? { dryRun: ['All'] } : {}),
      };
      return toReply(await client.send('DELETE', pathOf(kind, object), options));
    },
    watch: async (kind, namespace, from, last) => {
      const path = `${folderOf(kind, namespace)}?watch=1&resourceVersion=${from}&timeoutSeconds=${PATIENCE}`;
      const events = await client.watch(path, (event) => getString(event, 'object', 'metadata', 'name') === last || isError(event));
      return events.map((event) => ({ type: (getString(event, 'type') ?? '').toLowerCase(), object: getObject(event, 'object') ?? null }));
    },
    version: async (kind, namespace) =>
      getString(await client.must('GET', `${folderOf(kind, namespace)}?limit=1`), 'metadata', 'resourceVersion') ?? '',
  };
}

function isError(event: JsonValue): boolean {
  return getString(event, 'type') === 'ERROR';
}

function toReply({ status, body }: ServerAnswer): Reply {
  if (status < 300) return { code: status, ...(isKubernetesObject(body) && body.kind !== 'Status' ? { object: body } : {}) };
  const causes = getArray(body, 'details', 'causes');
  const reason = getString(body, 'reason') ?? '';
  return { code: status, refusal: { reason: reason === '' ? 'Unknown' : reason, message: getString(body, 'message') ?? '', causes } };
}

/** The side of a cluster behind the port. */
export function toPortSide(cluster: Cluster): Side {
  const toOutcome = (result: WriteResult): Reply => {
    if (result.kind === 'error') return { code: result.code, refusal: toRefusal(result) };
    return { code: result.operation === 'created' ? 201 : 200, object: result.object };
  };
  return {
    get: (kind, object) => cluster.get({ ...refOf(object), version: kind.version }),
    list: async (kind, namespace, { selector, limit }) => {
      const page = await cluster.list(kind, {
        namespace,
        ...(selector === undefined ? {} : { labelSelector: selector }),
        ...(limit === undefined ? {} : { limit }),
      });
      return toPage(page.items, page.continue);
    },
    write: async (op, _kind, object, { manager, dry, force }) => {
      const options = { fieldManager: manager, dryRun: dry };
      switch (op) {
        case 'create':
          return toOutcome(await cluster.create(object, options));
        case 'update':
          return toOutcome(await cluster.update(object, options));
        case 'apply':
          return toOutcome(await cluster.apply(object, { ...options, force }));
        case 'status':
          return toOutcome(await cluster.updateStatus(object, options));
      }
    },
    remove: async (kind, object, how) => toOutcome(await cluster.delete({ ...refOf(object), version: kind.version }, how)),
    watch: async (kind, namespace, from, last) => {
      const events: JsonValue[] = [];
      for await (const event of cluster.watch(kind, { resourceVersion: from, namespace, signal: AbortSignal.timeout(PATIENCE * 1000) })) {
        events.push(event.type === 'expired' ? { type: 'error', object: { code: 410 } } : { ...event });
        if ('object' in event && nameOf(event.object) === last) break;
      }
      return events;
    },
    version: async (kind, namespace) => (await cluster.list(kind, { namespace, limit: 1 })).resourceVersion,
  };
}

function toRefusal({ reason, message, causes = [] }: StatusError): JsonObject {
  return { reason, message, causes: causes.map((cause) => ({ ...cause })) };
}

function toPage(items: readonly JsonValue[], token: string | undefined): JsonValue {
  return { names: items.map((item) => getString(item, 'metadata', 'name') ?? ''), hasMore: token !== undefined && token !== '' };
}

function namespaceOf(object: KubernetesObject): string {
  return getString(object.metadata, 'namespace') ?? '';
}
