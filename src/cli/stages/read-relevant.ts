import { isHelmRelease, readWorld, type Cluster, type ReadingScope, type WorldReading } from '../../cluster/index.ts';
import { namespaceOf, parseApiVersion, refOf, type KubernetesObject, type Manifest } from '../../model/index.ts';
import { listMemberKinds } from '../../reconcile/index.ts';
import { getArray, getString, sortedUnique, type JsonValue } from '../../std/index.ts';
import type { Desired } from './desired.ts';

/** Kinds that no engine looks at, and most manifests have none of. */
const MINOR: ReadonlySet<string> = new Set([
  '/Endpoints',
  '/PodTemplate',
  'certificates.k8s.io/CertificateSigningRequest',
  'flowcontrol.apiserver.k8s.io/FlowSchema',
  'flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration',
  'networking.k8s.io/IPAddress',
  'networking.k8s.io/ServiceCIDR',
  'resource.k8s.io/DeviceClass',
  'resource.k8s.io/ResourceClaim',
  'resource.k8s.io/ResourceClaimTemplate',
  'resource.k8s.io/ResourceSlice',
  'storage.k8s.io/CSIDriver',
  'storage.k8s.io/CSINode',
  'storage.k8s.io/CSIStorageCapacity',
  'storage.k8s.io/VolumeAttachment',
  'storage.k8s.io/VolumeAttributesClass',
]);

/** A cluster as far as it matters to any manifests: it can be read before they are. */
export function readAhead(cluster: Cluster): Promise<WorldReading> {
  return readWorld(cluster, { isWanted: (kind) => !MINOR.has(kind) });
}

/**
 * A cluster as far as it matters to manifests: minor kinds are read where a manifest is or is owned by one, or a unit has some,
 * and kinds that may not be read as a whole in the namespaces of the manifests. What was read ahead is not read again. Of what Helm
 * keeps in Secrets, which no reading has, those that a manifest is.
 */
export async function readRelevant(
  cluster: Cluster,
  { manifests, defaultNamespace }: Pick<Desired, 'defaultNamespace' | 'manifests'>,
  ahead?: WorldReading,
): Promise<WorldReading> {
  const named = new Set(manifests.flatMap(({ object }) => [object, ...getArray(object.metadata, 'ownerReferences')].map(kindKeyOf)));
  const scope = scopeOf(manifests, defaultNamespace);
  const first = ahead ?? (await readAhead(cluster));
  const isLeft = (kind: string): boolean => (MINOR.has(kind) && named.has(kind)) || (first.unread.includes(kind) && scope.has(kind));
  const served = new Set(first.types?.map(({ group, kind }) => `${group}/${kind}`));
  const known = [...named].some((kind) => served.has(kind) && isLeft(kind))
    ? join(first, await readWorld(cluster, { isWanted: isLeft, scope }))
    : first;
  const owned = new Set(listMemberKinds(known.world).filter((kind) => MINOR.has(kind) && !named.has(kind)));
  const all = owned.size === 0 ? known : join(known, await readWorld(cluster, { isWanted: (kind) => owned.has(kind) }));
  const releases = await getHelmReleases(cluster, manifests, defaultNamespace);
  return releases.length === 0 ? all : { ...all, world: all.world.with(releases) };
}

async function getHelmReleases(
  cluster: Cluster,
  manifests: readonly Manifest[],
  defaultNamespace: string,
): Promise<readonly KubernetesObject[]> {
  const refs = manifests.flatMap(({ object }) => (isHelmRelease(object) ? [refOf(object)] : []));
  const found = await Promise.all(refs.map((ref) => cluster.get({ ...ref, namespace: ref.namespace ?? defaultNamespace })));
  return found.filter((object) => object !== undefined);
}

/** A reading with what another one has read of further kinds, or of those that it could not read. */
function join(first: WorldReading, more: WorldReading): WorldReading {
  const partial = sortedUnique([...(first.partial ?? []), ...(more.partial ?? [])]);
  return {
    ...first,
    world: first.world.with(more.world.objects()),
    unread: sortedUnique([...first.unread, ...more.unread]),
    ...(partial.length === 0 ? {} : { partial }),
  };
}

function scopeOf(manifests: readonly Manifest[], defaultNamespace: string): ReadingScope {
  const scope = new Map<string, Set<string>>();
  for (const { object } of manifests) {
    const kind = kindKeyOf(object);
    scope.set(kind, (scope.get(kind) ?? new Set()).add(namespaceOf(object) ?? defaultNamespace));
  }
  return scope;
}

function kindKeyOf(object: JsonValue): string {
  return `${parseApiVersion(getString(object, 'apiVersion') ?? '').group}/${getString(object, 'kind') ?? ''}`;
}
