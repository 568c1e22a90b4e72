import { annotationsOf, nameOf, namespaceOf, parseQuantity, type KubernetesObject, type World } from '../../../model/index.ts';
import {
  compareBy,
  compareStrings,
  getArray,
  getBoolean,
  getObject,
  getString,
  type JsonObject,
  type JsonValue,
} from '../../../std/index.ts';
import { isExtendedResource } from '../pod-requests.ts';

/** Marks the claim that the scheduler makes for the extended resources of a pod. */
const MARK = 'resource.kubernetes.io/extended-resource-claim';
/** Before the name of a class: how a pod asks for devices of one that has no resource of its own. */
const BY_CLASS = 'deviceclass.resource.kubernetes.io/';
/** What its claim is called until it is written. */
const UNNAMED = '<extended-resources>';
const NANO = 1_000_000_000n;

/** Whether a resource may be devices (`IsDRAExtendedResourceName` of `pkg/scheduler/util`). */
export function mayBeDevices(resource: string): boolean {
  return isExtendedResource(resource) || resource.startsWith(BY_CLASS);
}

/** The DeviceClasses of a world by the extended resources that their devices are (KEP-5004); of those with one name the youngest. */
export function classesByResource(world: World): ReadonlyMap<string, KubernetesObject> {
  const classes = world.byKind('resource.k8s.io', 'DeviceClass').toSorted(compareBy(nameOf)).toReversed();
  const byResource = new Map(classes.map((item) => [BY_CLASS + nameOf(item), item]));
  for (const item of classes.toSorted(compareBy((one) => getString(one.metadata, 'creationTimestamp') ?? ''))) {
    const name = getString(item, 'spec', 'extendedResourceName');
    if (name !== undefined) byResource.set(name, item);
  }
  return byResource;
}

/** The claim that the scheduler made for a pod's extended resources before, and could not use. */
export function findExtendedClaim(world: World, pod: KubernetesObject): KubernetesObject | undefined {
  const uid = getString(pod.metadata, 'uid');
  return world
    .kind('resource.k8s.io', 'ResourceClaim')
    .inNamespace(namespaceOf(pod))
    .find(
      (claim) =>
        annotationsOf(claim).get(MARK) === 'true' &&
        getArray(claim.metadata, 'ownerReferences').some(
          (owner) =>
            getString(owner, 'name') === nameOf(pod) &&
            getBoolean(owner, 'controller') === true &&
            (uid === undefined || getString(owner, 'uid') === uid),
        ),
    );
}

/** The claim for those extended resources of a pod that a node has as devices: `classes` says of which class each is. */
export function toExtendedClaim(pod: KubernetesObject, classes: ReadonlyMap<string, string>): KubernetesObject {
  const requests = [...classes]
    .toSorted(([a], [b]) => compareStrings(a, b))
    .flatMap(([resource, deviceClass]) => listCounts(pod, resource).map((item) => ({ ...item, deviceClass })))
    .toSorted(compareBy(({ name }) => name))
    .map(({ name, count, deviceClass }) => ({
      name,
      exactly: { deviceClassName: deviceClass, allocationMode: 'ExactCount', count },
    }));
  const namespace = namespaceOf(pod);
  return {
    apiVersion: 'resource.k8s.io/v1',
    kind: 'ResourceClaim',
    metadata: { name: UNNAMED, ...(namespace === undefined ? {} : { namespace }) },
    spec: { devices: { requests } },
  };
}

interface Count {
  readonly name: string;
  readonly count: number;
}

/**
 * How many devices of a resource the containers of a pod ask for, each by itself. Init containers use those of the containers that
 * start after them; of what they need beside, the most that one of them needs serves all (`createRequestsAndMappings`).
 */
function listCounts(pod: KubernetesObject, resource: string): readonly Count[] {
  const initial = getArray(pod, 'spec', 'initContainers');
  const containers = [...initial, ...getArray(pod, 'spec', 'containers')];
  const isPassing = (index: number): boolean => index < initial.length && getString(containers[index], 'restartPolicy') !== 'Always';
  const lasting = containers.map((container, index) => (isPassing(index) ? undefined : toCount(container, index, resource)));
  let most: Count | undefined;
  for (const [index, container] of initial.entries()) {
    const asked = isPassing(index) ? toCount(container, index, resource) : undefined;
    if (asked === undefined) continue;
    const later = lasting.slice(index).reduce((sum, item) => sum + (item?.count ?? 0), 0);
    const more = asked.count - later;
    if (more > (most?.count ?? 0)) most = { name: asked.name, count: more };
  }
  return [most, ...lasting].flatMap((item) => item ?? []);
}

function toCount(container: JsonValue, index: number, resource: string): Count | undefined {
  const requests: JsonObject = { ...getObject(container, 'resources', 'limits'), ...getObject(container, 'resources', 'requests') };
  const amount = parseQuantity(requests[resource]) ?? 0n;
  if (amount <= 0n || amount % NANO !== 0n) return undefined;
  const position = Object.keys(requests).toSorted(compareStrings).indexOf(resource);
  return { name: `container-${index}-request-${position}`, count: Number(amount / NANO) };
}
