import type { SchemaCatalog } from '../../src/model/index.ts';
import { stringifyJson, type JsonValue } from '../../src/std/index.ts';
import type { Client, Connection } from './client.ts';
import { deviationOf, listFixtures } from './fixtures.ts';
import { caseSeed, Random } from './random.ts';
import { shrinkJson } from './shrink.ts';

/** What the judges share that ask a server: it runs, and the kinds that it serves are known. */
export interface Setting {
  readonly client: Client;
  readonly connection: Connection;
  readonly catalog: SchemaCatalog;
  /** For what is made once for all cases. */
  readonly random: Random;
}

/** How the answers to one case compare. `coverage` names what the case was about, to be counted. */
export interface Comparison {
  readonly coverage: readonly string[];
  readonly difference?: Difference;
  /** False where the server's answer says nothing of the subject; such cases are counted apart. */
  readonly isCompared?: false;
}

/** Two answers that ought to be the same. */
export interface Difference {
  /** What kind of difference it is, without the case's own names and values. */
  readonly signature: string;
  readonly ours: string;
  readonly servers: string;
}

/** One subject under judgement, set up. */
export interface Trial {
  /** A case, as JSON, so that it can be made smaller and kept. */
  generate(random: Random): JsonValue;
  /** Asks both. Undefined if it is not a case at all (one that shrinking has broken). */
  compare(input: JsonValue): Promise<Comparison | undefined>;
  close?(): Promise<void>;
}

/** A subject that a real component decides. */
export interface Judge<S = Omit<Setting, 'random'>> {
  readonly subject: string;
  /** How many cases by default. */
  readonly cases: number;
  /** What a run of at least so many cases must have had a case of, by the names that `coverage` gives. */
  readonly branches: readonly string[];
  /** How often a run of many cases must have had each of the branches; once if absent. */
  readonly often?: { readonly cases: number; readonly times: number };
  /** How many cases at a time. */
  readonly parallel: number;
  /** How many questions may be asked to make a case with a difference smaller; 200 if absent. */
  readonly shrinking?: number;
  prepare(setting: S & { readonly random: Random }): Promise<Trial>;
}

export interface RunOptions {
  /** The minor version of the server that is asked. */
  readonly version: string;
  readonly seed: number;
  readonly count: number | undefined;
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
}

interface Tally {
  readonly coverage: Map<string, number>;
  readonly known: Map<string, number>;
  /** The first case of each new difference. */
  readonly found: Map<string, { readonly input: JsonValue; readonly difference: Difference; readonly name: string; count: number }>;
  asked: number;
  agreed: number;
  uncompared: number;
}

/** How many times the number of cases is asked at most, where a branch has not come. */
const PATIENCE = 8;

/** Runs one judge: the fixtures first, then random cases; prints a line of parity and every difference. Answers the counts. */
export async function runJudge<S extends object>(
  judge: Judge<S>,
  setting: S,
  options: RunOptions,
): Promise<{ passed: number; failed: number }> {
  const trial = await judge.prepare({ ...setting, random: new Random(caseSeed(options.seed, judge.subject, -1)) });
  const { version } = options;
  let missing: readonly string[] = [];
  const tally: Tally = { coverage: new Map(), known: new Map(), found: new Map(), asked: 0, agreed: 0, uncompared: 0 };
  try {
    for (const { name, input } of listFixtures(judge.subject)) await ask(judge, trial, tally, { name, input, version });
    const total = options.count ?? judge.cases;
    let next = 0;
    const askUntil = async (end: number): Promise<void> => {
      const work = async (): Promise<void> => {
        for (let index = next++; index < end && !options.signal.aborted; index = next++) {
          const input = trial.generate(new Random(caseSeed(options.seed, judge.subject, index)));
          await ask(judge, trial, tally, { name: `case ${index}`, input, version });
        }
      };
      await Promise.all(Array.from({ length: judge.parallel }, work));
      next = end;
    };
    const least = judge.often === undefined || total < judge.often.cases ? 1 : judge.often.times;
    const listMissing = (): readonly string[] =>
      total < judge.cases ? [] : judge.branches.filter((branch) => (tally.coverage.get(branch) ?? 0) < least);
    await askUntil(total);
    // What is rare may not have come yet by chance: more cases are asked, and only what never comes is a fault.
    for (let end = total; listMissing().length > 0 && end < PATIENCE * total && !options.signal.aborted;) {
      end += Math.ceil(total / 4);
      await askUntil(end);
    }
    missing = listMissing();
    await report(judge, trial, tally, options);
    for (const branch of missing) options.log(`  fewer than ${least} of: ${branch}`);
  } finally {
    await trial.close?.();
  }
  const wrong = [...tally.found.values()].reduce((sum, item) => sum + item.count, 0);
  return { passed: tally.asked - wrong, failed: wrong + missing.length };
}

async function ask(
  { subject }: { readonly subject: string },
  trial: Trial,
  tally: Tally,
  { name, input, version }: { readonly name: string; readonly input: JsonValue; readonly version: string },
): Promise<void> {
  const comparison = await trial.compare(input);
  if (comparison === undefined) return;
  for (const key of comparison.coverage) count(tally.coverage, key);
  if (comparison.isCompared === false) {
    tally.uncompared++;
    return;
  }
  tally.asked++;
  const { difference } = comparison;
  if (difference === undefined) {
    tally.agreed++;
    return;
  }
  const deviation = deviationOf(subject, difference.signature, version);
  if (deviation !== undefined) return count(tally.known, deviation);
  const known = tally.found.get(difference.signature);
  if (known === undefined) tally.found.set(difference.signature, { input, difference, name, count: 1 });
  else known.count++;
}

const SHOWN = 12;

async function report(
  { subject, shrinking }: Pick<Judge, 'subject' | 'shrinking'>,
  trial: Trial,
  tally: Tally,
  { log, seed, signal }: RunOptions,
): Promise<void> {
  const known = tally.known.size === 0 ? '' : `; known deviations: ${listCounts(tally.known)}`;
  const apart = tally.uncompared === 0 ? '' : ` (${tally.uncompared} more not compared)`;
  const coverage = listCounts(tally.coverage);
  log(`parity ${subject}: ${tally.asked} compared${apart}, ${tally.agreed} agree${known}; coverage: ${coverage}`);
  const found = [...tally.found.entries()].toSorted(([, a], [, b]) => b.count - a.count);
  for (const [signature, { input, difference, name, count }] of found.slice(0, SHOWN)) {
    if (signal.aborted) return;
    const smallest = await shrinkJson(
      input,
      async (smaller) => (await trial.compare(smaller))?.difference?.signature === signature,
      shrinking ?? 200,
    );
    const { ours, servers } = (await trial.compare(smallest))?.difference ?? difference;
    log(`  mismatch (${count}x, first in ${name} of KPLAN_SEED=${seed}): ${signature}`);
    log(`    ours:     ${shorten(ours)}\n    server's: ${shorten(servers)}\n    case:     ${shorten(stringifyJson(smallest))}`);
  }
  for (const [signature, { count }] of found.slice(SHOWN)) log(`  mismatch (${count}x): ${signature}`);
}

function shorten(text: string): string {
  return text.length <= 3000 ? text : `${text.slice(0, 3000)}… (${text.length} characters)`;
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function listCounts(counts: ReadonlyMap<string, number>): string {
  const sorted = [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return sorted.length === 0 ? 'none' : sorted.map(([key, number]) => `${key} ${number}`).join(', ');
}
