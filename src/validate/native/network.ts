import type { KubernetesObject } from '../../model/index.ts';
import { getObject, isObject } from '../../std/index.ts';
import { judgeLabel, judgePathSegment, judgePortName, judgeSubdomain, type Judgement } from '../object/names.ts';
import type { Report } from '../problem.ts';
import { isCidr, isIpv4, isIpv6 } from '../structural/custom-formats.ts';
import { judgeLegacyAddress, judgeLegacyCidr } from './addresses.ts';
import { isStrictSubnet } from './cidr.ts';
import { isPort, PORT_RANGE } from './field-error.ts';
import { Place } from './place.ts';
import { checkPort } from './pod/probes.ts';
import { checkLabelSelector } from './selectors.ts';

const POLICY_TYPES = ['Ingress', 'Egress'];

/** What `ValidateNetworkPolicy` says. */
export function checkNetworkPolicy(object: KubernetesObject, report: Report): void {
  const spec = Place.of(object['spec'], ['spec'], 'KV0110', report);
  checkLabelSelector(spec.below('podSelector'), ['spec', 'podSelector'], report);
  for (const [direction, field] of [
    ['ingress', 'from'],
    ['egress', 'to'],
  ] as const) {
    for (const rule of spec.at(direction).items()) {
      for (const peer of rule.at(field).items()) checkPeer(peer, report);
      for (const port of rule.at('ports').items()) checkPolicyPort(port);
    }
  }
  const types = spec.at('policyTypes');
  if (types.items().length > 2) return types.invalid('may not specify more than two policyTypes');
  for (const type of types.items()) if (!POLICY_TYPES.includes(type.text)) type.unsupported(POLICY_TYPES, type.text);
  return undefined;
}

function checkPeer(peer: Place, report: Report): void {
  const given = peer.given(['podSelector', 'namespaceSelector', 'ipBlock']);
  if (given.length === 0) peer.required('must specify a peer');
  if (given.length > 1 && given.includes('ipBlock')) peer.forbidden('may not specify both ipBlock and another peer');
  for (const field of ['podSelector', 'namespaceSelector']) checkLabelSelector(peer.below(field), peer.at(field).path, report);
  const [cidr, except] = [peer.at('ipBlock').at('cidr'), peer.at('ipBlock').at('except')];
  if (cidr.text === '' || !cidr.judged(judgeLegacyCidr)) return;
  for (const item of except.items()) {
    if (!item.judgedEvenEmpty(judgeLegacyCidr)) continue;
    if (isCidr(item.text) && !isStrictSubnet(item.text, cidr.text)) item.invalid('must be a strict subset of `cidr`');
  }
}

function checkPolicyPort(place: Place): void {
  const [port, end] = [place.at('port'), place.at('endPort')];
  if (place.at('protocol').isSet) place.at('protocol').oneOf(['TCP', 'UDP', 'SCTP']);
  if (port.isSet) checkPort(port);
  if (end.number === undefined) return;
  if (!port.isSet) end.invalid('may not be specified when `port` is not specified');
  else if (port.number === undefined) end.invalid('may not be specified when `port` is non-numeric');
  else {
    if (end.number < port.number) end.invalid('must be greater than or equal to `port`', port.number);
    if (!isPort(end.number)) end.invalid(PORT_RANGE);
  }
}

/** What `ValidateIngressCreate` says. */
export function checkIngress(object: KubernetesObject, report: Report): void {
  const spec = Place.of(object['spec'], ['spec'], 'KV0115', report);
  const [rules, fallback, chosen] = [spec.at('rules'), spec.at('defaultBackend'), spec.at('ingressClassName')];
  if (rules.items().length === 0 && !fallback.isSet) {
    spec.invalid('either `defaultBackend` or `rules` must be specified', Array.isArray(rules.value) ? [] : null);
  }
  if (fallback.isSet) checkBackend(fallback);
  for (const rule of rules.items()) checkRule(rule);
  for (const tls of spec.at('tls').items()) {
    for (const host of tls.at('hosts').items()) host.judgedEvenEmpty(judgeHost);
    tls.at('secretName').judged(judgeSubdomain);
  }
  if (chosen.isSet) chosen.judgedEvenEmpty(judgeSubdomain);
  const annotations = Place.of(getObject(object.metadata, 'annotations'), ['metadata', 'annotations'], 'KV0115', report);
  const annotated = annotations.at('kubernetes.io/ingress.class');
  if (annotated.isSet && chosen.isSet && annotated.text !== chosen.text) {
    annotated.fail(`Invalid value: ${JSON.stringify(annotated.text)}: must match \`ingressClassName\` when both are specified`);
  }
}

const WILDCARD =
  "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

function judgeHost(host: string): Judgement {
  if (!host.includes('*')) return judgeSubdomain(host);
  const long = host.length > 253 ? ['must be no more than 253 characters'] : [];
  const isWildcard = host.startsWith('*.') && judgeSubdomain(host.slice(2)).every((words) => words.startsWith('must be no more'));
  return isWildcard ? long : [...long, WILDCARD];
}

function checkRule(rule: Place): void {
  const host = rule.at('host');
  if (isIpv4(host.text) || isIpv6(host.text)) host.invalid('must be a DNS name, not an IP address');
  host.judged(judgeHost);
  const paths = rule.at('http').at('paths');
  if (rule.at('http').isSet && paths.items().length === 0) paths.required();
  for (const path of paths.items()) if (isObject(path.value)) checkPath(path);
}

const ODD_PARTS = ['//', '/./', '/../', '%2f', '%2F'];
const ODD_ENDS = ['/..', '/.'];

function checkPath(item: Place): void {
  const [path, type] = [item.at('path'), item.at('pathType')];
  const isAbsolute = path.text.startsWith('/');
  if (type.text === 'Exact' || type.text === 'Prefix') {
    if (!isAbsolute) path.invalid('must be an absolute path', path.text);
    for (const part of ODD_PARTS) if (path.text.includes(part)) path.invalid(`must not contain '${part}'`);
    for (const end of ODD_ENDS) if (path.text.endsWith(end)) path.invalid(`cannot end with '${end}'`);
  } else if (type.text === 'ImplementationSpecific') {
    if (path.text !== '' && !isAbsolute) path.invalid('must be an absolute path');
  }
  if (type.isSet && item.at('backend').isSet) checkBackend(item.at('backend'));
}

function checkBackend(backend: Place): void {
  const [service, resource] = [backend.at('service'), backend.at('resource')];
  if (service.isSet && resource.isSet) return backend.invalid('cannot set both resource and service backends', '');
  if (resource.isSet) return checkResource(resource);
  if (!service.isSet) return backend.invalid('resource or service backend is required', '');
  if (service.at('name').wanted()) service.at('name').judged(judgeLabel);
  const [name, number] = [service.at('port').at('name'), service.at('port').at('number')];
  const hasNumber = (number.number ?? 0) !== 0;
  if (name.text !== '' && hasNumber) return backend.invalid('cannot set both port name & port number', '');
  if (name.text !== '') name.judged(judgePortName);
  else if (hasNumber) number.between(1, 65_535, PORT_RANGE);
  else backend.required('port name or number is required');
  return undefined;
}

function checkResource(resource: Place): void {
  if (resource.at('apiGroup').isSet) resource.at('apiGroup').judgedEvenEmpty(judgeSubdomain);
  for (const field of ['kind', 'name']) if (resource.at(field).wanted()) resource.at(field).judged(judgePathSegment);
}

const LONGEST_CONTROLLER = 250;
const DOMAIN_PATH = 'must be a domain-prefixed path (such as "acme.io/foo")';
const PATH = /^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/;

/** `IsDomainPrefixedPath`. */
export function checkDomainPath(place: Place): void {
  if (!place.wanted()) return;
  const slash = place.text.indexOf('/');
  if (slash <= 0 || slash === place.text.length - 1) return place.invalid(DOMAIN_PATH);
  const [host, path] = [place.text.slice(0, slash), place.text.slice(slash + 1)];
  for (const reason of judgeSubdomain(host)) place.invalid(reason, host);
  if (!PATH.test(path)) place.invalid("Invalid path (regex used for validation is '[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+')", path);
  return undefined;
}

/** What `ValidateIngressClass` says. */
export function checkIngressClass(object: KubernetesObject, report: Report): void {
  const spec = Place.of(object['spec'] ?? {}, ['spec'], 'KV0115', report);
  const [controller, parameters] = [spec.at('controller'), spec.at('parameters')];
  if (controller.text.length > LONGEST_CONTROLLER) controller.tooLong(LONGEST_CONTROLLER);
  checkDomainPath(controller);
  if (!parameters.isSet) return;
  checkResource(parameters);
  const [scope, namespace] = [parameters.at('scope'), parameters.at('namespace')];
  if (scope.isSet) scope.oneOf(['Cluster', 'Namespace']);
  if (scope.text === 'Namespace') {
    if (namespace.isSet) namespace.judgedEvenEmpty(judgeLabel);
    else namespace.required("`parameters.scope` is set to 'Namespace'");
  } else if (namespace.isSet && (scope.text === 'Cluster' || !scope.isSet)) {
    namespace.forbidden("`parameters.scope` is set to 'Cluster'");
  }
}

const PARENT = ['group', 'resource', 'namespace', 'name'];

/** What `ValidateIPAddress` says. */
export function checkAddress(object: KubernetesObject, report: Report): void {
  const parent = Place.of(object['spec'] ?? {}, ['spec'], 'KV0115', report).at('parentRef');
  if (!parent.isSet) return parent.required();
  parent.at('group').judged(judgeSubdomain);
  for (const field of PARENT.slice(1)) {
    const place = parent.at(field);
    if (field !== 'namespace') place.wanted();
    place.judged(judgePathSegment);
  }
  return undefined;
}

/** What `ValidateServiceCIDR` says. */
export function checkServiceCidr(object: KubernetesObject, report: Report): void {
  const cidrs = Place.of(object['spec'] ?? {}, ['spec'], 'KV0115', report).at('cidrs');
  const items = cidrs.items();
  if (items.length === 0) return cidrs.required('at least one CIDR required');
  if (items.length > 2) cidrs.invalid('may only hold up to 2 values', cidrs.value ?? []);
  for (const item of items) item.judgedEvenEmpty(judgeLegacyCidr);
  return undefined;
}

/** What `ValidateEndpointsCreate` says. */
export function checkEndpoints(object: KubernetesObject, report: Report, judgeEndpoint: (text: string) => Judgement): void {
  for (const subset of Place.of(object['subsets'], ['subsets'], 'KV0112', report).items()) {
    const lists = ['addresses', 'notReadyAddresses'].map((field) => subset.at(field).items());
    if (lists.flat().length === 0) subset.required('must specify `addresses` or `notReadyAddresses`');
    for (const address of lists.flat()) {
      address.at('ip').judgedEvenEmpty(judgeLegacyAddress);
      address.at('hostname').judged(judgeLabel);
      if (address.at('nodeName').isSet) address.at('nodeName').judgedEvenEmpty(judgeSubdomain);
      address.at('ip').judgedEvenEmpty(judgeEndpoint);
    }
    const ports = subset.at('ports').items();
    for (const port of ports) checkEndpointPort(port, ports.length > 1);
  }
}

function checkEndpointPort(port: Place, isNameWanted: boolean): void {
  const [name, number] = [port.at('name'), port.at('port')];
  if (name.text !== '') name.judged(judgeLabel);
  else if (isNameWanted) name.required();
  if (!isPort(number.number ?? 0)) number.invalid(PORT_RANGE, number.number ?? 0);
  port.at('protocol').oneOfIfAny(['SCTP', 'TCP', 'UDP']);
}
