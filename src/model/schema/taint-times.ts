import { getArray, getObject, getString, isObject, type JsonObject, type JsonValue } from '../../std/index.ts';

/**
 * The fields of the spec of a ResourceSlice or DeviceTaintRule that name taints without a time (`timeAdded`), with the times that the
 * same taints had before; none if there are none to keep. The server writes the time of each write there (`SetDefaults_DeviceTaint`
 * of pkg/apis/resource), so that no two applies of one manifest would be alike.
 */
export function keepTaintTimes(before: JsonObject, after: JsonObject): JsonObject {
  const taint = keepTime([before['taint'] ?? null], after['taint'] ?? null);
  const known = new Map(getArray(before, 'devices').map((device) => [getString(device, 'name'), device]));
  const devices = getArray(after, 'devices').map((device) => keepOfDevice(known.get(getString(device, 'name')), device));
  const isKept = devices.some((device, index) => device !== getArray(after, 'devices')[index]);
  return { ...(taint === (after['taint'] ?? null) ? {} : { taint }), ...(isKept ? { devices } : {}) };
}

/** In v1beta1 all but the name of a device is in `basic`. */
function keepOfDevice(before: JsonValue | undefined, device: JsonValue): JsonValue {
  if (!isObject(device) || !isObject(before)) return device;
  const [was, is] = [getObject(before, 'basic'), getObject(device, 'basic')];
  if (was !== undefined && is !== undefined) {
    const basic = keepOfDevice(was, is);
    return basic === is ? device : { ...device, basic };
  }
  const given = getArray(device, 'taints');
  const taints = given.map((taint) => keepTime(getArray(before, 'taints'), taint));
  return taints.every((taint, index) => taint === given[index]) ? device : { ...device, taints };
}

function keepTime(before: readonly JsonValue[], taint: JsonValue): JsonValue {
  if (!isObject(taint) || getString(taint, 'timeAdded') !== undefined) return taint;
  const textOf = (one: JsonValue, field: string): string => getString(one, field) ?? '';
  const same = before.find((one) => ['key', 'value', 'effect'].every((field) => textOf(one, field) === textOf(taint, field)));
  const timeAdded = getString(same, 'timeAdded');
  return timeAdded === undefined ? taint : { ...taint, timeAdded };
}
