import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ENGINES } from '../../src/engine/index.ts';
import { readRepository, type LoadResult } from '../../src/loader/index.ts';
import {
  CATALOG as WORDS,
  describe,
  describeRemedy,
  KplanError,
  refKeyOf,
  World,
  type Finding,
  type Manifest,
  type Plan,
} from '../../src/model/index.ts';
import { loadCatalog } from '../../src/model/schema/index.ts';
import { createPlan, readPlanFile, writePlanFile, type PlanInput } from '../../src/planner/index.ts';
import { stringifyYaml } from '../../src/report/index.ts';
import { FORMATS } from '../formats.ts';
import { isJson, stringifyJson, stringifyJsonInOrder, type JsonValue } from '../../src/std/index.ts';
import { createReferenceEngine, judgeTransition, validateManifests } from '../../src/validate/index.ts';
import { mutateBytes } from './mutate-text.ts';
import { mutateValue } from './mutate-value.ts';
import { randomOf, type Random } from './random.ts';

const NEWEST = loadCatalog('1.36');
const OLDEST = loadCatalog('1.32');
const FILES = [
  'a.yaml',
  'a.yml',
  'a.json',
  'kustomization.yaml',
  'Chart.yaml',
  'values.yaml',
  '.kplanignore',
  'kplan.yaml',
  'a.yaml.gotmpl',
] as const;
const PLANS_ONE_IN = 8;
const SHOPS_ONE_IN = 60;
const LAYOUT = { width: 80, color: true, all: true };

/** What mutated documents are made of. */
export interface Material {
  readonly seeds: readonly Buffer[];
  readonly values: readonly (readonly JsonValue[])[];
  /** A repository whose file a mutated document takes the place of. */
  readonly shop: readonly Manifest[];
  /** A folder of the caller's, for documents that are read from disk. */
  readonly folder: string;
}

/** What became of a document. */
export interface Outcome {
  readonly manifests: number;
  readonly findings: number;
  readonly planned: boolean;
  readonly refused: boolean;
}

/** The bytes of one mutated document. */
export function makeDocument(seed: number, index: number, { seeds, values }: Material): Buffer {
  const random = randomOf(seed, index);
  const bytes = random.once(2) ? (random.pick(seeds) ?? Buffer.alloc(0)) : emit(random.pick(values) ?? [], random);
  if (random.once(100)) return Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(bytes.toString(), 'utf16le')]);
  return random.once(3) ? bytes : mutateBytes(bytes, random.pick(seeds) ?? bytes, random);
}

function emit(values: readonly JsonValue[], random: Random): Buffer {
  const mutated = values.map((value) => (random.once(4) ? value : mutateValue(value, random)));
  if (random.once(4)) return Buffer.from(mutated.map((value) => stringifyJsonInOrder(value, random.below(3))).join('\n---\n'));
  return Buffer.from(mutated.map(stringifyYaml).join('---\n'));
}

/**
 * Reads, validates and, now and then, plans, saves and prints a document, as the programs do. Throws where anything else
 * happens than an answer or a `KplanError`, and where a finding has no place within the document.
 */
export async function checkDocument(bytes: Buffer, random: Random, material: Material): Promise<Outcome> {
  const loaded = await load(bytes, random, material.folder);
  if (loaded === undefined) return { manifests: 0, findings: 0, planned: false, refused: true };
  const lines = bytes.includes(0) ? undefined : bytes.toString().split('\n');
  const { manifests } = loaded;
  const catalogs = random.once(5) ? [NEWEST, OLDEST] : [NEWEST];
  const options = { catalogs, knowsCluster: random.once(2), defaultNamespace: 'default' };
  const findings = [...loaded.findings, ...validateManifests(manifests, options)];
  for (const finding of findings) checkFinding(finding, lines);
  const planned = random.once(PLANS_ONE_IN);
  if (planned) print(plan(manifests, findings, random.once(SHOPS_ONE_IN / PLANS_ONE_IN) ? material.shop : []), random);
  return { manifests: manifests.length, findings: findings.length, planned, refused: false };
}

async function load(bytes: Buffer, random: Random, folder: string): Promise<LoadResult | undefined> {
  const path = random.once(10) ? join(folder, random.pick(FILES)) : '-';
  if (path !== '-') writeFileSync(path, bytes);
  try {
    return await readRepository(
      path === '-' ? { path, git: 'auto', stdin: streamOf(bytes, random) } : { path: folder, git: 'auto', renderers: 'none' },
    );
  } catch (error) {
    if (!(error instanceof KplanError)) throw error;
    assert.ok(error.message.length > 0);
    return undefined;
  } finally {
    if (path !== '-') rmSync(path);
  }
}

async function* streamOf(bytes: Buffer, random: Random): AsyncGenerator<Uint8Array> {
  const at = random.below(bytes.length);
  yield bytes.subarray(0, at);
  yield bytes.subarray(at);
}

function checkFinding(finding: Finding, lines: readonly string[] | undefined): void {
  const { code, source } = finding;
  assert.ok(WORDS[code], code);
  const text = `${describe(finding)} ${describeRemedy(finding)}`;
  assert.ok(!/\bundefined\b.*\bundefined\b|\[object Object\]/.test(text), `${code} says: ${text}`);
  assert.ok(source !== undefined, `${code} has no place`);
  const { file, line, column, endLine, endColumn } = source;
  assert.ok(file.length > 0 && line >= 1 && column >= 1, `${code} stands at ${file}:${line}:${column}`);
  assert.ok(endLine > line || (endLine === line && endColumn >= column), `${code} ends before it begins`);
  if (lines === undefined) return;
  assert.ok(endLine <= lines.length, `${code} ends at line ${endLine} of ${lines.length}`);
  assert.ok(
    column <= (lines[line - 1] ?? '').length + 1,
    `${code} stands at column ${column} of a line of ${(lines[line - 1] ?? '').length}`,
  );
}

/** The plan from the shop (or nothing) to the shop with the document's objects, through its file. */
function plan(manifests: readonly Manifest[], findings: readonly Finding[], shop: readonly Manifest[]): Plan {
  const before = shop.map(({ object }) => object);
  const keys = new Set(manifests.map(({ object }) => refKeyOf(object)));
  const desired = [...manifests, ...shop.filter(({ object }) => !keys.has(refKeyOf(object)))];
  const source = { kind: 'none', description: 'fuzz', kubernetesVersions: ['1.36'] } as const;
  const catalog = catalogOf(desired);
  const input: PlanInput = {
    unit: 'fuzz',
    fieldManager: 'kapply',
    desired,
    before: World.of(before),
    beforeSource: source,
    afterSource: source,
    mode: 'revision',
    owned: new Set(),
    ownedByOthers: new Map(),
    context: World.EMPTY,
    catalog,
    defaultNamespace: 'default',
    findings,
    salt: 'salt',
    now: '2026-01-01T00:00:00Z',
    forceConflicts: false,
    lastManifests: shop,
    judgeUpdate: (was, is) => judgeTransition(was, is, catalog),
  };
  const made = createPlan(input, [...ENGINES, createReferenceEngine({ knowsAll: false })]);
  const read = readPlanFile(writePlanFile(made, { kplanVersion: '0' }));
  assert.ok(read.kind === 'ok', `the plan does not survive its file: ${read.kind === 'ok' ? '' : read.reason}`);
  assert.equal(toText(read.plan), toText(made), 'the plan survives its file');
  return made;
}

/** The plan in one of the formats: over a run, each of them meets hundreds of plans. */
function print(made: Plan, random: Random): void {
  const format = random.pick(Object.values(FORMATS));
  assert.ok(format !== undefined && format({ kind: 'PlanReport', plan: made, notes: [], next: '' }, LAYOUT).length > 0);
}

function toText(plan: unknown): string {
  assert.ok(isJson(plan));
  return stringifyJson(plan);
}

function catalogOf(manifests: readonly Manifest[]): PlanInput['catalog'] {
  const definitions = manifests.map(({ object }) => object).filter(({ kind }) => kind === 'CustomResourceDefinition');
  return definitions.length === 0 ? NEWEST : NEWEST.withCustomResources(definitions);
}
