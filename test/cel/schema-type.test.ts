import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { formatLiteral } from '../judges/cel-literal.ts';
import {
  cardinalityOf,
  compileCel,
  createEnvironment,
  MapValue,
  Optional,
  optionalOf,
  toValue,
  typeOfSchema,
  type CelType,
} from '../../src/cel/index.ts';
import type { JsonObject } from '../../src/std/index.ts';

const TEXT: JsonObject = { type: 'string' };
const SCHEMA: JsonObject = {
  type: 'object',
  required: ['names'],
  properties: {
    'a-b': { type: 'string', maxLength: 10 },
    either: { 'x-kubernetes-int-or-string': true },
    names: { type: 'array', items: TEXT, 'x-kubernetes-list-type': 'set', maxItems: 5 },
    ports: {
      type: 'array',
      items: { type: 'object', properties: { name: TEXT, port: { type: 'integer' } } },
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
    },
    order: { type: 'array', items: { type: 'integer', nullable: true } },
    labels: { type: 'object', additionalProperties: TEXT },
    template: { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true },
    anything: { 'x-kubernetes-preserve-unknown-fields': true },
    'a b': TEXT,
    namespace: TEXT,
  },
};

function typeOf(schema: JsonObject): CelType {
  const type = typeOfSchema(schema, 'object');
  assert.ok(type !== undefined);
  return type;
}

const TYPE = typeOf(SCHEMA);
const ENVIRONMENT = createEnvironment({ version: '1.36', variables: { self: TYPE, oldSelf: TYPE } });

function evaluate(expression: string, self: JsonObject, oldSelf: JsonObject = {}): string {
  const compiled = compileCel(expression, ENVIRONMENT);
  if (!compiled.ok) return compiled.message.split('\n')[0] ?? '';
  const result = compiled.program.evaluate({ self, oldSelf });
  return result.outcome === 'value' ? formatLiteral(result.value) : result.outcome === 'error' ? result.error : 'unknown';
}

describe('an object with a schema', () => {
  const one = { name: 'a', port: 1 };
  const two = { name: 'b', port: 2 };
  const cases: readonly {
    readonly name: string;
    readonly input: string;
    readonly self?: JsonObject;
    readonly old?: JsonObject;
    readonly want: string;
  }[] = [
    { name: 'escapes names', input: "self.a__dash__b == 'x'", self: { 'a-b': 'x' }, want: 'true' },
    { name: 'takes words of the language for names', input: 'self.namespace', self: { namespace: 'x' }, want: '"x"' },
    { name: 'takes them escaped, too', input: 'self.__namespace__', self: { namespace: 'x' }, want: '"x"' },
    {
      name: 'says whether they are there',
      input: '[has(self.namespace), has(oldSelf.namespace)]',
      self: { namespace: 'x' },
      want: '[true, false]',
    },
    { name: 'hides what has no type', input: 'self.anything', want: "ERROR: <input>:1:5: undefined field 'anything'" },
    {
      name: 'gives resources within it a name',
      input: 'self.template.metadata.name',
      self: { template: { metadata: { name: 'n' } } },
      want: '"n"',
    },
    { name: 'takes a number for either', input: 'type(self.either) == int', self: { either: 1 }, want: 'true' },
    { name: 'takes a text for either', input: 'type(self.either) == string', self: { either: '1' }, want: 'true' },
    {
      name: 'takes nothing else for either',
      input: 'self.either == null',
      self: { either: 1.5 },
      want: 'invalid data, expected XIntOrString value to be either a string or integer',
    },
    { name: 'has elements that are null', input: 'dyn(self.order[0]) == null', self: { order: [null] }, want: 'true' },
    {
      name: 'compares sets in any order',
      input: 'self.names == oldSelf.names',
      self: { names: ['a', 'b'] },
      old: { names: ['b', 'a'] },
      want: 'true',
    },
    {
      name: 'compares lists in theirs',
      input: 'self.order == oldSelf.order',
      self: { order: [1, 2] },
      old: { order: [2, 1] },
      want: 'false',
    },
    {
      name: 'unites sets',
      input: 'self.names + oldSelf.names',
      self: { names: ['a', 'b'] },
      old: { names: ['c', 'a'] },
      want: '["a", "b", "c"]',
    },
    {
      name: 'compares maps in lists',
      input: 'self.ports == oldSelf.ports',
      self: { ports: [one, two] },
      old: { ports: [two, one] },
      want: 'true',
    },
    {
      name: 'merges maps in lists',
      input: '(self.ports + oldSelf.ports).map(p, p.port)',
      self: { ports: [one, two] },
      old: {
        ports: [
          { name: 'c', port: 3 },
          { name: 'a', port: 4 },
        ],
      },
      want: '[4, 2, 3]',
    },
    { name: 'compares what has no type', input: 'self == oldSelf', self: { anything: [1] }, old: { anything: [2] }, want: 'false' },
    { name: 'compares objects by their parts', input: 'self == oldSelf', self: { 'a b': 'x' }, old: { 'a b': 'x' }, want: 'true' },
  ];
  for (const { name, input, self, old, want } of cases) test(name, () => assert.equal(evaluate(input, self ?? {}, old), want));
});

test('the root of a resource has its type and its name', () => {
  const root = typeOfSchema({ type: 'object', properties: { metadata: { type: 'object' } } }, 'object', true);
  assert.ok(root?.kind === 'struct');
  assert.deepEqual([...(root.fields?.keys() ?? [])].toSorted(), ['apiVersion', 'kind', 'metadata']);
});

test('an old object may be optional', () => {
  const environment = createEnvironment({ version: '1.36', variables: { self: TYPE, oldSelf: optionalOf(TYPE) } });
  const compiled = compileCel('oldSelf.?names.orValue([]) == self.names', environment);
  assert.ok(compiled.ok && compiled.program.uses('oldSelf') && !compiled.program.uses('x'));
  const self = { names: ['a'] };
  const old = toValue(self, TYPE);
  assert.equal(compiled.program.evaluate({ self, oldSelf: Optional.none }).outcome, 'value');
  assert.ok(old instanceof MapValue);
  const result = compiled.program.evaluate({ self, oldSelf: new Optional(old) });
  assert.equal(result.outcome === 'value' && result.value, true);
});

test('the least size of a value bounds how often it may be', () => {
  assert.equal(cardinalityOf(typeOf({ type: 'integer' })), 1572864);
  assert.equal(cardinalityOf(TYPE), 224694);
});
