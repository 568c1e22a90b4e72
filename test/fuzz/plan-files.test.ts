import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ENGINES } from '../../src/engine/index.ts';
import type { Plan } from '../../src/model/index.ts';
import { checkPreconditions, readPlanFile, restoreSecrets, writePlanFile } from '../../src/planner/index.ts';
import { FORMATS } from '../formats.ts';
import { isObject, parseJson, sha256, stringifyJson, type JsonObject, type JsonValue } from '../../src/std/index.ts';
import { CATALOG, manifest, plan, stored } from '../planner/scenario.ts';
import { mutateBytes } from './mutate-text.ts';
import { mutateValue } from './mutate-value.ts';
import { randomOf, SEED, type Random } from './random.ts';

// KPLAN_FUZZ_PLANS=10000 is the long run; KPLAN_FUZZ_COUNT asks for a tenth of its own as many.
const COUNT = Number(process.env['KPLAN_FUZZ_PLANS'] ?? Number(process.env['KPLAN_FUZZ_COUNT'] ?? 3000) / 10);
const HANG_MILLISECONDS = 1_000;
const LAYOUT = { width: 80, color: false, all: true };

function workload(kind: string, image: string): JsonObject {
  const labels = { app: 'a' };
  const containers = [{ name: 'c', image, envFrom: [{ configMapRef: { name: 'c' } }], resources: { requests: { cpu: '40' } } }];
  const template = { metadata: { labels }, spec: { containers, ...(kind === 'Job' ? { restartPolicy: 'Never' } : {}) } };
  const apps = { apiVersion: 'apps/v1', spec: { replicas: 2, selector: { matchLabels: labels }, template } };
  return { kind, metadata: { name: 'w' }, ...(kind === 'Job' ? { apiVersion: 'batch/v1', spec: { template } } : apps) };
}

function config(name: string, value: string): JsonObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { key: value, odd: '\u0000\ud800 \uffff é 😀 "\\' } };
}

/** One of everything: create, update, replace, delete, none, findings, effects, a Secret, numbers beyond a double. */
function makePlan(): Plan {
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'default' }, stringData: { password: 'hunter2' } };
  const big = {
    apiVersion: 'example.com/v1',
    kind: 'Gadget',
    metadata: { name: 'g' },
    spec: { big: 9_007_199_254_740_993n, none: null, less: -0.5 },
  };
  const before = [workload('Deployment', 'i:1'), workload('Job', 'i:1'), config('c', '1'), config('same', '1'), config('gone', 'x')];
  const desired = [workload('Deployment', 'i:2'), workload('Job', 'i:2'), config('c', '2'), config('same', '1'), secret, big];
  return plan(
    before.map((item) => stored(item)),
    desired.map((item) => manifest(item)),
    { engines: ENGINES },
  );
}

/** The bytes as `kplan show` would read them. */
function read(bytes: Buffer): ReturnType<typeof readPlanFile> {
  return readPlanFile(bytes.toString('utf8'));
}

function valueOf(text: string): JsonValue | undefined {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

/** The same bytes mean the same plan; anything else is another file. */
function isSame(bytes: Buffer, value: JsonValue): boolean {
  const other = valueOf(bytes.toString('utf8'));
  return other !== undefined && stringifyJson(other) === stringifyJson(value);
}

function seal(value: JsonObject): string {
  const { digest: _, ...content } = value;
  return stringifyJson({ ...content, digest: `sha256:${sha256(stringifyJson(content))}` }, 2);
}

function mutateFile(content: Buffer, value: JsonValue, random: Random): Buffer {
  switch (random.below(4)) {
    case 0: {
      const copy = Buffer.from(content);
      copy[random.below(copy.length)] = random.below(256);
      return copy;
    }
    case 1:
      return Buffer.from(stringifyJson(mutateValue(value, random), random.below(3)));
    default:
      return mutateBytes(content, content, random);
  }
}

/** What somebody who can seal a plan may make of it is read, printed and checked, or refused with the place. */
function checkForged(text: string): boolean {
  const answer = readPlanFile(text);
  if (answer.kind === 'invalid') {
    assert.match(
      answer.reason,
      /^(\/[^]*|the document) is not .|format version|not a plan file|its waves|no format version|nested|not JSON|digest/,
      answer.reason,
    );
    return false;
  }
  for (const format of Object.values(FORMATS)) format({ kind: 'PlanReport', plan: answer.plan, notes: [], next: '' }, LAYOUT);
  checkPreconditions(answer.plan, () => undefined, CATALOG);
  restoreSecrets(answer.plan, []);
  return true;
}

function checkFile(
  content: Buffer,
  value: JsonObject,
  index: number,
  where: string,
): { readonly isSame: boolean; readonly isForgedPlan: boolean } {
  const random = randomOf(SEED, index);
  const bytes = mutateFile(content, value, random);
  const answer = read(bytes);
  const same = isSame(bytes, value);
  assert.ok(same || answer.kind === 'invalid', `${where} is taken for the plan`);
  if (answer.kind === 'invalid') assert.ok(answer.reason.length > 0 && answer.reason.length < 500, `${where}: ${answer.reason}`);
  const forged = mutateValue(value, random);
  try {
    return { isSame: same, isForgedPlan: isObject(forged) && checkForged(seal(forged)) };
  } catch (error) {
    throw new Error(`${where}, forged: ${error instanceof Error ? (error.stack ?? '').slice(0, 1500) : ''}`, { cause: error });
  }
}

/** Milliseconds of this process's own: others use the machine too. */
function time<T>(work: () => T): readonly [T, number] {
  const started = performance.now();
  const before = process.cpuUsage();
  const outcome = work();
  const { user, system } = process.cpuUsage(before);
  return [outcome, Math.round(Math.min(performance.now() - started, (user + system) / 1000))];
}

test(`${COUNT} mutated plan files (KPLAN_SEED=${SEED}): none is taken for a plan, none breaks its reader`, (context) => {
  const text = writePlanFile(makePlan(), { kplanVersion: '0.1.0' });
  const content = Buffer.from(text);
  const value = parseJson(text);
  assert.ok(isObject(value));
  const tally = { same: 0, refused: 0, forged: 0, slowest: 0 };
  for (let index = 0; index < COUNT; index++) {
    const where = `plan file ${index} of KPLAN_SEED=${SEED}`;
    let [outcome, milliseconds] = time(() => checkFile(content, value, index, where));
    // What was slow once, perhaps for garbage of before, is given a second chance.
    if (milliseconds > HANG_MILLISECONDS) [outcome, milliseconds] = time(() => checkFile(content, value, index, where));
    assert.ok(milliseconds < HANG_MILLISECONDS, `${where} took ${milliseconds} ms`);
    tally[outcome.isSame ? 'same' : 'refused']++;
    if (outcome.isForgedPlan) tally.forged++;
    tally.slowest = Math.max(tally.slowest, milliseconds);
  }
  context.diagnostic(
    `${COUNT} plan files: ${tally.refused} refused, ${tally.same} mean the same; ${tally.forged} sealed anew are plans; the slowest took ${tally.slowest} ms`,
  );
});

test('every byte of a plan file counts: another one there is refused, or means the same', (context) => {
  const text = writePlanFile(makePlan(), { kplanVersion: '0.1.0' });
  const content = Buffer.from(text);
  const value = parseJson(text);
  const step = COUNT >= 10_000 ? 1 : 61;
  let same = 0;
  let tried = 0;
  for (let at = 0; at < content.length; at += step) {
    const copy = Buffer.from(content);
    copy[at] = (copy[at] ?? 0) ^ (1 << randomOf(SEED, at).below(8));
    tried++;
    const answer = read(copy);
    if (answer.kind === 'invalid') continue;
    assert.ok(isSame(copy, value), `byte ${at}, KPLAN_SEED=${SEED}`);
    same++;
  }
  context.diagnostic(`${tried} of ${content.length} bytes changed: ${same} files mean the same`);
  assert.ok(same < tried / 2);
});
