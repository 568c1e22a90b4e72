import { DEFAULT_LIMITS, type LoopOptions } from '../unit/loop.ts';
import type { Unit } from '../unit/unit.ts';

/** The limits of a unit's loop; `usual` is between two looks where it says nothing else, in milliseconds. */
export function toLimits({ interval, onFailure, retry }: Unit, usual: number): LoopOptions {
  return {
    ...DEFAULT_LIMITS,
    interval: interval ?? usual,
    backoff: retry.backoff ?? DEFAULT_LIMITS.backoff,
    maxBackoff: retry.maxBackoff ?? DEFAULT_LIMITS.maxBackoff,
    maxRetries: retry.limit ?? DEFAULT_LIMITS.maxRetries,
    onFailure,
  };
}
