import {
  gvkOf,
  isKubernetesObject,
  isSelected,
  labelsOf,
  nameOf,
  readMapSelector,
  withMetadata,
  type KubernetesObject,
  type SchemaCatalog,
} from '../../../src/model/index.ts';
import { getArray, getBoolean, getNumber, getObject, getString, isObject, stringifyJson, type JsonValue } from '../../../src/std/index.ts';
import { folderOf, sleep, type Client } from '../client.ts';

/** What a scenario asks for. */
export interface Scenario {
  readonly namespace: string;
  readonly nodes: readonly KubernetesObject[];
  /** What is there before the workloads come: quotas, bounds, Services, budgets. */
  readonly rules: readonly KubernetesObject[];
  readonly workloads: readonly KubernetesObject[];
}

/** What a real cluster holds once it is quiet. */
export interface Outcome {
  readonly objects: readonly KubernetesObject[];
  /** The names of pods in the order in which they were given their nodes. */
  readonly bound: readonly string[];
  /** What was refused of what was applied, by name. */
  readonly refused: ReadonlyMap<string, string>;
}

/** How long (ms) nothing may change before a cluster counts as quiet. */
const QUIET = 400;
const PATIENCE = 20_000;
/** How long (ms) controllers may take to note what they collect first. */
const COLLECTING = 4000;
const PAUSE = 120;
const LISTED: readonly (readonly [string, string])[] = [
  ['', 'Event'],
  ['', 'LimitRange'],
  ['', 'Pod'],
  ['', 'ResourceQuota'],
  ['', 'Service'],
  ['apps', 'ControllerRevision'],
  ['apps', 'DaemonSet'],
  ['apps', 'Deployment'],
  ['apps', 'ReplicaSet'],
  ['apps', 'StatefulSet'],
  ['batch', 'Job'],
  ['discovery.k8s.io', 'EndpointSlice'],
  ['policy', 'PodDisruptionBudget'],
];

/** The scenario of a case, in a namespace and with nodes of its own; undefined if it is none. */
export function readScenario(input: JsonValue, namespace: string): Scenario | undefined {
  const lists = ['nodes', 'rules', 'workloads'].map((field) => getArray(input, field));
  if (!lists.flat().every((item) => isKubernetesObject(item) && nameOf(item) !== '')) return undefined;
  const [nodes = [], rules = [], workloads = []] = lists.map((list) => list.filter(isKubernetesObject));
  const placed = (object: KubernetesObject): KubernetesObject => withMetadata(object, { namespace });
  return { namespace, nodes, rules: rules.map(placed), workloads: workloads.map(placed) };
}

/** Something goes on for longer than anybody waits. */
class Restless extends Error {}

/** Plays scenarios on a real control plane, one after the other. */
export class RealCluster {
  readonly #client: Client;
  readonly #catalog: SchemaCatalog;

  constructor(client: Client, catalog: SchemaCatalog) {
    this.#client = client;
    this.#catalog = catalog;
  }

  /** Applies a scenario and waits until nothing changes any more; takes all of it away afterwards. Undefined where it does not come to rest. */
  async play(scenario: Scenario): Promise<Outcome | undefined> {
    try {
      return await this.#apply(scenario);
    } catch (error) {
      if (error instanceof Restless) return undefined;
      throw error;
    } finally {
      await this.#clear(scenario);
    }
  }

  async #apply({ namespace, nodes, rules, workloads }: Scenario): Promise<Outcome> {
    const refused = new Map<string, string>();
    await this.#client.must('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    for (const node of nodes) await this.#client.must('POST', '/api/v1/nodes', node);
    await this.#wait(async () => (await this.#listNodes()).every(hasSettledTaints));
    await this.#wait(() => this.#exists(`/api/v1/namespaces/${namespace}/serviceaccounts/default`));
    for (const rule of rules) await this.#create(rule, refused);
    await this.#wait(async () =>
      (await this.#list(namespace, '', 'ResourceQuota')).every((quota) => getObject(quota, 'status', 'hard') !== undefined),
    );
    for (const workload of workloads) {
      await this.#create(workload, refused);
      await this.#waitUntilQuiet(namespace);
    }
    const objects = await this.#listAll(namespace);
    return { objects: [...(await this.#listNodes()), ...objects], bound: listBound(objects), refused };
  }

  async #create(object: KubernetesObject, refused: Map<string, string>): Promise<void> {
    const { status, body } = await this.#client.send('POST', this.#folderOf(object), object);
    if (status >= 300) refused.set(`${object.kind} ${nameOf(object)}`, getString(body, 'message') ?? '');
  }

  #folderOf(object: KubernetesObject): string {
    const kind = this.#catalog.find(gvkOf(object));
    if (kind === undefined) throw new Error(`no kind ${object.kind}`);
    return folderOf(kind, getString(object.metadata, 'namespace') ?? '');
  }

  async #waitUntilQuiet(namespace: string): Promise<void> {
    let known = '';
    let since = Date.now();
    let objects: readonly KubernetesObject[] = [];
    const isQuiet = async (): Promise<boolean> => {
      objects = await this.#listAll(namespace);
      const version = objects.map((object) => (object.kind === 'Event' ? '' : getString(object.metadata, 'resourceVersion'))).join(' ');
      if (version !== known || !objects.every(isDecided)) [known, since] = [version, Date.now()];
      return Date.now() - since >= (areCounted(objects) && areListed(objects) ? QUIET : COLLECTING);
    };
    await this.#wait(isQuiet, () => stringifyJson(objects.filter((object) => !isDecided(object))));
  }

  async #wait(isDone: () => Promise<boolean>, describe = (): string => ''): Promise<void> {
    const end = Date.now() + PATIENCE;
    while (!(await isDone())) {
      if (Date.now() > end) throw new Restless(`the cluster does not come to rest: ${describe()}`);
      await sleep(PAUSE);
    }
  }

  async #exists(path: string): Promise<boolean> {
    return (await this.#client.send('GET', path)).status === 200;
  }

  async #listNodes(): Promise<readonly KubernetesObject[]> {
    return toItems(await this.#client.must('GET', '/api/v1/nodes'), 'v1', 'Node');
  }

  async #list(namespace: string, group: string, name: string): Promise<readonly KubernetesObject[]> {
    const kind = this.#catalog.list().find((item) => item.group === group && item.kind === name && item.version === 'v1');
    if (kind === undefined) throw new Error(`no kind ${name}`);
    const body = await this.#client.must('GET', folderOf(kind, namespace));
    return toItems(body, group === '' ? 'v1' : `${group}/v1`, name);
  }

  async #listAll(namespace: string): Promise<readonly KubernetesObject[]> {
    return (await Promise.all(LISTED.map(([group, kind]) => this.#list(namespace, group, kind)))).flat();
  }

  /** The namespace first: nothing is made in it any more. It goes in its own time. */
  async #clear({ namespace, nodes }: Scenario): Promise<void> {
    await this.#client.send('DELETE', `/api/v1/namespaces/${namespace}`);
    const pods = `/api/v1/namespaces/${namespace}/pods`;
    for (const node of nodes) await this.#client.send('DELETE', `/api/v1/nodes/${nameOf(node)}`);
    await this.#wait(async () => {
      await this.#client.send('DELETE', `${pods}?gracePeriodSeconds=0`);
      return (await this.#list(namespace, '', 'Pod')).length === 0;
    });
  }
}

function toItems(list: JsonValue, apiVersion: string, kind: string): readonly KubernetesObject[] {
  return getArray(list, 'items').flatMap((item) => {
    const object = isObject(item) ? { apiVersion, kind, ...item } : null;
    return isKubernetesObject(object) ? [object] : [];
  });
}

/** Nodes are closed until the controller has seen that they are ready. */
function hasSettledTaints(node: KubernetesObject): boolean {
  const troubles = getArray(node, 'status', 'conditions').filter(
    (item) => getString(item, 'type') !== 'Ready' && getString(item, 'status') === 'True',
  );
  const taints = getArray(node, 'spec', 'taints').map((taint) => getString(taint, 'key') ?? '');
  const cordoned = getBoolean(node, 'spec', 'unschedulable') === true ? 1 : 0;
  const played = taints.filter((key) => key.startsWith('node.kubernetes.io/'));
  return !taints.includes('node.kubernetes.io/not-ready') && played.length === troubles.length + cordoned;
}

/** Whether the scheduler and the kubelets have said what they have to say of a pod, and controllers have seen their objects. */
function isDecided(object: KubernetesObject): boolean {
  const generation = getNumber(object.metadata, 'generation') ?? 0;
  if (findCreateError(object) !== undefined) return true;
  if (object.apiVersion === 'apps/v1' && object.kind !== 'ControllerRevision')
    return (getNumber(object, 'status', 'observedGeneration') ?? 0) >= generation;
  if (object.kind !== 'Pod') return true;
  const isBound = getString(object, 'spec', 'nodeName') !== undefined;
  const phase = getString(object, 'status', 'phase');
  return isBound
    ? phase !== 'Pending'
    : getArray(object, 'status', 'conditions').some((item) => getString(item, 'type') === 'PodScheduled');
}

/** Whether Jobs have taken note of all pods that have ended: they wait a second for more. */
function areCounted(objects: readonly KubernetesObject[]): boolean {
  const ended = objects.filter((object) => object.kind === 'Pod' && getString(object, 'status', 'phase') === 'Succeeded');
  return objects.every((object) => {
    if (object.kind !== 'Job') return true;
    const own = ended.filter((pod) => getString(pod.metadata, 'labels', 'job-name') === nameOf(object));
    return (getNumber(object, 'status', 'succeeded') ?? 0) >= own.length;
  });
}

/** Whether slices list the pods that serve: where its view of them was old, the controller looks again after a second. */
function areListed(objects: readonly KubernetesObject[]): boolean {
  const slices = objects.filter(({ kind }) => kind === 'EndpointSlice');
  const namesOf = (service: string): readonly string[] =>
    slices
      .filter((slice) => labelsOf(slice).get('kubernetes.io/service-name') === service)
      .flatMap((slice) => getArray(slice, 'endpoints'))
      .map((endpoint) => getString(endpoint, 'targetRef', 'name') ?? '');
  return objects.every((service) => {
    const selector = service.kind === 'Service' ? readMapSelector(getObject(service, 'spec', 'selector')) : undefined;
    if (selector === undefined) return true;
    const wanted = objects.filter((pod) => pod.kind === 'Pod' && isServing(pod) && isSelected(selector, labelsOf(pod)));
    const listed = new Set(namesOf(nameOf(service)));
    return wanted.every((pod) => listed.has(nameOf(pod)));
  });
}

function isServing(pod: KubernetesObject): boolean {
  const phase = getString(pod, 'status', 'phase');
  return getString(pod, 'status', 'podIP') !== undefined && phase !== 'Succeeded' && phase !== 'Failed';
}

/** What a Deployment says whose ReplicaSet was refused: it sees nothing else until then. */
export function findCreateError(object: KubernetesObject | undefined): string | undefined {
  const condition = getArray(object, 'status', 'conditions').find((item) => getString(item, 'reason') === 'ReplicaSetCreateError');
  return getString(condition, 'message');
}

function listBound(objects: readonly KubernetesObject[]): readonly string[] {
  const events = objects.filter((object) => object.kind === 'Event' && getString(object, 'reason') === 'Scheduled');
  const version = (event: KubernetesObject): number => Number(getString(event.metadata, 'resourceVersion'));
  return events
    .toSorted((a, b) => version(a) - version(b))
    .map((event) => getString(event, 'involvedObject', 'name') ?? getString(event, 'regarding', 'name') ?? '');
}
