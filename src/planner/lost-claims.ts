import { formatRef, gvkOf, toFinding, toRefKey, type Finding, type KubernetesObject, type ObjectRef } from '../model/index.ts';
import { getString } from '../std/index.ts';
import type { Desired, PlanInput } from './input.ts';
import { atField } from './place.ts';
import { listClaims, ordinalsOf } from './set-claims.ts';

const MOST_CLAIMS = 5;

/**
 * What is said of a StatefulSet that shrinks and asks for the claims of the pods that go to be deleted with them
 * (`persistentVolumeClaimRetentionPolicy.whenScaled: Delete`, KEP-1847). Claims whose volume is kept (`Retain`) lose nothing; where
 * claims are not known, there is one for each pod.
 */
export function findLostClaims(
  desired: Desired,
  was: KubernetesObject | undefined,
  is: KubernetesObject | undefined,
  input: PlanInput,
): Finding | undefined {
  if (was === undefined || is === undefined || !isStatefulSet(is)) return undefined;
  if (getString(is, 'spec', 'persistentVolumeClaimRetentionPolicy', 'whenScaled') !== 'Delete') return undefined;
  const [from, to] = [ordinalsOf(was), ordinalsOf(is)];
  const gone = Array.from({ length: from.end - from.start }, (_, i) => from.start + i).filter((i) => i < to.start || i >= to.end);
  const claims = gone.flatMap((ordinal) => listClaims(is, ordinal)).filter((claim) => holdsData(claim, input));
  if (claims.length === 0) return undefined;
  const rest = claims.length - MOST_CLAIMS;
  const names = claims.slice(0, MOST_CLAIMS).map(formatRef).join(', ');
  return toFinding('KP0118', {
    ref: desired.ref,
    path: '/spec/replicas',
    source: atField(desired, is, '/spec/replicas', input.catalog),
    data: { from: from.end - from.start, to: to.end - to.start, claims: rest > 0 ? `${names} and ${rest} more` : names },
  });
}

function isStatefulSet(object: KubernetesObject): boolean {
  const { group, kind } = gvkOf(object);
  return group === 'apps' && kind === 'StatefulSet';
}

/** Whether a claim is there, or would be, and its volume goes with it. */
function holdsData(ref: ObjectRef, { before, mode, unread = [] }: PlanInput): boolean {
  const claim = before.kind('', 'PersistentVolumeClaim').byKey.get(toRefKey(ref));
  if (claim === undefined) return mode === 'revision' || unread.includes('/PersistentVolumeClaim');
  const volume = before.get({ group: '', kind: 'PersistentVolume', name: getString(claim, 'spec', 'volumeName') ?? '' });
  return getString(volume, 'spec', 'persistentVolumeReclaimPolicy') !== 'Retain';
}
