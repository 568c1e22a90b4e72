import { parseQuantity, type KubernetesObject } from '../../../model/index.ts';
import { isArray, isObject, type JsonObject, type JsonValue } from '../../../std/index.ts';
import { judgeLabel, judgeQualifiedName, judgeSubdomain } from '../../object/names.ts';
import type { Report } from '../../problem.ts';
import { Place } from '../place.ts';
import { checkNodeSelector } from '../pod/affinity.ts';
import { checkDriverName } from '../pod/volume-sources.ts';
import { CODE } from './claims.ts';
import { checkEach, checkPoolName, checkQualifiedName, checkSet, checkTaint, isAdvanced, tooMany } from './parts.ts';
import { checkRequestPolicy } from './request-policy.ts';

const MOST_DEVICES = 128;
const MOST_ADVANCED_DEVICES = 64;
const MOST_COUNTER_SETS = 8;
const MOST_COUNTERS = 32;
const MOST_CONSUMED_SETS = 2;
const MOST_TAINTS = 16;
const MOST_CONDITIONS = 4;
const MOST_ATTRIBUTES = 32;
const MOST_ATTRIBUTE_VALUES = 48;
const LONGEST_ATTRIBUTE = 64;
const SEMVER =
  /^(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:-(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?(?:\+[0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*)?$/;
/** Values of one attribute that a server keeps; lists of them are behind a gate that is off. */
const VALUES = ['int', 'bool', 'string', 'version'];

/** `ValidateDeviceTaintRule`. */
export function checkTaintRule(object: KubernetesObject, report: Report): void {
  const spec = Place.of(object['spec'] ?? {}, ['spec'], CODE, report);
  const selector = spec.at('deviceSelector');
  const [driver, pool, device] = [selector.at('driver'), selector.at('pool'), selector.at('device')];
  if (driver.isSet) checkDriverName(driver);
  if (pool.isSet) checkPoolName(pool);
  if (device.isSet) device.judgedEvenEmpty(judgeLabel);
  checkTaint(spec.at('taint'));
}

/** `ValidateResourceSlice`. */
export function checkResourceSlice(object: KubernetesObject, version: string, report: Report): void {
  const spec = Place.of(object['spec'] ?? {}, ['spec'], CODE, report);
  const advanced = isAdvanced(version);
  checkDriverName(spec.at('driver'));
  checkPool(spec.at('pool'));
  checkNodes(spec, advanced);
  const [devices, sets] = [spec.at('devices'), spec.at('sharedCounters')];
  if (advanced && sets.isSet && devices.isSet) spec.invalid('only one of `sharedCounters` or `devices` is allowed', '');
  const isAdvancedDevice = (device: Place): boolean =>
    advanced && (device.at('taints').items().length > 0 || device.at('consumesCounters').items().length > 0);
  checkSet(
    devices,
    devices.items().some(isAdvancedDevice) ? MOST_ADVANCED_DEVICES : MOST_DEVICES,
    (device) => checkDevice(device, advanced, spec.at('perDeviceNodeSelection').isTrue),
    (device) => device.at('name').text,
  );
  if (!advanced) return;
  checkSet(
    sets,
    MOST_COUNTER_SETS,
    (set) => checkCounters(set, 'name'),
    (set) => set.at('name').text,
  );
}

function checkPool(pool: Place): void {
  checkPoolName(pool.at('name'));
  const count = pool.at('resourceSliceCount');
  if ((count.number ?? 0) <= 0) count.invalid('must be greater than zero', count.number ?? 0);
  pool.at('generation').atLeast(0, 'must be greater than or equal to zero');
}

const NODES = 'exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required';

function checkNodes(spec: Place, advanced: boolean): void {
  const [name, selector, perDevice] = [spec.at('nodeName'), spec.at('nodeSelector'), spec.at('perDeviceNodeSelection')];
  const given: string[] = [];
  if (name.isSet && name.text === '') name.invalid('must be either unset or set to a non-empty string', '');
  else if (name.isSet) given.push('`nodeName`');
  name.judged(judgeSubdomain);
  if (selector.isSet) {
    given.push('`nodeSelector`');
    checkNodeSelector(selector);
    const terms = selector.at('nodeSelectorTerms');
    if (terms.items().length !== 1) terms.invalid('must have exactly one node selector term', printTerms(terms.value));
  }
  for (const flag of advanced ? [spec.at('allNodes'), perDevice] : [spec.at('allNodes')]) {
    if (flag.isTrue) given.push(`\`${flag.key}\``);
    else if (flag.isSet) flag.invalid('must be either unset or set to true');
  }
  if (given.length === 0) spec.required(NODES);
  else if (given.length > 1) spec.invalid(`${NODES}, but multiple fields are set`, `{${given.join(', ')}}`);
}

/** Terms as Go prints its own type of them. */
function printTerms(terms: JsonValue | undefined): JsonValue {
  const print = (items: JsonValue | undefined): JsonValue =>
    isArray(items)
      ? items.map((item) => {
          const { key = '', operator = '', values = null } = isObject(item) ? item : {};
          return { Key: key, Operator: operator, Values: values };
        })
      : null;
  if (!isArray(terms)) return null;
  return terms.map((term) => {
    const { matchExpressions, matchFields } = isObject(term) ? term : {};
    return { MatchExpressions: print(matchExpressions), MatchFields: print(matchFields) };
  });
}

function checkCounters(set: Place, name: string): void {
  const [own, counters] = [set.at(name), set.at('counters')];
  if (own.wanted()) own.judged(judgeLabel);
  const keys = counters.keys();
  if (keys.length === 0) return counters.required();
  if (keys.length > MOST_COUNTERS) return tooMany(counters, keys.length, MOST_COUNTERS);
  for (const key of keys) for (const reason of judgeLabel(key)) counters.invalid(reason, key);
  return undefined;
}

function checkDevice(device: Place, advanced: boolean, choosesNodes: boolean): void {
  device.at('name').judgedEvenEmpty(judgeLabel);
  const [attributes, capacity] = [device.at('attributes'), device.at('capacity')];
  const [size, values] = [attributes.keys().length + capacity.keys().length, attributes.keys().length];
  const most = (what: string, limit: number): string => `the total number of ${what} must not exceed ${limit}`;
  if (size > MOST_ATTRIBUTES) device.invalid(most('attributes and capacities', MOST_ATTRIBUTES), size);
  if (values > MOST_ATTRIBUTE_VALUES) device.invalid(most('attribute values', MOST_ATTRIBUTE_VALUES), values);
  for (const key of attributes.keys()) {
    checkQualifiedName(attributes, key);
    checkAttribute(attributes.entry(key));
  }
  const isShared = device.at('allowMultipleAllocations').isTrue;
  for (const key of capacity.keys()) {
    checkQualifiedName(capacity, key);
    const policy = capacity.entry(key).at('requestPolicy');
    if (!advanced || !policy.isSet) continue;
    if (isShared) checkRequestPolicy(policy, parseQuantity(capacity.entry(key).below('value')) ?? 0n, capacity.entry(key).below('value'));
    else policy.forbidden('allowMultipleAllocations must be true');
  }
  if (!advanced) return;
  checkEach(device.at('taints'), MOST_TAINTS, checkTaint);
  checkSet(
    device.at('consumesCounters'),
    MOST_CONSUMED_SETS,
    (set) => checkCounters(set, 'counterSet'),
    (set) => set.at('counterSet').text,
  );
  checkNodesOfDevice(device, choosesNodes);
  checkConditions(device);
}

function checkAttribute(attribute: Place): void {
  const given = attribute.given(VALUES);
  const [text, version] = [attribute.at('string'), attribute.at('version')];
  if (text.text.length > LONGEST_ATTRIBUTE) text.tooLong(LONGEST_ATTRIBUTE);
  if (version.isSet && !SEMVER.test(version.text)) version.invalid('must be a string compatible with semver.org spec 2.0.0', version.text);
  if (version.text.length > LONGEST_ATTRIBUTE) version.tooLong(LONGEST_ATTRIBUTE);
  if (given.length === 1) return;
  attribute.invalid('exactly one value must be specified', given.length === 0 ? '' : printAttribute(attribute));
}

/** An attribute as Go prints its own type of it. */
function printAttribute(attribute: Place): JsonObject {
  const value = (field: string): JsonValue => attribute.at(field).value ?? null;
  const lists = { IntValues: null, BoolValues: null, StringValues: null, VersionValues: null };
  return { IntValue: value('int'), BoolValue: value('bool'), StringValue: value('string'), VersionValue: value('version'), ...lists };
}

const OF_DEVICE =
  'exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when `perDeviceNodeSelection` is set to true in the ResourceSlice spec';

function checkNodesOfDevice(device: Place, choosesNodes: boolean): void {
  const [name, selector, all] = [device.at('nodeName'), device.at('nodeSelector'), device.at('allNodes')];
  if (!choosesNodes) {
    if (!name.isSet && !selector.isSet && !all.isSet) return;
    return device.invalid(
      '`nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set to true in the ResourceSlice spec',
      null,
    );
  }
  if (name.isSet && name.text === '') name.invalid('must not be empty', '');
  name.judged(judgeSubdomain);
  if (selector.isSet) checkNodeSelector(selector);
  if (all.isSet && !all.isTrue) all.invalid('must be either unset or set to true');
  const isGiven = [name.text !== '', selector.isSet, all.isTrue];
  const given = ['`nodeName`', '`nodeSelector`', '`allNodes`'].filter((_, index) => isGiven[index]);
  if (given.length === 0) device.required(OF_DEVICE);
  else if (given.length > 1) device.invalid(OF_DEVICE, `{${given.join(', ')}}`);
  return undefined;
}

/** `validateDeviceBindingParameters`. */
function checkConditions(device: Place): void {
  const [conditions, failures] = [device.at('bindingConditions'), device.at('bindingFailureConditions')];
  for (const list of [conditions, failures]) {
    checkEach(list, MOST_CONDITIONS, (item) => void item.judgedEvenEmpty(judgeQualifiedName));
  }
  const wanted = new Set(conditions.texts);
  for (const list of [conditions, failures]) {
    const seen = new Set<string>();
    for (const item of list.items()) {
      if (seen.has(item.text)) item.duplicate(item.text);
      seen.add(item.text);
      if (list === failures && wanted.has(item.text)) {
        item.invalid('bindingFailureConditions must not overlap with bindingConditions', item.text);
      }
    }
  }
  const [hasConditions, hasFailures] = [conditions.items().length > 0, failures.items().length > 0];
  if (!hasConditions && hasFailures) {
    conditions.invalid('bindingConditions are required to use bindingFailureConditions', conditions.value ?? null);
  }
  if (hasConditions && !hasFailures) {
    failures.invalid('bindingFailureConditions are required to use bindingConditions', failures.value ?? null);
  }
}
