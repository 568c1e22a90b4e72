import type { Cluster } from '../cluster/index.ts';
import { KplanError, annotationsOf, nameOf, stepsOf, type KubernetesObject, type Plan } from '../model/index.ts';
import { getString } from '../std/index.ts';
import type { HealthContext } from './health/health.ts';
import { listAll } from './list-all.ts';

export type WaitsForConsumer = NonNullable<HealthContext['waitsForConsumer']>;

const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';

/** Whether claims of a storage class bind only once a pod uses them; undefined where the plan has no claims or the classes cannot be read. The plan's own classes count. */
export async function readBindingModes(cluster: Cluster, plan: Plan): Promise<WaitsForConsumer | undefined> {
  const refs = [...plan.unchanged, ...stepsOf(plan).map(({ ref }) => ref)];
  if (!refs.some(({ group, kind }) => group === '' && kind === 'PersistentVolumeClaim')) return undefined;
  try {
    const { items } = await listAll(cluster, { group: 'storage.k8s.io', version: 'v1', kind: 'StorageClass' }, {});
    const planned = stepsOf(plan).flatMap(({ ref, desired }) => (ref.kind === 'StorageClass' && desired !== undefined ? [desired] : []));
    return toBindingModes([...items, ...planned]);
  } catch (error) {
    if (error instanceof KplanError) return undefined;
    throw error;
  }
}

/** Whether claims of a storage class, or of the default one, bind only once a pod uses them. */
export function toBindingModes(classes: readonly KubernetesObject[]): WaitsForConsumer {
  const waiting = classes.filter((item) => getString(item, 'volumeBindingMode') === 'WaitForFirstConsumer');
  const names = new Set(waiting.map(nameOf));
  const byDefault = waiting.some((item) => annotationsOf(item).get(DEFAULT_CLASS) === 'true');
  return ({ storageClass }) => (storageClass === undefined ? byDefault : names.has(storageClass));
}
