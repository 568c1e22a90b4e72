import { readWorld, type Cluster, type WorldReading } from '../../cluster/index.ts';
import { parseApiVersion, type Manifest } from '../../model/index.ts';
import { listMemberKinds } from '../../reconcile/index.ts';
import { getArray, getString, sortedUnique, type JsonValue } from '../../std/index.ts';

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

/** A cluster as far as it matters to manifests: minor kinds are read where a manifest is or is owned by one, or a unit has some. */
export async function readRelevant(cluster: Cluster, manifests: readonly Manifest[]): Promise<WorldReading> {
  const named = new Set(manifests.flatMap(({ object }) => [object, ...getArray(object.metadata, 'ownerReferences')].map(kindKeyOf)));
  const first = await readWorld(cluster, (kind) => !MINOR.has(kind) || named.has(kind));
  const owned = new Set(listMemberKinds(first.world).filter((kind) => MINOR.has(kind) && !named.has(kind)));
  if (owned.size === 0) return first;
  const rest = await readWorld(cluster, (kind) => owned.has(kind));
  return { ...first, world: first.world.with(rest.world.objects()), unread: sortedUnique([...first.unread, ...rest.unread]) };
}

function kindKeyOf(object: JsonValue): string {
  return `${parseApiVersion(getString(object, 'apiVersion') ?? '').group}/${getString(object, 'kind') ?? ''}`;
}
