// Compares kplan with the real Kubernetes programs over random cases: `node scripts/judges/run.mjs [--record] [PART OF A SUBJECT...]`.
// KPLAN_SEED repeats a run; KPLAN_JUDGE_COUNT is the number of cases of each subject. The last line is `N passed, N failed`.
// KPLAN_RELEASE is the minor version of the server that is asked (1.36; releases.mjs has the others). The oracle is of 1.36,
// but for subjects that name another release (authorize-1.34).
// --record writes the answers of the oracle that `npm test` compares with.
import { execFileSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { register } from 'tsx/esm/api';
import { releases } from '../schemas/releases.mjs';
import { startServer } from '../schemas/server.mjs';

const VERSION = process.env.KPLAN_RELEASE ?? '1.36';
const RELEASE = releases[VERSION];

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
if (RELEASE === undefined) {
  console.error(`KPLAN_RELEASE must be one of ${Object.keys(releases).join(', ')}`);
  process.exit(1);
}
console.log(`KPLAN_SEED=${seed} KPLAN_RELEASE=${VERSION}`);
const isRecording = process.argv.includes('--record');
const wanted = process.argv.slice(2).filter((word) => word !== '--record');
register();
const { askAdmission, askOracle, askServer, listNeeds, recordOracle } = await import('../../test/judges/subjects.ts');
const needs = listNeeds(wanted, VERSION);
const stopping = new AbortController();
for (const name of ['SIGINT', 'SIGTERM']) process.on(name, () => stopping.abort());
const options = { version: VERSION, seed, count, log: (line) => console.log(line), signal: stopping.signal };
/** The newest is a program of its own modules, which are pinned beside it. */
const programOf = (release) => build('oracle', ...(release === '1.36' ? [] : [releases[release]]));
if (isRecording) await recordOracle(programOf, wanted, options);
else process.exitCode = await judge();
process.exit(stopping.signal.aborted ? 130 : process.exitCode);

/** Both at the same time: one waits for the server, the other computes. Answers the exit code. */
async function judge() {
  const oracle = needs.oracle ? [askOracle(programOf, wanted, options)] : [];
  const server = needs.server ? [withServer({ 'disable-admission-plugins': MUTATING.join(',') }, askServer)] : [];
  const results = await Promise.allSettled([...oracle, ...server]);
  if (needs.admission) results.push(...(await Promise.allSettled([withServer({}, askAdmission)])));
  for (const { reason } of results) if (reason !== undefined) console.error(reason);
  const sum = (key) => results.reduce((total, { value }) => total + (value?.[key] ?? (key === 'failed' ? 1 : 0)), 0);
  console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
  return sum('failed') > 0 || sum('passed') === 0 ? 1 : 0;
}

function build(...args) {
  return execFileSync('bash', [join(import.meta.dirname, 'build.sh'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  }).trim();
}

async function withServer(flags, ask) {
  build('etcd');
  build(RELEASE, 'kube-apiserver');
  const server = await startServer(RELEASE, flags);
  try {
    return await ask(server.connection, wanted, options);
  } finally {
    await server.stop();
  }
}
