import { namespaceOf, nameOf, refKeyOf, toRefKey, type KubernetesObject } from '../../model/index.ts';
import { getArray, getString } from '../../std/index.ts';
import { CONTENT, isGoing, type Controller } from './controller.ts';
import { dropFinalizer } from './garbage-collector.ts';

const PROTECTION = 'kubernetes.io/pvc-protection';

/** Lets a claim that is being deleted go once no pod uses it. */
export const CLAIM_PROTECTION: Controller = {
  name: 'pvc-protection',
  *concerns({ object }) {
    if (object.apiVersion !== 'v1') return;
    if (object.kind === 'PersistentVolumeClaim' && isGoing(object)) yield refKeyOf(object);
    const namespace = namespaceOf(object);
    if (object.kind !== 'Pod' || namespace === undefined) return;
    for (const name of claimsOf(object)) yield toRefKey({ group: '', kind: 'PersistentVolumeClaim', namespace, name });
  },
  reconcile(context, key, { world }) {
    const claim = context.draft.get(key);
    if (claim === undefined || !isGoing(claim) || !getArray(claim.metadata, 'finalizers').includes(PROTECTION)) return CONTENT;
    const pods = world.kind('', 'Pod').inNamespace(namespaceOf(claim));
    if (!pods.some((pod) => !isOver(pod) && claimsOf(pod).includes(nameOf(claim)))) dropFinalizer(context, claim, PROTECTION);
    return CONTENT;
  },
};

function claimsOf(pod: KubernetesObject): readonly string[] {
  return getArray(pod, 'spec', 'volumes').flatMap((volume) => getString(volume, 'persistentVolumeClaim', 'claimName') ?? []);
}

function isOver(pod: KubernetesObject): boolean {
  const phase = getString(pod, 'status', 'phase');
  return phase === 'Succeeded' || phase === 'Failed';
}
