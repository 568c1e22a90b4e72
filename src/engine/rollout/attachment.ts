import { nameOf, namespaceOf, type KubernetesObject, type World } from '../../model/index.ts';
import { getArray, getObject, getString } from '../../std/index.ts';

/** Kinds of volumes that no node holds to itself. */
const SHARED = ['hostPath', 'local', 'nfs', 'cephfs', 'glusterfs', 'azureFile'];

/**
 * A claim of a pod whose volume can be attached to one node only (`ReadWriteOnce`) and is attached to another, as long as a
 * pod there uses it (`attachdetach`: "Multi-Attach error"); undefined if nothing stands in its way.
 */
export function findAttachment(world: World, pod: KubernetesObject): string | undefined {
  const names = claimNamesOf(pod).filter((name) => isHeldByOneNode(world, pod, name));
  if (names.length === 0) return undefined;
  const node = getString(pod, 'spec', 'nodeName') ?? '';
  const others = world
    .kind('', 'Pod')
    .inNamespace(namespaceOf(pod))
    .filter((other) => isElsewhere(other, node));
  return names.find((name) => others.some((other) => claimNamesOf(other).includes(name)));
}

function isElsewhere(pod: KubernetesObject, node: string): boolean {
  const own = getString(pod, 'spec', 'nodeName') ?? '';
  const phase = getString(pod, 'status', 'phase');
  return own !== '' && own !== node && phase !== undefined && phase !== 'Succeeded' && phase !== 'Failed';
}

function claimNamesOf(pod: KubernetesObject): readonly string[] {
  return getArray(pod, 'spec', 'volumes').flatMap((volume) => getString(volume, 'persistentVolumeClaim', 'claimName') ?? []);
}

function isHeldByOneNode(world: World, pod: KubernetesObject, name: string): boolean {
  const namespace = namespaceOf(pod) ?? '';
  const claim = world.get({ group: '', kind: 'PersistentVolumeClaim', namespace, name });
  const modes = getArray(claim, 'spec', 'accessModes');
  if (modes.length !== 1 || modes[0] !== 'ReadWriteOnce') return false;
  const volume = world.byKind('', 'PersistentVolume').find((item) => nameOf(item) === getString(claim, 'spec', 'volumeName'));
  return !SHARED.some((kind) => getObject(volume, 'spec', kind) !== undefined);
}
