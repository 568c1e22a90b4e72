// Applies random workloads to a real control plane (API server, controller manager, scheduler, KWOK in the place of kubelets) and
// compares what comes of them with what kplan says: `node scripts/judges/endtoend.mjs`. KPLAN_SEED repeats a run,
// KPLAN_JUDGE_COUNT is the number of scenarios. The last line is `N passed, N failed`.
import { execFileSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { register } from 'tsx/esm/api';
import { releases } from '../schemas/releases.mjs';
import { startServer } from '../schemas/server.mjs';

const VERSION = '1.36';
const RELEASE = releases[VERSION];

const seed = Number(process.env.KPLAN_SEED ?? randomInt(1_000_000));
const count = Number(process.env.KPLAN_JUDGE_COUNT ?? 12);
if (!Number.isInteger(seed) || !(Number.isInteger(count) && count > 0)) {
  console.error('KPLAN_SEED and KPLAN_JUDGE_COUNT must be whole numbers');
  process.exit(1);
}
console.log(`KPLAN_SEED=${seed} KPLAN_RELEASE=${VERSION}`);
for (const args of [['etcd'], ['kwok'], [RELEASE, 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler']]) {
  execFileSync('bash', [join(import.meta.dirname, 'build.sh'), ...args], { stdio: 'inherit' });
}
register();
const { askCluster } = await import('../../test/judges/endtoend/judge.ts');
const stopping = new AbortController();
for (const name of ['SIGINT', 'SIGTERM']) process.on(name, () => stopping.abort());
const server = await startServer(RELEASE, {}, { hasControllers: true, hasNodes: true });
try {
  const options = { version: VERSION, seed, count, log: (line) => console.log(line), signal: stopping.signal };
  const { passed, failed } = await askCluster(server.connection, options);
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
} finally {
  await server.stop();
}
process.exit(stopping.signal.aborted ? 130 : process.exitCode);
