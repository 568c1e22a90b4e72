import type { KubernetesObject } from '../../model/index.ts';
import type { JsonObject } from '../../std/index.ts';
import { checkLabelMap } from '../object/metadata.ts';
import { judgeLabel, judgeQualifiedName, judgeSubdomain } from '../object/names.ts';
import type { Report } from '../problem.ts';
import { isIpv6 } from '../structural/custom-formats.ts';
import { judgeEndpointAddress, judgeLegacyAddress, judgeLegacyCidr } from './addresses.ts';
import { isPort, PORT_RANGE } from './field-error.ts';
import { Place } from './place.ts';
import { checkPort } from './pod/probes.ts';

const ONLY_LOAD_BALANCERS = "may only be used when `type` is 'LoadBalancer'";
const LONGEST_AFFINITY = 86_400;

/** What `ValidateServiceCreate` says. */
export function checkService(object: KubernetesObject, report: Report): void {
  const spec = Place.of(object['spec'], ['spec'], 'KV0112', report);
  const type = spec.at('type').text === '' ? 'ClusterIP' : spec.at('type').text;
  const isHeadless = listAddresses(spec).length === 1 && listAddresses(spec)[0]?.text === 'None';
  spec.at('type').oneOfIfAny(['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']);
  checkType(spec, type, isHeadless);
  checkPorts(spec.at('ports'), type, isHeadless);
  checkLabelMap(spec.below('selector'), ['spec', 'selector'], 'spec.selector', report);
  checkAffinity(spec);
  if (type !== 'ExternalName') checkClusterAddresses(spec, isHeadless);
  for (const address of spec.at('externalIPs').items()) {
    if (address.judgedEvenEmpty(judgeLegacyAddress)) address.judgedEvenEmpty(judgeEndpointAddress);
  }
  checkBalancing(spec, type);
  checkTraffic(spec, type);
}

/** The addresses of a Service: of its one address a list is made where there is none. */
function listAddresses(spec: Place): readonly Place[] {
  const items = spec.at('clusterIPs').items();
  const one = spec.at('clusterIP');
  return items.length > 0 || one.text === '' ? items : [one.as(spec, '.clusterIPs[0]')];
}

function checkType(spec: Place, type: string, isHeadless: boolean): void {
  if (isHeadless && (type === 'NodePort' || type === 'LoadBalancer')) {
    listAddresses(spec)[0]?.invalid(`may not be set to 'None' for ${type} services`);
  }
  if (type !== 'ExternalName') return;
  for (const field of ['clusterIPs', 'ipFamilies']) {
    const isUsed = field === 'clusterIPs' ? listAddresses(spec).length > 0 : spec.at(field).items().length > 0;
    if (isUsed) spec.at(field).forbidden('may not be set for ExternalName services');
  }
  if (spec.at('ipFamilyPolicy').isSet) spec.at('ipFamilyPolicy').forbidden('may not be set for ExternalName services');
  const name = spec.at('externalName');
  const domain = name.text.endsWith('.') ? name.text.slice(0, -1) : name.text;
  if (domain === '') return name.required();
  for (const reason of judgeSubdomain(domain)) name.invalid(reason, domain);
  return undefined;
}

function checkPorts(ports: Place, type: string, isHeadless: boolean): void {
  const items = ports.items();
  if (items.length === 0 && !isHeadless && type !== 'ExternalName') ports.required();
  const [names, seen, nodes] = [new Set<string>(), new Set<string>(), new Set<string>()];
  for (const port of items) {
    checkServicePort(port, items.length > 1, names);
    const [number, node] = [port.at('port'), port.at('nodePort')];
    if (type === 'ClusterIP' && (node.number ?? 0) !== 0) node.forbidden("may not be used when `type` is 'ClusterIP'");
    const protocol = port.at('protocol').text === '' ? 'TCP' : port.at('protocol').text;
    if ((node.number ?? 0) !== 0 && nodes.has(`${protocol}/${node.number ?? 0}`)) node.duplicate();
    nodes.add(`${protocol}/${node.number ?? 0}`);
    const key = `${protocol}/${number.number ?? 0}`;
    if (seen.has(key)) port.duplicate(printPort(protocol, number.number ?? 0));
    seen.add(key);
  }
}

function checkServicePort(port: Place, isNameWanted: boolean, names: Set<string>): void {
  const [name, number, target] = [port.at('name'), port.at('port'), port.at('targetPort')];
  if (name.text === '') {
    if (isNameWanted) name.required();
  } else {
    name.judged(judgeLabel);
    if (names.has(name.text)) name.duplicate();
    names.add(name.text);
  }
  if (!isPort(number.number ?? 0)) number.invalid(PORT_RANGE, number.number ?? 0);
  port.at('protocol').oneOfIfAny(['SCTP', 'TCP', 'UDP']);
  // A target that is nothing is the port itself.
  const hasTarget = target.isSet && target.number !== 0 && target.value !== '';
  if (hasTarget) checkPort(target);
  else if (!isPort(number.number ?? 0)) target.invalid(PORT_RANGE, number.number ?? 0);
  if (port.at('appProtocol').isSet) port.at('appProtocol').judgedEvenEmpty(judgeQualifiedName);
}

/** The key of a port as the server prints it: its own type with all but protocol and number left empty. */
function printPort(protocol: string, port: number): JsonObject {
  return { Name: '', Protocol: protocol, AppProtocol: null, Port: port, TargetPort: 0, NodePort: 0 };
}

function checkAffinity(spec: Place): void {
  const [affinity, config] = [spec.at('sessionAffinity'), spec.at('sessionAffinityConfig')];
  affinity.oneOfIfAny(['ClientIP', 'None']);
  if (affinity.text === 'ClientIP') {
    const timeout = config.at('clientIP').at('timeoutSeconds');
    const isWithin = timeout.number === undefined || (timeout.number > 0 && timeout.number <= LONGEST_AFFINITY);
    if (!isWithin) timeout.invalid(`must be greater than 0 and less than ${LONGEST_AFFINITY}`);
  }
}

function checkClusterAddresses(spec: Place, isHeadless: boolean): void {
  const [list, one] = [spec.at('clusterIPs'), spec.at('clusterIP')];
  const given = list.items();
  if (one.text !== '' && given.length > 0 && given[0]?.text !== one.text) list.invalid('first value must match `clusterIP`');
  if (one.text === '' && given.length > 0) list.invalid('must be empty when `clusterIP` is not specified');
  checkFamilies(spec);
  const addresses = listAddresses(spec);
  let areSound = true;
  for (const [index, address] of addresses.entries()) {
    if (index === 0 && address.text === 'None') {
      if (addresses.length === 1) continue;
      areSound = false;
      list.invalid("'None' must be the first and only value");
    } else if (!address.judgedEvenEmpty(judgeLegacyAddress)) areSound = false;
  }
  if (addresses.length > 2) list.invalid('may only hold up to 2 values');
  if (!areSound) return;
  const families = new Set(addresses.map(({ text }) => isIpv6(text)));
  if (addresses.length > 1 && families.size < 2) list.invalid('may specify no more than one IP for each IP family');
  if (!isHeadless) checkFamilyOfEach(spec, addresses);
}

function checkFamilies(spec: Place): void {
  const seen = new Set<string>();
  for (const family of spec.at('ipFamilies').items()) {
    if (!['IPv4', 'IPv6'].includes(family.text)) family.unsupported(['IPv4', 'IPv6'], family.text);
    if (seen.has(family.text)) family.duplicate(family.text);
    seen.add(family.text);
  }
  spec.at('ipFamilyPolicy').oneOf(['PreferDualStack', 'RequireDualStack', 'SingleStack']);
}

function checkFamilyOfEach(spec: Place, addresses: readonly Place[]): void {
  for (const [index, family] of spec.at('ipFamilies').texts.entries()) {
    const address = addresses[index];
    if (address === undefined) return;
    const own = isIpv6(address.text) ? 'IPv6' : 'IPv4';
    if ((family === 'IPv4' || family === 'IPv6') && family !== own) {
      address.invalid(`expected an ${family} value as indicated by \`ipFamilies[${index}]\``);
    }
  }
}

function checkBalancing(spec: Place, type: string): void {
  const ranges = spec.at('loadBalancerSourceRanges', 'LoadBalancerSourceRanges');
  const isBalanced = type === 'LoadBalancer';
  if (ranges.items().length > 0 && !isBalanced) ranges.forbidden(ONLY_LOAD_BALANCERS);
  for (const range of ranges.items()) for (const reason of judgeLegacyCidr(range.text.trim())) range.invalid(reason, range.text.trim());
  const nodePorts = spec.at('allocateLoadBalancerNodePorts');
  if (nodePorts.isSet && !isBalanced) nodePorts.forbidden(ONLY_LOAD_BALANCERS);
  const balancer = spec.at('loadBalancerClass');
  if (!balancer.isSet) return;
  if (isBalanced) balancer.judgedEvenEmpty(judgeQualifiedName);
  else balancer.forbidden(ONLY_LOAD_BALANCERS);
}

function checkTraffic(spec: Place, type: string): void {
  const external = spec.at('externalTrafficPolicy');
  const isReachable = type === 'NodePort' || type === 'LoadBalancer' || (type === 'ClusterIP' && spec.at('externalIPs').items().length > 0);
  if (!isReachable && external.text !== '') external.invalid('may only be set for externally-accessible services');
  else if (isReachable && external.text !== '') external.oneOf(['Cluster', 'Local']);
  const health = spec.at('healthCheckNodePort');
  const isChecked = type === 'LoadBalancer' && external.text === 'Local';
  if ((health.number ?? 0) !== 0) {
    if (isChecked) health.between(1, 65_535, PORT_RANGE);
    else health.invalid("may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'");
  }
  if (type !== 'ExternalName') spec.at('internalTrafficPolicy').oneOf(['Cluster', 'Local']);
  spec.at('trafficDistribution').oneOf(['PreferClose', 'PreferSameZone', 'PreferSameNode']);
}
