import type { KubernetesObject, ObjectRef } from '../../model/index.ts';
import { getNumber, getObject, getString, type JsonObject } from '../../std/index.ts';

/** A Lease (coordination.k8s.io/v1) by its name. */
export type LeaseRef = ObjectRef & { readonly namespace: string };

/** The kind of all Leases. */
export const LEASE_KIND = { group: 'coordination.k8s.io', version: 'v1', kind: 'Lease' } as const;

/** Who a Lease says that it is held by; the empty string where nobody does. */
export function holderOf(lease: KubernetesObject | undefined): string {
  return lease === undefined ? '' : (getString(lease, 'spec', 'holderIdentity') ?? '');
}

/**
 * A Lease as it is to be written: held from `now` on, in place of what it was. A `holder` of '' lets it go. What was read
 * keeps its resourceVersion, so that the write is refused once somebody else has written.
 */
export function toHeldLease(
  { name, namespace }: LeaseRef,
  before: KubernetesObject | undefined,
  held: { readonly holder: string; readonly duration: number; readonly now: number; readonly labels: Readonly<Record<string, string>> },
): KubernetesObject {
  const { holder, duration, now, labels } = held;
  const time = toMicroTime(now);
  const spec = getObject(before ?? null, 'spec') ?? {};
  const isKept = holderOf(before) === holder;
  const transitions = getNumber(spec, 'leaseTransitions') ?? 0;
  const taken: JsonObject = isKept ? {} : { acquireTime: time, leaseTransitions: before === undefined ? 0 : transitions + 1 };
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { ...before?.metadata, name, namespace, labels: { ...getObject(before?.metadata ?? null, 'labels'), ...labels } },
    spec: { ...spec, holderIdentity: holder, leaseDurationSeconds: Math.max(1, Math.round(duration / 1000)), renewTime: time, ...taken },
  };
}

/** RFC 3339 with microseconds, as `metav1.MicroTime` serialises. */
function toMicroTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/Z$/, '000Z');
}
