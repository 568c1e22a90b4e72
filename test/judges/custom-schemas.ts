import { BOOL, INT, STRING, typeOfSchema, type CelType } from '../../src/cel/index.ts';
import { getArray, getObject, getString, type JsonObject, type JsonValue } from '../../src/std/index.ts';
import { ExpressionMaker, type Path } from './cel-expressions.ts';
import type { Random } from './random.ts';

const VERSION = '1.36';

/** A property that a schema may have, with the rules that fit it and the values that it may be given. */
interface Part {
  readonly schema: JsonObject;
  readonly rules: readonly string[];
  readonly messages: readonly string[];
  readonly values: readonly JsonValue[];
}

const part = (schema: JsonObject, values: readonly JsonValue[], rules: readonly string[], messages: readonly string[] = []): Part => ({
  schema,
  values,
  rules,
  messages,
});

const SIZES: Part = part(
  { type: 'integer', format: 'int32' },
  [0, 1, 3, 7, null],
  ['self >= 0', 'self < 5', 'self >= oldSelf', 'self / (self - 3) >= 0'],
  ["'at least ' + string(self)", 'string(1 / (self - self))'],
);
const NAME: Part = part(
  { type: 'string', maxLength: 20 },
  ['a', 'b', '', 'long name', '7'],
  ["self != 'a'", 'self == oldSelf', "self.startsWith('b')", 'int(self) > 5'],
  ["'not ' + self", "'\\n'", "''", "'  spaced  '"],
);
const FLAG: Part = part({ type: 'boolean' }, [true, false], ['self', 'self || !oldSelf']);
const RATIO: Part = part({ type: 'number' }, [0.5, 2, -1.25], ['self > 0.0', 'self <= oldSelf']);
const LABELS: Part = part(
  { type: 'object', additionalProperties: { type: 'string' }, maxProperties: 5 },
  [{}, { a: 'x' }, { a: 'x', b: 'y' }, { 'k/e.y': 'z' }],
  ["self.all(key, key != 'b')", 'size(self) <= 1', "'a' in self", 'oldSelf.all(key, key in self)'],
  ["'labels: ' + string(size(self))"],
);
const TAGS: Part = part(
  { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set', maxItems: 8 },
  [[], ['a'], ['a', 'b'], ['b', 'a'], ['c', 'a']],
  ["self.exists(tag, tag == 'a')", 'oldSelf.all(tag, tag in self)', 'self == oldSelf', 'self.size() < 2'],
);
const PORTS: Part = part(
  {
    type: 'array',
    maxItems: 6,
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['name'],
    items: { type: 'object', required: ['name'], properties: { name: { type: 'string' }, port: { type: 'integer', default: 80 } } },
  },
  [
    [],
    [{ name: 'a', port: 1 }],
    [{ name: 'a', port: 2 }, { name: 'b' }],
    [{ name: 'b' }, { name: 'a', port: 1 }],
    [{ name: 'c', port: 9 }],
  ],
  ['self.all(one, one.port > 1)', 'self.size() >= oldSelf.size()', "self.exists_one(one, one.name == 'a')"],
);
const STEPS: Part = part(
  { type: 'array', maxItems: 5, items: { type: 'object', properties: { name: { type: 'string' }, count: { type: 'integer' } } } },
  [[], [{ name: 'a', count: 1 }], [{ name: 'a', count: 2 }, { name: 'b' }], [{}, { name: 'c', count: 0 }]],
  ['self.all(one, has(one.name))', 'self[0].count > 0', 'self == oldSelf'],
);
const EITHER: Part = part(
  { 'x-kubernetes-int-or-string': true },
  [1, '1', '50%', 0],
  ['type(self) == int ? self > 0 : self.endsWith("%")', 'self > 0', 'self == oldSelf'],
);
const MODE: Part = part(
  { type: 'string', enum: ['fast', 'slow'], default: 'slow' },
  ['fast', 'slow', 'fast', 'slow', 'other'],
  ["self == 'fast'", "self == oldSelf || oldSelf == 'slow'"],
  ["'mode ' + self + ' is not allowed'"],
);
const MAYBE: Part = part({ type: 'string', nullable: true }, [null, 'there'], ["self == 'there'"]);
const TEMPLATE: Part = part(
  { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true },
  [
    { apiVersion: 'v1', kind: 'A', metadata: { name: 'n' } },
    { apiVersion: 'v1', kind: 'B', rest: 1 },
  ],
  ["self.kind == 'A'", "has(self.metadata.name) && self.metadata.name == 'm'"],
);

const PARTS: Readonly<Record<string, Part>> = {
  'a-b': NAME,
  'a b': NAME,
  either: EITHER,
  flag: FLAG,
  labels: LABELS,
  maybe: MAYBE,
  mode: MODE,
  name: NAME,
  namespace: NAME,
  ports: PORTS,
  ratio: RATIO,
  replicas: SIZES,
  steps: STEPS,
  tags: TAGS,
  template: TEMPLATE,
};

const OBJECT_RULES = [
  'has(self.replicas) && self.replicas > 1',
  "!has(self.mode) || self.mode == 'fast'",
  'self == oldSelf',
  'has(self.name) == has(oldSelf.name)',
  'true',
  'false',
  'self.nope',
  "has(self.namespace) && self.namespace != 'a'",
  "!has(self.__namespace__) || self.__namespace__ == 'a'",
  'self.name +',
  'size(self.tags) > 0',
  '',
];

/** A definition with rules at any level of its schema. */
export function makeDefinition(random: Random): JsonObject {
  const inner = makeObject(random);
  const spec = makeObject(random, random.once(2) ? { inner } : {});
  const properties = {
    spec,
    ...(random.once(3) ? { status: makeObject(random) } : {}),
    ...(random.once(4) ? { top: withRules(NAME, random) } : {}),
  };
  const root: JsonObject = { type: 'object', properties };
  const schema = random.once(3)
    ? addRules(root, ['has(self.spec)', "self.metadata.name != 'x'", "self.kind == 'Thing'", 'false', 'self == oldSelf'], [], random)
    : root;
  const version = {
    name: 'v1',
    served: true,
    storage: true,
    schema: { openAPIV3Schema: schema },
    ...(random.once(3) ? { subresources: { status: {} } } : {}),
  };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'things.judged.example' },
    spec: { group: 'judged.example', scope: 'Namespaced', names: { kind: 'Thing', plural: 'things' }, versions: [version] },
  };
}

function makeObject(random: Random, others: JsonObject = {}): JsonObject {
  const properties = Object.fromEntries(
    Object.entries(PARTS).flatMap(([name, one]) => (random.once(3) ? [[name, withRules(one, random)] as const] : [])),
  );
  const schema: JsonObject = { type: 'object', properties: { ...properties, ...others }, ...(random.once(8) ? { nullable: true } : {}) };
  const ruled = random.once(2) ? addRules(schema, OBJECT_RULES, ["'because'", "'name: ' + self.name"], random) : schema;
  return random.once(12) ? { ...ruled, allOf: [{ 'x-kubernetes-validations': makeRules(schema, OBJECT_RULES, [], random) }] } : ruled;
}

function withRules({ schema, rules, messages }: Part, random: Random): JsonObject {
  const items = getObject(schema, 'items');
  const entries = getObject(schema, 'additionalProperties');
  const inner = {
    ...(items === undefined || !random.once(3) ? {} : { items: addRules(items, itemRules(items), [], random) }),
    ...(entries === undefined || !random.once(3) ? {} : { additionalProperties: addRules(entries, NAME.rules, NAME.messages, random) }),
  };
  return random.once(2) ? addRules({ ...schema, ...inner }, rules, messages, random) : { ...schema, ...inner };
}

function itemRules(items: JsonObject): readonly string[] {
  return getString(items, 'type') === 'string'
    ? NAME.rules
    : ["self.name != 'a'", 'self == oldSelf', 'has(self.name)', "self.name == 'b' || self.name == oldSelf.name"];
}

function addRules(schema: JsonObject, rules: readonly string[], messages: readonly string[], random: Random): JsonObject {
  return { ...schema, 'x-kubernetes-validations': makeRules(schema, rules, messages, random) };
}

function makeRules(schema: JsonObject, rules: readonly string[], messages: readonly string[], random: Random): readonly JsonObject[] {
  const maker = new ExpressionMaker(random, VERSION, pathsOf(schema));
  return random.list(1 + random.below(2), () => {
    const rule = random.once(4) ? maker.make(BOOL, 2) : random.pick(rules);
    const message = random.once(8) ? maker.make(STRING, 2) : messages.length > 0 && random.once(3) ? random.pick(messages) : undefined;
    return {
      rule,
      ...(random.once(3) ? { message: random.pick(['must be right', ' trimmed ']) } : {}),
      ...(message === undefined ? {} : { messageExpression: message }),
      ...(random.once(4)
        ? { reason: random.pick(['FieldValueInvalid', 'FieldValueForbidden', 'FieldValueRequired', 'FieldValueDuplicate']) }
        : {}),
      ...(random.once(5)
        ? {
            fieldPath: random.pick([
              '.name',
              ".labels['a']",
              '.ports',
              '.inner.name',
              "['a b']",
              '.nope',
              'name',
              '.labels.x',
              "['a\\'b']",
            ]),
          }
        : {}),
      ...(rule.includes('oldSelf') && random.once(4) ? { optionalOldSelf: true } : {}),
    };
  });
}

function pathsOf(schema: JsonObject): readonly Path[] {
  const type: CelType | undefined = typeOfSchema(schema, 'self');
  if (type === undefined) return [];
  const fields = type.kind === 'struct' && type.fields !== undefined ? [...type.fields] : [];
  return [
    { text: "{'a': 1}.a", type: INT },
    { text: 'self', type },
    ...fields.map(([name, field]) => ({ text: `self.${name}`, type: field.type })),
  ];
}

/** An object of a definition that `makeDefinition` made. */
export function makeCustom(definition: JsonObject, random: Random): JsonObject {
  const schema = getObject(getArray(definition, 'spec', 'versions')[0], 'schema', 'openAPIV3Schema') ?? {};
  const fields = fill(schema, random);
  const name = random.pick(['x', 'y']);
  return { ...fields, apiVersion: 'judged.example/v1', kind: 'Thing', metadata: { name, namespace: 'judged' } };
}

function fill(schema: JsonObject, random: Random): JsonObject {
  return Object.fromEntries(
    Object.entries(getObject(schema, 'properties') ?? {}).flatMap(([name, given]) => {
      if (random.once(5)) return [];
      const known = PARTS[name] ?? (name === 'top' ? NAME : undefined);
      return [[name, known === undefined ? fill(getObject(given) ?? {}, random) : random.pick(known.values)] as const];
    }),
  );
}

/** An object with some of the values of another of the same definition, as an update would bring it. */
export function changeCustom(object: JsonObject, other: JsonObject, random: Random): JsonObject {
  const { metadata, ...rest } = object;
  const changed = random.once(5) ? rest : mix(rest, other, random);
  return { ...changed, metadata: metadata ?? {} };
}

function mix(object: JsonObject, other: JsonObject, random: Random): JsonObject {
  const mixed: Record<string, JsonValue> = { ...object };
  for (const [key, value] of Object.entries(other)) {
    const [mine, theirs] = [getObject(object, key), getObject(other, key)];
    if (key === 'metadata' || !random.once(3)) continue;
    mixed[key] = mine !== undefined && theirs !== undefined ? mix(mine, theirs, random) : value;
  }
  return mixed;
}
