import { setTimeout as sleep } from 'node:timers/promises';
import { KplanError } from '../../../src/model/index.ts';
import { openAccess, openApiCluster } from '../../../src/cluster/index.ts';
import { testCluster, type ClusterUnderTest } from '../../cluster-contract.ts';
import { REAL_CLOCK } from '../../sim/embedded.ts';

// The contract of every cluster, asked of a real API server and its controllers: that of the kubeconfig in KUBECONFIG.
async function open(): Promise<ClusterUnderTest> {
  const access = await openAccess({ env: process.env, cwd: process.cwd(), now: Date.now, warn: (message) => console.error(message) });
  if (access === undefined) throw new KplanError('NO_CLUSTER', 'KUBECONFIG names no cluster');
  const cluster = openApiCluster(access, REAL_CLOCK);
  return { cluster, settle: () => sleep(100), close: () => cluster.close() };
}

testCluster('an API server', open);
