import { getArray, getString, isEqualJson, type JsonObject, type JsonValue, type Path } from '../../../std/index.ts';
import { invalid } from '../field-error.ts';
import type { Pair } from './pair.ts';

const ONCE = 'may not change once set';

/** `ValidateServiceUpdate`: addresses and families may be added to and the second of each given up, not changed. */
export function checkServiceUpdate(service: Pair): void {
  const spec = service.at('spec');
  if (!spec.is.isSet) return;
  const [typeBefore, type] = [spec.at('type').textBefore, spec.at('type').is.text];
  if (typeBefore !== 'ExternalName' && type !== 'ExternalName') checkAddresses(spec);
  if (typeBefore !== 'LoadBalancer' || type !== 'LoadBalancer') return;
  spec.at('loadBalancerClass').fixed(undefined, ONCE);
  const isLocal = [spec.before, spec.is.object].every((one) => getString(one, 'externalTrafficPolicy') === 'Local');
  if (isLocal) spec.at('healthCheckNodePort').forbidden('field is immutable');
}

function checkAddresses(spec: Pair): void {
  const before = addressesOf(spec.before);
  const after = trimmed(spec, before, addressesAfter(spec, before));
  const [wasHeadless, isHeadless] = [before, after].map((list) => list.length === 1 && list[0] === 'None');
  if (wasHeadless === true && isHeadless === true) return;
  checkList(spec, { field: 'clusterIPs', before, after, hasAddress: after.length > 0 });
  if (wasHeadless === true || isHeadless === true) return;
  const families = getArray(spec.before, 'ipFamilies');
  const familiesAfter = trimmed(spec, families, getArray(spec.is.object, 'ipFamilies'));
  checkList(spec, { field: 'ipFamilies', before: families, after: familiesAfter, hasAddress: after.length > 0, addresses: after });
}

/** Of an address alone the server makes the list. */
function addressesOf(spec: JsonObject): readonly JsonValue[] {
  const [list, one] = [getArray(spec, 'clusterIPs'), getString(spec, 'clusterIP') ?? ''];
  return list.length === 0 && one !== '' ? [one] : list;
}

/** What the server makes of the two fields where but one of them was changed (`normalizeClusterIPs`). */
function addressesAfter(spec: Pair, before: readonly JsonValue[]): readonly JsonValue[] {
  const [was, is] = [spec.at('clusterIP').textBefore, spec.at('clusterIP').is.text];
  const list = getArray(spec.is.object, 'clusterIPs').map((item) => getString(item) ?? '');
  const isLeft = list.length === 0 || isEqualJson(list, before);
  if (!isLeft) return list;
  if (was === is) return before;
  return is === '' ? [] : [is];
}

/** Whoever goes back to one family need not name which is given up (`trimFieldsForDualStackDowngrade`). */
function trimmed(spec: Pair, before: readonly JsonValue[], after: readonly JsonValue[]): readonly JsonValue[] {
  const policy = spec.at('ipFamilyPolicy');
  const goesBack = policy.wasSet && policy.textBefore !== 'SingleStack' && policy.is.text === 'SingleStack';
  return goesBack && after.length === 2 && isEqualJson(before, after) ? after.slice(0, 1) : after;
}

/** Where an address stands: the first may be the only one that is written. */
function placeOf(spec: Pair, field: string, index: number): Path {
  const isWritten = getArray(spec.is.object, field).length > 0;
  return field === 'clusterIPs' && !isWritten ? ['clusterIP'] : [field, index];
}

interface Addresses {
  readonly field: 'clusterIPs' | 'ipFamilies';
  readonly before: readonly JsonValue[];
  readonly after: readonly JsonValue[];
  readonly hasAddress: boolean;
  /** What the server prints for families where their number has changed. */
  readonly addresses?: readonly JsonValue[];
}

function checkList(spec: Pair, { field, before, after, hasAddress, addresses }: Addresses): void {
  const said = (index: number, shown: readonly JsonValue[], why: string): void =>
    spec.is.failBelow(placeOf(spec, field, index), invalid(shown.length === 0 ? null : [...shown], why), `${field}[${index}]`);
  if (before.length === after.length) {
    for (const [index, item] of before.entries()) {
      if (item !== after[index]) said(field === 'clusterIPs' ? index : 0, after, ONCE);
    }
    return;
  }
  const isLess = before.length > after.length;
  const [what, kind] = field === 'clusterIPs' ? ['clusterIP', 'clusterIP'] : ['ipFamily', 'ipFamily'];
  if (isLess && !hasAddress) said(0, after, `primary ${what} can not be unset`);
  if (before.length > 0 && after.length > 0 && before[0] !== after[0]) said(0, addresses ?? after, ONCE);
  const policy = spec.at('ipFamilyPolicy').is;
  if (isLess && after.length === 1 && policy.text !== 'SingleStack') {
    policy.fail(invalid(policy.value ?? null, `must be set to 'SingleStack' when releasing the secondary ${kind}`));
  }
}
