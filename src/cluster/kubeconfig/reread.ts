import { KplanError } from '../../model/index.ts';

const PERIOD_MILLISECONDS = 60_000;

/**
 * What `read` gives, read again once a minute and when it was refused. What cannot be read again stays as it was, and a value
 * equal to the last is the last. The first reading throws what `read` throws.
 */
export function rereading<T>(
  read: () => T,
  isEqual: (a: T, b: T) => boolean,
  clock: { readonly now: () => number; readonly warn: (message: string) => void },
): (isRefused: boolean) => T {
  let value = read();
  let readAt = clock.now();
  return (isRefused) => {
    if (!isRefused && clock.now() - readAt < PERIOD_MILLISECONDS) return value;
    readAt = clock.now();
    try {
      const latest = read();
      if (!isEqual(latest, value)) value = latest;
    } catch (error) {
      if (!(error instanceof KplanError)) throw error;
      clock.warn(`${error.message}: what was read before is used`);
    }
    return value;
  };
}
