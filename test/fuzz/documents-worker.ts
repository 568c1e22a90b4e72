import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { readRepository } from '../../src/loader/index.ts';
import { checkDocument, makeDocument, type Material, type Outcome } from './check-document.ts';
import { randomOf } from './random.ts';
import { readSeeds, readSeedValues } from './seeds.ts';
import { join, NO_TALLY, type Tally } from './tally.ts';

/** Milliseconds for a document, and for each of its findings, which is planned, saved, read back and printed: what is linear stays below. */
const LIMIT = 1_000;
const LIMIT_OF_FINDING = 0.2;
const MOST_FAILURES = 20;

// Checks the documents from, from + step, ... of a run: says which one it is at, and at last, in a line of JSON, what it found.
const [seed = 0, from = 0, step = 1, count = 0] = process.argv.slice(2).map(Number);
const { manifests: shop } = await readRepository({
  path: joinPath(import.meta.dirname, '../../fixtures/shop'),
  git: 'auto',
  renderers: 'none',
});
const folder = mkdtempSync(joinPath(tmpdir(), 'kplan-fuzz-'));
const material: Material = { seeds: readSeeds(), values: readSeedValues(), shop, folder };
let tally = NO_TALLY;
for (let index = from; index < count && tally.failures.length < MOST_FAILURES; index += step) {
  await tell(String(index));
  tally = join(tally, await tryDocument(index));
}
rmSync(folder, { recursive: true, force: true });
await tell(JSON.stringify(tally));

/** A pipe that is full, since whoever reads it is busy, is waited for. */
function tell(line: string): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.write(`${line}\n`, () => resolve());
  });
}

async function tryDocument(index: number): Promise<Tally> {
  const bytes = makeDocument(seed, index, material);
  const fail = (why: string): Tally => {
    const start = JSON.stringify(bytes.subarray(0, 1500).toString());
    return { ...NO_TALLY, documents: 1, failures: [`document ${index} of KPLAN_SEED=${seed}, ${bytes.length} bytes: ${why}\n${start}`] };
  };
  try {
    let [outcome, milliseconds] = await time(bytes, index);
    // What was slow once, perhaps for the garbage of others, is given a second chance.
    const limit = LIMIT + outcome.findings * LIMIT_OF_FINDING;
    if (milliseconds > limit) [outcome, milliseconds] = await time(bytes, index);
    if (milliseconds > limit) return fail(`took ${milliseconds} ms`);
    const { manifests, findings, planned, refused } = outcome;
    const counts = { manifests, findings, planned: Number(planned), refused: Number(refused) };
    return { ...NO_TALLY, ...counts, documents: 1, slowest: milliseconds, slowestIndex: index };
  } catch (error) {
    return fail(
      error instanceof Error
        ? `${error.message.slice(0, 1000)}\n${error.stack?.split('\n    at ').slice(1, 8).join('\n  ') ?? ''}`
        : String(error),
    );
  }
}

/** Milliseconds of this process's own: others use the machine too. */
async function time(bytes: Buffer, index: number): Promise<readonly [Outcome, number]> {
  const started = performance.now();
  const before = process.cpuUsage();
  const outcome = await checkDocument(bytes, randomOf(seed, -1 - index), material);
  const { user, system } = process.cpuUsage(before);
  return [outcome, Math.round(Math.min(performance.now() - started, (user + system) / 1000))];
}
