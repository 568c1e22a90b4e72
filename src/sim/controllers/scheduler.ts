import { stepScheduler } from '../../engine/controllers/index.ts';
import { schedule } from '../../engine/scheduler/index.ts';
import { gvkOf, toRefKey, type KubernetesObject, type World } from '../../model/index.ts';
import { getString } from '../../std/index.ts';
import { BINDER } from '../api/checks.ts';
import { CONTENT, type Controller } from './controller.ts';
import { carryOut } from './engine-controller.ts';

/** It looks at all pods at once: there is one key. */
const KEY = toRefKey({ group: '', kind: 'Scheduler', name: 'default-scheduler' });
const CONCERNING: ReadonlySet<string> = new Set([
  '/Node',
  '/PersistentVolume',
  '/PersistentVolumeClaim',
  '/Pod',
  'scheduling.k8s.io/PriorityClass',
  'storage.k8s.io/StorageClass',
]);

/** Binds pods to nodes, by the scheduler engine. */
export const SCHEDULER: Controller = {
  name: 'default-scheduler',
  *concerns({ type, object }, { world }) {
    const { group, kind } = gvkOf(object);
    if (!CONCERNING.has(`${group}/${kind}`)) return;
    const isBoundPod = kind === 'Pod' && type !== 'deleted' && getString(object, 'spec', 'nodeName') !== undefined;
    if (!isBoundPod && hasPending(world)) yield KEY;
  },
  reconcile(context, _key, { world }) {
    if (!hasPending(world)) return CONTENT;
    const options = { kubernetesVersion: context.catalog.version, settlesClaims: true };
    const intents = stepScheduler(world, (of) => schedule(of, options), { now: context.draft.now });
    return carryOut({ ...context, fieldManager: BINDER }, intents);
  },
};

function hasPending(world: World): boolean {
  return world.kind('', 'Pod').derive(someUnbound);
}

function someUnbound(pods: readonly KubernetesObject[]): boolean {
  return pods.some((pod) => getString(pod, 'spec', 'nodeName') === undefined && pod.metadata['deletionTimestamp'] === undefined);
}
