import { KplanError, labelsOf, nameOf, parseQuantity, readTaints, type KubernetesObject } from '../../../model/index.ts';
import { compareBy, getObject, stringifyJson, type JsonObject } from '../../../std/index.ts';
import { parseNodesSpec } from '../nodes-spec.ts';
import { toAllocatable } from '../pod-requests.ts';

/** A kind of node that could be had: by which a fleet is planned. */
export interface CandidateShape {
  readonly name: string;
  /** A node of it in each zone that it comes in; one where it knows no zones. */
  readonly templates: readonly KubernetesObject[];
  /** In millionths of the currency; undefined where no price is given. */
  readonly price: bigint | undefined;
  /** The nodes that there are of it. */
  readonly members: readonly KubernetesObject[];
}

/** Nodes that an autoscaler may add to and take from. */
export interface NodeGroup {
  readonly name: string;
  readonly shape: CandidateShape;
  readonly min: number;
  readonly max: number;
}

const SPEC = /^([A-Za-z0-9][A-Za-z0-9._-]{0,62})(?:=(.+?))?$/s;
const PRICE = /(?:^|,)\s*price=([^,]*)/;
const MOST_PRICE = 10n ** 12n;
const ZONE = 'topology.kubernetes.io/zone';
/** Labels that tell nodes of one kind apart. */
const OWN_LABELS: ReadonlySet<string> = new Set([
  'kubernetes.io/hostname',
  ZONE,
  'topology.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region',
  'topology.ebs.csi.aws.com/zone',
  'topology.gke.io/zone',
]);

/**
 * A shape from its shorthand: `NAME=2cpu,8Gi[,price=0.096]` with every option of `--nodes` (`zones=3`, `reserved=10%`, labels,
 * taints, other resources), or the name of a cloud's machine alone, `m5.large,price=0.096`. Throws `KplanError` USAGE.
 */
export function parseShapeSpec(text: string): CandidateShape {
  const price = readPrice(text);
  const [head = '', ...options] = text.replace(PRICE, '').split(',');
  const [, name = '', size] = SPEC.exec(head.trim()) ?? refuse(text, 'it does not begin with a name');
  const zones = Number(options.map((word) => /^\s*zones=(\d{1,3})$/.exec(word)?.[1]).find((word) => word !== undefined) ?? 1);
  const templates = parseNodesSpec(`${Math.max(1, zones)}x${[size ?? name, ...options].join(',')},name=${toNodeName(name)}`);
  const amounts = toAllocatable(templates[0] ?? {});
  for (const resource of ['cpu', 'memory', 'pods']) {
    if ((amounts.get(resource) ?? 0) <= 0) refuse(text, `nothing of its ${resource} is left for pods`);
  }
  return { name, templates, price, members: [] };
}

function readPrice(text: string): bigint | undefined {
  const amount = PRICE.exec(text)?.[1];
  if (amount === undefined) return undefined;
  const price = /^\d+(\.\d+)?$/.test(amount) ? parseQuantity(amount) : undefined;
  if (price === undefined || price <= 0n) return refuse(text, `"price=${amount}" is not a price above 0`);
  const millionths = price / 1000n;
  if (millionths * 1000n !== price || millionths > MOST_PRICE)
    return refuse(text, `"price=${amount}" has more than 6 decimals, or is above a million`);
  return millionths;
}

function toNodeName(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9.-]/g, '-');
}

function refuse(text: string, why: string): never {
  throw new KplanError('USAGE', `--node-shape "${text}" cannot be understood: ${why}`, {
    hint: "write for example 'm5.large=2cpu,8Gi,price=0.096' or n2-standard-4,price=0.19,zones=3",
  });
}

const LIMIT = /,\s*(min|max)=([^,]*)/g;

/**
 * A node group from its shorthand: `NAME=SHAPE[,min=0][,max=10]`, where SHAPE is the name of a shape that is known, or all that
 * `--node-shape` takes after its name. Throws `KplanError` USAGE.
 */
export function parseNodeGroup(text: string, known: readonly CandidateShape[]): NodeGroup {
  const limits = new Map([...text.matchAll(LIMIT)].map(([, key = '', value = '']) => [key, value]));
  for (const [key, value] of limits) if (!/^\d{1,5}$/.test(value)) refuseGroup(text, `"${key}=${value}" is not a number of nodes`);
  const rest = text.replaceAll(LIMIT, '');
  const [, name = '', shape = ''] = /^([A-Za-z0-9][A-Za-z0-9._-]{0,62})=(.+)$/s.exec(rest) ?? refuseGroup(text, 'it is not NAME=SHAPE');
  const [min, max] = [Number(limits.get('min') ?? 0), Number(limits.get('max') ?? 1000)];
  if (min > max) refuseGroup(text, `min=${min} is more than max=${max}`);
  return { name, shape: known.find((item) => item.name === shape) ?? parseShapeSpec(rest), min, max };
}

function refuseGroup(text: string, why: string): never {
  throw new KplanError('USAGE', `--node-group "${text}" cannot be understood: ${why}`, {
    hint: "write for example 'workers=m5.large,max=10' or 'workers=4cpu,16Gi,min=1,max=10'",
  });
}

/** The kinds of nodes that a world has: nodes of one instance type, or of the same size, with the same labels and taints. */
export function listExistingShapes(nodes: readonly KubernetesObject[]): readonly CandidateShape[] {
  const groups = new Map<string, KubernetesObject[]>();
  for (const node of nodes) {
    const key = kindKeyOf(node);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [node]);
    else group.push(node);
  }
  const taken = new Set<string>();
  return [...groups.values()].map((group) => {
    const zones = new Map<string, KubernetesObject>();
    for (const node of group.toSorted(compareBy(smallestFirst, nameOf))) {
      const zone = labelsOf(node).get(ZONE) ?? '';
      if (!zones.has(zone)) zones.set(zone, node);
    }
    const templates = [...zones].toSorted(compareBy(([zone]) => zone)).map(([, node]) => node);
    return { name: nameShape(group, taken), templates, price: undefined, members: group };
  });
}

/** Equal for nodes of one kind. Machines of one type differ by some KiB: their size is that of the smallest. */
function kindKeyOf(node: KubernetesObject): string {
  const name = nameOf(node);
  const labels = [...labelsOf(node)].filter(([key, value]) => !OWN_LABELS.has(key) && !value.includes(name));
  const type = labelsOf(node).get('node.kubernetes.io/instance-type');
  const size = type === undefined ? [...toAllocatable(node)].map((entry) => entry.join('=')).toSorted() : [type];
  const taints = readTaints(node).map(({ key, value, effect }) => `${key}=${value}:${effect}`);
  const isClosed: JsonObject = { unschedulable: getObject(node, 'spec')?.['unschedulable'] === true };
  return [
    size.join(),
    labels
      .map((entry) => entry.join('='))
      .toSorted()
      .join(),
    taints.toSorted().join(),
    stringifyJson(isClosed),
  ].join('\n');
}

function smallestFirst(node: KubernetesObject): number {
  return toAllocatable(node).get('memory') ?? 0;
}

function nameShape(group: readonly KubernetesObject[], taken: Set<string>): string {
  const [first] = group;
  const type = first === undefined ? undefined : labelsOf(first).get('node.kubernetes.io/instance-type');
  const stem = type ?? `like ${first === undefined ? '' : nameOf(first)}`;
  const name = taken.has(stem) && first !== undefined ? `${stem} (${nameOf(first)})` : stem;
  taken.add(name);
  return name;
}
