import { nameOf, namespaceOf, type KubernetesObject, type NodeFace } from '../../../model/index.ts';
import { getArray, getString, isEqualJson, type JsonObject, type JsonValue } from '../../../std/index.ts';
import { CycleError, NotKnown } from '../cycle-error.ts';
import { Counters } from './counters.ts';
import { findTwin, gatherPools, type Device, type Pool } from './device.ts';
import { isDeviceTolerated, readRequests, readSelectors, type ClaimRequest, type DeviceRequest } from './request.ts';
import type { DeviceSelectors } from './select-device.ts';

/** A device given to a request. */
export interface Given {
  readonly request: string;
  readonly device: string;
  readonly isAdmin: boolean;
}

/** What allocating looks at beside the claims and the node. */
export interface Stock {
  readonly slices: readonly KubernetesObject[];
  readonly classOf: (name: string) => KubernetesObject | undefined;
  /** Whether a device is somebody's already. */
  readonly isTaken: (device: string) => boolean;
  readonly selectors: DeviceSelectors;
  /** The minor version of the scheduler: 36. */
  readonly minor: number;
}

/** The first minor version that tells of invalid pools where no devices are found. */
const FIRST_TO_TELL = 35;
/** The most devices that one claim gets (`AllocationResultsMaxSize`). */
const MOST_DEVICES = 32;

/** The devices that claims would get on a node, by claim; undefined where not all get theirs. The first solution is taken (`Allocator`). */
export function allocate(claims: readonly KubernetesObject[], node: NodeFace, stock: Stock): readonly (readonly Given[])[] | undefined {
  return new Allocation(claims, node, stock).run();
}

/** A way with the devices that it takes: of `All`, which they are. */
interface Way extends DeviceRequest {
  readonly number: number;
  readonly all: readonly Device[] | undefined;
  readonly classSelectors: readonly string[];
}

interface Place {
  readonly claim: number;
  readonly request: number;
}

class Allocation {
  readonly #claims: readonly { readonly claim: KubernetesObject; readonly requests: readonly (readonly Way[])[] }[];
  readonly #node: NodeFace;
  readonly #stock: Stock;
  readonly #pools: readonly Pool[];
  readonly #devices: readonly Device[];
  readonly #given: Given[][];
  readonly #counters: Counters;
  readonly #held = new Map<string, Set<number>>();
  readonly #byId: ReadonlyMap<string, Device>;
  /** Those of invalid pools, with what is wrong: who comes to them gets no other, up to 1.34. */
  readonly #broken = new Map<Device, string>();

  constructor(claims: readonly KubernetesObject[], node: NodeFace, stock: Stock) {
    this.#node = node;
    this.#stock = stock;
    this.#pools = gatherPools(stock.slices, node, stock.minor);
    this.#devices = this.#pools.flatMap(({ devices }) => devices);
    for (const pool of this.#pools) if (pool.isInvalid) for (const device of pool.devices) this.#broken.set(device, describeTwin(pool));
    this.#counters = new Counters(this.#pools, (device) => stock.isTaken(device));
    this.#byId = new Map(this.#devices.map((device) => [device.id, device]));
    this.#claims = claims.map((claim) => ({ claim, requests: readRequests(claim).map((request) => this.#toWays(claim, request)) }));
    this.#given = claims.map(() => []);
    for (const { claim, requests } of this.#claims) checkSize(claim, requests);
  }

  run(): readonly (readonly Given[])[] | undefined {
    if (this.#allocate({ claim: 0, request: 0 }) === 'done') return this.#given;
    if (this.#stock.minor < FIRST_TO_TELL || !this.#pools.some(({ isInvalid }) => isInvalid)) return undefined;
    throw new InvalidPools('invalid resource pools were encountered');
  }

  #toWays(claim: KubernetesObject, request: ClaimRequest): readonly Way[] {
    return request.ways.map((way) => {
      if (way.hasCapacity) throw new NotKnown('requests for capacity of devices');
      const found = this.#stock.classOf(way.deviceClass);
      const classSelectors = readSelectors(getArray(found, 'spec', 'selectors'));
      const plain = { ...way, number: way.count, all: undefined, classSelectors };
      if (!way.wantsAll) return plain;
      const broken = this.#pools.find(({ isIncomplete, isInvalid }) => isIncomplete || isInvalid);
      if (broken !== undefined) {
        const state = broken.isIncomplete ? 'being updated' : 'invalid';
        const short = way.name.split('/').at(-1) ?? '';
        throw new CycleError(
          `claim ${describe(claim)}, request ${short}: asks for all devices, but resource pool ${broken.name} is currently ${state}`,
        );
      }
      const all = this.#devices.filter((device) => this.#isSelectable(claim, plain, device));
      return { ...plain, number: all.length, all };
    });
  }

  /** Whether a device is on the node is asked last: a selector that fails on one elsewhere is an error all the same. */
  #isSelectable(claim: KubernetesObject, way: Way, device: Device): boolean {
    const { selectors } = this.#stock;
    const isSelected =
      selectors.match(way.classSelectors, device, `class ${way.deviceClass}`) &&
      selectors.match(way.selectors, device, `claim ${describe(claim)}`) &&
      device.isOn(this.#node);
    if (isSelected && device.unknown !== undefined) throw new NotKnown(device.unknown);
    return isSelected;
  }

  /** Gives devices to a request and all those after it; `full` where a claim would get too many. */
  #allocate({ claim, request }: Place): 'done' | 'failed' | 'full' {
    const current = this.#claims[claim];
    if (current === undefined) return 'done';
    const ways = current.requests[request];
    if (ways === undefined) {
      const outcome = this.#allocate({ claim: claim + 1, request: 0 });
      return outcome === 'full' ? 'failed' : outcome;
    }
    let isFull = true;
    for (const way of ways) {
      const outcome = this.#give(way, { claim, request }, { number: 0, from: 0 });
      if (outcome === 'done') return 'done';
      if (outcome !== 'full') isFull = false;
    }
    return isFull ? 'full' : 'failed';
  }

  #give(way: Way, place: Place, { number, from }: { readonly number: number; readonly from: number }): 'done' | 'failed' | 'full' {
    if (way.all?.length === 0) return 'failed';
    if (number >= way.number) return this.#allocate({ claim: place.claim, request: place.request + 1 });
    const given = this.#given[place.claim] ?? [];
    if (given.length + way.number - number > MOST_DEVICES) return 'full';
    const claim = this.#claims[place.claim]?.claim;
    if (claim === undefined) return 'failed';
    const candidates = way.all === undefined ? this.#devices : way.all;
    const last = way.all === undefined ? candidates.length : number + 1;
    for (let at = way.all === undefined ? from : number; at < last; at++) {
      const device = candidates[at];
      const complaint = device === undefined ? undefined : this.#broken.get(device);
      if (complaint !== undefined) throw new CycleError(complaint);
      if (device === undefined || !this.#isFree(way, place, device)) continue;
      if (way.all === undefined && !this.#isSelectable(claim, way, device)) continue;
      if (!this.#take(way, place, device)) continue;
      const outcome = this.#give(way, place, { number: number + 1, from: at + 1 });
      if (outcome === 'done') return 'done';
      this.#putBack(place, device);
      if (outcome === 'full') return 'full';
    }
    return 'failed';
  }

  #isFree({ isAdmin }: Way, { claim }: Place, { id }: Device): boolean {
    const holders = this.#held.get(id);
    return isAdmin ? holders?.has(claim) !== true : !this.#stock.isTaken(id) && (holders === undefined || holders.size === 0);
  }

  #take(way: Way, place: Place, device: Device): boolean {
    const current = this.#claims[place.claim];
    if (current === undefined || !this.#counters.take(device)) return false;
    if (!this.#isAllowed(way, place, device, current.claim)) {
      this.#counters.putBack(device);
      return false;
    }
    const given = this.#given[place.claim] ?? [];
    given.push({ request: way.name, device: device.id, isAdmin: way.isAdmin });
    this.#held.set(device.id, new Set([...(this.#held.get(device.id) ?? []), place.claim]));
    return true;
  }

  #isAllowed(way: Way, place: Place, device: Device, claim: KubernetesObject): boolean {
    if (device.taints.some((taint) => !isDeviceTolerated(taint, way.tolerations))) return false;
    const given = this.#given[place.claim] ?? [];
    if (getArray(claim, 'spec', 'devices', 'constraints').every((constraint) => this.#holds(constraint, given, way, device))) return true;
    if (way.all === undefined) return false;
    const short = way.name.split('/').at(-1) ?? '';
    throw new CycleError(
      `claim ${describe(claim)}, request ${short}: cannot add device ${device.id} because a claim constraint would not be satisfied`,
    );
  }

  #putBack({ claim }: Place, device: Device): void {
    this.#given[claim]?.pop();
    this.#held.get(device.id)?.delete(claim);
    this.#counters.putBack(device);
  }

  /** Whether a device has the same attribute as the others that a constraint of the claim is about. */
  #holds(constraint: JsonValue, given: readonly Given[], way: Way, device: Device): boolean {
    const names = getArray(constraint, 'requests');
    const isAbout = (request: string): boolean =>
      names.length === 0 || names.includes(request) || names.includes(request.split('/')[0] ?? '');
    if (!isAbout(way.name)) return true;
    const attribute = getString(constraint, 'matchAttribute');
    if (attribute === undefined) throw new NotKnown('constraints other than matchAttribute');
    const value = attributeOf(device, attribute);
    if (value === undefined) return false;
    const first = given.find(({ request }) => isAbout(request));
    const other = first === undefined ? undefined : this.#byId.get(first.device);
    return other === undefined || isEqualJson(value, attributeOf(other, attribute));
  }
}

function describeTwin({ name, devices }: Pool): string {
  const last = (id: string): string => id.slice(id.lastIndexOf('/') + 1);
  return `pool ${last(name)} is invalid: duplicate device name ${last(findTwin(devices)?.id ?? '')}`;
}

/** Pools that no device can be taken from: the node is refused for it. */
export class InvalidPools extends Error {}

function attributeOf({ attributes, driver }: Device, name: string): JsonObject | JsonValue | undefined {
  const slash = name.indexOf('/');
  const own = slash > 0 && name.slice(0, slash) === driver ? attributes[name.slice(slash + 1)] : undefined;
  return attributes[name] ?? own;
}

function checkSize(claim: KubernetesObject, requests: readonly (readonly Way[])[]): void {
  const least = requests.reduce((sum, ways) => sum + Math.min(...ways.map(({ number }) => number)), 0);
  if (least <= MOST_DEVICES) return;
  throw new CycleError(`claim ${describe(claim)}: number of requested devices ${least} exceeds the claim limit of ${MOST_DEVICES}`);
}

function describe(claim: KubernetesObject): string {
  return `${namespaceOf(claim) ?? ''}/${nameOf(claim)}`;
}
