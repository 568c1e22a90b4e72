import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openAccess, openApiCluster, type Cluster } from '../../src/cluster/index.ts';
import { openEmbeddedCluster } from '../../src/sim/index.ts';
import { ControlPlane } from '../bench/control-plane.ts';
import { CATALOG, REAL_CLOCK } from '../sim/embedded.ts';

/** What goes wrong with the cluster itself. */
export interface Fault {
  readonly name: string;
  readonly happen: (random: () => number) => Promise<void>;
}

/** The cluster that is soaked: how the daemon reaches it, how we do, and what may go wrong with it. */
export interface Place {
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly faults: readonly Fault[];
  /** Called once the daemon runs. */
  readonly open: () => Promise<Cluster>;
  readonly close: () => Promise<void>;
}

/** The embedded cluster, in a folder. */
export function openEmbeddedPlace(folder: string): Place {
  const open = (): Promise<Cluster> =>
    openEmbeddedCluster({ directory: join(folder, 'cluster'), clock: REAL_CLOCK, catalog: CATALOG, sync: false });
  return { words: ['--embedded', 'cluster'], env: {}, faults: [], open, close: async () => Promise.resolve() };
}

/** A real API server with etcd and the controller manager: it is killed and started again, and paused. */
export async function openLivePlace(folder: string): Promise<Place> {
  const plane = await ControlPlane.start();
  const { kubeconfig, pidFile } = plane.connection;
  const signal = (name: NodeJS.Signals): boolean => process.kill(Number(readFileSync(pidFile, 'utf8')), name);
  const restart: Fault = {
    name: 'restarts of the API server',
    happen: async () => {
      signal('SIGKILL');
      return Promise.resolve();
    },
  };
  const pause: Fault = {
    name: 'pauses of the API server',
    happen: async (random) => {
      signal('SIGSTOP');
      await REAL_CLOCK.sleep(random() * 15_000);
      signal('SIGCONT');
    },
  };
  const open = async (): Promise<Cluster> => {
    const env = { KUBECONFIG: kubeconfig };
    const access = await openAccess({ env, cwd: folder, now: Date.now, warn: (message) => console.error(message) });
    if (access === undefined) throw new Error(`${kubeconfig} names no cluster`);
    return openApiCluster(access, REAL_CLOCK);
  };
  return { words: [], env: { KUBECONFIG: kubeconfig }, faults: [restart, pause], open, close: () => plane.stop() };
}
