/** What stops the whole question. Each has a stable code; the command line is the only place that formats it. */
export type KplanErrorCode =
  | 'USAGE'
  | 'NOT_FOUND'
  | 'UNREADABLE'
  | 'INVALID_CONFIG'
  | 'INVALID_PLAN'
  | 'STALE_PLAN'
  | 'NO_CLUSTER'
  | 'CLUSTER_REFUSED'
  | 'NO_REVISION'
  | 'NOT_A_REPOSITORY'
  | 'READ_ONLY'
  | 'REFUSED'
  | 'CORRUPT'
  | 'WRITE_FAILED';

/**
 * A user's mistake or a fault of the outside world that leaves no answer (exit code 3). The message says what is wrong,
 * where and why; `hint` says what to do. Neither ever holds a secret value.
 */
export class KplanError extends Error {
  readonly code: KplanErrorCode;
  readonly hint: string | undefined;

  constructor(code: KplanErrorCode, message: string, options: { readonly hint?: string; readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'KplanError';
    this.code = code;
    this.hint = options.hint;
  }
}
