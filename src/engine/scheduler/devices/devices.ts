import { isNodeSelected, nameOf, namespaceOf, type KubernetesObject, type NodeFace, type World } from '../../../model/index.ts';
import { getArray, getBoolean, getObject, getString, type JsonValue } from '../../../std/index.ts';
import type { ChangeLog, LogReader, Mark } from '../change-log.ts';
import type { PodInfo } from '../pod-class.ts';
import { isClaimFor } from '../volumes/settle-claim.ts';
import type { Given, Stock } from './allocate.ts';
import { toReach } from './device.ts';
import { classesByResource } from './extended-resources.ts';
import { DeviceSelectors } from './select-device.ts';
import { toStoredSlice } from './stored-slice.ts';

/** A claim of a pod with the devices that it has, if it has any. */
export interface DeviceClaim {
  readonly claim: KubernetesObject;
  /** Where the devices that it has can be reached from; undefined where it has none yet. */
  readonly isReachable: ((node: NodeFace) => boolean) | undefined;
  /** The requests, or their ways, that its devices were given to. */
  readonly requests: readonly string[];
  /** Whether a pod that was placed before has devices for it that are not its own yet. */
  readonly isPending: boolean;
}

/** The first minor version in which extended resources may be devices (`DRAExtendedResource`). */
const FIRST_WITH_EXTENDED = 36;
/** The last minor version that tells of the owner of a claim in small letters. */
const LAST_IN_SMALL = 35;

interface DevicesOptions {
  readonly settles: boolean;
  readonly log: ChangeLog;
  /** The minor version whose CEL is spoken: 36. */
  readonly minor: number;
}

/** Claims for devices and the devices of a world, with what the pods placed so far have reserved. */
export class Devices implements LogReader {
  readonly #world: World;
  readonly #settles: boolean;
  readonly #log: ChangeLog;
  readonly #minor: number;
  readonly #given = new Map<string, readonly Given[]>();
  readonly #undo: { readonly at: Mark; readonly undo: () => void }[] = [];
  #slices: readonly KubernetesObject[] | undefined;
  #stock: Stock | undefined;
  #taken: Set<string> | undefined;
  #byResource: ReadonlyMap<string, KubernetesObject> | undefined;

  /** With `settles`, claims are made of their templates, and a claim that a pod has reserved is its own at once. */
  constructor(world: World, { settles, log, minor }: DevicesOptions) {
    this.#world = world;
    this.#settles = settles;
    this.#log = log;
    this.#minor = minor;
    log.join(this);
  }

  /** Whether anything is known of devices. */
  get isKnown(): boolean {
    return !this.#settles || this.#listSlices().length > 0;
  }

  /** The class of the devices that an extended resource stands for, on nodes that have nothing of it themselves. */
  classOfResource(name: string): KubernetesObject | undefined {
    this.#byResource ??= this.#minor < FIRST_WITH_EXTENDED ? new Map() : classesByResource(this.#world);
    return this.#byResource.get(name);
  }

  deviceClass(name: string): KubernetesObject | undefined {
    return this.#world.get({ group: 'resource.k8s.io', kind: 'DeviceClass', name });
  }

  /** The claims of a pod, in its order, or why it has to wait for them. */
  claimsOf(pod: PodInfo): readonly DeviceClaim[] | string {
    const claims: DeviceClaim[] = [];
    for (const item of getArray(pod.class.spec, 'resourceClaims')) {
      const claim = this.#find(pod, item);
      if (typeof claim === 'string') return claim;
      if (claim !== undefined) claims.push(this.#toDeviceClaim(claim));
    }
    return claims;
  }

  /** What claims can be given devices of, as it is now. */
  stock(): Stock {
    this.#stock ??= {
      slices: this.#listSlices(),
      classOf: (name) => this.deviceClass(name),
      isTaken: (device) => this.#takenDevices().has(device),
      selectors: new DeviceSelectors(`1.${this.#minor}`),
      minor: this.#minor,
    };
    return this.#stock;
  }

  /** Keeps devices for a claim. */
  reserve(claim: KubernetesObject, given: readonly Given[]): void {
    const key = keyOf(claim);
    const taken = this.#takenDevices();
    const own = given.filter(({ isAdmin }) => !isAdmin).map(({ device }) => device);
    this.#given.set(key, given);
    for (const device of own) taken.add(device);
    this.#undo.push({
      at: this.#log.mark(),
      undo: () => {
        this.#given.delete(key);
        for (const device of own) taken.delete(device);
      },
    });
  }

  rewind(mark: Mark): void {
    for (let last = this.#undo.at(-1); last !== undefined && last.at >= mark; last = this.#undo.at(-1)) {
      this.#undo.pop();
      last.undo();
    }
  }

  #listSlices(): readonly KubernetesObject[] {
    this.#slices ??= this.#world.byKind('resource.k8s.io', 'ResourceSlice').map((slice) => toStoredSlice(slice, this.#minor));
    return this.#slices;
  }

  #takenDevices(): Set<string> {
    this.#taken ??= new Set(
      this.#world
        .byKind('resource.k8s.io', 'ResourceClaim')
        .flatMap(readGiven)
        .flatMap(({ isAdmin, device }) => (isAdmin ? [] : [device])),
    );
    return this.#taken;
  }

  #find(pod: PodInfo, item: JsonValue): KubernetesObject | string | undefined {
    const { namespace } = pod.class.face;
    const named = getString(item, 'resourceClaimName');
    if (named !== undefined) return this.#get(namespace, named) ?? `could not find ResourceClaim "${namespace}/${named}"`;
    const template = getString(item, 'resourceClaimTemplateName');
    if (template === undefined) {
      return `pod "${pod.key}", spec.resourceClaim "${getString(item, 'name') ?? ''}": none of the supported fields are set`;
    }
    const status = getArray(pod.object, 'status', 'resourceClaimStatuses').find(
      (other) => getString(other, 'name') === getString(item, 'name'),
    );
    if (status === undefined) return this.#make(pod, item, template) ?? `pod "${pod.key}": ResourceClaim not created yet`;
    const name = getString(status, 'resourceClaimName');
    if (name === undefined) return undefined;
    const claim = this.#get(namespace, name);
    if (typeof claim === 'string' || claim === undefined) return claim ?? `could not find ResourceClaim "${namespace}/${name}"`;
    if (isClaimFor(claim, pod.object)) return claim;
    const who = this.#minor <= LAST_IN_SMALL ? 'pod' : 'Pod';
    return `ResourceClaim ${namespace}/${name} was not created for ${who} ${pod.key} (${who} is not owner)`;
  }

  #get(namespace: string, name: string): KubernetesObject | string | undefined {
    const claim = this.#world.get({ group: 'resource.k8s.io', kind: 'ResourceClaim', namespace, name });
    if (claim === undefined) return undefined;
    return getString(claim.metadata, 'deletionTimestamp') === undefined ? claim : `resourceclaim "${name}" is being deleted`;
  }

  /** The claim that is made of a template in time. */
  #make(pod: PodInfo, item: JsonValue, template: string): KubernetesObject | undefined {
    const { namespace } = pod.class.face;
    const found = this.#settles
      ? this.#world.get({ group: 'resource.k8s.io', kind: 'ResourceClaimTemplate', namespace, name: template })
      : undefined;
    if (found === undefined) return undefined;
    const { apiVersion } = found;
    const name = `${nameOf(pod.object)}-${getString(item, 'name') ?? ''}`;
    return { apiVersion, kind: 'ResourceClaim', metadata: { name, namespace }, spec: getObject(found, 'spec', 'spec') ?? {} };
  }

  #toDeviceClaim(claim: KubernetesObject): DeviceClaim {
    const reserved = this.#given.get(keyOf(claim));
    if (reserved !== undefined) {
      const requests = reserved.map(({ request }) => request);
      const isReachable = toReach(this.#listSlices(), new Set(reserved.map(({ device }) => device)));
      return { claim, isReachable, requests, isPending: !this.#settles };
    }
    const allocation = getObject(claim, 'status', 'allocation');
    if (allocation === undefined) return { claim, isReachable: undefined, requests: [], isPending: false };
    const selector = getObject(allocation, 'nodeSelector');
    const requests = readGiven(claim).map(({ request }) => request);
    return { claim, isReachable: (node) => selector === undefined || isNodeSelected(selector, node), requests, isPending: false };
  }
}

function keyOf(claim: KubernetesObject): string {
  return `${namespaceOf(claim) ?? ''}/${nameOf(claim)}`;
}

function readGiven(claim: KubernetesObject): readonly Given[] {
  return getArray(claim, 'status', 'allocation', 'devices', 'results').map((result) => ({
    request: getString(result, 'request') ?? '',
    device: ['driver', 'pool', 'device'].map((field) => getString(result, field) ?? '').join('/'),
    isAdmin: getBoolean(result, 'adminAccess') === true,
  }));
}
