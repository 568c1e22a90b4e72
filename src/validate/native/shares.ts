import { NON_NEGATIVE } from './field-error.ts';
import type { Place } from './place.ts';

const PERCENT =
  "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";

/** `ValidatePositiveIntOrPercent` and, but for `anySize`, `IsNotMoreThan100Percent`. */
export function checkShare(share: Place, size: 'atMostAll' | 'anySize' = 'atMostAll'): void {
  const { value, number } = share;
  if (number !== undefined && number < 0) share.invalid(NON_NEGATIVE);
  if (typeof value !== 'string') return;
  if (!/^\d+%$/.test(value)) share.invalid(PERCENT);
  else if (size === 'atMostAll' && Number.parseInt(value, 10) > 100) share.invalid('must not be greater than 100%');
}

/** Whether a share is none at all. */
export function isZeroShare({ value }: Place): boolean {
  if (typeof value === 'string') return Number.parseInt(value, 10) === 0 || !/^\d+%?$/.test(value);
  return value === 0;
}
