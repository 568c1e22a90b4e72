import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testCluster, type ClusterUnderTest } from '../cluster-contract.ts';
import { openEmbeddedCluster } from '../../src/sim/index.ts';
import { CATALOG, REAL_CLOCK } from './embedded.ts';

async function open(): Promise<ClusterUnderTest> {
  const directory = mkdtempSync(join(tmpdir(), 'kplan-contract-'));
  const cluster = await openEmbeddedCluster({ directory, clock: REAL_CLOCK, catalog: CATALOG, sync: false });
  return {
    cluster,
    settle: async () => {
      await cluster.settle();
    },
    close: async () => {
      await cluster.close();
      rmSync(directory, { recursive: true });
    },
  };
}

testCluster('the embedded cluster', open);
