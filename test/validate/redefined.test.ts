import assert from 'node:assert/strict';
import { test } from 'node:test';
import { World, type KubernetesObject } from '../../src/model/index.ts';
import { loadCatalog } from '../../src/model/schema/index.ts';
import type { JsonObject } from '../../src/std/index.ts';
import { createReferenceEngine } from '../../src/validate/index.ts';

const ENGINE = createReferenceEngine({ knowsAll: true, catalog: loadCatalog('1.36') });

function definition(replicas: JsonObject, spec: JsonObject = {}): KubernetesObject {
  const schema = { type: 'object', properties: { spec: { type: 'object', properties: { replicas, tier: { type: 'string' } }, ...spec } } };
  const version = { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } };
  const names = { kind: 'Shop', plural: 'shops', singular: 'shop', listKind: 'ShopList' };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'shops.example.com' },
    spec: { group: 'example.com', names, scope: 'Namespaced', versions: [version] },
  };
}

function shop(replicas: number): KubernetesObject {
  return { apiVersion: 'example.com/v1', kind: 'Shop', metadata: { name: 'corner', namespace: 'shop' }, spec: { replicas } };
}

const ANY = definition({ type: 'integer' });
const AT_MOST_3 = { 'x-kubernetes-validations': [{ rule: 'self.replicas <= 3', message: 'no more than three' }] };

interface Case {
  readonly name: string;
  readonly before: readonly KubernetesObject[];
  readonly after: readonly KubernetesObject[];
  readonly want: readonly string[];
}

const CASES: readonly Case[] = [
  {
    name: 'a rule that it does not keep',
    before: [ANY, shop(5)],
    after: [definition({ type: 'integer' }, AT_MOST_3), shop(5)],
    want: ['spec: Invalid value: no more than three'],
  },
  { name: 'a rule that it keeps', before: [ANY, shop(2)], after: [definition({ type: 'integer' }, AT_MOST_3), shop(2)], want: [] },
  {
    name: 'a bound',
    before: [ANY, shop(5)],
    after: [definition({ type: 'integer', maximum: 3 }), shop(5)],
    want: ['spec.replicas: Invalid value: 5: spec.replicas in body should be less than or equal to 3'],
  },
  {
    name: 'a field that must be there',
    before: [ANY, shop(5)],
    after: [definition({ type: 'integer' }, { required: ['tier'] }), shop(5)],
    want: ['spec.tier: Required value'],
  },
  {
    name: 'it did not fit before',
    before: [definition({ type: 'integer', maximum: 3 }), shop(5)],
    after: [definition({ type: 'integer', maximum: 3 }, { required: ['replicas'] }), shop(5)],
    want: [],
  },
  {
    name: 'it changes too, and is judged by itself',
    before: [ANY, shop(5)],
    after: [definition({ type: 'integer', maximum: 3 }), shop(6)],
    want: [],
  },
  { name: 'it is new', before: [ANY], after: [definition({ type: 'integer', maximum: 3 }), shop(6)], want: [] },
  { name: 'nothing changes', before: [ANY, shop(5)], after: [{ ...ANY, status: {} }, shop(5)], want: [] },
];

for (const { name, before, after, want } of CASES) {
  test(`a stored object and its changed definition: ${name}`, () => {
    const changes = ENGINE.compare(World.of(before), World.of(after));
    assert.deepEqual(
      changes.flatMap(({ fact }) => (fact.code === 'KR0049' ? [fact.data['problem']] : [])),
      want,
    );
  });
}
