import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { isObject, parseJson, stringifyJson, type JsonValue } from '../../src/std/index.ts';
import { listFixtures } from './fixtures.ts';
import type { Comparison, Judge } from './judge.ts';
import type { Ask } from './oracle.ts';
import { caseSeed, Random } from './random.ts';

/** A subject that the oracle decides: each case is one question, so that its answer can be kept. */
export interface OracleJudge {
  readonly subject: string;
  /** What the oracle calls the subject, where that is something else. */
  readonly asks?: string;
  /** The minor version whose code is asked, where that is not the newest. */
  readonly release?: string;
  readonly cases: number;
  readonly branches: readonly string[];
  readonly often?: NonNullable<Judge['often']>;
  /** What the oracle is to know before it is asked. */
  readonly setting?: () => JsonValue;
  generate(random: Random): JsonValue;
  /** Compares our answer with the recorded or fresh one. Undefined if it is not a case at all. */
  compare(input: JsonValue, answer: JsonValue): Comparison | undefined;
}

/** The release whose code the oracle links. */
export const NEWEST = '1.36';

/** A subject of a release: named after it, where it is not the newest. */
export function ofRelease(subject: string, release: string): Pick<OracleJudge, 'asks' | 'release' | 'subject'> {
  return release === NEWEST ? { subject } : { subject: `${subject}-${release}`, asks: subject, release };
}

const PARALLEL = 16;

/** A judge that asks the oracle afresh. */
export function toJudge(judge: OracleJudge): Judge<{ readonly ask: Ask }> {
  return {
    ...judge,
    parallel: PARALLEL,
    shrinking: 2000,
    prepare: async ({ ask }) => {
      if (judge.setting !== undefined) await ask(judge.asks ?? judge.subject, judge.setting());
      return {
        generate: (random) => judge.generate(random),
        compare: async (input) => judge.compare(input, await ask(judge.asks ?? judge.subject, input)),
      };
    },
  };
}

const FOLDER = new URL('../../fixtures/judges/recorded/', import.meta.url);
const ROUNDS = 20;
const TRIES = 6000;
const MOST_BYTES = 240_000;

/** A question with the answer that the real code gave to it. */
interface Recorded {
  readonly input: JsonValue;
  readonly answer: JsonValue;
}

/** The kept questions and answers of a subject; none if nothing is kept. */
export function readRecorded(subject: string): readonly Recorded[] {
  const file = new URL(`${subject}.jsonl`, FOLDER);
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.flatMap((line) => {
    const value = line === '' ? undefined : parseJson(line);
    return isObject(value) ? [{ input: value['input'] ?? null, answer: value['answer'] ?? null }] : [];
  });
}

/**
 * Keeps all fixtures of a subject with the oracle's answers, and of random cases the shortest that show everything once, then those
 * that show it twice, and so on as long as there is room. Answers how many are kept.
 */
export async function record(judge: OracleJudge, ask: Ask, seed: number): Promise<number> {
  if (judge.setting !== undefined) await ask(judge.asks ?? judge.subject, judge.setting());
  const fixtures = listFixtures(judge.subject).map(({ input }) => input);
  const made = Array.from({ length: TRIES }, (_, index) => judge.generate(new Random(caseSeed(seed, judge.subject, index))));
  const answered = await Promise.all([...fixtures, ...made].map((input) => toLine(judge, ask, input)));
  const kept = new Set(answered.slice(0, fixtures.length));
  const shortest = answered.slice(fixtures.length).toSorted((a, b) => a.line.length - b.line.length);
  const shown = new Map<string, number>();
  let bytes = 0;
  for (let round = 1; round <= ROUNDS; round++) {
    for (const item of shortest) {
      const { line, coverage } = item;
      if (kept.has(item) || bytes + line.length > MOST_BYTES || coverage.every((key) => (shown.get(key) ?? 0) >= round)) continue;
      for (const key of coverage) shown.set(key, (shown.get(key) ?? 0) + 1);
      bytes += line.length;
      kept.add(item);
    }
  }
  writeFileSync(new URL(`${judge.subject}.jsonl`, FOLDER), [...kept].map(({ line }) => `${line}\n`).join(''));
  return kept.size;
}

async function toLine(judge: OracleJudge, ask: Ask, input: JsonValue): Promise<{ line: string; coverage: readonly string[] }> {
  const answer = await ask(judge.asks ?? judge.subject, input);
  return { line: stringifyJson({ input, answer }), coverage: judge.compare(input, answer)?.coverage ?? [] };
}
