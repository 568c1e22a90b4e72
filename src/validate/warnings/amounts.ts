import { parseQuantity } from '../../model/index.ts';
import { quoteGo } from '../../std/index.ts';
import type { Place } from '../native/place.ts';
import { printQuantity } from '../native/quantities.ts';
import type { Warner } from './say.ts';

const WHOLE = 1_000_000_000n;
const THOUSANDTH = 1_000_000n;
const MOST = 2n ** 63n - 1n;

/** As far as these digits go a decimal amount is held as a number and a power of ten, of which too much counts as nothing. */
const FEW_DIGITS = 15;

/** What is said of an amount of bytes that is not whole. */
export function warnOfFraction(amount: Place, warner: Warner): void {
  const bytes = parseQuantity(amount.value);
  if (bytes === undefined) return;
  const isTooMuch = bytes / THOUSANDTH > MOST;
  // Otherwise what does not fit into 64 bits as thousandths counts as the most that does, which is not whole.
  if (isTooMuch ? isShortDecimal(amount.value) : bytes % WHOLE === 0n) return;
  warner.say('doubtful', amount, `fractional byte value ${quoteGo(printQuantity(amount.value))} is invalid, must be an integer`);
}

function isShortDecimal(value: unknown): boolean {
  const [, digits = ''] = /^\+?0*([\d.]+)(?!.*i$)/.exec(String(value)) ?? [];
  return digits !== '' && digits.replace('.', '').length <= FEW_DIGITS;
}
