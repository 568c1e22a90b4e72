import type { KubernetesObject, World } from '../../../src/model/index.ts';
import { getArray, getString } from '../../../src/std/index.ts';

/** The workload that a pod is of: `Deployment w0`. */
export function ownerNameOf(world: World, pod: KubernetesObject): string {
  const reference = getArray(pod.metadata, 'ownerReferences')[0];
  const [kind, name] = [getString(reference, 'kind') ?? 'Pod', getString(reference, 'name') ?? ''];
  const namespace = getString(pod.metadata, 'namespace') ?? '';
  const set = kind === 'ReplicaSet' ? world.get({ group: 'apps', kind, namespace, name }) : undefined;
  const above = getArray(set?.metadata, 'ownerReferences')[0];
  return above === undefined ? `${kind} ${name}` : `${getString(above, 'kind') ?? ''} ${getString(above, 'name') ?? ''}`;
}
