import { layoutOf, type GoField, type GoLayout } from '../../src/engine/controllers/template-hash/go-layout.ts';
import { computeTemplateHash } from '../../src/engine/controllers/template-hash/template-hash.ts';
import { parseQuantity } from '../../src/model/index.ts';
import { listVersions } from '../../src/model/schema/index.ts';
import { getNumber, getObject, isArray, isObject, stringifyJson, type JsonObject, type JsonValue } from '../../src/std/index.ts';
import type { Comparison } from './judge.ts';
import { NEWEST, ofRelease, type OracleJudge } from './oracle-judge.ts';
import type { Random } from './random.ts';

const ROOT = 'v1.PodTemplateSpec';
/** What only a time or a program's own memory says. */
const LEFT_OUT = new Set(['v1.FieldsV1', 'v1.ManagedFieldsEntry', 'v1.Time']);
const SUFFIXES = ['', 'n', 'u', 'm', 'k', 'M', 'G', 'T', 'P', 'E', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei', 'e3', 'E2', 'e-2', 'e+1'];
const TEXTS = ['web', 'a=b', '/var/lib', '<nil>', 'grün', '日本', 'x y', '"{}"', '\\', '😀'];

/** Whether a pod template's hash is the one that the Deployment controller computes. */
export const templateJudge: OracleJudge = judgeOf(NEWEST, 1000);

/** The same of the releases before the newest. */
export const templateJudges: readonly OracleJudge[] = listVersions()
  .filter((version) => version !== NEWEST)
  .map((version) => judgeOf(version, 600));

function judgeOf(version: string, cases: number): OracleJudge {
  const layout = layoutOf(version);
  const paths = listPaths(layout);
  return {
    ...ofRelease('template', version),
    cases,
    branches: [...paths.keys(), 'collisions', 'big quantity', 'binary quantity', 'null'],
    generate: (random) => ({
      template: makeStruct(ROOT, random, { layout, path: random.pick([...paths.values()]) }),
      ...(random.once(3) ? { collisionCount: random.pick([0, 1, 3, 70_000]) } : {}),
    }),
    compare: (input, answer) => compare(input, answer, version),
  };
}

function compare(input: JsonValue, answer: JsonValue, version: string): Comparison | undefined {
  const template = getObject(input, 'template');
  if (template === undefined) return undefined;
  const coverage = new Set(getNumber(input, 'collisionCount') === undefined ? [] : ['collisions']);
  addCoverage(template, ROOT, layoutOf(version), coverage);
  const ours = computeTemplateHash(template, version, getNumber(input, 'collisionCount')) ?? 'not told';
  const servers = typeof answer === 'string' ? answer : stringifyJson(answer);
  return { coverage: [...coverage], ...(ours === servers ? {} : { difference: { signature: 'hash', ours, servers } }) };
}

/** By struct, the fields that lead to it from the template: each is `STRUCT.NAME`. */
function listPaths(layout: GoLayout): ReadonlyMap<string, ReadonlySet<string>> {
  const paths = new Map<string, ReadonlySet<string>>([[ROOT, new Set<string>()]]);
  for (const [struct, path] of paths) {
    for (const { name, type } of layout.structs.get(struct) ?? []) {
      const of = type.replace(/^(?:[*]|\[\])+/, '');
      if (layout.structs.has(of) && !LEFT_OUT.has(of) && !paths.has(of)) paths.set(of, new Set([...path, `${struct}.${name}`]));
    }
  }
  return paths;
}

interface Making {
  readonly layout: GoLayout;
  /** The fields that are surely set. */
  readonly path: ReadonlySet<string>;
}

function makeStruct(struct: string, random: Random, making: Making): JsonObject {
  const fields = (making.layout.structs.get(struct) ?? []).filter(({ type }) => !LEFT_OUT.has(type.replace(/^[*[\]]+/, '')));
  const chance = fields.length > 12 ? 4 : 2;
  const made = fields.map((field) => {
    const isSure = making.path.has(`${struct}.${field.name}`);
    return isSure || random.once(chance) ? makeField(field, isSure, random, making) : {};
  });
  return Object.assign({}, ...made);
}

function makeField({ json, type }: GoField, isSure: boolean, random: Random, making: Making): JsonObject {
  if (json === undefined) return makeStruct(type, random, making);
  const of = type.replace(/^\*/, '');
  if (isSure && of.startsWith('[]')) return { [json]: [makeValue(of.slice(2), random, making)] };
  return { [json]: !isSure && random.once(40) ? null : makeValue(of, random, making) };
}

function makeValue(type: string, random: Random, making: Making): JsonValue {
  const { layout } = making;
  if (type.startsWith('[]')) return [...random.list(random.below(3), () => makeValue(type.slice(2), random, making))];
  const map = /^map\[[^\]]+\](.+)$/.exec(type);
  if (map !== null) {
    const keys = random.some(['cpu', 'memory', 'example.com/x', 'ä']);
    return Object.fromEntries(keys.map((key) => [key, makeValue(map[1] ?? '', random, making)]));
  }
  if (type === 'resource.Quantity') return makeQuantity(random);
  if (type === 'intstr.IntOrString') return random.pick<JsonValue>([0, 80, 'http', '10%', '']);
  if (layout.structs.has(type)) return makeStruct(type, random, making);
  const kind = layout.named.get(type) ?? type;
  if (kind === 'bool') return random.once(2);
  if (kind === 'string') return random.once(6) ? '' : random.pick(TEXTS);
  if (kind.startsWith('int')) return random.pick([0, 1, -1, 30, 65_535, 2_147_483_647]);
  return makeValue(kind, random, making);
}

function makeQuantity(random: Random): JsonValue {
  if (random.once(5))
    return random.pick<JsonValue>([0, 1, 250, '0', '0.5', '.5', '1.5Gi', '8Gi', '500Mi', '1000', '1024Ki', '0Mi', '9Ei', '7e20']);
  const digits = random.list(1 + random.below(random.once(5) ? 20 : 4), () => String(random.below(10))).join('');
  const text = `${digits}${random.once(6) ? `.${random.below(1000)}` : ''}${random.pick(SUFFIXES)}`;
  return parseQuantity(text) === undefined ? '1' : text;
}

function addCoverage(value: JsonValue | undefined, type: string, layout: GoLayout, coverage: Set<string>): void {
  if (value === null) coverage.add('null');
  if (type.startsWith('*')) return addCoverage(value, type.slice(1), layout, coverage);
  if (type === 'resource.Quantity') {
    if (typeof value === 'string' && value.endsWith('i')) coverage.add('binary quantity');
    if ((parseQuantity(value) ?? 0n) > 1n << 90n) coverage.add('big quantity');
  }
  const map = /^map\[[^\]]+\](.+)$/.exec(type);
  if (map !== null && isObject(value)) for (const item of Object.values(value)) addCoverage(item, map[1] ?? '', layout, coverage);
  if (type.startsWith('[]') && isArray(value)) for (const item of value) addCoverage(item, type.slice(2), layout, coverage);
  const named = layout.named.get(type);
  if (named?.startsWith('map[') === true) addCoverage(value, named, layout, coverage);
  const fields = layout.structs.get(type);
  if (fields === undefined || !isObject(value)) return;
  coverage.add(type);
  for (const { json, type: of } of fields) {
    if (json === undefined) addCoverage(value, of, layout, coverage);
    else if (value[json] !== undefined) addCoverage(value[json], of, layout, coverage);
  }
}
