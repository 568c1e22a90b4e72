import { containersOf, type KubernetesObject, type World } from '../../model/index.ts';
import { getArray, getAt, getBoolean, getObject, getString, type JsonValue } from '../../std/index.ts';

/** What keeps a bound pod from starting: in the kubelet's words. */
export interface Obstacle {
  readonly reason: 'ContainerCreating' | 'CreateContainerConfigError';
  readonly message: string;
}

/** The first ConfigMap, Secret, key or claim that a pod cannot do without and that is not there. */
export function findObstacle(world: World, pod: KubernetesObject): Obstacle | undefined {
  const namespace = getString(pod.metadata, 'namespace') ?? '';
  for (const volume of getArray(pod, 'spec', 'volumes')) {
    const message = findVolumeObstacle(world, namespace, volume);
    if (message !== undefined) return { reason: 'ContainerCreating', message };
  }
  for (const { container } of containersOf(getObject(pod, 'spec') ?? {})) {
    const message = findEnvironmentObstacle(world, namespace, container);
    if (message !== undefined) return { reason: 'CreateContainerConfigError', message };
  }
  return undefined;
}

function findVolumeObstacle(world: World, namespace: string, volume: JsonValue): string | undefined {
  const claim = getString(volume, 'persistentVolumeClaim', 'claimName');
  if (claim !== undefined) {
    const object = world.get({ group: '', kind: 'PersistentVolumeClaim', namespace, name: claim });
    if (object === undefined) return `persistentvolumeclaim "${claim}" not found`;
    return getString(object, 'status', 'phase') === 'Bound' ? undefined : `persistentvolumeclaim "${claim}" is not bound`;
  }
  const sources: JsonValue[] = [volume, ...getArray(volume, 'projected', 'sources')];
  for (const source of sources) {
    const missing =
      findMissing(world, namespace, 'ConfigMap', getAt(source, 'configMap'), 'name') ??
      findMissing(world, namespace, 'Secret', getAt(source, 'secret'), source === volume ? 'secretName' : 'name');
    if (missing !== undefined) return `MountVolume.SetUp failed for volume "${getString(volume, 'name') ?? ''}" : ${missing}`;
  }
  return undefined;
}

function findEnvironmentObstacle(world: World, namespace: string, container: JsonValue): string | undefined {
  for (const source of getArray(container, 'envFrom')) {
    const missing =
      findMissing(world, namespace, 'ConfigMap', getAt(source, 'configMapRef'), 'name') ??
      findMissing(world, namespace, 'Secret', getAt(source, 'secretRef'), 'name');
    if (missing !== undefined) return missing;
  }
  for (const variable of getArray(container, 'env')) {
    const missing =
      findMissing(world, namespace, 'ConfigMap', getAt(variable, 'valueFrom', 'configMapKeyRef'), 'name') ??
      findMissing(world, namespace, 'Secret', getAt(variable, 'valueFrom', 'secretKeyRef'), 'name');
    if (missing !== undefined) return missing;
  }
  return undefined;
}

function findMissing(world: World, namespace: string, kind: string, reference: JsonValue | undefined, field: string): string | undefined {
  const name = getString(reference, field);
  if (name === undefined || name === '' || getBoolean(reference, 'optional') === true) return undefined;
  const object = world.get({ group: '', kind, namespace, name });
  if (object === undefined) return `${kind.toLowerCase()} "${name}" not found`;
  const key = getString(reference, 'key');
  if (key === undefined || getAt(object, 'data', key) !== undefined || getAt(object, 'stringData', key) !== undefined) return undefined;
  if (getAt(object, 'binaryData', key) !== undefined) return undefined;
  return `couldn't find key ${key} in ${kind} ${namespace}/${name}`;
}
