import { compareStrings, getArray, getBoolean, getNumber, getString, getStringMap, sortedUnique, toPointer } from '../../std/index.ts';
import {
  containersOf,
  namespaceOf,
  parseApiVersion,
  podTemplateOf,
  refOf,
  toRefKey,
  WORKLOAD_KINDS,
  type KindIndex,
  type KubernetesObject,
  type ObjectRef,
  type PodTemplate,
  type World,
} from '../../model/index.ts';
import { parseAddress } from './address.ts';
import { isProtocol, type Protocol } from './port-set.ts';

/** A named container port. */
export interface ContainerPort {
  readonly name: string;
  readonly protocol: Protocol;
  readonly port: number;
}

/** What runs pods: its pods are alike, so it stands for all of them. A Pod that nothing in the world owns is its own. */
export interface Workload {
  readonly ref: ObjectRef;
  readonly namespace: string;
  /** `shop/web`, or `shop/Deployment/web` where two kinds share the name. */
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  /** JSON pointer to the pod's labels. */
  readonly labelsPath: string;
  readonly ports: readonly ContainerPort[];
  readonly serviceAccount: string;
  readonly hostNetwork: boolean;
  /** The node of a Pod that has one. */
  readonly node: string | undefined;
  /** The pods' own addresses where they are known: those of a Pod that is not owned. */
  readonly addresses: readonly bigint[];
}

interface Listed {
  readonly kinds: readonly string[];
  readonly indexes: readonly KindIndex[];
  readonly workloads: readonly Workload[];
}

const listed = new WeakMap<KindIndex, Listed>();

/**
 * The workloads of a world, by name. What an object of the world owns, and pods that have ended, are left out. Of worlds that have the
 * same objects of all kinds that matter the list is one and the same.
 */
export function listWorkloads(world: World): readonly Workload[] {
  const indexes = WORKLOAD_KINDS.map(({ group, kind }) => world.kind(group, kind));
  const main = indexes.reduce((most, index) => (index.objects.length > most.objects.length ? index : most), world.kind('', 'Pod'));
  const known = listed.get(main);
  const isSame = known?.indexes.every((index, place) => index === indexOf(world, known.kinds[place] ?? '')) === true;
  if (known !== undefined && isSame) return known.workloads;
  const workloads = listOnce(findWorkloads(world));
  const owners = indexes.flatMap((index) => [...index.derive(listOwnerKinds)]);
  const kinds = sortedUnique([...WORKLOAD_KINDS.map(({ group, kind }) => `${group}/${kind}`), ...owners]);
  listed.set(main, { kinds, indexes: kinds.map((kind) => indexOf(world, kind)), workloads });
  return workloads;
}

/** Weakly: a list lives for as long as a world that has it does, and all that was worked out of it with it. */
const lists = new WeakMap<Workload, Map<number, WeakRef<readonly Workload[]>>>();

/** One and the same list of the same workloads: the last of its length that begins with its first. */
function listOnce(workloads: readonly Workload[]): readonly Workload[] {
  const [first] = workloads;
  if (first === undefined) return NONE;
  let byLength = lists.get(first);
  if (byLength === undefined) lists.set(first, (byLength = new Map()));
  const known = byLength.get(workloads.length)?.deref();
  if (known !== undefined && workloads.every((workload, index) => workload === known[index])) return known;
  byLength.set(workloads.length, new WeakRef(workloads));
  return workloads;
}

const NONE: readonly Workload[] = [];

function indexOf(world: World, kind: string): KindIndex {
  const cut = kind.lastIndexOf('/');
  return world.kind(kind.slice(0, cut), kind.slice(cut + 1));
}

function listOwnerKinds(objects: readonly KubernetesObject[]): ReadonlySet<string> {
  const kinds = new Set<string>();
  for (const object of objects)
    for (const owner of getArray(object.metadata, 'ownerReferences'))
      kinds.add(`${parseApiVersion(getString(owner, 'apiVersion') ?? '').group}/${getString(owner, 'kind') ?? ''}`);
  return kinds;
}

function findWorkloads(world: World): readonly Workload[] {
  const found = WORKLOAD_KINDS.flatMap(({ group, kind }) =>
    world.byKind(group, kind).flatMap((object) => {
      const template = podTemplateOf(object);
      return template === undefined || isOwned(world, object) || hasEnded(object) ? [] : [toWorkload(object, template)];
    }),
  );
  const count = new Map<string, number>();
  for (const { name } of found) count.set(name, (count.get(name) ?? 0) + 1);
  return found
    .map((workload) => (count.get(workload.name) === 1 ? workload : { ...workload, name: toLongName(workload.ref) }))
    .toSorted((a, b) => compareStrings(a.name, b.name));
}

/** The name that tells a workload from others of its name. */
export function toLongName(ref: ObjectRef): string {
  return `${ref.namespace ?? ''}/${ref.kind}/${ref.name}`;
}

function isOwned(world: World, object: KubernetesObject): boolean {
  const namespace = namespaceOf(object);
  return getArray(object.metadata, 'ownerReferences').some((owner) => {
    if (getBoolean(owner, 'controller') !== true) return false;
    const { group } = parseApiVersion(getString(owner, 'apiVersion') ?? '');
    const kind = getString(owner, 'kind') ?? '';
    const name = getString(owner, 'name') ?? '';
    return world.get({ group, kind, name, ...(namespace === undefined ? {} : { namespace }) }) !== undefined;
  });
}

function hasEnded(object: KubernetesObject): boolean {
  const phase = object.kind === 'Pod' ? getString(object, 'status', 'phase') : undefined;
  return phase === 'Succeeded' || phase === 'Failed';
}

const workloadOf = new WeakMap<KubernetesObject, Workload>();

/** One and the same workload of one object, in whatever world. */
function toWorkload(object: KubernetesObject, template: PodTemplate): Workload {
  let workload = workloadOf.get(object);
  if (workload === undefined) workloadOf.set(object, (workload = readWorkload(object, template)));
  return workload;
}

function readWorkload(object: KubernetesObject, template: PodTemplate): Workload {
  const ref = refOf(object);
  const namespace = ref.namespace ?? '';
  return {
    ref,
    namespace,
    name: `${namespace}/${ref.name}`,
    labels: getStringMap(template.metadata, 'labels'),
    labelsPath: toPointer([...template.path, 'metadata', 'labels']),
    ports: listNamedPorts(template),
    serviceAccount: getString(template.spec, 'serviceAccountName') ?? 'default',
    hostNetwork: getBoolean(template.spec, 'hostNetwork') === true,
    node: getString(template.spec, 'nodeName'),
    addresses: object.kind === 'Pod' ? listAddresses(object) : [],
  };
}

/** The named ports of the containers that run as long as the pod does. */
export function listNamedPorts({ spec }: PodTemplate): readonly ContainerPort[] {
  const running = containersOf(spec).filter(
    ({ type, container }) => type === 'container' || (type === 'init' && getString(container, 'restartPolicy') === 'Always'),
  );
  return running.flatMap(({ container }) =>
    getArray(container, 'ports').flatMap((item) => {
      const protocol = getString(item, 'protocol') ?? 'TCP';
      const [name, port] = [getString(item, 'name'), getNumber(item, 'containerPort')];
      return name !== undefined && port !== undefined && isProtocol(protocol) ? [{ name, protocol, port }] : [];
    }),
  );
}

function listAddresses(pod: KubernetesObject): readonly bigint[] {
  const texts = [getString(pod, 'status', 'podIP'), ...getArray(pod, 'status', 'podIPs').map((item) => getString(item, 'ip'))];
  const points = texts.map((text) => (text === undefined ? undefined : parseAddress(text)));
  return [...new Set(points.filter((point) => point !== undefined))];
}

/** The key under which the same workload of two worlds is found. */
export function workloadKey(workload: Workload): string {
  return toRefKey(workload.ref);
}
