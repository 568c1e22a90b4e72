import { nameOf, parseQuantity, type KubernetesObject } from '../../model/index.ts';
import { stringifyJson } from '../../std/index.ts';
import { judgeQualifiedName, judgeSubdomain } from '../object/names.ts';
import type { Report } from '../problem.ts';
import { forbidden, NON_NEGATIVE, failAs } from './field-error.ts';
import { Place } from './place.ts';
import { checkDriverName } from './pod/volume-sources.ts';
import { printQuantity } from './quantities.ts';
import { checkLabelSelector } from './selectors.ts';
import { checkInlineVolume } from './volume-objects.ts';

const MOST_PARAMETERS = 512;
const LARGEST_PARAMETERS = 256 * 1024;

/** What `ValidateStorageClass` says. */
export function checkStorageClass(object: KubernetesObject, report: Report): void {
  const place = Place.of(object, [], 'KV0122', report);
  checkProvisioner(place.at('provisioner'));
  checkParameters(place.at('parameters'), 'mayBeEmpty');
  const policy = place.at('reclaimPolicy');
  policy.oneOfIfAny(['Delete', 'Retain']);
  place.at('volumeBindingMode').oneOf(['Immediate', 'WaitForFirstConsumer']);
  const seen = new Set<string>();
  for (const term of place.at('allowedTopologies').items()) checkTopology(term, seen);
}

function checkProvisioner(provisioner: Place): void {
  const { text } = provisioner;
  for (const reason of text === '' ? [] : judgeQualifiedName(text.toLowerCase())) provisioner.invalid(reason, text.toLowerCase());
}

function checkParameters(parameters: Place, empty: 'mayBeEmpty' | 'mustHaveSome'): void {
  const keys = parameters.keys();
  if (keys.length > MOST_PARAMETERS) return parameters.tooLong(MOST_PARAMETERS);
  if (keys.includes('')) parameters.invalid('field can not be empty.', '');
  const encoder = new TextEncoder();
  const size = keys.reduce((sum, key) => sum + encoder.encode(key + parameters.at(key).text).length, 0);
  if (size > LARGEST_PARAMETERS) parameters.tooLong(LARGEST_PARAMETERS);
  if (empty === 'mustHaveSome' && keys.length === 0) parameters.required('must contain at least one key/value pair');
  return undefined;
}

function checkTopology(term: Place, seen: Set<string>): void {
  const expressions = term.at('matchLabelExpressions');
  const keys = new Map<string, readonly string[]>();
  for (const item of expressions.items()) {
    const [key, values] = [item.at('key'), item.at('values')];
    if (values.items().length === 0) values.required();
    for (const [index, value] of values.items().entries()) if (values.texts.indexOf(value.text) < index) value.duplicate(value.text);
    key.judgedEvenEmpty(judgeQualifiedName);
    if (keys.has(key.text)) key.duplicate(key.text);
    keys.set(key.text, [...new Set(values.texts)].toSorted());
  }
  const identity = stringifyJson(Object.fromEntries(keys));
  // The server compares with empty terms too, which are not there.
  if (seen.has(identity) || keys.size === 0) expressions.duplicate('');
  seen.add(identity);
}

/** What `ValidateVolumeAttributesClass` says. */
export function checkVolumeAttributesClass(object: KubernetesObject, report: Report): void {
  const place = Place.of(object, [], 'KV0122', report);
  checkProvisioner(place.at('driverName'));
  checkParameters(place.at('parameters'), 'mustHaveSome');
}

/** What `ValidateCSIStorageCapacity` says. */
export function checkStorageCapacity(object: KubernetesObject, report: Report): void {
  const place = Place.of(object, [], 'KV0122', report);
  checkLabelSelector(object['nodeTopology'], ['nodeTopology'], report);
  place.at('storageClassName').judgedEvenEmpty(judgeSubdomain);
  const capacity = place.at('capacity');
  if ((parseQuantity(capacity.value) ?? 0n) < 0n) capacity.invalid(NON_NEGATIVE, printQuantity(capacity.value));
}

/** What `ValidateCSIDriver` says. */
export function checkDriver(object: KubernetesObject, report: Report): void {
  const spec = Place.of(object['spec'], ['spec'], 'KV0122', report);
  spec.at('fsGroupPolicy').oneOf(['File', 'None', 'ReadWriteOnceWithFSType']);
  const audiences = new Set<string>();
  for (const request of spec.at('tokenRequests').items()) {
    const [audience, seconds] = [request.at('audience'), request.at('expirationSeconds')];
    if (audiences.has(audience.text)) {
      audience.duplicate(audience.text);
      continue;
    }
    audiences.add(audience.text);
    seconds.atLeast(600, 'may not specify a duration less than 10 minutes');
    if ((seconds.number ?? 0) > 2 ** 32) seconds.invalid('may not specify a duration larger than 2^32 seconds');
  }
  const inSecrets = spec.at('serviceAccountTokenInSecrets');
  if (inSecrets.isSet && spec.at('tokenRequests').items().length === 0) {
    inSecrets.invalid('serviceAccountTokenInSecrets is set but no tokenRequests are specified');
  }
  const modes = spec.at('volumeLifecycleModes');
  for (const mode of modes.items()) mode.as(modes, '').oneOf(['Persistent', 'Ephemeral']);
  spec.at('nodeAllocatableUpdatePeriodSeconds').atLeast(10, 'must be greater than or equal to 10 seconds');
}

/** What `ValidateCSINode` says. */
export function checkDriversOfNode(object: KubernetesObject, report: Report): void {
  const names = new Set<string>();
  for (const driver of Place.of(object['spec'], ['spec'], 'KV0122', report).at('drivers').items()) {
    const [name, node] = [driver.at('name'), driver.at('nodeID')];
    checkDriverName(name);
    node.wanted();
    if (node.text.length > 256) node.invalid('must be 256 characters or less');
    driver.at('allocatable').at('count').atLeast(0);
    if (names.has(name.text)) name.duplicate(name.text);
    names.add(name.text);
    const keys = new Set<string>();
    for (const key of driver.at('topologyKeys').items()) {
      const named = key.as(driver, '');
      named.wanted();
      if (keys.has(key.text)) named.duplicate(key.text);
      keys.add(key.text);
      named.judgedEvenEmpty(judgeQualifiedName);
    }
  }
}

const MOST_USERS_MAY = 1_000_000_000;

/** What the validation and the admission of PriorityClasses say of names and values that are the system's. */
export function checkPriorityClass(object: KubernetesObject, report: Report): void {
  const name = nameOf(object);
  const isSystem = name === 'system-cluster-critical' || name === 'system-node-critical';
  const value = Place.of(object, [], 'KV0121', report).at('value');
  const policy = Place.of(object, [], 'KV0121', report).at('preemptionPolicy');
  if (policy.value === '') policy.required();
  if (!name.startsWith('system-') && (value.number ?? 0) > MOST_USERS_MAY) {
    value.forbidden(`maximum allowed value of a user defined priority is ${MOST_USERS_MAY}`);
  }
  if (!name.startsWith('system-') || isSystem) return;
  const reason = `priority class names with 'system-' prefix are reserved for system use only. error: ${name} is not a known system priority class`;
  failAs('KV0121', report)(['metadata', 'name'], forbidden(reason));
}

/** What `ValidateVolumeAttachment` says. */
export function checkVolumeAttachment(object: KubernetesObject, report: Report): void {
  const spec = Place.of(object, [], 'KV0122', report).at('spec');
  const source = spec.at('source');
  const [inline, name] = [source.at('inlineVolumeSpec'), source.at('persistentVolumeName')];
  const one = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName';
  if (!inline.isSet && !name.isSet) source.required(one);
  else if (inline.isSet && name.isSet) source.forbidden(one);
  else if (name.isSet && name.text === '') name.required('must specify non empty persistentVolumeName');
  else if (inline.isSet) checkInlineVolume(inline);
  name.judged(judgeSubdomain);
  spec.at('nodeName').judgedEvenEmpty(judgeSubdomain);
  checkDriverName(spec.at('attacher'));
}
