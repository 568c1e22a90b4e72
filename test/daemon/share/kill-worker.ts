import { runFleet, Share, SHARE_TIMING } from '../../../src/daemon/index.ts';
import type { KubernetesObject } from '../../../src/model/index.ts';
import { applyPlan } from '../../../src/reconcile/index.ts';
import { aborted, pause } from '../../../src/std/index.ts';
import { planFor, toObject } from '../../reconcile/toy-planner.ts';
import { REAL_CLOCK } from '../../sim/embedded.ts';
import { toUnit } from '../to-unit.ts';
import { openIpcCluster, openParent } from './ipc-cluster.ts';

/** One replica: keeps units in the cluster of its parent process, which says which revision is the newest. A process to kill or to pause. */
const [identity = '', count = '1', scale = '1'] = process.argv.slice(2);
const ask = openParent();
const cluster = openIpcCluster(ask);
const clock = REAL_CLOCK;
const { duration, margin, beat } = SHARE_TIMING;
const by = Number(scale);
const share = new Share(cluster, {
  fleet: 'kill',
  identity,
  namespace: 'default',
  clock,
  ticks: () => performance.now(),
  timing: { duration: duration * by, margin: margin * by, beat: beat * by },
  onNews: () => undefined,
  onProblem: (problem) => console.error(`${identity}: ${problem}`),
});
const units = Array.from({ length: Number(count) }, (_, index) =>
  toUnit(`unit-${index}`, { retry: { limit: 1_000_000, backoff: 100, maxBackoff: 500 } }),
);
process.once('disconnect', () => process.exit(0));
await runFleet<readonly KubernetesObject[]>({
  source: {
    description: 'parent',
    read: async () => ({ id: String(await ask('revision')), units }),
    watch: async (onChange, signal) => {
      while (await pause(clock, 100, signal)) onChange();
    },
  },
  open: ({ name }) => ({
    cluster,
    readFrom: () => undefined,
    listAsked: async () => Promise.resolve(new Set()),
    parts: {
      readSource: async () => {
        const revision = String(await ask('revision'));
        return {
          revision,
          objectCount: 2,
          content: ['one', 'two'].map((part) => toObject('ConfigMap', `${name}-${part}`, { data: { revision } })),
        };
      },
      plan: async ({ content }) => ({ ...(await planFor(cluster, content, name)), unit: name }),
      apply: (plan, _, signal) =>
        applyPlan(share.fence(name, cluster), plan, { clock, signal, preflight: false, waitForHealth: false, timeout: 30_000 }),
    },
  }),
  clock,
  random: () => Math.random(),
  signal: new AbortController().signal,
  identity,
  interval: 1_000,
  concurrency: 2,
  allow: [],
  share,
  watchCluster: (_, signal) => aborted(signal),
  log: () => undefined,
});
