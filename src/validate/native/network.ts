import type { KubernetesObject } from '../../model/index.ts';
import { getArray, getAt, getNumber, getObject, getString, isObject, type JsonObject, type JsonValue, type Path } from '../../std/index.ts';
import { judgeSubdomain } from '../object/names.ts';
import type { Report } from '../problem.ts';
import { isCidr, isIpv4, isIpv6 } from '../structural/custom-formats.ts';
import { isStrictSubnet } from './cidr.ts';
import { failAs, forbidden, invalid, isPort, PORT_RANGE, required, type Fail } from './field-error.ts';
import { checkPort } from './probes.ts';
import { checkLabelSelector } from './selectors.ts';

/** What `ValidateNetworkPolicy` says. */
export function checkNetworkPolicy(object: KubernetesObject, report: Report): void {
  checkLabelSelector(getAt(object, 'spec', 'podSelector'), ['spec', 'podSelector'], report);
  for (const [direction, field] of [
    ['ingress', 'from'],
    ['egress', 'to'],
  ] as const) {
    for (const [index, rule] of getArray(object, 'spec', direction).entries()) {
      const at = ['spec', direction, index];
      for (const [peer, item] of getArray(rule, field).entries()) if (isObject(item)) checkPeer(item, [...at, field, peer], report);
      for (const [port, item] of getArray(rule, 'ports').entries()) checkPolicyPort(item, [...at, 'ports', port], failAs('KV0110', report));
    }
  }
}

function checkPeer(peer: JsonObject, path: Path, report: Report): void {
  const fail = failAs('KV0110', report);
  const given = ['podSelector', 'namespaceSelector', 'ipBlock'].filter((field) => (peer[field] ?? null) !== null);
  if (given.length === 0) fail(path, required('must specify a peer'));
  if (given.length > 1 && given.includes('ipBlock')) fail(path, forbidden('may not specify both ipBlock and another peer'));
  for (const field of ['podSelector', 'namespaceSelector']) checkLabelSelector(peer[field], [...path, field], report);
  const block = getObject(peer, 'ipBlock');
  if (block !== undefined) checkBlock(block, [...path, 'ipBlock'], fail);
}

function checkBlock(block: JsonObject, path: Path, fail: Fail): void {
  const cidr = getString(block, 'cidr') ?? '';
  if (cidr === '') return undefined;
  if (!isCidr(cidr)) return fail([...path, 'cidr'], invalid(cidr, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'));
  for (const [index, item] of getArray(block, 'except').entries()) {
    if (typeof item !== 'string') continue;
    const at = [...path, 'except', index];
    if (!isCidr(item)) fail(at, invalid(item, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'));
    else if (!isStrictSubnet(item, cidr)) fail(at, invalid(item, 'must be a strict subset of `cidr`'));
  }
  return undefined;
}

function checkPolicyPort(port: JsonValue, path: Path, fail: Fail): void {
  const number = getAt(port, 'port');
  const end = getNumber(port, 'endPort');
  checkPort(number, [...path, 'port'], fail);
  if (end === undefined) return;
  if (typeof number === 'number' && end < number) fail([...path, 'endPort'], invalid(number, 'must be greater than or equal to `port`'));
  if (typeof number === 'string') fail([...path, 'endPort'], forbidden('may not be specified when `port` is non-numeric'));
  if (number === undefined || number === null) fail([...path, 'endPort'], forbidden('may not be specified when `port` is not specified'));
}

/** What `ValidateIngress` says. */
export function checkIngress(object: KubernetesObject, report: Report): void {
  const fail = failAs('KV0115', report);
  const rules = getArray(object, 'spec', 'rules');
  const fallback = getObject(object, 'spec', 'defaultBackend');
  if (rules.length === 0 && fallback === undefined) fail(['spec'], invalid(null, 'either `defaultBackend` or `rules` must be specified'));
  if (fallback !== undefined) checkBackend(fallback, ['spec', 'defaultBackend'], fail);
  for (const [index, rule] of rules.entries()) {
    const at = ['spec', 'rules', index];
    checkHost(getString(rule, 'host') ?? '', [...at, 'host'], fail);
    const paths = getAt(rule, 'http', 'paths');
    if (Array.isArray(paths) && paths.length === 0) fail([...at, 'http', 'paths'], required());
    for (const [number, path] of getArray(rule, 'http', 'paths').entries()) checkIngressPath(path, [...at, 'http', 'paths', number], fail);
  }
}

function checkHost(host: string, path: Path, fail: Fail): void {
  if (host === '') return;
  if (isIpv4(host) || isIpv6(host)) return fail(path, invalid(host, 'must be a DNS name, not an IP address'));
  const name = host.startsWith('*.') ? host.slice(2) : host;
  for (const reason of judgeSubdomain(name)) fail(path, invalid(host, reason));
  return undefined;
}

function checkIngressPath(item: JsonValue, path: Path, fail: Fail): void {
  const value = getString(item, 'path') ?? '';
  const type = getString(item, 'pathType');
  if (type === 'Exact' || type === 'Prefix') {
    if (!value.startsWith('/')) fail([...path, 'path'], invalid(value, 'must be an absolute path'));
    for (const part of ['//', '/./', '/../', '%2f', '%2F']) {
      if (value.includes(part)) fail([...path, 'path'], invalid(value, `must not contain '${part}'`));
    }
  } else if (type === 'ImplementationSpecific' && value !== '' && !value.startsWith('/')) {
    fail([...path, 'path'], invalid(value, 'must be an absolute path'));
  }
  const backend = getObject(item, 'backend');
  if (backend !== undefined) checkBackend(backend, [...path, 'backend'], fail);
}

function checkBackend(backend: JsonObject, path: Path, fail: Fail): void {
  const service = getObject(backend, 'service');
  const resource = getObject(backend, 'resource');
  if (service !== undefined && resource !== undefined) return fail(path, invalid('', 'cannot set both resource and service backends'));
  if (service === undefined) return resource === undefined ? fail(path, invalid('', 'resource or service backend is required')) : undefined;
  const name = getString(service, 'port', 'name') ?? '';
  const number = getNumber(service, 'port', 'number') ?? 0;
  if (name !== '' && number !== 0) return fail(path, invalid('', 'cannot set both port name & port number'));
  if (number !== 0 && !isPort(number)) fail([...path, 'service', 'port', 'number'], invalid(number, PORT_RANGE));
  return name === '' && number === 0 ? fail(path, required('port name or number is required')) : undefined;
}

/** What `ValidateIngressClass` says. */
export function checkIngressClass(object: KubernetesObject, report: Report): void {
  const controller = getString(object, 'spec', 'controller') ?? '';
  const fail = failAs('KV0115', report);
  if (controller === '') fail(['spec', 'controller'], required());
  else if (!/^[^/]+\/.+$/.test(controller)) {
    fail(['spec', 'controller'], invalid(controller, 'must be a domain-prefixed path (such as "acme.io/foo")'));
  }
}
