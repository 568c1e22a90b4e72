import type { HealthRules } from './custom.ts';

/**
 * How an object is, in the words of kstatus (kubernetes-sigs/cli-utils pkg/kstatus/status).
 * - `Current`: as its spec asks; nothing more is awaited.
 * - `InProgress`: its controller is at work; time may change it.
 * - `Failed`: its controller says that it cannot; a change of the object or of what it needs may change it.
 * - `Terminating`: it is being deleted.
 * - `NotFound`: there is no such object.
 * - `Unknown`: its status cannot be understood.
 */
export type HealthStatus = 'Current' | 'InProgress' | 'Failed' | 'Terminating' | 'NotFound' | 'Unknown';

/** A verdict on one object: the status, a CamelCase reason (empty where kstatus gives none) and a sentence. */
export interface Health {
  readonly status: HealthStatus;
  readonly reason: string;
  readonly message: string;
  /** Of `Failed`: its controller goes on trying, so that it may yet recover without a change. */
  readonly recovers?: true;
}

/** `kstatus`: exactly the answers of kstatus. `strict`: also waits for Jobs, load balancers and the like, and sees failed Pods. */
export type HealthMode = 'kstatus' | 'strict';

/** What a verdict depends on besides the object. */
export interface HealthContext {
  readonly mode: HealthMode;
  /** Milliseconds since 1970: a Pod may be unschedulable for its first 15 seconds. */
  readonly now: number;
  /** Rules of the user for kinds, which come before our own. */
  readonly custom?: HealthRules;
  /** True for a claim whose storage class binds only once a pod uses it: nothing is awaited of such a claim. */
  readonly waitsForConsumer?: (claim: { readonly storageClass: string | undefined }) => boolean;
}

export function toCurrent(message: string, reason = ''): Health {
  return { status: 'Current', reason, message };
}

export function toInProgress(reason: string, message: string): Health {
  return { status: 'InProgress', reason, message };
}

export function toFailed(reason: string, message: string): Health {
  return { status: 'Failed', reason, message };
}

export function toRecovering(reason: string, message: string): Health {
  return { status: 'Failed', reason, message, recovers: true };
}

export const NOT_FOUND: Health = { status: 'NotFound', reason: 'NotFound', message: 'Resource not found' };
