import assert from 'node:assert/strict';
import { describe as suite, test } from 'node:test';
import { describe, gvkOf, toFinding, type KubernetesObject } from '../../../src/model/index.ts';
import { loadCatalog } from '../../../src/model/schema/index.ts';
import type { JsonObject, JsonValue } from '../../../src/std/index.ts';
import { judgeUpdate, validateManifests } from '../../../src/validate/index.ts';
import { toManifest } from '../fake-origin.ts';

function define(schema: JsonObject): KubernetesObject {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'things.example.org' },
    spec: {
      group: 'example.org',
      scope: 'Namespaced',
      names: { kind: 'Thing', plural: 'things' },
      versions: [{ name: 'v1', served: true, storage: true, subresources: { status: {} }, schema: { openAPIV3Schema: schema } }],
    },
  };
}

const INTEGER = { type: 'integer' };

function ruled(schema: JsonObject, ...rules: readonly (string | JsonObject)[]): JsonObject {
  return { ...schema, 'x-kubernetes-validations': rules.map((rule) => (typeof rule === 'string' ? { rule } : rule)) };
}

function withSpec(spec: JsonObject): KubernetesObject {
  return define({ type: 'object', properties: { spec, status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } } });
}

function thing(spec: JsonValue): KubernetesObject {
  return { apiVersion: 'example.org/v1', kind: 'Thing', metadata: { name: 'a', namespace: 'n' }, spec };
}

function judge(definition: KubernetesObject, object: KubernetesObject, old?: KubernetesObject): readonly string[] {
  const catalog = loadCatalog('1.36').withCustomResources([definition]);
  const kind = catalog.find(gvkOf(object));
  assert.ok(kind !== undefined);
  if (old !== undefined) return judgeUpdate(old, object, kind, '1.36').map(({ code, data }) => describe(toFinding(code, { data })));
  const options = { catalogs: [catalog], knowsCluster: true, defaultNamespace: 'n' };
  const found = validateManifests([toManifest(object)], options);
  return found.filter(({ code }) => code === 'KV0125').map(describe);
}

const RANGE = ruled({ type: 'object', properties: { min: INTEGER, max: { ...INTEGER, default: 5 } } }, 'self.min <= self.max');

suite('a rule of a custom resource', () => {
  const cases: readonly { name: string; spec: JsonObject; object: JsonValue; want: readonly string[] }[] = [
    { name: 'is kept', spec: RANGE, object: { min: 1, max: 2 }, want: [] },
    { name: 'sees defaults', spec: RANGE, object: { min: 6 }, want: ['spec: Invalid value: failed rule: self.min <= self.max'] },
    {
      name: 'has errors of its own',
      spec: RANGE,
      object: { max: 2 },
      want: ['spec: Invalid value: "object": no such key: min evaluating rule: self.min <= self.max'],
    },
    {
      name: 'has a message',
      spec: ruled(INTEGER, { rule: 'self > 2', message: ' more than two ' }),
      object: 1,
      want: ['spec: Invalid value: 1: more than two'],
    },
    {
      name: 'computes its message',
      spec: ruled(INTEGER, { rule: 'self > 2', message: 'more', messageExpression: "'not ' + string(self)" }),
      object: 1,
      want: ['spec: Invalid value: 1: not 1'],
    },
    {
      name: 'falls back on its message where that cannot be computed',
      spec: ruled(INTEGER, { rule: 'self > 2', message: 'more', messageExpression: 'string(1 / (self - 1))' }),
      object: 1,
      want: ['spec: Invalid value: 1: more'],
    },
    {
      name: 'has a reason and a field',
      spec: ruled(
        { type: 'object', properties: { a: INTEGER } },
        { rule: 'has(self.a)', reason: 'FieldValueRequired', fieldPath: '.a', message: 'say it' },
      ),
      object: {},
      want: ['spec.a: Required value: say it'],
    },
    {
      name: 'stands at an item and an entry',
      spec: { type: 'object', additionalProperties: { type: 'array', items: ruled(INTEGER, 'self > 0') } },
      object: { a: [1, 0] },
      want: ['spec[a][1]: Invalid value: 0: failed rule: self > 0'],
    },
    {
      name: 'about what was before is not asked of what is made',
      spec: ruled(INTEGER, 'self >= oldSelf'),
      object: 1,
      want: [],
    },
    {
      name: 'is asked of what is made where the value before is optional',
      spec: ruled(INTEGER, { rule: 'oldSelf.hasValue()', optionalOldSelf: true }),
      object: 1,
      want: ['spec: Invalid value: 1: failed rule: oldSelf.hasValue()'],
    },
    {
      name: 'is not asked where the schema finds what blocks it',
      spec: ruled({ type: 'object', required: ['a'], properties: { a: INTEGER } }, 'self.a > 2'),
      object: {},
      want: [
        '<nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
      ],
    },
    {
      name: 'does not compile',
      spec: ruled(INTEGER, 'self.a'),
      object: 1,
      want: [
        'spec: Invalid value: "integer": rule compile error: compilation failed: ERROR: <input>:1:5: type \'int\' does not support field selection\n | self.a\n | ....^',
      ],
    },
    {
      name: 'costs more than one may',
      spec: ruled({ type: 'array', items: INTEGER }, 'self.all(a, self.all(b, self.all(c, a + b + c >= 0)))'),
      object: Array.from({ length: 200 }, (_, index) => index),
      want: [
        'spec: Invalid value: "array": \'operation cancelled: actual cost limit exceeded\': no further validation rules will be run due to call cost exceeds limit for rule: self.all(a, self.all(b, self.all(c, a + b + c >= 0)))',
      ],
    },
    {
      name: 'costs more than all together may',
      spec: { type: 'array', items: ruled({ type: 'array', items: INTEGER }, 'self.all(a, self.all(b, a + b >= 0))') },
      object: Array.from({ length: 30 }, () => Array.from({ length: 250 }, (_, index) => index)),
      want: [
        'spec[22]: Invalid value: "array": validation failed due to running out of cost budget, no further validation rules will be run',
      ],
    },
  ];
  for (const { name, spec, object, want } of cases) test(name, () => assert.deepEqual(judge(withSpec(spec), thing(object)), want));
});

suite('a rule of a custom resource that changes', () => {
  const NAMED = {
    type: 'array',
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['name'],
    items: ruled(
      { type: 'object', properties: { name: { type: 'string' }, size: INTEGER } },
      { rule: 'self.size >= oldSelf.size', message: 'may only grow' },
    ),
  };
  const PLAIN = { ...NAMED, 'x-kubernetes-list-type': 'atomic' };
  const cases: readonly { name: string; spec: JsonObject; old: JsonValue; object: JsonValue; want: readonly string[] }[] = [
    {
      name: 'compares',
      spec: ruled(INTEGER, 'self >= oldSelf'),
      old: 2,
      object: 1,
      want: ['spec: Invalid value: 1: failed rule: self >= oldSelf'],
    },
    {
      name: 'follows items by their keys',
      spec: NAMED,
      old: [
        { name: 'a', size: 2 },
        { name: 'b', size: 2 },
      ],
      object: [
        { name: 'b', size: 2 },
        { name: 'c', size: 0 },
        { name: 'a', size: 1 },
      ],
      want: ['spec[2]: Invalid value: may only grow'],
    },
    { name: 'follows no items of other lists', spec: PLAIN, old: [{ name: 'a', size: 2 }], object: [{ name: 'a', size: 1 }], want: [] },
    {
      name: 'is not held against what has not changed',
      spec: { type: 'object', properties: { a: ruled(INTEGER, 'self > 2'), b: INTEGER } },
      old: { a: 1, b: 1 },
      object: { a: 1, b: 2 },
      want: [],
    },
    {
      name: 'is held against what changes',
      spec: { type: 'object', properties: { a: ruled(INTEGER, 'self > 2'), b: INTEGER } },
      old: { a: 1, b: 1 },
      object: { a: 0, b: 1 },
      want: ['spec.a: Invalid value: 0: failed rule: self > 2'],
    },
  ];
  for (const { name, spec, old, object, want } of cases) {
    test(name, () => assert.deepEqual(judge(withSpec(spec), thing(object), thing(old)), want));
  }
});

test('a version without a library does not compile what needs it', () => {
  const definition = withSpec(ruled({ type: 'array', items: INTEGER }, 'self.distinct().size() == self.size()'));
  const older = loadCatalog('1.33').withCustomResources([definition]);
  const options = { catalogs: [older], knowsCluster: true, defaultNamespace: 'n' };
  const [found] = validateManifests([toManifest(thing([1]))], options);
  assert.match(describe(found ?? toFinding('KV0125', { data: {} })), /rule compile error/);
});
