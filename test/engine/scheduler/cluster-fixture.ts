import { World, type KubernetesObject, type NodeExplanation, type Placement } from '../../../src/model/index.ts';
import { schedule } from '../../../src/engine/scheduler/index.ts';
import type { JsonObject } from '../../../src/std/index.ts';

/** What a node of a test has beside its name; 4 CPUs, 8Gi and 10 pods if it says nothing. */
export interface NodeFields {
  readonly allocatable?: JsonObject;
  readonly labels?: JsonObject;
  readonly spec?: JsonObject;
  readonly images?: readonly JsonObject[];
}

export function node(name: string, fields: NodeFields = {}): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name, ...fields.labels } },
    spec: fields.spec ?? {},
    status: {
      allocatable: { cpu: '4', memory: '8Gi', pods: '10', 'ephemeral-storage': '10Gi', ...fields.allocatable },
      ...(fields.images === undefined ? {} : { images: fields.images }),
    },
  };
}

/** A pod of one container; `on` binds it to a node. */
export function pod(
  name: string,
  fields: {
    readonly spec?: JsonObject;
    readonly requests?: JsonObject;
    readonly labels?: JsonObject;
    readonly on?: string;
    readonly namespace?: string;
    readonly metadata?: JsonObject;
  } = {},
): KubernetesObject {
  const container = { name: 'main', image: 'app', ...(fields.requests === undefined ? {} : { resources: { requests: fields.requests } }) };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: fields.namespace ?? 'test', labels: fields.labels ?? {}, ...fields.metadata },
    spec: { containers: [container], ...fields.spec, ...(fields.on === undefined ? {} : { nodeName: fields.on }) },
  };
}

/** The placement of the pod `p`, explained. */
export function placementOf(objects: readonly KubernetesObject[], key = 'test/p', kubernetesVersion = '1.36'): Placement {
  const { placements } = schedule(World.of(objects), { explain: key, kubernetesVersion });
  const found = placements.find((placement) => placement.pod === key);
  if (found === undefined) throw new Error(`no placement of ${key}`);
  return found;
}

/** What is said of each node for the pod `p`: `ok`, or the reasons with a `!` where nothing but a change of node or pod helps. */
export function verdictsOf(objects: readonly KubernetesObject[], key = 'test/p', version = '1.36'): Record<string, string> {
  const nodes = placementOf(objects, key, version).nodes ?? [];
  return Object.fromEntries(nodes.map((item) => [item.node, formatVerdict(item)]));
}

function formatVerdict({ verdict, plugin, reasons }: NodeExplanation): string {
  if (verdict === 'Success') return 'ok';
  return `${plugin}${verdict === 'UnschedulableAndUnresolvable' ? '!' : ''}: ${reasons.join(', ')}`;
}

/** The weighted scores that one plugin gives the nodes for the pod `p`. */
export function scoresOf(objects: readonly KubernetesObject[], plugin: string, version = '1.36'): Record<string, number | undefined> {
  const nodes = placementOf(objects, 'test/p', version).nodes ?? [];
  return Object.fromEntries(nodes.map((item) => [item.node, item.scores[plugin]]));
}
