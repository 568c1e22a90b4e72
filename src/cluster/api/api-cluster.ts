import {
  gvkOf,
  isKubernetesObject,
  KplanError,
  nameOf,
  namespaceOf,
  refOf,
  type KubernetesObject,
  type ObjectRef,
} from '../../model/index.ts';
import {
  getArray,
  getString,
  groupBy,
  isEqualJson,
  parseJson,
  pause,
  stringifyJsonInOrder,
  type Clock,
  type JsonObject,
} from '../../std/index.ts';
import type { ClusterAccess } from '../kubeconfig/access.ts';
import {
  formatStatusError,
  type ApplyOptions,
  type Cluster,
  type ClusterIdentity,
  type DeleteOptions,
  type ListQuery,
  type ObjectList,
  type ResourceType,
  type StatusError,
  type WatchEvent,
  type WriteOptions,
  type WriteResult,
} from '../port.ts';
import { Discovery } from './discovery.ts';
import { withoutQuotes } from './secret-refusal.ts';
import { toStatusError } from './status.ts';
import { ApiTransport, type ApiAnswer, type ApiRequest } from './transport.ts';
import { readWatch, withKind } from './watch.ts';

type GroupVersionKind = Pick<ResourceType, 'group' | 'version' | 'kind'>;

/** What is served; the versions of a kind, by `group/Kind`, in the order in which discovery tells them. */
interface ServedTypes {
  readonly all: readonly ResourceType[];
  readonly byKind: ReadonlyMap<string, readonly ResourceType[]>;
}

const APPLY = 'application/apply-patch+yaml';
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 30_000;
const NOT_SERVED: StatusError = {
  kind: 'error',
  code: 404,
  reason: 'NotFound',
  message: 'the server could not find the requested resource',
};

/**
 * An API server as a cluster. Kinds are looked up by discovery, which is asked again for one that is not known. `tell` hears once
 * that the server no longer answers, and once that it does again.
 */
export function openApiCluster(access: ClusterAccess, clock: Clock, tell?: (trouble: string) => void): Cluster {
  return new ApiCluster(access, clock, tell);
}

class ApiCluster implements Cluster {
  readonly #access: ClusterAccess;
  readonly #clock: Clock;
  readonly #transport: ApiTransport;
  readonly #discovery: Discovery;
  #types: Promise<ServedTypes> | undefined;
  #identity: Promise<ClusterIdentity> | undefined;

  constructor(access: ClusterAccess, clock: Clock, tell: ((trouble: string) => void) | undefined) {
    this.#access = access;
    this.#clock = clock;
    this.#transport = new ApiTransport(access, clock, tell);
    this.#discovery = new Discovery(
      (request) => this.#must(request),
      (request) => this.#transport.send(request),
    );
  }

  identity(): Promise<ClusterIdentity> {
    return (this.#identity ??= this.#readIdentity());
  }

  async #readIdentity(): Promise<ClusterIdentity> {
    const [version, system] = await Promise.all([
      this.#must({ method: 'GET', path: '/version', isRepeatable: true }),
      this.#transport.send({ method: 'GET', path: '/api/v1/namespaces/kube-system', isRepeatable: true }),
    ]);
    const { major = '', minor = '' } = toVersion(version.text);
    const uid = system.status === 200 ? getString(parseJson(system.text), 'metadata', 'uid') : undefined;
    return { uid: uid ?? '', description: this.#access.description, kubernetesVersion: `${major}.${minor}` };
  }

  async resources(): Promise<readonly ResourceType[]> {
    const { all } = await (this.#types = this.#readTypes());
    return all;
  }

  async #readTypes(): Promise<ServedTypes> {
    const all = await this.#discovery.list();
    return { all, byKind: groupBy(all, ({ group, kind }) => `${group}/${kind}`) };
  }

  async get(ref: ObjectRef): Promise<KubernetesObject | undefined> {
    const type = await this.#find(ref);
    if (type === undefined) return undefined;
    const answer = await this.#transport.send({ method: 'GET', path: pathOf(type, ref.namespace, ref.name), isRepeatable: true });
    if (answer.status === 404) return undefined;
    if (answer.status >= 300) throw this.#refusal(answer, `${ref.kind} ${ref.name}`);
    return toObject(answer.text);
  }

  async list(kind: GroupVersionKind, query: ListQuery = {}): Promise<ObjectList> {
    const type = await this.#mustFind(kind);
    const path = withQuery(pathOf(type, query.namespace), {
      labelSelector: query.labelSelector,
      fieldSelector: query.fieldSelector,
      limit: query.limit === undefined ? undefined : String(query.limit),
      continue: query.continue,
    });
    const answer = await this.#transport.send({ method: 'GET', path, isRepeatable: true });
    if (answer.status >= 300) throw this.#refusal(answer, type.plural);
    const list = parseJson(answer.text);
    const apiVersion = getString(list, 'apiVersion') ?? apiVersionOf(type);
    const next = getString(list, 'metadata', 'continue') ?? '';
    return {
      items: getArray(list, 'items').flatMap((item) => withKind(item, apiVersion, type.kind) ?? []),
      resourceVersion: getString(list, 'metadata', 'resourceVersion') ?? '',
      ...(next === '' ? {} : { continue: next }),
    };
  }

  async *watch(
    kind: GroupVersionKind,
    from: { readonly resourceVersion: string; readonly namespace?: string; readonly signal?: AbortSignal },
  ): AsyncIterable<WatchEvent> {
    const type = await this.#mustFind(kind);
    const signal = from.signal === undefined ? this.#transport.closed : AbortSignal.any([from.signal, this.#transport.closed]);
    let { resourceVersion } = from;
    for (let failures = 0; !signal.aborted;) {
      const opened = await this.#openWatch(type, { ...from, resourceVersion, signal });
      if (opened === 'expired') {
        yield { type: 'expired' };
        return;
      }
      if (opened !== undefined) {
        for (;;) {
          const { done, value } = await opened.next();
          if (done === true) {
            if (value !== 'expired') break;
            yield { type: 'expired' };
            return;
          }
          failures = 0;
          if (value.resourceVersion !== '') ({ resourceVersion } = value);
          if (signal.aborted) return;
          yield value.event;
        }
      }
      await pause(this.#clock, Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** failures++), signal);
    }
  }

  async #openWatch(
    type: ResourceType,
    from: { readonly resourceVersion: string; readonly namespace?: string; readonly signal: AbortSignal },
  ): Promise<ReturnType<typeof readWatch> | 'expired' | undefined> {
    const path = withQuery(pathOf(type, from.namespace), {
      watch: 'true',
      allowWatchBookmarks: 'true',
      resourceVersion: from.resourceVersion,
    });
    const incoming = await this.#transport
      .open({ method: 'GET', path, isRepeatable: true, signal: from.signal })
      .catch((error: unknown) => {
        if (error instanceof KplanError) return undefined;
        throw error;
      });
    if (incoming === undefined) return undefined;
    if (incoming.statusCode === 200) return readWatch(incoming);
    incoming.destroy();
    if (incoming.statusCode === 410) return 'expired';
    if (incoming.statusCode !== 403 && incoming.statusCode !== 404) return undefined;
    throw new KplanError(
      'CLUSTER_REFUSED',
      `cluster ${this.#access.description}: ${type.plural} cannot be watched (${incoming.statusCode})`,
      {
        hint: 'the identity of the kubeconfig needs the verb watch for them',
      },
    );
  }

  async apply(object: KubernetesObject, options: ApplyOptions): Promise<WriteResult> {
    const query = { ...writeQuery(options), ...(options.force === true ? { force: 'true' } : {}) };
    const live = options.dryRun === true ? (options.live === undefined ? await this.get(refOf(object)) : options.live) : undefined;
    const result = await this.#write(object, options, { method: 'PATCH', contentType: APPLY, query, isRepeatable: true });
    // A dry run answers with the live resourceVersion, whatever it would change.
    return result.kind === 'ok' && live !== undefined && live !== null
      ? { ...result, operation: isEqualJson(live, result.object) ? 'unchanged' : 'updated' }
      : result;
  }

  create(object: KubernetesObject, options: WriteOptions): Promise<WriteResult> {
    return this.#write(object, options, { method: 'POST', query: writeQuery(options), isRepeatable: options.dryRun === true });
  }

  update(object: KubernetesObject, options: WriteOptions): Promise<WriteResult> {
    return this.#write(object, options, { method: 'PUT', query: writeQuery(options), isRepeatable: options.dryRun === true });
  }

  updateStatus(object: KubernetesObject, options: WriteOptions): Promise<WriteResult> {
    const isRepeatable = options.dryRun === true;
    return this.#write(object, options, { method: 'PUT', query: writeQuery(options), isRepeatable, subresource: 'status' });
  }

  async delete(ref: ObjectRef, options: DeleteOptions = {}): Promise<WriteResult> {
    const type = await this.#find(ref);
    if (type === undefined) return NOT_SERVED;
    const preconditions = {
      ...(options.uid === undefined ? {} : { uid: options.uid }),
      ...(options.resourceVersion === undefined ? {} : { resourceVersion: options.resourceVersion }),
    };
    const body: JsonObject = {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      preconditions,
      ...(options.propagation === undefined ? {} : { propagationPolicy: options.propagation }),
      ...(options.dryRun === true ? { dryRun: ['All'] } : {}),
    };
    const path = pathOf(type, ref.namespace, ref.name);
    const isRepeatable = options.uid !== undefined;
    const answer = await this.#transport.send({
      method: 'DELETE',
      path,
      body: JSON.stringify(body),
      isRepeatable,
      signal: options.signal,
    });
    if (answer.status >= 300) return toRefusedWrite(answer, type);
    const object = toObject(answer.text);
    const { namespace, name } = ref;
    const gone = { apiVersion: apiVersionOf(type), kind: type.kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) } };
    return { kind: 'ok', object: object === undefined || object.kind === 'Status' ? gone : object, operation: 'deleted' };
  }

  close(): Promise<void> {
    this.#transport.close();
    return Promise.resolve();
  }

  async #write(
    object: KubernetesObject,
    { signal }: WriteOptions,
    how: Pick<ApiRequest, 'method' | 'contentType' | 'isRepeatable'> & { readonly query: Query; readonly subresource?: string },
  ): Promise<WriteResult> {
    const gvk = gvkOf(object);
    const type = await this.#find(gvk);
    if (type?.version !== gvk.version) return NOT_SERVED;
    const base = pathOf(type, namespaceOf(object), how.method === 'POST' ? undefined : nameOf(object));
    const path = withQuery(how.subresource === undefined ? base : `${base}/${how.subresource}`, how.query);
    const answer = await this.#transport.send({
      method: how.method,
      path,
      body: stringifyJsonInOrder(object),
      isRepeatable: how.isRepeatable,
      signal,
      ...(how.contentType === undefined ? {} : { contentType: how.contentType }),
    });
    if (answer.status >= 300) return toRefusedWrite(answer, type);
    const stored = toObject(answer.text);
    if (stored === undefined) throw this.#strange(`the answer to a ${how.method} of ${object.kind} ${nameOf(object)} is no object`);
    const given = getString(object.metadata, 'resourceVersion');
    const isSame = given !== undefined && given === getString(stored.metadata, 'resourceVersion');
    return { kind: 'ok', object: stored, operation: answer.status === 201 ? 'created' : isSame ? 'unchanged' : 'updated' };
  }

  /** The type of a kind: of the version named if it is served, else of the preferred one. */
  async #find(kind: GroupVersionKind): Promise<ResourceType | undefined> {
    const known = pick(await (this.#types ??= this.#readTypes()), kind);
    return known ?? pick(await (this.#types = this.#readTypes()), kind);
  }

  async #mustFind(kind: GroupVersionKind): Promise<ResourceType> {
    const type = await this.#find(kind);
    if (type !== undefined) return type;
    throw new KplanError('CLUSTER_REFUSED', `cluster ${this.#access.description} does not serve ${kind.kind} of ${apiVersionOf(kind)}`, {
      hint: 'is its definition installed, and the API group well? `kubectl api-resources` lists what is served',
    });
  }

  async #must(request: ApiRequest): Promise<ApiAnswer> {
    const answer = await this.#transport.send(request);
    if (answer.status < 300 || answer.status === 304) return answer;
    throw this.#refusal(answer, request.path);
  }

  #refusal(answer: ApiAnswer, what: string): KplanError {
    const error = toStatusError(answer);
    return new KplanError('CLUSTER_REFUSED', `cluster ${this.#access.description}: ${what}: ${formatStatusError(error)}`, {
      hint: adviseOn(error),
    });
  }

  #strange(what: string): KplanError {
    return new KplanError('CLUSTER_REFUSED', `cluster ${this.#access.description}: ${what}`, {
      hint: 'is a proxy in between that answers for the API server?',
    });
  }
}

function adviseOn({ code, reason, message }: StatusError): string {
  if (code === 401) return 'the credentials of the kubeconfig are wrong or have expired: log in again';
  if (message.includes('HTTP request to an HTTPS server')) return 'write the server of the kubeconfig with https://';
  if (code === 403 && message.includes('"system:anonymous"'))
    return 'the kubeconfig sent no credentials that the server knows: log in, or choose another user with --user or --context';
  if (code === 403) return '`kplan rbac --for-kapply PATH` prints the rights that applying needs; --as names another identity';
  if (reason === 'Unknown') return 'is a proxy or load balancer in between that answers for the API server, and is the server well?';
  return 'is this the right cluster, and is it well?';
}

function toRefusedWrite(answer: ApiAnswer, { group, kind }: ResourceType): StatusError {
  const error = toStatusError(answer);
  return group === '' && kind === 'Secret' ? withoutQuotes(error) : error;
}

type Query = Readonly<Record<string, string | undefined>>;

function writeQuery({ fieldManager, dryRun }: WriteOptions): Query {
  return { fieldManager, ...(dryRun === true ? { dryRun: 'All' } : {}) };
}

function withQuery(path: string, query: Query): string {
  const words = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`]));
  return words.length === 0 ? path : `${path}?${words.join('&')}`;
}

function pathOf(type: ResourceType, namespace?: string, name?: string): string {
  const root = type.group === '' ? `/api/${type.version}` : `/apis/${type.group}/${type.version}`;
  const within = type.namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${root}${within}/${type.plural}${name === undefined ? '' : `/${encodeURIComponent(name)}`}`;
}

function pick({ byKind }: ServedTypes, { group, version, kind }: GroupVersionKind): ResourceType | undefined {
  const served = byKind.get(`${group}/${kind}`) ?? [];
  return served.find((type) => type.version === version) ?? served[0];
}

function apiVersionOf({ group, version }: GroupVersionKind): string {
  return group === '' ? version : `${group}/${version}`;
}

function toObject(text: string): KubernetesObject | undefined {
  const value = text.startsWith('{') ? parseJson(text) : undefined;
  return isKubernetesObject(value) ? value : undefined;
}

function toVersion(text: string): { readonly major?: string; readonly minor?: string } {
  const value = parseJson(text);
  const [major, minor] = [getString(value, 'major'), /^\d+/.exec(getString(value, 'minor') ?? '')?.[0]];
  return { ...(major === undefined ? {} : { major }), ...(minor === undefined ? {} : { minor }) };
}
