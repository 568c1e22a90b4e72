import type { KubernetesObject } from '../../model/index.ts';
import { isObject } from '../../std/index.ts';
import { checkLabelMap, STANDARD_FINALIZERS } from '../object/metadata.ts';
import { judgeLabel, judgeLabelValue, judgeQualifiedName, judgeSubdomain } from '../object/names.ts';
import { WORDS } from '../object/words.ts';
import type { Report } from '../problem.ts';
import { isIpv6 } from '../structural/custom-formats.ts';
import { judgeEndpointAddress, judgeLegacyAddress } from './addresses.ts';
import { Place } from './place.ts';
import { checkOverhead } from './pod/pod-resources.ts';
import { checkTolerations } from './pod/tolerations.ts';

/** What `ValidateRuntimeClass` says. */
export function checkRuntimeClass(object: KubernetesObject, report: Report): void {
  Place.of(object, [], 'KV0121', report).at('handler').judged(judgeLabel);
  const [scheduling, overhead] = [
    Place.of(object, [], 'KV0119', report).at('scheduling'),
    Place.of(object, [], 'KV0105', report).at('overhead'),
  ];
  const nodeSelector = scheduling.at('nodeSelector');
  checkLabelMap(nodeSelector.value, nodeSelector.path, nodeSelector.field, report);
  checkTolerations(scheduling.at('tolerations'));
  const { podFixed } = overhead.object;
  if (podFixed !== undefined) checkOverhead(overhead.holding(podFixed));
}

/** What `ValidateControllerRevisionCreate` says. */
export function checkControllerRevision(object: KubernetesObject, report: Report): void {
  const place = Place.of(object, [], 'KV0102', report);
  place.at('revision').atLeast(0);
  const data = place.at('data');
  if (!data.isSet) data.required('data is mandatory');
  else if (!isObject(data.value)) data.required('data must be a valid JSON object');
}

/** What `ValidateLease` says. */
export function checkLease(object: KubernetesObject, report: Report): void {
  const spec = Place.of(object['spec'], ['spec'], 'KV0102', report);
  spec.at('leaseDurationSeconds').atLeast(1, 'must be greater than 0');
  spec.at('leaseTransitions').atLeast(0);
}

const MOST_ENDPOINTS = 1000;

/** What `ValidateEndpointSliceCreate` says. */
export function checkEndpointSlice(object: KubernetesObject, report: Report): void {
  const slice = Place.of(object, [], 'KV0112', report);
  const names = new Set<string>();
  for (const port of slice.at('ports').items()) {
    const name = port.at('name');
    name.judged(judgeLabel);
    if (names.has(name.text)) name.duplicate(name.text);
    names.add(name.text);
    port.at('protocol').oneOf(['SCTP', 'TCP', 'UDP']);
    if (port.at('appProtocol').isSet) port.at('appProtocol').judgedEvenEmpty(judgeQualifiedName);
  }
  const endpoints = slice.at('endpoints');
  const items = endpoints.items();
  if (items.length > MOST_ENDPOINTS) {
    endpoints.fail(`Too many: ${items.length}: must have at most ${MOST_ENDPOINTS} items`);
    return;
  }
  for (const endpoint of items) checkEndpoint(endpoint, slice.at('addressType').text);
}

function checkEndpoint(endpoint: Place, type: string): void {
  const addresses = endpoint.at('addresses');
  if (addresses.items().length === 0) addresses.required('must contain at least 1 address');
  for (const address of addresses.items()) checkAddress(address, addresses, type);
  if (endpoint.at('nodeName').isSet) endpoint.at('nodeName').judgedEvenEmpty(judgeSubdomain);
  if (endpoint.at('hostname').isSet) endpoint.at('hostname').judgedEvenEmpty(judgeLabel);
  const zones = new Set<string>();
  for (const hint of endpoint.at('hints').at('forZones').items()) {
    const name = hint.at('name');
    if (zones.has(name.text)) name.duplicate(name.text);
    zones.add(name.text);
    name.judgedEvenEmpty(judgeLabelValue);
  }
}

function checkAddress(address: Place, list: Place, type: string): void {
  if (type === 'FQDN') return checkDomain(address);
  if (type !== 'IPv4' && type !== 'IPv6') return undefined;
  const judge = type === 'IPv4' ? judgeLegacyAddress : judgeAddress;
  if (!address.judgedEvenEmpty(judge)) return undefined;
  if ((type === 'IPv6') !== isIpv6(address.text)) address.as(list, '').invalid(`must be an ${type} address`);
  address.judgedEvenEmpty(judgeEndpointAddress);
  return undefined;
}

function judgeAddress(text: string): readonly string[] {
  return judgeLegacyAddress(text).length === 0 ? [] : ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'];
}

function checkDomain(address: Place): void {
  if (!address.wanted()) return;
  const name = address.text.endsWith('.') ? address.text.slice(0, -1) : address.text;
  const found = judgeSubdomain(name);
  if (found.length > 0) return address.invalid(found.join(','), name);
  if (name.split('.').length < 2) return address.invalid('should be a domain with at least two segments separated by dots', name);
  const odd = name.split('.').find((label) => judgeLabel(label).length > 0);
  return odd === undefined ? undefined : address.invalid(judgeLabel(odd).join(','), odd);
}

/** What `ValidateNamespace` says of what is to happen before a Namespace goes. */
export function checkNamespace(object: KubernetesObject, report: Report): void {
  const list = Place.of(object['spec'], ['spec'], 'KV0121', report).at('finalizers');
  for (const item of list.items()) {
    const finalizer = item.as(list, '');
    finalizer.judgedEvenEmpty(judgeQualifiedName);
    if (!item.text.includes('/') && !STANDARD_FINALIZERS.has(item.text)) finalizer.invalid(WORDS.finalizer, item.text);
  }
}
