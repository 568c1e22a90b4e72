import type { StatusError } from '../port.ts';

const FIELD_CONFLICT = 'FieldManagerConflict';
/** Reasons with words of the API server's own, in which no object is quoted. */
const HARMLESS: ReadonlySet<StatusError['reason']> = new Set([
  'AlreadyExists',
  'Conflict',
  'Expired',
  'Gone',
  'InternalError',
  'MethodNotAllowed',
  'NotFound',
  'ServiceUnavailable',
  'Timeout',
  'TooManyRequests',
  'Unauthorized',
]);
/** Admission may choose any reason, and any words. */
const DENIED = /denied (the )?request/;
const BY_AUTHORIZER = /^[\w.]+ "[^"]*" is forbidden: User "/;

/** A refusal of a Secret without words that may quote it: those of validation, webhooks and admission policies. Fields are named. */
export function withoutQuotes(error: StatusError): StatusError {
  const causes = error.causes ?? [];
  const isHarmless = HARMLESS.has(error.reason) || BY_AUTHORIZER.test(error.message);
  if (isHarmless && !DENIED.test(error.message) && causes.every(({ reason }) => reason === FIELD_CONFLICT)) return error;
  const fields = causes.map(({ field }) => field.replace(/[^\w./-].*$/, '')).filter((field) => field !== '');
  return {
    ...error,
    message: `${fields.length === 0 ? '' : `${fields.join(', ')} `}(the words are left out, since they may quote the Secret)`,
    causes: causes.map((cause) => ({ ...cause, message: '' })),
  };
}
