import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../std/index.ts';
import type { Io } from './io.ts';

/** The real clock. A sleep rejects with the signal's reason where that aborts. */
export function realClock(io: Io): Clock {
  return {
    now: () => io.now(),
    sleep: async (milliseconds, signal) => {
      try {
        await sleep(milliseconds, undefined, signal === undefined ? {} : { signal });
      } catch (error) {
        throw signal?.aborted === true ? signal.reason : error;
      }
    },
  };
}
