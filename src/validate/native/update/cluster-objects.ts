import { getArray, getString, isArray, isEqualJson, isObject, type JsonObject, type JsonValue } from '../../../std/index.ts';
import { invalid } from '../field-error.ts';
import { IMMUTABLE, type Pair } from './pair.ts';

const FROZEN = 'field is immutable when `immutable` is set';

/** `ValidateConfigMapUpdate`. */
export function checkConfigMapUpdate(map: Pair): void {
  checkFrozen(map, ['data', 'binaryData']);
}

/** `ValidateSecretUpdate`. */
export function checkSecretUpdate(secret: Pair): void {
  secret.at('type').fixedText(true);
  checkFrozen(secret, ['data']);
}

function checkFrozen(object: Pair, fields: readonly string[]): void {
  const immutable = object.at('immutable');
  if (immutable.was !== true) return;
  for (const field of ['immutable', ...fields]) object.at(field).forbidden(FROZEN);
}

/** `ValidateControllerRevisionUpdate`: what it holds is compared as it is written. */
export function checkRevisionUpdate(revision: Pair): void {
  const data = revision.at('data');
  if (!isEqualJson(data.was ?? null, data.is.value ?? null)) data.is.invalid(IMMUTABLE, data.is.value ?? null);
}

/** `ValidateRoleBindingUpdate`. */
export function checkBindingUpdate(binding: Pair): void {
  const role = binding.at('roleRef');
  const { apiGroup = '', kind = '', name = '' } = role.is.object;
  role.fixed({ APIGroup: apiGroup, Kind: kind, Name: name }, 'cannot change roleRef');
}

/** `ValidatePriorityClassUpdate`. */
export function checkPriorityClassUpdate(priority: Pair): void {
  const value = priority.at('value');
  if ((value.numberBefore ?? 0) !== (value.is.number ?? 0)) value.is.forbidden('may not be changed in an update.');
  priority.at('preemptionPolicy').fixed();
}

/** `ValidateVolumeAttributesClassUpdate`. */
export function checkAttributesClassUpdate(attributes: Pair): void {
  for (const name of ['driverName', 'parameters']) attributes.at(name).forbidden(`updates to ${name} are forbidden.`);
}

/** `ValidateCSIDriverUpdate`. */
export function checkDriverUpdate(driver: Pair): void {
  const attach = driver.at('spec', 'attachRequired');
  if (!attach.isSame) attach.is.failBelow([], invalid(attach.is.value ?? null, IMMUTABLE), 'spec.attachedRequired', true);
  driver.at('spec', 'volumeLifecycleModes').fixed();
}

/** `ValidateCSINodeUpdate`: how many volumes a driver can hold may change, nothing else of it. */
export function checkDriversOfNodeUpdate(node: Pair): void {
  const drivers = node.at('spec', 'drivers');
  const before = new Map(drivers.itemsBefore.map((driver) => [getString(driver, 'name'), withoutLimit(driver)]));
  for (const driver of drivers.is.items()) {
    const known = before.get(driver.at('name').text);
    if (known !== undefined && !isEqualJson(known, withoutLimit(driver.object))) {
      drivers.is.failBelow([Number(driver.key)], `Invalid value: ${IMMUTABLE}`, '');
    }
  }
}

function withoutLimit(driver: JsonValue): JsonObject {
  const { allocatable: _, ...rest } = isObject(driver) ? driver : {};
  return rest;
}

/** `ValidateResourceQuotaUpdate`. */
export function checkQuotaUpdate(quota: Pair): void {
  const scopes = quota.at('spec', 'scopes');
  const [was, is] = [new Set(scopes.itemsBefore), new Set(getArray(scopes.is.value))];
  if (was.size !== is.size || [...was].some((scope) => !is.has(scope))) scopes.is.invalid(IMMUTABLE, scopes.is.value ?? null);
}

/** `ValidateServiceCIDRUpdate`: a second range may come, of the other family. */
export function checkServiceCidrUpdate(range: Pair): void {
  const cidrs = range.at('spec', 'cidrs');
  const [was, is] = [cidrs.itemsBefore, cidrs.is.items()];
  if (was.length !== is.length && !(was.length === 1 && is.length === 2)) return cidrs.fixed();
  for (const [index, cidr] of was.entries()) {
    const place = is[index];
    if (place !== undefined && place.value !== cidr) place.invalid(IMMUTABLE);
  }
  return undefined;
}

const ADDRESS_TEXT = 'node updates may not change podCIDR except from "" to valid';

/** `ValidateNodeUpdate`. */
export function checkNodeUpdate(node: Pair): void {
  const spec = node.at('spec');
  const [provider, external] = [spec.at('providerID'), spec.at('externalID')];
  const ranges = spec.at('podCIDRs').holding(listRanges(spec.before), listRanges(spec.is.object));
  if (isArray(ranges.was) && ranges.was.length > 0) ranges.forbidden(ADDRESS_TEXT);
  if (provider.textBefore !== '') provider.forbidden('node updates may not change providerID except from "" to valid');
  external.forbidden('may not be updated');
}

/** The blocks of a node as the server has them: where the old field says something else, it is that. */
function listRanges(spec: JsonObject): JsonValue | undefined {
  const [one, several] = [getString(spec, 'podCIDR') ?? '', spec['podCIDRs']];
  return one !== '' && one !== getArray(several)[0] ? [one] : several;
}
