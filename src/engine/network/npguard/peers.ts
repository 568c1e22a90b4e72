import { compareBy, getArray, getBoolean, getString, getStringMap } from '../../../std/index.ts';
import { nameOf, podTemplateOf, refOf, type KubernetesObject, type ObjectRef, type PodTemplate } from '../../../model/index.ts';
import { listNamedPorts, type Workload } from '../workload.ts';

/** What netpol-analyzer calls a peer: a workload as `namespace/name[Kind]`, with every port that its containers declare. */
export interface GuardPeer extends Workload {
  readonly template: PodTemplate;
}

const KINDS: ReadonlySet<string> = new Set([
  'CronJob',
  'DaemonSet',
  'Deployment',
  'Job',
  'Pod',
  'ReplicaSet',
  'ReplicationController',
  'StatefulSet',
]);

/** The namespace that an object without one stands in. */
export function homeOf(object: KubernetesObject): string {
  return getString(object.metadata, 'namespace') ?? 'default';
}

/** The workloads of a directory; pods of one controller are one, named by it, as are a controller and its pods. */
export function listPeers(objects: readonly KubernetesObject[]): readonly GuardPeer[] {
  const peers = new Map<string, GuardPeer>();
  for (const object of objects) {
    const template = KINDS.has(object.kind) ? podTemplateOf(object) : undefined;
    if (template === undefined) continue;
    const peer = toPeer(object, template);
    if (!peers.has(peer.name) || object.kind !== 'Pod') peers.set(peer.name, peer);
  }
  return [...peers.values()].toSorted(compareBy(({ name }) => name));
}

function toPeer(object: KubernetesObject, template: PodTemplate): GuardPeer {
  const owner = object.kind === 'Pod' ? ownerOf(object) : undefined;
  const ref: ObjectRef = { ...refOf(object), namespace: homeOf(object), ...owner };
  return {
    ref,
    namespace: ref.namespace ?? '',
    name: `${ref.namespace ?? ''}/${ref.name}[${ref.kind}]`,
    labels: getStringMap(template.metadata, 'labels'),
    labelsPath: '',
    ports: listNamedPorts(template),
    serviceAccount: '',
    hostNetwork: false,
    node: undefined,
    addresses: [],
    template,
  };
}

/** The controller that names a pod's workload; a node's mirror pod is its own. */
export function ownerOf(pod: KubernetesObject): { readonly name: string; readonly kind: string } | undefined {
  const owner = getArray(pod.metadata, 'ownerReferences').find(
    (item) => getBoolean(item, 'controller') === true && getString(item, 'kind') !== 'Node',
  );
  const name = getString(owner ?? null, 'name');
  return name === undefined ? undefined : { name, kind: getString(owner ?? null, 'kind') ?? 'Pod' };
}

/** The name of a pod, or of what it belongs to. */
export function workloadNameOf(pod: KubernetesObject): string {
  return ownerOf(pod)?.name ?? nameOf(pod);
}
