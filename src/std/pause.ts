import type { Clock } from './clock.ts';

/**
 * Waits so many milliseconds: true once they have passed, false as soon as one of the signals aborts, or if one has. Signals that
 * live long keep nothing of it: of what `AbortSignal.any` makes of them they keep something each time (Node 20).
 */
export async function pause(clock: Clock, milliseconds: number, ...signals: readonly AbortSignal[]): Promise<boolean> {
  if (signals.some(({ aborted }) => aborted)) return false;
  const end = new AbortController();
  const abort = (): void => end.abort();
  for (const signal of signals) signal.addEventListener('abort', abort, { once: true });
  try {
    await clock.sleep(milliseconds, end.signal);
    return true;
  } catch (error) {
    if (end.signal.aborted) return false;
    throw error;
  } finally {
    for (const signal of signals) signal.removeEventListener('abort', abort);
  }
}

/** Waits until the signal aborts; not at all if it has. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
