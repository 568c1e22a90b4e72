import type { EmbeddedCluster } from '../../sim/index.ts';

/**
 * Runs `work` while the embedded cluster's controllers work beside it, its time leaping from one thing to do to the next,
 * so that waiting for a rollout takes no longer than computing it. Ends with the work.
 */
export async function whileStepping<T>(cluster: EmbeddedCluster, work: () => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const stepping = cluster.run({ signal: stop.signal, leap: true });
  try {
    return await work();
  } finally {
    stop.abort();
    await stepping;
  }
}
