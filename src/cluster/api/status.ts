import { getArray, getNumber, getObject, getString, parseJson, type JsonValue } from '../../std/index.ts';
import type { StatusError } from '../port.ts';
import type { ApiAnswer } from './transport.ts';

const REASONS: Readonly<Record<string, StatusError['reason']>> = {
  AlreadyExists: 'AlreadyExists',
  BadRequest: 'BadRequest',
  Conflict: 'Conflict',
  Expired: 'Expired',
  Forbidden: 'Forbidden',
  Gone: 'Gone',
  InternalError: 'InternalError',
  Invalid: 'Invalid',
  MethodNotAllowed: 'MethodNotAllowed',
  NotFound: 'NotFound',
  ServiceUnavailable: 'ServiceUnavailable',
  Timeout: 'Timeout',
  TooManyRequests: 'TooManyRequests',
  Unauthorized: 'Unauthorized',
};

const REASON_OF_CODE: Readonly<Record<number, StatusError['reason']>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  409: 'Conflict',
  410: 'Gone',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

/** A refusal as the port says it (`metav1.Status`). What is no Status, such as a page of a proxy, is told by its beginning. */
export function toStatusError(answer: ApiAnswer): StatusError {
  const status = readStatus(answer.text);
  const code = getNumber(status, 'code') ?? answer.status;
  const causes = getArray(status, 'details', 'causes').map((cause) => ({
    reason: getString(cause, 'reason') ?? '',
    message: getString(cause, 'message') ?? '',
    field: getString(cause, 'field') ?? '',
  }));
  const retryAfter = getNumber(status, 'details', 'retryAfterSeconds') ?? Number(answer.headers['retry-after'] ?? NaN);
  return {
    kind: 'error',
    code,
    reason: REASONS[getString(status, 'reason') ?? ''] ?? REASON_OF_CODE[code] ?? 'Unknown',
    message: getString(status, 'message') ?? beginningOf(answer.text),
    ...(causes.length === 0 ? {} : { causes }),
    ...(Number.isFinite(retryAfter) ? { retryAfter } : {}),
  };
}

function readStatus(text: string): JsonValue | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    return getObject(parseJson(text));
  } catch {
    return undefined;
  }
}

function beginningOf(text: string): string {
  const line = text.trim().split('\n', 1)[0] ?? '';
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}
