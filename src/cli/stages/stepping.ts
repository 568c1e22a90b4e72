import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '../../std/index.ts';
import { KplanError } from '../../model/index.ts';
import type { EmbeddedCluster } from '../../sim/index.ts';
import { realClock } from '../clock.ts';
import type { Io } from '../io.ts';
import type { OpenedCluster } from './target.ts';

const BEAT = 10;
/** So many idle beats in a row mean that nothing will happen until a time-out does. */
const PATIENCE = 40;

/**
 * Runs `work` with the clock that it waits by. A live cluster works by itself, in real time. An embedded one's controllers work beside it, their time leaping from one thing to do to the
 * next. The clock that the work is given leaps too, to the next time-out, when nothing at all is left to do: waiting for
 * what will never come takes no longer than computing that it will not. Ends with the work, and with what the controllers
 * make of it at once.
 */
export async function whileStepping<T>({ embedded: cluster }: OpenedCluster, io: Io, work: (clock: Clock) => Promise<T>): Promise<T> {
  if (cluster === undefined) return work(realClock(io));
  const embedded = cluster;
  const stop = new AbortController();
  const clock = new LeapingClock(io);
  const stepping = step();
  try {
    return await work(clock);
  } finally {
    stop.abort();
    await stepping;
    await settle({ within: 0, signal: io.signal });
  }

  // Where the disk is full nothing more will happen: the work meets the same and tells of it.
  async function settle(
    options: Parameters<EmbeddedCluster['settle']>[0],
  ): Promise<Awaited<ReturnType<EmbeddedCluster['settle']>> | 'fault'> {
    try {
      return await embedded.settle(options);
    } catch (error) {
      if (error instanceof KplanError) return 'fault';
      throw error;
    }
  }

  async function step(): Promise<void> {
    let idle = 0;
    while (!stop.signal.aborted) {
      const settled = await settle({ signal: stop.signal });
      idle = settled === 'idle' || settled === 'timeout' || settled === 'fault' ? idle + 1 : 0;
      clock.tick(idle > PATIENCE);
      await pause(BEAT);
    }
  }
}

interface Sleeper {
  readonly due: number;
  readonly wake: () => void;
}

class LeapingClock implements Clock {
  readonly #io: Io;
  readonly #sleepers = new Set<Sleeper>();
  #leapt = 0;

  constructor(io: Io) {
    this.#io = io;
  }

  now(): number {
    return this.#io.now() + this.#leapt;
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (how: () => void): void => {
        this.#sleepers.delete(sleeper);
        signal?.removeEventListener('abort', abort);
        how();
      };
      const sleeper: Sleeper = { due: this.now() + milliseconds, wake: () => end(resolve) };
      const abort = (): void => end(() => reject(signal?.reason));
      if (signal?.aborted === true) return abort();
      signal?.addEventListener('abort', abort);
      this.#sleepers.add(sleeper);
    });
  }

  /** Wakes who is due; with `leap`, the first who will be. */
  tick(leap: boolean): void {
    const next = Math.min(...[...this.#sleepers].map(({ due }) => due));
    if (leap && Number.isFinite(next)) this.#leapt += Math.max(0, next - this.now());
    for (const sleeper of this.#sleepers) if (sleeper.due <= this.now()) sleeper.wake();
  }
}
