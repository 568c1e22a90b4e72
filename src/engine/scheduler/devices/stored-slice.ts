import type { KubernetesObject } from '../../../model/index.ts';
import { getArray, getObject, isObject, type JsonObject, type JsonValue } from '../../../std/index.ts';

/** The first minor version whose servers keep what devices share, where each of them is, and taints of them. */
const FIRST_WITH_PARTITIONS = 36;

const OF_SLICE: readonly string[] = ['sharedCounters', 'perDeviceNodeSelection'];
const OF_DEVICE: readonly string[] = ['consumesCounters', 'nodeName', 'nodeSelector', 'allNodes', 'taints'];

/**
 * What a server of a minor version (36) keeps of a ResourceSlice: earlier ones drop fields of features that are off by default
 * (`DRAPartitionableDevices`, `DRADeviceTaints`; `dropDisabledFields` of `pkg/registry/resource/resourceslice`).
 */
export function toStoredSlice(slice: KubernetesObject, minor: number): KubernetesObject {
  const spec = getObject(slice, 'spec');
  if (minor >= FIRST_WITH_PARTITIONS || spec === undefined) return slice;
  return { ...slice, spec: { ...without(spec, OF_SLICE), devices: getArray(spec, 'devices').map(toStoredDevice) } };
}

function toStoredDevice(device: JsonValue): JsonValue {
  if (!isObject(device)) return device;
  const basic = getObject(device, 'basic');
  return { ...without(device, OF_DEVICE), ...(basic === undefined ? {} : { basic: without(basic, OF_DEVICE) }) };
}

function without(object: JsonObject, fields: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([field]) => !fields.includes(field)));
}
