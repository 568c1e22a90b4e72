import { World, type KubernetesObject } from '../../src/model/index.ts';
import { getBoolean, getNumber, getString, type JsonObject, type JsonValue } from '../../src/std/index.ts';
import { createRandom } from './corpus.ts';

/** What pods ask for beside resources. */
export type Rules = (typeof RULES)[number];
const RULES = ['resources', 'default spread', 'hard spread and anti-affinity'] as const;

/** A cluster whose pods all want a node. */
export interface ClusterSize {
  readonly nodes: number;
  readonly pods: number;
  /** How many workloads the pods belong to; those of one are alike. */
  readonly classes: number;
  readonly rules: Rules;
  /** Whether the pods of all workloads come mixed, and not one workload after the other. */
  readonly isMixed: boolean;
}

const NAMESPACE = 'bench';

/** A cluster as it was written down as JSON. */
export function readSize(value: JsonValue): ClusterSize {
  const rules = RULES.find((name) => name === getString(value, 'rules')) ?? 'resources';
  const number = (name: string): number => getNumber(value, name) ?? 0;
  return {
    nodes: number('nodes'),
    pods: number('pods'),
    classes: number('classes'),
    rules,
    isMixed: getBoolean(value, 'isMixed') === true,
  };
}

/** Nodes of three zones and three sizes, workloads that ask for 100m to 1100m and 128Mi to 2.5Gi, some for a sort of disk. Always the same. */
export function makeCluster(size: ClusterSize): World {
  const random = createRandom(11);
  const below = (limit: number): number => Math.floor(random() * limit);
  const nodes = Array.from({ length: size.nodes }, (_, index) => toNode(index, below));
  const templates = Array.from({ length: size.classes }, (_, index) => toTemplate(index, size.rules, below));
  const order = Array.from({ length: size.pods }, (_, index) => index);
  if (size.isMixed) shuffle(order, below);
  const pods = order.map((place, index) => toPod(templates[index % size.classes] ?? toTemplate(0, size.rules, below), index, place, size));
  const owners = size.rules === 'default spread' ? templates.map(toReplicaSet) : [];
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } };
  return World.of([namespace, ...nodes, ...owners, ...pods]);
}

interface Template {
  readonly name: string;
  readonly labels: JsonObject;
  readonly owners: readonly JsonObject[];
  readonly spec: JsonObject;
}

type Below = (limit: number) => number;

function toNode(index: number, below: Below): KubernetesObject {
  const name = `node-${String(index).padStart(4, '0')}`;
  const cores = [16, 32, 64][below(3)] ?? 16;
  const amounts = { cpu: String(cores), memory: `${cores * 4}Gi`, pods: '110' };
  const labels = {
    'kubernetes.io/hostname': name,
    'topology.kubernetes.io/zone': `zone-${index % 3}`,
    disk: below(2) === 0 ? 'ssd' : 'hdd',
  };
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, labels }, status: { capacity: amounts, allocatable: amounts } };
}

function toTemplate(index: number, rules: Rules, below: Below): Template {
  const name = `app-${String(index).padStart(4, '0')}`;
  const requests = { cpu: `${100 + 10 * below(100)}m`, memory: `${128 + 8 * below(300)}Mi` };
  const disk = below(4) === 0 ? { nodeSelector: { disk: 'ssd' } } : {};
  const spec = {
    containers: [{ name: 'main', image: 'registry.example.com/app:1', resources: { requests } }],
    ...disk,
    ...toRules(name, rules),
  };
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name, controller: true };
  return { name, labels: { app: name }, owners: rules === 'default spread' ? [owner] : [], spec };
}

function toRules(app: string, rules: Rules): JsonObject {
  if (rules !== 'hard spread and anti-affinity') return {};
  const labelSelector = { matchLabels: { app } };
  const term = { topologyKey: 'kubernetes.io/hostname', labelSelector };
  return {
    affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } },
    topologySpreadConstraints: [
      { maxSkew: 1, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'DoNotSchedule', labelSelector },
    ],
  };
}

function toPod(
  { name, labels, owners, spec }: Template,
  index: number,
  place: number,
  { classes, isMixed }: ClusterSize,
): KubernetesObject {
  const created = isMixed ? { creationTimestamp: new Date(1_767_225_600_000 + place * 1000).toISOString() } : {};
  const metadata = { name: `${name}-${Math.floor(index / classes)}`, namespace: NAMESPACE, labels, ownerReferences: owners, ...created };
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec };
}

function toReplicaSet({ name, labels, spec }: Template): KubernetesObject {
  const template = { metadata: { labels }, spec };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name, namespace: NAMESPACE },
    spec: { selector: { matchLabels: labels }, template },
  };
}

function shuffle(items: number[], below: Below): void {
  for (let i = items.length - 1; i > 0; i--) {
    const j = below(i + 1);
    const [a, b] = [items[i] ?? 0, items[j] ?? 0];
    items[i] = b;
    items[j] = a;
  }
}
