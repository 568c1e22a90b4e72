import { isKubernetesObject } from '../../src/model/index.ts';
import { loadCatalog } from '../../src/model/schema/index.ts';
import { getArray, getBoolean, getObject, getString, isArray, isObject, type JsonObject, type JsonValue } from '../../src/std/index.ts';
import { makeDefinition } from './custom-schemas.ts';
import type { Comparison } from './judge.ts';
import type { OracleJudge } from './oracle-judge.ts';
import type { Random } from './random.ts';
import { judgeOurselves, toPattern } from './validate.judge.ts';

const KINDS: readonly (readonly [RegExp, string])[] = [
  [/compilation failed/, 'rule that does not compile'],
  [/messageExpression compilation failed/, 'message that does not compile'],
  [/must evaluate to a bool/, 'rule that is no bool'],
  [/estimated rule cost exceeds/, 'rule that costs too much'],
  [/estimated rule cost total for entire/, 'rules that cost too much together'],
  [/uncorrelatable portion/, 'oldSelf that has no predecessor'],
  [/may not be set if oldSelf is not used/, 'optional oldSelf that is not used'],
  [/must be a valid path/, 'field path'],
  [/to be structural/, 'structural'],
  [/x-kubernetes-list-/, 'lists'],
  [/must not be empty for specified/, 'type'],
];

/** Whether a definition is taken, with its schema and the rules in it. */
export const definitionJudge: OracleJudge = {
  subject: 'definition',
  asks: 'validate',
  cases: 1500,
  branches: ['accepted', 'refused alike', ...KINDS.map(([, kind]) => kind)],
  generate(random) {
    const definition = makeDefinition(random);
    return { object: random.once(3) ? definition : damageSchema(definition, random) };
  },
  compare(input, answer) {
    const object = getObject(input, 'object');
    if (!isKubernetesObject(object) || getBoolean(answer, 'unreached') === true) return undefined;
    if (getString(answer, 'unread') !== undefined || !isWhole(object)) return undefined;
    const real = unique(
      getArray(answer, 'causes').map((cause) => `${getString(cause, 'field') ?? ''}: ${getString(cause, 'message') ?? ''}`),
    );
    // Where the real one crashes it has no answer; and the whole schema as Go prints its own type is not told.
    if (real.some((text) => /: internal error: |fields are allowed at the root of the schema|failed to convert to declType/.test(text)))
      return undefined;
    const ours = unique(judgeOurselves(object, loadCatalog('1.36')));
    const kinds = KINDS.filter(([pattern]) => real.some((text) => pattern.test(text))).map(([, kind]) => kind);
    const odd = [
      ...real.filter((text) => !ours.includes(text)).map((text) => `the server says: ${toPattern(text)}`),
      ...ours.filter((text) => !real.includes(text)).map((text) => `kplan says: ${toPattern(text)}`),
    ];
    if (odd.length > 0) return differ(ours, real, odd[0] ?? '');
    return { coverage: [real.length === 0 ? 'accepted' : 'refused alike', ...kinds] };
  },
};

/** All but the schemas is as it was made. */
function isWhole(object: JsonObject): boolean {
  const version = getArray(object, 'spec', 'versions')[0];
  const names = [getString(object, 'metadata', 'name'), getString(object, 'spec', 'group'), getString(object, 'spec', 'names', 'plural')];
  const isStored = getBoolean(version, 'storage') === true && getBoolean(version, 'served') === true;
  const isNamed = names.join() === 'things.judged.example,judged.example,things' && getString(version, 'name') === 'v1';
  return (
    isStored &&
    isNamed &&
    getString(object, 'spec', 'scope') === 'Namespaced' &&
    getObject(version, 'schema', 'openAPIV3Schema') !== undefined
  );
}

const WORDS: Readonly<Record<string, readonly JsonValue[]>> = {
  default: [1, 'text', {}, []],
  type: ['array', 'object', 'string', 'integer', 'number', 'boolean', ''],
  nullable: [true, false],
  'x-kubernetes-list-type': ['set', 'map', 'atomic', 'other'],
  'x-kubernetes-list-map-keys': [['name'], ['nope'], ['name', 'name'], []],
  'x-kubernetes-map-type': ['atomic', 'granular', 'other'],
  'x-kubernetes-preserve-unknown-fields': [true],
  'x-kubernetes-embedded-resource': [true],
  'x-kubernetes-int-or-string': [true],
  additionalProperties: [true, { type: 'string' }],
  anyOf: [[{ type: 'integer' }, { type: 'string' }], [{ properties: { nope: {} } }], [{ required: ['name'] }]],
  allOf: [[{ type: 'string' }], [{ properties: { name: { maxLength: 3 } } }], [{ pattern: '^a' }]],
  pattern: ['^a+$'],
  uniqueItems: [true],
  maxItems: [1000, 100000],
  maxLength: [5, 100000],
};

/** A definition with one to three words of its schemas changed, added or left out. */
function damageSchema(definition: JsonObject, random: Random): JsonObject {
  const spots = listSchemas(getArray(definition, 'spec', 'versions')[0] ?? null, []);
  let changed: JsonValue = definition;
  for (let count = 1 + random.below(3); count > 0; count--) {
    const path = ['spec', 'versions', 0, ...random.pick(spots)];
    const word = random.pick(Object.keys(WORDS));
    const value = random.once(3) ? undefined : random.pick(WORDS[word] ?? []);
    changed = put(changed, [...path, word], value);
  }
  return getObject(changed) ?? definition;
}

type Steps = readonly (string | number)[];

function listSchemas(value: JsonValue, path: Steps): readonly Steps[] {
  if (!isObject(value)) return [];
  const isSchema = path.at(-1) === 'openAPIV3Schema' || path.at(-1) === 'items' || path.at(-2) === 'properties';
  return [...(isSchema ? [path] : []), ...Object.entries(value).flatMap(([key, item]) => listSchemas(item, [...path, key]))];
}

function put(value: JsonValue, [step, ...rest]: Steps, to: JsonValue | undefined): JsonValue {
  if (step === undefined) return to ?? null;
  if (isArray(value)) return value.map((item, index) => (index === step ? put(item, rest, to) : item));
  if (!isObject(value)) return value;
  const { [step]: old, ...others } = value;
  if (rest.length === 0 && to === undefined) return others;
  return { ...value, [step]: put(old ?? {}, rest, to) };
}

function unique(texts: readonly string[]): readonly string[] {
  // Which of the rules that cost the same are named is chance.
  return [...new Set(texts.map(normalize).filter((text) => !text.includes('contributed to estimated rule cost total')))].toSorted();
}

/** The types of `self` and the parameters of types are numbered at random there, and texts that are no expressions are parsed otherwise. */
function normalize(text: string): string {
  return text
    .replaceAll(/selfType\d+/g, 'selfType')
    .replaceAll(/_var\d+/g, '_var')
    .replace(/^(.*Syntax error).*$/s, '$1');
}

function differ(ours: readonly string[], real: readonly string[], signature: string): Comparison {
  return { coverage: [], difference: { signature, ours: ours.join(' | ') || 'accepted', servers: real.join(' | ') || 'accepted' } };
}
