import { getOrAdd, getArray, getAt, getObject, getString, type JsonObject, type JsonValue } from '../../std/index.ts';
import { annotationsOf, nameOf, namespaceOf, type KubernetesObject, type World } from '../../model/index.ts';

/** The kinds of objects that a node may read because they have to do with it, as the Node authorizer calls them. */
export type Related =
  | 'configmap'
  | 'persistentvolume'
  | 'pod'
  | 'pvc'
  | 'resourceclaim'
  | 'resourceslice'
  | 'secret'
  | 'serviceAccount'
  | 'volumeattachment';

/** What each node has to do with. */
type NodeGraph = ReadonlyMap<string, ReadonlySet<string>>;

/** Volumes whose Secret is given by a reference. */
const REFERENCING = ['cephfs', 'cinder', 'flexVolume', 'iscsi', 'rbd', 'scaleIO', 'storageos'];

/** Of those, the ones of a PersistentVolume whose Secret is in the claim's namespace if they name none. */
const IN_CLAIM_NAMESPACE: ReadonlySet<string> = new Set(['cephfs', 'flexVolume', 'iscsi', 'rbd', 'scaleIO']);

/**
 * Whether an object has to do with a node: a pod that is bound to it, what such a pod names, the volumes of its claims with their Secrets, and
 * what names the node itself (`plugin/pkg/auth/authorizer/node/graph.go`).
 */
export function isRelated(world: World, node: string, kind: Related, namespace: string, name: string): boolean {
  return (
    world
      .derive(computeGraph)
      .get(node)
      ?.has(toKey(kind, namespace, name)) === true
  );
}

function computeGraph(world: World): NodeGraph {
  const pods = world.byKind('', 'Pod').map((pod) => ({
    holder: getString(pod, 'spec', 'nodeName') ?? '',
    namespace: namespaceOf(pod) ?? '',
    named: listOfPod(pod),
  }));
  const graph = relatePods(world, pods);
  const relate = (node: string, kind: Related, name: string): void => {
    getOrAdd(graph, node, () => new Set<string>()).add(toKey(kind, '', name));
  };
  for (const attachment of world.byKind('storage.k8s.io', 'VolumeAttachment'))
    relate(getString(attachment, 'spec', 'nodeName') ?? '', 'volumeattachment', nameOf(attachment));
  for (const slice of world.byKind('resource.k8s.io', 'ResourceSlice'))
    relate(getString(slice, 'spec', 'nodeName') ?? '', 'resourceslice', nameOf(slice));
  graph.delete('');
  return graph;
}

/** What a Pod names, and who may read it because of that. */
export interface NamingPod {
  readonly holder: string;
  readonly namespace: string;
  /** Empty names are none. */
  readonly named: readonly (readonly [Related, string])[];
}

/** What Pods name, and the volumes of their claims with their Secrets, by who may read it; each as `KIND NAMESPACE/NAME`. */
export function relatePods(world: World, pods: Iterable<NamingPod>): Map<string, Set<string>> {
  const graph = new Map<string, Set<string>>();
  for (const { holder, namespace, named } of pods) {
    if (holder === '') continue;
    const related = getOrAdd(graph, holder, () => new Set<string>());
    for (const [kind, name] of named) if (name !== '') related.add(toKey(kind, namespace, name));
  }
  for (const volume of world.byKind('', 'PersistentVolume')) relateVolume(graph, volume);
  return graph;
}

function toKey(kind: Related, namespace: string, name: string): string {
  return `${kind} ${namespace}/${name}`;
}

/** A pod and what it names; a mirror pod names nothing, for its node has made it. */
export function listOfPod(pod: KubernetesObject): readonly (readonly [Related, string])[] {
  const own = ['pod', nameOf(pod)] as const;
  if (annotationsOf(pod).has('kubernetes.io/config.mirror')) return [own];
  const spec = getObject(pod, 'spec') ?? {};
  return [own, ['serviceAccount', getString(spec, 'serviceAccountName') ?? ''], ...listOfPodSpec(spec, nameOf(pod)), ...listClaims(pod)];
}

/** What the containers, volumes and image pulls of a Pod need; some names are empty. Without its name, its own claims are not known. */
export function listOfPodSpec(spec: JsonObject, pod?: string): readonly (readonly [Related, string])[] {
  return [
    ...getArray(spec, 'imagePullSecrets').map((item): [Related, string] => ['secret', getString(item, 'name') ?? '']),
    ...['containers', 'initContainers', 'ephemeralContainers'].flatMap((field) => getArray(spec, field).flatMap(listOfContainer)),
    ...getArray(spec, 'volumes').flatMap((volume) => listOfVolume(volume, pod)),
  ];
}

function listOfContainer(container: JsonValue): readonly (readonly [Related, string])[] {
  return [
    ...getArray(container, 'envFrom').flatMap((item): [Related, string][] => [
      ['secret', getString(item, 'secretRef', 'name') ?? ''],
      ['configmap', getString(item, 'configMapRef', 'name') ?? ''],
    ]),
    ...getArray(container, 'env').flatMap((item): [Related, string][] => [
      ['secret', getString(item, 'valueFrom', 'secretKeyRef', 'name') ?? ''],
      ['configmap', getString(item, 'valueFrom', 'configMapKeyRef', 'name') ?? ''],
    ]),
  ];
}

function listOfVolume(volume: JsonValue, pod: string | undefined): readonly (readonly [Related, string])[] {
  const text = (...path: readonly string[]): string => getString(volume, ...path) ?? '';
  return [
    ['secret', text('secret', 'secretName')],
    ['secret', text('azureFile', 'secretName')],
    ['secret', text('csi', 'nodePublishSecretRef', 'name')],
    ...REFERENCING.map((source): [Related, string] => ['secret', text(source, 'secretRef', 'name')]),
    ['configmap', text('configMap', 'name')],
    ...getArray(volume, 'projected', 'sources').flatMap((source): [Related, string][] => [
      ['secret', getString(source, 'secret', 'name') ?? ''],
      ['configmap', getString(source, 'configMap', 'name') ?? ''],
    ]),
    ['pvc', text('persistentVolumeClaim', 'claimName')],
    ['pvc', pod === undefined || getObject(volume, 'ephemeral') === undefined ? '' : `${pod}-${text('name')}`],
  ];
}

function listClaims(pod: KubernetesObject): readonly (readonly [Related, string])[] {
  const made = getArray(pod, 'status', 'resourceClaimStatuses');
  const names = getArray(pod, 'spec', 'resourceClaims').map((claim) => {
    const status = made.find((item) => getString(item, 'name') === getString(claim, 'name'));
    return getString(claim, 'resourceClaimName') ?? getString(status, 'resourceClaimName') ?? '';
  });
  const extended = getString(pod, 'status', 'extendedResourceClaimStatus', 'resourceClaimName') ?? '';
  return [...names, extended].map((name) => ['resourceclaim', name]);
}

/** A volume has to do with the nodes that its claim has to do with, and so have its Secrets that a kubelet needs. */
function relateVolume(graph: Map<string, Set<string>>, volume: KubernetesObject): void {
  const [namespace, name] = [getString(volume, 'spec', 'claimRef', 'namespace') ?? '', getString(volume, 'spec', 'claimRef', 'name') ?? ''];
  if (name === '') return;
  const claim = toKey('pvc', namespace, name);
  for (const related of graph.values()) {
    if (!related.has(claim)) continue;
    related.add(toKey('persistentvolume', '', nameOf(volume)));
    for (const [where, secret] of listSecrets(volume, namespace)) if (secret !== '') related.add(toKey('secret', where, secret));
  }
}

function listSecrets(volume: KubernetesObject, claimNamespace: string): readonly (readonly [namespace: string, name: string])[] {
  const at = (...path: readonly string[]): string => getString(volume, 'spec', ...path) ?? '';
  if (getObject(volume, 'spec', 'azureFile') !== undefined)
    return [[at('azureFile', 'secretNamespace') || claimNamespace, at('azureFile', 'secretName')]];
  const source = REFERENCING.find((field) => getAt(volume, 'spec', field) !== undefined);
  if (source !== undefined) {
    const own = at(source, 'secretRef', 'namespace');
    return [[own === '' && IN_CLAIM_NAMESPACE.has(source) ? claimNamespace : own, at(source, 'secretRef', 'name')]];
  }
  return ['nodePublishSecretRef', 'nodeStageSecretRef', 'nodeExpandSecretRef'].map((field) => [
    at('csi', field, 'namespace'),
    at('csi', field, 'name'),
  ]);
}
