import { formatRef } from '../../../model/index.ts';
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
