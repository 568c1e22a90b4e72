import type { KubernetesObject } from '../../model/index.ts';
import { getArray, getAt, getNumber, getObject, getString, isObject, type JsonObject, type JsonValue } from '../../std/index.ts';
import { judgeLabel } from '../object/names.ts';
import type { Report } from '../problem.ts';
import { isIpv4, isIpv6 } from '../structural/custom-formats.ts';
import { duplicate, failAs, invalid, isPort, PORT_RANGE, required, unsupported, type Fail } from './field-error.ts';
import { checkPort } from './probes.ts';

/** What `ValidateService` says. */
export function checkService(object: KubernetesObject, report: Report): void {
  const fail = failAs('KV0112', report);
  const spec = getObject(object, 'spec') ?? {};
  const type = getString(spec, 'type') ?? 'ClusterIP';
  const ports = getArray(spec, 'ports');
  const isHeadless = getString(spec, 'clusterIP') === 'None';
  if (type === 'ExternalName' && (getString(spec, 'externalName') ?? '') === '') fail(['spec', 'externalName'], required());
  if (ports.length === 0 && type !== 'ExternalName' && !isHeadless) fail(['spec', 'ports'], required());
  checkAddress(spec, type, isHeadless, fail);
  for (const [index, family] of getArray(spec, 'ipFamilies').entries()) {
    if ((family ?? '') === '') fail(['spec', 'ipFamilies', index], unsupported('', ['IPv4', 'IPv6']));
  }
  checkPorts(ports, fail);
}

function checkAddress(spec: JsonObject, type: string, isHeadless: boolean, fail: Fail): void {
  const address = getString(spec, 'clusterIP') ?? '';
  if (isHeadless && (type === 'NodePort' || type === 'LoadBalancer')) {
    fail(['spec', 'clusterIP'], invalid('None', `may not be set to 'None' for ${type} services`), 'spec.clusterIPs[0]');
  }
  if (address === '' || isHeadless || isIpv4(address) || isIpv6(address)) return;
  fail(['spec', 'clusterIP'], invalid(address, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'), 'spec.clusterIPs[0]');
}

function checkPorts(ports: readonly JsonValue[], fail: Fail): void {
  const names = new Set<string>();
  const seen = new Set<string>();
  for (const [index, port] of ports.entries()) {
    if (!isObject(port)) continue;
    const at = ['spec', 'ports', index];
    const name = getString(port, 'name') ?? '';
    if (name === '' && ports.length > 1) fail([...at, 'name'], required());
    for (const reason of name === '' ? [] : judgeLabel(name)) fail([...at, 'name'], invalid(name, reason));
    if (name !== '' && names.has(name)) fail([...at, 'name'], duplicate(name));
    names.add(name);
    const number = getNumber(port, 'port');
    if (number !== undefined && !isPort(number)) fail([...at, 'port'], invalid(number, PORT_RANGE));
    const target = getAt(port, 'targetPort');
    if (target !== 0 && target !== '') checkPort(target, [...at, 'targetPort'], fail);
    const key = `${getString(port, 'protocol') ?? 'TCP'}/${number ?? 0}`;
    if (seen.has(key)) fail(at, duplicate(printPort(port)));
    seen.add(key);
  }
}

/** The key of a port as the server prints it: its own type with all but protocol and number left empty. */
function printPort(port: JsonObject): JsonObject {
  const number = getNumber(port, 'port') ?? 0;
  return { Name: '', Protocol: getString(port, 'protocol') ?? 'TCP', AppProtocol: null, Port: number, TargetPort: 0, NodePort: 0 };
}
