import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { SEED } from './random.ts';
import { decodeTally, join, NO_TALLY, type Tally } from './tally.ts';

// KPLAN_FUZZ_COUNT=100000 is the long run, KPLAN_SEED repeats one, and KPLAN_FUZZ_ONLY=N looks at its document N alone.
const COUNT = Number(process.env['KPLAN_FUZZ_COUNT'] ?? 600);
const ONLY = process.env['KPLAN_FUZZ_ONLY'];
/** A document that takes so long is one that never ends. */
const HANG = 30_000;
const PROCESSES = COUNT > 2_000 ? Math.min(2, availableParallelism()) : 1;
const WORKER = fileURLToPath(new URL('documents-worker.ts', import.meta.url));

/** Runs a process over its share of the documents; one that stays at the same document for too long is killed. */
async function runWorker(from: number, step: number, count: number): Promise<Tally> {
  const child = spawn(process.execPath, ['--import', 'tsx', WORKER, ...[SEED, from, step, count].map(String)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let last = '';
  const kill = (): unknown => child.kill('SIGKILL');
  let alarm = setTimeout(kill, HANG);
  for await (const line of createInterface({ input: child.stdout })) {
    last = line;
    clearTimeout(alarm);
    alarm = setTimeout(kill, HANG);
  }
  clearTimeout(alarm);
  assert.ok(last.startsWith('{'), `document ${last} of KPLAN_SEED=${SEED} does not end, or ends the process`);
  return decodeTally(last);
}

test(`${COUNT} mutated documents (KPLAN_SEED=${SEED}): no crash, no hang, no finding without a place`, async (context) => {
  const all = { from: Array.from({ length: PROCESSES }, (_, from) => from), step: PROCESSES, count: COUNT };
  const { from, step, count } = ONLY === undefined ? all : { from: [Number(ONLY)], step: 1, count: Number(ONLY) + 1 };
  const runs = from.map((first) => runWorker(first, step, count));
  const { documents, manifests, findings, planned, refused, slowest, slowestIndex, failures } = (await Promise.all(runs)).reduce(
    join,
    NO_TALLY,
  );
  context.diagnostic(
    `${documents} documents: ${manifests} objects, ${findings} findings, ${refused} refused, ${planned} planned; the slowest, ${slowestIndex}, took ${slowest} ms`,
  );
  assert.equal(failures.length, 0, failures.join('\n\n'));
  assert.equal(documents, ONLY === undefined ? COUNT : 1);
});
