import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { load, loadAll } from 'js-yaml';
import { isKubernetesObject, nameOf, type KubernetesObject } from '../../../src/model/index.ts';
import { applyDefaults, loadCatalog, pruneUnknown, type Kind, type Schema } from '../../../src/model/schema/index.ts';
import { getString, isObject, parseJson } from '../../../src/std/index.ts';

const FOLDER = join(import.meta.dirname, '../../../fixtures/schema/custom-resources');
const read = (name: string): string => readFileSync(join(FOLDER, name), 'utf8');

function toObject(document: unknown): KubernetesObject {
  const object = parseJson(JSON.stringify(document));
  assert.ok(isKubernetesObject(object));
  return object;
}

const definition = toObject(load(read('definition.yaml')));
const catalog = loadCatalog('1.36').withCustomResources([definition]);

function findWidget(version: string): Kind {
  const kind = catalog.find({ group: 'example.com', version, kind: 'Widget' });
  assert.ok(kind !== undefined);
  return kind;
}

function fieldAt(schema: Schema | undefined, ...path: readonly string[]): Schema | undefined {
  return path.reduce<Schema | undefined>((at, name) => at?.properties?.[name], schema);
}

describe('what a 1.36 API server makes of custom resources', () => {
  const recorded = parseJson(read('recorded.json'));
  assert.ok(isObject(recorded));
  for (const object of loadAll(read('objects.yaml')).map(toObject)) {
    const name = nameOf(object);
    test(name, () => {
      const { schema } = findWidget(object.apiVersion.replace('example.com/', ''));
      assert.deepEqual(pruneUnknown(schema, applyDefaults(schema, object)), recorded[name]);
    });
  }
});

test('a definition gives one kind for each served version, preferred first', () => {
  const versions = catalog.findVersions('example.com', 'Widget');
  assert.deepEqual(
    versions.map((kind) => kind.version),
    ['v1', 'v2beta1', 'v1alpha1'],
  );
  const { schema: _, written, ...kind } = findWidget('v1');
  assert.equal(getString(written, 'type'), 'object');
  assert.deepEqual(kind, {
    group: 'example.com',
    version: 'v1',
    kind: 'Widget',
    plural: 'widgets',
    singular: 'widget',
    shortNames: ['wd'],
    categories: ['all'],
    verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
    namespaced: true,
    subresources: ['scale', 'status'],
    servedByDefault: true,
    custom: true,
  });
});

test('structural schemas keep what decides about merging and validity', () => {
  const { schema } = findWidget('v1');
  const spec = fieldAt(schema, 'spec');
  assert.deepEqual(schema.required, ['spec']);
  assert.equal(fieldAt(schema, 'metadata')?.definition, 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta');
  assert.equal(fieldAt(schema, 'apiVersion')?.type, 'string');
  assert.deepEqual(spec?.validations, [{ rule: '!has(self.port) || self.replicas >= 0', message: 'no', fieldPath: '.port' }]);
  assert.equal(fieldAt(spec, 'port')?.intOrString, true);
  assert.deepEqual(fieldAt(spec, 'mode')?.enum, ['a', 'b']);
  assert.equal(fieldAt(spec, 'replicas')?.maximum, 9);
  assert.deepEqual(fieldAt(spec, 'items')?.listMapKeys, ['name', 'protocol']);
  assert.equal(fieldAt(spec, 'free')?.preserveUnknownFields, true);
  assert.deepEqual(fieldAt(spec, 'template')?.required, ['apiVersion', 'kind']);
  assert.equal(findWidget('v1alpha1').schema.preserveUnknownFields, true);
});

test('a later definition of the same resource replaces the earlier one, versions and all', () => {
  const spec = { ...(isObject(definition['spec']) ? definition['spec'] : {}) };
  const later = { ...definition, spec: { ...spec, versions: [{ name: 'v3', served: true, storage: true }] } };
  const replaced = catalog.withCustomResources([later]);
  assert.deepEqual(
    replaced.findVersions('example.com', 'Widget').map((kind) => kind.version),
    ['v3'],
  );
  assert.equal(catalog.findVersions('example.com', 'Widget').length, 3);
});

test('a definition that serves no version defines a kind, and takes away what an earlier one served', () => {
  const spec = { ...(isObject(definition['spec']) ? definition['spec'] : {}) };
  const later = { ...definition, spec: { ...spec, versions: [{ name: 'v3', served: false, storage: true }] } };
  for (const changed of [catalog.withCustomResources([later]), loadCatalog('1.36').withCustomResources([definition, later])]) {
    assert.deepEqual(changed.findVersions('example.com', 'Widget'), []);
    assert.ok(changed.isDefined('example.com', 'Widget'));
    assert.ok(changed.withCustomResources([]).isDefined('example.com', 'Widget'));
  }
  assert.ok(!catalog.isDefined('example.com', 'Gadget'));
});

test('a definition may restrict the name in metadata and nothing else of it', () => {
  const openAPIV3Schema = {
    type: 'object',
    properties: { metadata: { type: 'object', properties: { name: { type: 'string', maxLength: 5 } } } },
  };
  const restricted = loadCatalog('1.36').withCustomResources([
    toObject({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'gadgets.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Cluster',
        names: { kind: 'Gadget', plural: 'gadgets' },
        versions: [{ name: 'v1', served: true, schema: { openAPIV3Schema } }],
      },
    }),
  ]);
  const gadget = restricted.findResource('gadgets.example.com');
  assert.equal(gadget?.namespaced, false);
  assert.equal(fieldAt(gadget?.schema, 'metadata', 'name')?.maxLength, 5);
  assert.equal(fieldAt(gadget?.schema, 'metadata', 'labels')?.type, 'object');
});

test('objects that define no custom resource are passed over', () => {
  const other = toObject({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } });
  const broken = toObject({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'a' }, spec: {} });
  assert.equal(loadCatalog('1.36').withCustomResources([other, broken]).list().length, loadCatalog('1.36').list().length);
});

test('what needs neither defaults nor pruning is shared with the input', () => {
  const { schema } = findWidget('v2beta1');
  const object = toObject({ apiVersion: 'example.com/v2beta1', kind: 'Widget', metadata: { name: 'a', labels: { b: 'c' } } });
  assert.equal(pruneUnknown(schema, applyDefaults(schema, object)), object);
});
