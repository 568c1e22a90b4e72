import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadCatalog } from '../../src/model/schema/index.ts';
import type { SchemaCatalog } from '../../src/model/index.ts';
import { openEmbeddedCluster, type EmbeddedCluster } from '../../src/sim/index.ts';
import type { Clock } from '../../src/std/index.ts';

export const CATALOG: SchemaCatalog = loadCatalog('1.36');

export const REAL_CLOCK: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) =>
    new Promise((resolve, reject) => {
      const abort = (): void => {
        clearTimeout(timer);
        reject(new Error('aborted'));
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', abort);
        resolve();
      }, milliseconds);
      signal?.addEventListener('abort', abort);
    }),
};

/** Runs a test on a new embedded cluster in a directory of its own. */
export async function withCluster(run: (cluster: EmbeddedCluster, directory: string) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'kplan-sim-'));
  const cluster = await openEmbeddedCluster({ directory, clock: REAL_CLOCK, catalog: CATALOG, sync: false });
  try {
    await run(cluster, directory);
  } finally {
    await cluster.close();
    rmSync(directory, { recursive: true });
  }
}
