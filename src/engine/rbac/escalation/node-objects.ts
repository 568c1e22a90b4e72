import { getArray, getBoolean, getString, groupBy } from '../../../std/index.ts';
import {
  nameOf,
  namespaceOf,
  podTemplateOf,
  refOf,
  toRefKey,
  WORKLOAD_KINDS,
  type KubernetesObject,
  type ObjectRef,
  type World,
} from '../../../model/index.ts';
import type { Holding } from '../holding.ts';
import { listOfPod, listOfPodSpec, relatePods, type NamingPod } from '../node-graph.ts';
import type { Footing } from './graph.ts';

/** What is got at single objects by nodes, because their Pods name them, and by who enters a Pod that mounts them. */
export interface NodeObjects {
  /** What the Node authorizer lets a node do because of some Pod of a workload: any node may run it. */
  readonly all: readonly Holding[];
  /** The same for those that run on every node. */
  readonly everywhere: readonly Holding[];
  /** The ConfigMaps that the Pods of a workload read. */
  configMapsOf(workload: ObjectRef): readonly Holding[];
  /** The workloads and volumes that a holding follows from. */
  footingOf(holding: Holding): readonly Footing[];
}

interface Access {
  readonly group: string;
  readonly resource: string;
  readonly verbs: readonly string[];
}

const READ = ['get', 'list', 'watch'];

/** By kind of object, as the Node authorizer calls it (`plugin/pkg/auth/authorizer/node/node_authorizer.go`). */
const ACCESS: Readonly<Record<string, readonly Access[]>> = {
  configmap: [{ group: '', resource: 'configmaps', verbs: READ }],
  persistentvolume: [{ group: '', resource: 'persistentvolumes', verbs: ['get'] }],
  pvc: [{ group: '', resource: 'persistentvolumeclaims', verbs: ['get'] }],
  resourceclaim: [{ group: 'resource.k8s.io', resource: 'resourceclaims', verbs: ['get'] }],
  secret: [{ group: '', resource: 'secrets', verbs: READ }],
  serviceAccount: [
    { group: '', resource: 'serviceaccounts', verbs: ['get'] },
    { group: '', resource: 'serviceaccounts/token', verbs: ['create'] },
  ],
};

const KINDS = new Map(Object.entries(ACCESS).flatMap(([kind, list]) => list.map(({ resource }) => [resource, kind])));
const [ALL, EVERYWHERE] = ['all', 'everywhere'];

/** The single objects that Pods of a world give to nodes and to who enters them. Cached by world. */
export function readNodeObjects(world: World): NodeObjects {
  return world.derive(computeNodeObjects);
}

function computeNodeObjects(world: World): NodeObjects {
  const workloads = WORKLOAD_KINDS.flatMap(({ group, kind }) => world.byKind(group, kind)).flatMap(readNaming);
  const graph = relatePods(world, [
    ...workloads.map(({ pod }) => ({ ...pod, holder: ALL })),
    ...workloads.flatMap(({ pod, isEverywhere }) => (isEverywhere ? [{ ...pod, holder: EVERYWHERE }] : [])),
  ]);
  const byWorkload = groupBy(workloads, ({ pod }) => pod.holder);
  const namers = groupBy(
    workloads.flatMap(({ ref, pod: { namespace, named } }) => named.map(([kind, name]) => ({ ref, key: `${kind} ${namespace}/${name}` }))),
    ({ key }) => key,
  );
  for (const volume of world.byKind('', 'PersistentVolume')) {
    const at = (field: string): string => getString(volume, 'spec', 'claimRef', field) ?? '';
    const claim = namers.get(`pvc ${at('namespace')}/${at('name')}`) ?? [];
    if (claim.length > 0) namers.set(`persistentvolume /${nameOf(volume)}`, [...claim, { ref: refOf(volume), key: '' }]);
  }
  return {
    all: [...(graph.get(ALL) ?? [])].flatMap(toHoldings),
    everywhere: [...(graph.get(EVERYWHERE) ?? [])].flatMap(toHoldings),
    configMapsOf: (ref) =>
      (byWorkload.get(toRefKey(ref)) ?? []).flatMap(({ pod: { namespace, named } }) =>
        named.flatMap(([kind, name]) => (kind === 'configmap' && name !== '' ? toHoldings(`${kind} ${namespace}/${name}`) : [])),
      ),
    footingOf: ({ permission, namespace }) => {
      if (permission.kind === 'path') return [];
      const kind = KINDS.get(permission.resource) ?? '';
      return (namers.get(`${kind} ${namespace}/${permission.name ?? ''}`) ?? []).map(({ ref }) => ({ ref }));
    },
  };
}

interface Naming {
  readonly ref: ObjectRef;
  readonly pod: NamingPod;
  readonly isEverywhere: boolean;
}

/** What the Pods of a workload name, by the key of the workload, and whether every node runs one. */
function readNaming(object: KubernetesObject): readonly Naming[] {
  const template = podTemplateOf(object);
  const namespace = namespaceOf(object);
  if (template === undefined || namespace === undefined) return [];
  const owner = getArray(object, 'metadata', 'ownerReferences').find((reference) => getBoolean(reference, 'controller') === true);
  const isPod = object.kind === 'Pod';
  const { spec } = template;
  const account = getString(spec, 'serviceAccountName') || getString(spec, 'serviceAccount') || 'default';
  const claims = getArray(spec, 'resourceClaims').map((claim) => ['resourceclaim', getString(claim, 'resourceClaimName') ?? ''] as const);
  const named = isPod ? listOfPod(object) : [...listOfPodSpec(spec), ...listOfSet(object), ...claims];
  return [
    {
      ref: refOf(object),
      pod: { holder: toRefKey(refOf(object)), namespace, named: [...named, ['serviceAccount', account]] },
      isEverywhere: object.kind === 'DaemonSet' || (isPod && getString(owner ?? null, 'kind') === 'DaemonSet'),
    },
  ];
}

/** The claims of the first Pod of a StatefulSet: those of the others have other numbers. */
function listOfSet(object: KubernetesObject): NamingPod['named'] {
  return getArray(object, 'spec', 'volumeClaimTemplates').map((claim) => [
    'pvc',
    `${getString(claim, 'metadata', 'name') ?? ''}-${nameOf(object)}-0`,
  ]);
}

/** What may be done to an object of a kind (`KIND NAMESPACE/NAME`) that a node has to do with. */
function toHoldings(key: string): readonly Holding[] {
  const [space, slash] = [key.indexOf(' '), key.indexOf('/')];
  const [namespace, name] = [key.slice(space + 1, slash), key.slice(slash + 1)];
  return (ACCESS[key.slice(0, space)] ?? []).flatMap(({ group, resource, verbs }) =>
    verbs.map((verb): Holding => ({ permission: { kind: 'resource', verb, group, resource, name }, namespace, sources: [] })),
  );
}
