import { isNodeSelected, nameOf, type KubernetesObject, type NodeFace } from '../../../model/index.ts';
import { compareBy, getArray, getBoolean, getNumber, getObject, getString, type JsonObject, type JsonValue } from '../../../std/index.ts';
import { areCountersInvalid, readCounters, type CountedDevice, type CountedPool, type CounterAmounts } from './counters.ts';

/** One device of a ResourceSlice; its id is `driver/pool/name`. */
export interface Device extends CountedDevice {
  readonly driver: string;
  readonly attributes: JsonObject;
  readonly capacity: JsonObject;
  readonly taints: readonly JsonValue[];
  /** What devices of its kind need that is not simulated; undefined for plain ones. */
  readonly unknown: string | undefined;
  readonly isOn: (node: NodeFace) => boolean;
}

/** The devices of a pool that a node can see some of, in the order in which they are tried: selectors are asked of all of them. */
export interface Pool extends CountedPool {
  readonly devices: readonly Device[];
  /** Not all slices of its newest generation are there. */
  readonly isIncomplete: boolean;
  /** Two devices have one name, or counters do not add up. */
  readonly isInvalid: boolean;
}

/** The first minor version that also looks at the slices of a pool that the node does not see. */
const FIRST_TO_LOOK_AROUND = 35;

/** The pools that a node can see (`GatherPools`), by driver and name, as the scheduler of a minor version (36) does. */
export function gatherPools(slices: readonly KubernetesObject[], node: NodeFace, minor: number): readonly Pool[] {
  const groups = new Map<string, KubernetesObject[]>();
  for (const slice of slices) if (isRelevant(slice, node)) addTo(groups, slice);
  return [...groups.values()]
    .toSorted(
      compareBy(
        (group) => driverOf(group[0]),
        (group) => poolOf(group[0]),
      ),
    )
    .flatMap((group) => (minor < FIRST_TO_LOOK_AROUND ? [toPoolInSight(group)] : toPool(group, slices)));
}

function addTo(groups: Map<string, KubernetesObject[]>, slice: KubernetesObject): void {
  const key = `${driverOf(slice)}/${poolOf(slice)}`;
  const group = groups.get(key) ?? [];
  const known = group[0] === undefined ? -1 : generationOf(group[0]);
  if (generationOf(slice) > known) groups.set(key, [slice]);
  else if (generationOf(slice) === known) groups.set(key, [...group, slice]);
}

/** Of a pool of which only what the node sees counts: what is there of it is used, though not for those who want all. */
function toPoolInSight(group: readonly KubernetesObject[]): Pool {
  const devices = group.toSorted(compareBy(nameOf)).flatMap(toDevices);
  return {
    name: `${driverOf(group[0])}/${poolOf(group[0])}`,
    devices,
    shared: new Map(),
    consumers: [],
    isIncomplete: group.length !== (getNumber(group[0], 'spec', 'pool', 'resourceSliceCount') ?? 0),
    isInvalid: findTwin(devices) !== undefined,
  };
}

/** The first device that has the name of one before it. */
export function findTwin(devices: readonly Device[]): Device | undefined {
  const seen = new Set<string>();
  return devices.find(({ id }) => seen.size === seen.add(id).size);
}

function toPool(group: readonly KubernetesObject[], all: readonly KubernetesObject[]): readonly Pool[] {
  const [first] = group;
  const wanted = getNumber(first, 'spec', 'pool', 'resourceSliceCount') ?? 0;
  const name = `${driverOf(first)}/${poolOf(first)}`;
  const same = all.filter((slice) => driverOf(slice) === driverOf(first) && poolOf(slice) === poolOf(first));
  const newest = Math.max(...same.map(generationOf));
  const peers = same.filter((slice) => generationOf(slice) === generationOf(first));
  const empty = { name, devices: [], shared: new Map(), consumers: [], isIncomplete: false, isInvalid: false };
  if (group.length !== wanted) {
    if (first !== undefined && newest > generationOf(first)) return [];
    if (peers.length !== wanted) return [{ ...empty, isIncomplete: true }];
  }
  const devices = group.toSorted(compareBy(nameOf)).flatMap(toDevices);
  const consumers = peers.flatMap(toDevices);
  const shared: CounterAmounts = new Map(group.flatMap((slice) => [...readCounters(getArray(slice, 'spec', 'sharedCounters'), 'name')]));
  const isInvalid = findTwin(devices) !== undefined || areCountersInvalid(group, shared, consumers);
  return [isInvalid ? { ...empty, isInvalid } : { ...empty, devices, shared, consumers }];
}

function toDevices(slice: KubernetesObject): readonly Device[] {
  return getArray(slice, 'spec', 'devices').map((device) => toDevice(device, slice));
}

function toDevice(device: JsonValue, slice: KubernetesObject): Device {
  // v1beta1 has what a device is like in a field of its own.
  const facts = getObject(device, 'basic') ?? getObject(device) ?? {};
  const driver = driverOf(slice);
  const perDevice = getBoolean(slice, 'spec', 'perDeviceNodeSelection') === true;
  return {
    id: `${driver}/${poolOf(slice)}/${getString(device, 'name') ?? ''}`,
    driver,
    pool: `${driver}/${poolOf(slice)}`,
    consumes: readCounters(getArray(facts, 'consumesCounters'), 'counterSet'),
    attributes: getObject(facts, 'attributes') ?? {},
    capacity: getObject(facts, 'capacity') ?? {},
    taints: getArray(facts, 'taints'),
    unknown: findUnknown(facts),
    isOn: perDevice ? toNodeCheck(facts) : () => true,
  };
}

function findUnknown(device: JsonObject): string | undefined {
  if (getBoolean(device, 'allowMultipleAllocations') === true) return 'devices with consumable capacity (allowMultipleAllocations)';
  return getArray(device, 'bindingConditions').length > 0 ? 'devices with bindingConditions' : undefined;
}

function isRelevant(slice: KubernetesObject, node: NodeFace): boolean {
  const spec = getObject(slice, 'spec') ?? {};
  // What is shared is told of to every node.
  if (getArray(spec, 'sharedCounters').length > 0) return true;
  if (getBoolean(spec, 'perDeviceNodeSelection') !== true) return toNodeCheck(spec)(node);
  return getArray(spec, 'devices').some((device) => toNodeCheck(getObject(device, 'basic') ?? getObject(device) ?? {})(node));
}

/** Where a slice or a device can be reached from, by the one of three fields that it has. */
function toNodeCheck(fields: JsonObject): (node: NodeFace) => boolean {
  const name = getString(fields, 'nodeName') ?? '';
  if (name !== '') return (node) => node.name === name;
  if (getBoolean(fields, 'allNodes') === true) return () => true;
  const selector = getObject(fields, 'nodeSelector');
  return (node) => selector !== undefined && isNodeSelected(selector, node);
}

/** Whether all the devices of an allocation can be reached from a node. */
export function toReach(slices: readonly KubernetesObject[], ids: ReadonlySet<string>): (node: NodeFace) => boolean {
  const parts = slices.flatMap((slice) =>
    toDevices(slice)
      .filter(({ id }) => ids.has(id))
      .map((device) => ({ device, slice })),
  );
  return (node) => parts.every(({ device, slice }) => isRelevant(slice, node) && device.isOn(node));
}

function driverOf(slice: KubernetesObject | undefined): string {
  return getString(slice, 'spec', 'driver') ?? '';
}

function poolOf(slice: KubernetesObject | undefined): string {
  return getString(slice, 'spec', 'pool', 'name') ?? '';
}

function generationOf(slice: KubernetesObject | undefined): number {
  return getNumber(slice, 'spec', 'pool', 'generation') ?? 0;
}
