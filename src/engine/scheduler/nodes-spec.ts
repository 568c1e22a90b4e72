import { KplanError, parseQuantity, type KubernetesObject } from '../../model/index.ts';

const GROUP = /^(\d{1,5})x(\d+(?:\.\d+)?)cpu,([^,]+)((?:,[^,]+)*)$/;
const OPTION = /^(zones|pods|name)=([a-z0-9][a-z0-9.-]*)$/;

/** One group of equal nodes. */
interface NodeGroup {
  readonly count: number;
  readonly cpu: string;
  readonly memory: string;
  readonly zones: number;
  readonly pods: string;
  readonly name: string;
}

/**
 * Nodes from their shorthand: `3x4cpu,16Gi[,zones=3][,pods=110][,name=node]`, several groups joined by `;`. Ready Nodes
 * named `node-1...`, with hostname and zone labels; zones go round. Throws `KplanError` USAGE for anything else.
 */
export function parseNodesSpec(text: string): readonly KubernetesObject[] {
  const nodes: KubernetesObject[] = [];
  for (const part of text.split(';')) {
    const group = readGroup(part.trim(), text);
    const start = group.name === 'node' ? nodes.length : 0;
    for (let i = 0; i < group.count; i++) nodes.push(toNode(group, i, `${group.name}-${start + i + 1}`));
  }
  return nodes;
}

function readGroup(part: string, text: string): NodeGroup {
  const [, count = '', cpu = '', memory = '', options = ''] = GROUP.exec(part) ?? refuse(text, `"${part}" is not COUNTxCPUcpu,MEMORY`);
  if (parseQuantity(memory) === undefined) refuse(text, `"${memory}" is not an amount of memory`);
  const given = new Map<string, string>();
  for (const option of options.split(',').filter((item) => item !== '')) {
    const [, key = '', value = ''] = OPTION.exec(option) ?? refuse(text, `"${option}" is not zones=N, pods=N or name=NAME`);
    given.set(key, value);
  }
  const zones = Number(given.get('zones') ?? '0');
  const pods = given.get('pods') ?? '110';
  if (!Number.isInteger(zones) || !/^\d+$/.test(pods)) refuse(text, 'zones and pods are whole numbers');
  return { count: Number(count), cpu, memory, zones, pods, name: given.get('name') ?? 'node' };
}

function refuse(text: string, why: string): never {
  throw new KplanError('USAGE', `nodes "${text}" cannot be understood: ${why}`, {
    hint: 'write for example 3x4cpu,16Gi or 6x8cpu,32Gi,zones=3, or give a file of Node objects',
  });
}

function toNode(group: NodeGroup, index: number, name: string): KubernetesObject {
  const labels: Record<string, string> = {
    'kubernetes.io/arch': 'amd64',
    'kubernetes.io/hostname': name,
    'kubernetes.io/os': 'linux',
  };
  if (group.zones > 0) labels['topology.kubernetes.io/zone'] = `zone-${(index % group.zones) + 1}`;
  const capacity = { cpu: group.cpu, memory: group.memory, pods: group.pods, 'ephemeral-storage': '100Gi' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels },
    spec: {},
    status: {
      capacity,
      allocatable: capacity,
      conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' }],
    },
  };
}
