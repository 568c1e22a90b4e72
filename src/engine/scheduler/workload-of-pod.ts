import { parseApiVersion, type KubernetesObject, type World } from '../../model/index.ts';
import { getArray, getObject, getString, type JsonValue } from '../../std/index.ts';

/** The object that a person would change to change a pod: its controller's controller and so on; the pod itself if nothing controls it. */
export function findWorkload(world: World, pod: KubernetesObject): KubernetesObject {
  let at = pod;
  for (let depth = 0; depth < 4; depth++) {
    const owner = findController(world, at);
    if (owner === undefined) return at;
    at = owner;
  }
  return at;
}

/** Equal for pods with the same controller, found or not; undefined for a pod without one. */
export function controllerKeyOf(pod: KubernetesObject): string | undefined {
  const reference = controllerReferenceOf(pod);
  if (reference === undefined) return undefined;
  const [apiVersion, kind, name] = ['apiVersion', 'kind', 'name'].map((field) => getString(reference, field) ?? '');
  return `${getString(pod.metadata, 'namespace') ?? ''}/${apiVersion}/${kind}/${name}`;
}

function controllerReferenceOf(object: KubernetesObject): JsonValue | undefined {
  return getArray(object.metadata, 'ownerReferences').find((item) => getObject(item)?.['controller'] === true);
}

function findController(world: World, object: KubernetesObject): KubernetesObject | undefined {
  const reference = controllerReferenceOf(object);
  if (reference === undefined) return undefined;
  const { group } = parseApiVersion(getString(reference, 'apiVersion') ?? '');
  const namespace = getString(object.metadata, 'namespace');
  const name = getString(reference, 'name') ?? '';
  return world.get({ group, kind: getString(reference, 'kind') ?? '', name, ...(namespace === undefined ? {} : { namespace }) });
}
