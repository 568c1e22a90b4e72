import { formatQuantity, KplanError, parseQuantity, toMilli, toUnits, type KubernetesObject } from '../../model/index.ts';
import { findNodeShape, toAllocatable, type NodeShape, type Reservation } from './node-shape.ts';

const GROUP = /^(\d{1,5})\s*x\s*([^,]+)((?:,[^,]+)*)$/;
const CPU = /^(\d+(?:\.\d+)?)cpu$/;
const NAMED = /^([A-Za-z][A-Za-z0-9._-]*?)(?:-like)?$/;
const RESOURCE = /^(?:ephemeral-storage|hugepages-\w+|[a-z0-9.-]+\/[A-Za-z0-9._-]+)$/;
const TAINT = /^([^=:]+)(?:=([^:]*))?:(NoSchedule|PreferNoSchedule|NoExecute)$/;
const LABEL = /^([^=]+)=([^=]*)$/;
const MOST_NODES = 50_000;

/** One group of equal nodes. */
interface NodeGroup {
  readonly count: number;
  readonly name: string;
  readonly zones: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Readonly<Record<string, string>>[];
  readonly capacity: Readonly<Record<string, string>>;
  readonly allocatable: Readonly<Record<string, string>>;
}

/** True for the shorthand of nodes; a file's path does not look like it. */
export function isNodesSpec(text: string): boolean {
  return /^\s*\d+\s*x/.test(text);
}

/**
 * Nodes from their shorthand, several groups joined by `;`: `3x4cpu,16Gi`, or a machine of a cloud, `3 x m5.large-like`. Options
 * follow after commas: `zones=3`, `pods=110`, `name=node`, `reserved=auto|none|10%` (what pods do not get: of a cloud's machine as
 * managed clusters keep, else nothing), amounts of other resources (`nvidia.com/gpu=4`), `label:KEY=VALUE` and
 * `taint:KEY=VALUE:NoSchedule`. Ready Nodes named `node-1...`, with hostname and zone labels; zones go round. Throws `KplanError`
 * USAGE for anything else.
 */
export function parseNodesSpec(text: string): readonly KubernetesObject[] {
  const nodes: KubernetesObject[] = [];
  for (const part of text.split(';')) {
    const group = readGroup(part.trim(), text);
    if (nodes.length + group.count > MOST_NODES) refuse(text, `more than ${MOST_NODES} nodes`);
    const start = group.name === 'node' ? nodes.length : 0;
    for (let i = 0; i < group.count; i++) nodes.push(toNode(group, i, `${group.name}-${start + i + 1}`));
  }
  return nodes;
}

function readGroup(part: string, text: string): NodeGroup {
  const [, count = '', size = '', rest = ''] = GROUP.exec(part) ?? refuse(text, `"${part}" is not COUNTxCPUcpu,MEMORY`);
  const words = rest.split(',').flatMap((word) => (word === '' ? [] : [word.trim()]));
  const cpu = CPU.exec(size.trim())?.[1];
  const shape = cpu === undefined ? readNamed(size.trim(), text) : readSized(cpu, words.shift(), text);
  const { resources, ...options } = readOptions(words, text);
  const reservation = options.reserved ?? (cpu === undefined ? 'auto' : 'none');
  const others = { pods: '110', 'ephemeral-storage': '100Gi', ...resources };
  return {
    count: Number(count),
    name: options.name ?? 'node',
    zones: options.zones ?? 0,
    labels: { ...(cpu === undefined ? { 'node.kubernetes.io/instance-type': nameOfShape(size) } : {}), ...options.labels },
    taints: options.taints,
    capacity: { ...toAmounts(shape), ...others },
    allocatable: { ...toAmounts(toAllocatable(shape, reservation)), ...others },
  };
}

function readNamed(size: string, text: string): NodeShape {
  const shape = findNodeShape(nameOfShape(size));
  return shape ?? refuse(text, `"${size}" is neither CPUcpu,MEMORY nor a machine whose size is known by its name`);
}

function nameOfShape(size: string): string {
  return NAMED.exec(size.trim())?.[1] ?? '';
}

function readSized(cpu: string, memory: string | undefined, text: string): NodeShape {
  if (memory === undefined) refuse(text, 'it has no memory');
  const amount = parseQuantity(memory) ?? refuse(text, `"${memory}" is not an amount of memory`);
  return { cpu: toMilli(parseQuantity(cpu) ?? 0n), memory: toUnits(amount) };
}

interface Options {
  zones?: number;
  name?: string;
  reserved?: Reservation;
  readonly labels: Record<string, string>;
  readonly taints: Record<string, string>[];
  readonly resources: Record<string, string>;
}

function readOptions(words: readonly string[], text: string): Options {
  const options: Options = { labels: {}, taints: [], resources: {} };
  for (const word of words) {
    const [, label, labelValue] = word.startsWith('label:') ? (LABEL.exec(word.slice(6)) ?? []) : [];
    const [, taint, taintValue, effect] = word.startsWith('taint:') ? (TAINT.exec(word.slice(6)) ?? []) : [];
    if (label !== undefined) options.labels[label] = labelValue ?? '';
    else if (taint !== undefined && effect !== undefined)
      options.taints.push({ key: taint, ...(taintValue === undefined ? {} : { value: taintValue }), effect });
    else readOption(word, options, text);
  }
  return options;
}

function readOption(word: string, options: Options, text: string): void {
  const [, key = '', value = ''] = /^([^=:]+)=([^=]+)$/.exec(word) ?? [];
  if (key === 'zones' || key === 'pods') {
    if (!/^\d{1,6}$/.test(value)) refuse(text, 'zones and pods are whole numbers');
    if (key === 'zones') options.zones = Number(value);
    else options.resources['pods'] = value;
  } else if (key === 'name' && /^[a-z0-9][a-z0-9.-]*$/.test(value)) options.name = value;
  else if (key === 'reserved') options.reserved = readReservation(value, text);
  else if (RESOURCE.test(key)) {
    if (parseQuantity(value) === undefined) refuse(text, `"${value}" is not an amount of ${key}`);
    options.resources[key] = value;
  } else refuse(text, `"${word}" is not zones=N, pods=N, name=NAME, reserved=auto|none|N%, RESOURCE=AMOUNT, label:K=V or taint:K=V:EFFECT`);
}

function readReservation(value: string, text: string): Reservation {
  if (value === 'auto' || value === 'none') return value;
  const share = /^(\d{1,2}(?:\.\d+)?)%$/.exec(value)?.[1] ?? refuse(text, `"reserved=${value}" is not auto, none or a share such as 10%`);
  return Number(share) / 100;
}

function toAmounts({ cpu, memory }: NodeShape): { readonly cpu: string; readonly memory: string } {
  return { cpu: formatQuantity(BigInt(cpu) * 1_000_000n, 'decimal'), memory: formatQuantity(BigInt(memory) * 1_000_000_000n, 'binary') };
}

function refuse(text: string, why: string): never {
  throw new KplanError('USAGE', `nodes "${text}" cannot be understood: ${why}`, {
    hint: 'write for example 3x4cpu,16Gi or "6 x m5.large-like,zones=3", or give a file of Node objects',
  });
}

function toNode(group: NodeGroup, index: number, name: string): KubernetesObject {
  const labels: Record<string, string> = {
    'kubernetes.io/arch': 'amd64',
    'kubernetes.io/hostname': name,
    'kubernetes.io/os': 'linux',
    ...(group.zones > 0 ? { 'topology.kubernetes.io/zone': `zone-${(index % group.zones) + 1}` } : {}),
    ...group.labels,
  };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels },
    spec: group.taints.length === 0 ? {} : { taints: group.taints },
    status: {
      capacity: group.capacity,
      allocatable: group.allocatable,
      conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' }],
    },
  };
}
