import type { StatusError } from '../../../cluster/index.ts';
import { nameOf, namespaceOf, specOf, type Kind, type KubernetesObject } from '../../../model/index.ts';
import { getArray, getNumber, getString, isObject, sha256, stringifyJson, type JsonObject, type JsonValue } from '../../../std/index.ts';
import { keepAllocated } from '../../../model/schema/index.ts';
import type { Admitted, Write } from '../context.ts';
import { invalid, invalidField } from '../status-errors.ts';

const RANGE = '10.96.0.0/16';
const PREFIX = '10.96.';
const ADDRESSES = 1 << 16;
const FIRST_DYNAMIC = 257;
const FIRST_NODE_PORT = 30_000;
const NODE_PORTS = 2768;

type Allocated = { readonly spec: JsonObject } | { readonly refusal: StatusError };

/** Gives a service its cluster IP and node ports, those that it had where it had some. */
export function admitService({ context, kind, live }: Write, given: KubernetesObject): Admitted {
  const object = live === undefined ? given : keepAllocated(live, given);
  const spec = specOf(object);
  const type = getString(spec, 'type') ?? 'ClusterIP';
  if (type === 'ExternalName') return { object: withStatus(live, object) };
  const others = [...context.draft.list('', 'Service')].filter(
    (item) => nameOf(item) !== nameOf(object) || namespaceOf(item) !== namespaceOf(object),
  );
  const addressed = withAddress(kind, object, { ...withoutPolicy(spec, type), type }, others);
  if ('refusal' in addressed) return addressed;
  const ported = type === 'ClusterIP' ? addressed : withNodePorts(kind, object, addressed.spec, others);
  return 'refusal' in ported ? ported : { object: withStatus(live, { ...object, spec: ported.spec }) };
}

function withStatus(live: KubernetesObject | undefined, object: KubernetesObject): KubernetesObject {
  return live === undefined ? { ...object, status: { loadBalancer: {} } } : object;
}

/** How traffic from outside is treated says nothing where there is none (`dropTypeDependentFields`). */
function withoutPolicy(spec: JsonObject, type: string): JsonObject {
  if (type !== 'ClusterIP' || getArray(spec, 'externalIPs').length > 0) return spec;
  const { externalTrafficPolicy: _, ...rest } = spec;
  return rest;
}

function withAddress(kind: Kind, object: KubernetesObject, spec: JsonObject, others: readonly KubernetesObject[]): Allocated {
  const families = { ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack', ...pick(spec, 'ipFamilies', 'ipFamilyPolicy') };
  const asked = getString(spec, 'clusterIP') ?? getString(spec, 'clusterIPs', 0) ?? '';
  if (asked === 'None') return { spec: { ...spec, ...families, clusterIP: 'None', clusterIPs: ['None'] } };
  const used = new Set(others.map((item) => getString(specOf(item), 'clusterIP') ?? ''));
  const refuse = (why: string): Allocated => {
    const problem = invalidField('spec.clusterIPs', stringifyJson([asked]), `failed to allocate IP ${asked}: ${why}`);
    return { refusal: invalid(kind, nameOf(object), [problem]) };
  };
  if (asked !== '' && !asked.startsWith(PREFIX)) {
    return refuse(`the provided IP (${asked}) is not in the valid range. The range of valid IPs is ${RANGE}`);
  }
  if (asked !== '' && used.has(asked)) return refuse('provided IP is already allocated');
  const address =
    asked === '' ? findFree(seedOf(object), ADDRESSES - FIRST_DYNAMIC - 1, (index) => !used.has(toAddress(index))) : undefined;
  const clusterIP = address === undefined ? asked : toAddress(address);
  return { spec: { ...spec, clusterIP, clusterIPs: [clusterIP], ...families } };
}

function toAddress(index: number): string {
  const number = index + FIRST_DYNAMIC;
  return `${PREFIX}${number >> 8}.${number & 255}`;
}

function withNodePorts(kind: Kind, object: KubernetesObject, spec: JsonObject, others: readonly KubernetesObject[]): Allocated {
  if (getString(spec, 'type') === 'LoadBalancer' && spec['allocateLoadBalancerNodePorts'] === false) return { spec };
  const used = new Set(others.flatMap((item) => getArray(specOf(item), 'ports').map((port) => getNumber(port, 'nodePort') ?? 0)));
  const ports: JsonValue[] = [];
  for (const [index, port] of getArray(spec, 'ports').entries()) {
    const asked = getNumber(port, 'nodePort') ?? 0;
    if (asked !== 0 && used.has(asked)) {
      const problem = invalidField(`spec.ports[${index}].nodePort`, String(asked), 'provided port is already allocated');
      return { refusal: invalid(kind, nameOf(object), [problem]) };
    }
    const nodePort =
      asked === 0 ? FIRST_NODE_PORT + findFree(seedOf(object) + index, NODE_PORTS, (at) => !used.has(FIRST_NODE_PORT + at)) : asked;
    used.add(nodePort);
    ports.push(isObject(port) ? { ...port, nodePort } : port);
  }
  return { spec: { externalTrafficPolicy: 'Cluster', ...spec, ports } };
}

/** The first free place at or after the seed, going round. */
function findFree(seed: number, size: number, isFree: (index: number) => boolean): number {
  for (let step = 0; step < size; step++) if (isFree((seed + step) % size)) return (seed + step) % size;
  return seed % size;
}

function seedOf(object: KubernetesObject): number {
  return Number.parseInt(sha256(`${namespaceOf(object) ?? ''}/${nameOf(object)}`).slice(0, 8), 16);
}

function pick(object: JsonObject, ...names: readonly string[]): JsonObject {
  return Object.fromEntries(names.flatMap((name) => (object[name] === undefined ? [] : [[name, object[name]] as const])));
}
