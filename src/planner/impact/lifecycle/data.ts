import { formatRef, refOf, type KubernetesObject, type ObjectRef } from '../../../model/index.ts';
import { listClaims, ordinalsOf } from '../../set-claims.ts';
import { getNumber, getString, toPointer } from '../../../std/index.ts';
import { toFact, type Judge } from './transition.ts';

/** A PersistentVolume whose data is deleted with its claim from now on (`spec.persistentVolumeReclaimPolicy`). */
export const judgeVolume: Judge = ({ was, is }) => {
  if (was === undefined || is === undefined || reclaimOf(is) !== 'Delete' || reclaimOf(was) === 'Delete') return [];
  const [namespace, name] = [getString(is, 'spec', 'claimRef', 'namespace'), getString(is, 'spec', 'claimRef', 'name')];
  const claim =
    name === undefined || namespace === undefined
      ? 'its claim'
      : formatRef({ group: '', version: 'v1', kind: 'PersistentVolumeClaim', namespace, name });
  const what = `its data is deleted with ${claim}`;
  return [toFact('KP0407', is, { severity: 'warning', path: '/spec/persistentVolumeReclaimPolicy', data: { what } })];
};

function reclaimOf(volume: Parameters<typeof getString>[0]): string | undefined {
  return getString(volume, 'spec', 'persistentVolumeReclaimPolicy');
}

const RETENTION = [
  ['whenDeleted', 'its claims are deleted with it, and their data'],
  ['whenScaled', 'a claim is deleted with its data when its pod is scaled away'],
] as const;

/** A StatefulSet that takes claims along from now on (`spec.persistentVolumeClaimRetentionPolicy`, KEP-1847). */
export const judgeRetention: Judge = ({ was, is }) => {
  if (was === undefined || is === undefined) return [];
  return RETENTION.flatMap(([field, what]) => {
    const steps = ['spec', 'persistentVolumeClaimRetentionPolicy', field] as const;
    const [old, now] = [getString(was, ...steps), getString(is, ...steps)];
    if (now !== 'Delete' || old === 'Delete') return [];
    // Fewer pods in the same change take claims along at once: the plan stops at that (KP0118).
    const shrinks = field === 'whenScaled' && (getNumber(is, 'spec', 'replicas') ?? 1) < (getNumber(was, 'spec', 'replicas') ?? 1);
    return shrinks ? [] : [toFact('KP0407', is, { severity: 'warning', path: toPointer(steps), data: { what }, detail: field })];
  });
};

/**
 * A StatefulSet under another name or in another namespace: its claims are named after it, so that its pods get new ones, and the old
 * stay behind unless they go with the old one (`whenDeleted: Delete`). Claims of its new name that are there already are taken up.
 */
export const judgeMovedSet: Judge = ({ former, is, before }) => {
  if (former === undefined || is === undefined) return [];
  const fresh = listAllClaims(is).filter((claim) => before.get(claim) === undefined);
  const [left, made] = [countClaims(listAllClaims(former)), countClaims(fresh)];
  if (left === undefined || made === undefined) return [];
  const goes = getString(former, 'spec', 'persistentVolumeClaimRetentionPolicy', 'whenDeleted') === 'Delete';
  const old = `${left}, with the data, ${goes ? `deleted with ${formatRef(refOf(former))}` : 'left behind'}`;
  return [toFact('KP0409', is, { severity: 'warning', path: '/metadata/name', data: { made, old } })];
};

function listAllClaims(set: KubernetesObject): readonly ObjectRef[] {
  const { start, end } = ordinalsOf(set);
  return Array.from({ length: Math.min(end - start, MOST_PODS) }, (_, index) => listClaims(set, start + index)).flat();
}

/** So many pods are looked at; nobody reads further. */
const MOST_PODS = 1000;

function countClaims([first, ...rest]: readonly ObjectRef[]): string | undefined {
  if (first === undefined) return undefined;
  return rest.length === 0 ? formatRef(first) : `${formatRef(first)} and ${rest.length} more`;
}
