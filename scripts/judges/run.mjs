// Compares kplan with the real Kubernetes programs over random cases: `node scripts/judges/run.mjs [PART OF A SUBJECT...]`.
// KPLAN_SEED repeats a run; KPLAN_JUDGE_COUNT is the number of cases of each subject. The last line is `N passed, N failed`.
import { execFileSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { register } from 'tsx/esm/api';
import { releases } from '../schemas/releases.mjs';
import { startServer } from '../schemas/server.mjs';

const RELEASE = releases['1.36'];

// What these plugins add is judged neither as defaulting nor as merging, and a lone API server has nobody to make what they need.
const MUTATING = [
  'DefaultIngressClass',
  'DefaultStorageClass',
  'DefaultTolerationSeconds',
  'LimitRanger',
  'Priority',
  'RuntimeClass',
  'ServiceAccount',
  'StorageObjectInUseProtection',
  'TaintNodesByCondition',
];

const seed = Number(process.env.KPLAN_SEED ?? randomInt(1_000_000));
const count = process.env.KPLAN_JUDGE_COUNT === undefined ? undefined : Number(process.env.KPLAN_JUDGE_COUNT);
if (!Number.isInteger(seed) || (count !== undefined && !(Number.isInteger(count) && count >= 0))) {
  console.error('KPLAN_SEED and KPLAN_JUDGE_COUNT must be whole numbers');
  process.exit(1);
}
console.log(`KPLAN_SEED=${seed}`);
for (const args of [['etcd'], [RELEASE, 'kube-apiserver']]) {
  execFileSync('bash', [join(import.meta.dirname, 'build.sh'), ...args], { stdio: 'inherit' });
}
register();
const stopping = new AbortController();
for (const name of ['SIGINT', 'SIGTERM']) process.on(name, () => stopping.abort());
const server = await startServer(RELEASE, { 'disable-admission-plugins': MUTATING.join(',') });
let failed = 1;
try {
  const { runJudges } = await import('../../test/judges/subjects.ts');
  const log = (line) => console.log(line);
  const result = await runJudges(server.connection, { seed, count, log, signal: stopping.signal, wanted: process.argv.slice(2) });
  failed = result.failed + (result.passed === 0 ? 1 : 0);
  console.log(`${result.passed} passed, ${result.failed} failed`);
} finally {
  await server.stop();
}
process.exit(stopping.signal.aborted ? 130 : failed > 0 ? 1 : 0);
