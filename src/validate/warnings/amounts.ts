import { parseQuantity } from '../../model/index.ts';
import { quoteGo } from '../../std/index.ts';
import type { Place } from '../native/place.ts';
import { printQuantity } from '../native/quantities.ts';
import type { Warner } from './say.ts';

const WHOLE = 1_000_000_000n;
const THOUSANDTH = 1_000_000n;
const MOST = 2n ** 63n - 1n;

/** What is said of an amount of bytes that is not whole. */
export function warnOfFraction(amount: Place, warner: Warner): void {
  const bytes = parseQuantity(amount.value);
  // What does not fit into 64 bits as thousandths counts as the most that does, which is not whole.
  if (bytes === undefined || (bytes % WHOLE === 0n && bytes / THOUSANDTH <= MOST)) return;
  warner.say('doubtful', amount, `fractional byte value ${quoteGo(printQuantity(amount.value))} is invalid, must be an integer`);
}
