import { formatStatusError, type StatusError } from '../cluster/index.ts';
import { KplanError } from '../model/index.ts';
import type { Rejection } from './machine-state.ts';

const PASSING: ReadonlySet<StatusError['reason']> = new Set([
  'TooManyRequests',
  'ServiceUnavailable',
  'InternalError',
  'Timeout',
  'NotFound',
]);

/**
 * A refusal of the cluster as the machine sees it. Overload, time-outs and lost optimistic races pass; so does NotFound, since
 * a kind is served only a moment after its definition is established. A conflict between field managers does not.
 */
export function toRejection(error: StatusError): Rejection {
  const raced = error.reason === 'Conflict' && (error.causes ?? []).length === 0;
  return {
    kind: 'rejected',
    passing: raced || error.code >= 500 || PASSING.has(error.reason),
    message: formatStatusError(error),
    ...(error.retryAfter === undefined ? {} : { retryAfter: error.retryAfter * 1000 }),
  };
}

/** An unreachable cluster, as a refusal that passes. Whatever is not a fault of the outside world is thrown again. */
export function toThrownRejection(error: unknown): Rejection {
  if (!(error instanceof KplanError)) throw error;
  const isAway = error.code === 'NO_CLUSTER';
  return { kind: 'rejected', passing: isAway, message: error.message, ...(isAway ? { unreachable: true } : {}) };
}
