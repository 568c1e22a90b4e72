import { authorize, toServiceAccountUser } from '../../src/engine/rbac/index.ts';
import { schedule } from '../../src/engine/scheduler/index.ts';
import { visitConnections } from '../../src/engine/network/index.ts';
import { nameOf, World, type KubernetesObject } from '../../src/model/index.ts';
import { hasPoint, sha256, type JsonObject } from '../../src/std/index.ts';
import { createRandom } from './corpus.ts';
import { measureWork } from './measure.ts';
import { isAuthorizedNaively, type NaiveRequest } from './naive/authorize.ts';
import { isReachableNaively } from './naive/reach.ts';
import { scheduleNaively, type NaiveNode, type NaivePod } from './naive/schedule.ts';
import { toRatio, type BenchRow } from './row.ts';

/** One input, answered by an engine and by its naive twin. */
interface Contest {
  readonly work: string;
  readonly engine: () => readonly string[];
  readonly naive: () => readonly string[];
}

/** Each engine against a naive twin on the same input. */
export async function benchEngines(): Promise<readonly BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const { work, engine, naive } of [contestScheduler(), contestRbac(), contestNetwork()]) {
    const own = await measureWork(engine);
    const twin = await measureWork(naive);
    const [hash, expected] = [own.answer, twin.answer].map((lines) => sha256(lines.join('\n')));
    rows.push({ work, ...own, ratio: `${toRatio(own.cpuMs, twin.cpuMs)} of the naive CPU`, hash: hash ?? '', expected: expected ?? '' });
    rows.push({ work: '  the naive twin', ...twin, hash: expected ?? '' });
  }
  return rows;
}

const pick = <T>(items: readonly [T, ...T[]], random: () => number): T => items[Math.floor(random() * items.length)] ?? items[0];

function contestScheduler(): Contest {
  const random = createRandom(7);
  const nodes = Array.from({ length: 500 }, (_, index): NaiveNode => ({
    name: `node-${index}`,
    zone: `z${index % 3}`,
    cpu: pick([4, 8, 16], random) * 1000,
    memory: pick([8, 16, 64], random) * 1024,
  }));
  const pods = Array.from({ length: 5000 }, (_, index): NaivePod => ({
    name: `p${String(index).padStart(5, '0')}`,
    zone: pick(['', '', 'z0', 'z1'], random),
    cpu: 100 + Math.floor(random() * 20) * 50,
    memory: 64 * (1 + Math.floor(random() * 40)),
  }));
  const world = World.of([...nodes.map(toNode), ...pods.map(toPod)]);
  return {
    work: 'place 5,000 pods on 500 nodes',
    engine: () =>
      schedule(world)
        .placements.map(({ pod, node }) => `${pod.slice(pod.indexOf('/') + 1)} ${node ?? '-'}`)
        .toSorted(),
    naive: () => [...scheduleNaively(nodes, pods)].map(([pod, node]) => `${pod} ${node ?? '-'}`).toSorted(),
  };
}

function toNode({ name, zone, cpu, memory }: NaiveNode): KubernetesObject {
  const allocatable = { cpu: `${cpu}m`, memory: `${memory}Mi`, pods: '1000' };
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, labels: { zone } }, status: { allocatable, capacity: allocatable } };
}

function toPod({ name, zone, cpu, memory }: NaivePod): KubernetesObject {
  const resources = { requests: { cpu: `${cpu}m`, memory: `${memory}Mi` } };
  const spec = { containers: [{ name: 'main', image: 'x', resources }], ...(zone === '' ? {} : { nodeSelector: { zone } }) };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'n', creationTimestamp: '2026-01-01T00:00:00Z' }, spec };
}

const RBAC = 'rbac.authorization.k8s.io/v1';
const VERBS = ['get', 'list', 'create', 'delete'] as const;
const RESOURCES = ['pods', 'secrets', 'services', 'configmaps'] as const;

function contestRbac(): Contest {
  const random = createRandom(8);
  const namespaceOf = (): string => `n${Math.floor(random() * 100)}`;
  const objects: KubernetesObject[] = [];
  for (let index = 0; index < 5000; index++) {
    const namespace = namespaceOf();
    const rules = [{ apiGroups: [''], resources: [pick(RESOURCES, random)], verbs: [pick(VERBS, random), pick([...VERBS, '*'], random)] }];
    const isCluster = random() < 0.05;
    const kind = isCluster ? 'ClusterRole' : 'Role';
    const where = isCluster ? {} : { namespace };
    objects.push({ apiVersion: RBAC, kind, metadata: { name: `r${index}`, ...where }, rules });
    const account = { kind: 'ServiceAccount', name: `a${Math.floor(random() * 20)}`, namespace };
    const group = { kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name: `system:serviceaccounts:${namespace}` };
    objects.push({
      apiVersion: RBAC,
      kind: isCluster && random() < 0.3 ? 'ClusterRoleBinding' : 'RoleBinding',
      metadata: { name: `b${index}`, namespace },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name: `r${index}` },
      subjects: [random() < 0.8 ? account : group],
    });
  }
  const bindings = objects.map((object) => (object.kind === 'ClusterRoleBinding' ? withoutNamespace(object) : object));
  const world = World.of(bindings);
  const requests = Array.from({ length: 4000 }, (): NaiveRequest => {
    const namespace = namespaceOf();
    const [account, verb, resource] = [`a${Math.floor(random() * 20)}`, pick(VERBS, random), pick(RESOURCES, random)];
    return { namespace, accountNamespace: random() < 0.8 ? namespace : namespaceOf(), account, verb, group: '', resource };
  });
  const ask = ({ accountNamespace, account, ...rest }: NaiveRequest): boolean =>
    authorize(world, { kind: 'resource', user: toServiceAccountUser(accountNamespace, account), ...rest, subresource: '', name: '' })
      .allowed;
  return {
    work: 'authorize 4,000 requests by 5,000 roles and bindings',
    engine: () => requests.map((request) => String(ask(request))),
    naive: () => requests.map((request) => String(isAuthorizedNaively(bindings, request))),
  };
}

function withoutNamespace(object: KubernetesObject): KubernetesObject {
  return { ...object, metadata: { name: nameOf(object) } };
}

const PORTS = [80, 443, 5432] as const;

function contestNetwork(): Contest {
  const random = createRandom(9);
  const namespaces = Array.from({ length: 8 }, (_, index): KubernetesObject => {
    const name = `n${index}`;
    return {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, labels: { 'kubernetes.io/metadata.name': name, tier: `t${index % 3}` } },
    };
  });
  const labels = (): Record<string, string> => ({ app: `a${Math.floor(random() * 6)}`, role: `r${Math.floor(random() * 3)}` });
  const selector = (): JsonObject => {
    const { app = '', role = '' } = labels();
    return pick<JsonObject>([{ matchLabels: { app } }, { matchLabels: { role } }, {}], random);
  };
  const pods = Array.from({ length: 240 }, (_, index): KubernetesObject => {
    const metadata = { name: `p${index}`, namespace: `n${index % 8}`, labels: labels() };
    return { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [{ name: 'c', image: 'x' }] } };
  });
  const peer = (): JsonObject =>
    pick<JsonObject>(
      [
        { podSelector: selector() },
        { namespaceSelector: { matchLabels: { tier: `t${Math.floor(random() * 3)}` } } },
        { namespaceSelector: {}, podSelector: selector() },
      ],
      random,
    );
  const rule = (side: string): JsonObject => ({
    ...(random() < 0.9 ? { [side]: [peer(), peer()] } : {}),
    ...(random() < 0.7 ? { ports: [{ protocol: 'TCP', port: pick(PORTS, random) }] } : {}),
  });
  const policies = Array.from({ length: 120 }, (_, index): KubernetesObject => {
    const policyTypes = pick([['Ingress'], ['Egress'], ['Ingress', 'Egress']], random);
    const rules = { ingress: [rule('from')], egress: [rule('to')] };
    const spec = {
      podSelector: selector(),
      policyTypes,
      ...(policyTypes.includes('Ingress') ? { ingress: rules.ingress } : {}),
      ...(policyTypes.includes('Egress') ? { egress: rules.egress } : {}),
    };
    return {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: `np${index}`, namespace: `n${index % 8}` },
      spec,
    };
  });
  const world = World.of([...namespaces, ...pods, ...policies]);
  return {
    work: 'connections of 240 pods under 120 policies, 3 ports',
    engine: () => listReachable(world),
    naive: () =>
      pods
        .flatMap((from) =>
          pods.flatMap((to) => (from === to ? [] : PORTS.flatMap((port) => nameIfReachable(policies, namespaces, from, to, port)))),
        )
        .toSorted(),
  };
}

function listReachable(world: World): readonly string[] {
  const found: string[] = [];
  visitConnections(world, (from, to, ports) => {
    if (from.kind !== 'workload' || to.kind !== 'workload') return;
    for (const port of PORTS) if (hasPoint(ports, port)) found.push(`${from.workload.ref.name} ${to.workload.ref.name} ${port}`);
  });
  return found.toSorted();
}

function nameIfReachable(
  policies: readonly KubernetesObject[],
  namespaces: readonly KubernetesObject[],
  from: KubernetesObject,
  to: KubernetesObject,
  port: number,
): readonly string[] {
  return isReachableNaively(policies, namespaces, [from, to], port) ? [`${nameOf(from)} ${nameOf(to)} ${port}`] : [];
}
