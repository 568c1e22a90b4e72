import assert from 'node:assert/strict';
import { describe as group, test } from 'node:test';
import { formatRef, World } from '../../src/model/index.ts';
import type { JsonObject } from '../../src/std/index.ts';
import { compareReferences, createReferenceEngine } from '../../src/validate/index.ts';
import { toObject } from './fake-origin.ts';

const metadata = { name: 'web', namespace: 'shop' };
const config = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { k: '1' } };
const service = { apiVersion: 'v1', kind: 'Service', metadata, spec: { selector: { app: 'web' } } };

function deployment(app: string, envFrom: readonly JsonObject[] = []): JsonObject {
  const template = { metadata: { labels: { app } }, spec: { containers: [{ name: 'a', envFrom }] } };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { template } };
}

const reader = deployment('web', [{ configMapRef: { name: 'web' } }]);

function definition(...served: readonly string[]): JsonObject {
  const names = { kind: 'Widget', plural: 'widgets' };
  const versions = served.map((name) => ({ name, served: true }));
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com' },
    spec: { group: 'example.com', names, versions },
  };
}

const widget = { apiVersion: 'example.com/v1', kind: 'Widget', metadata };

const probing = {
  ...reader,
  spec: { template: { spec: { containers: [{ name: 'a', readinessProbe: { httpGet: { port: 'http' } } }] } } },
};

interface Case {
  readonly name: string;
  readonly before: readonly JsonObject[];
  readonly after: readonly JsonObject[];
  readonly want: readonly string[];
}

const CASES: readonly Case[] = [
  {
    name: 'a ConfigMap that goes while it is read: it and the reader may be the cause',
    before: [config, reader],
    after: [reader],
    want: ['gained KR0001 error Deployment shop/web: Deployment shop/web, ConfigMap shop/web'],
  },
  {
    name: 'a ConfigMap that comes',
    before: [reader],
    after: [config, reader],
    want: ['lost KR0001 info Deployment shop/web: Deployment shop/web, ConfigMap shop/web'],
  },
  {
    name: 'a reader of what was never there goes, or reads something else',
    before: [reader, { ...reader, metadata: { ...metadata, name: 'gone' } }],
    after: [deployment('web')],
    want: [],
  },
  {
    name: 'a workload whose labels change: it is the cause that the Service selects nothing',
    before: [service, deployment('web')],
    after: [service, deployment('api')],
    want: ['gained KR0015 warning Service shop/web: Service shop/web, Deployment shop/web'],
  },
  {
    name: 'a probe of a port that its own container lacks',
    before: [],
    after: [probing],
    want: ['gained KR0023 error Deployment shop/web: Deployment shop/web'],
  },
  {
    name: 'what was dangling and stays so',
    before: [reader],
    after: [reader, { ...config, metadata: { ...metadata, name: 'other' } }],
    want: [],
  },
  {
    name: 'a new reader of what was never there may find it elsewhere',
    before: [deployment('web')],
    after: [reader],
    want: ['gained KR0001 warning Deployment shop/web: Deployment shop/web'],
  },
  {
    name: 'a definition that goes while objects of its kind stay',
    before: [definition('v1'), widget],
    after: [widget],
    want: ['gained KR0026 error Widget shop/web: Widget shop/web, CustomResourceDefinition widgets.example.com'],
  },
  {
    name: 'a definition that goes while a new object of its kind comes',
    before: [definition('v1')],
    after: [widget],
    want: ['gained KR0026 error Widget shop/web: Widget shop/web, CustomResourceDefinition widgets.example.com'],
  },
  {
    name: 'a definition that serves the version no more',
    before: [definition('v1', 'v2'), widget],
    after: [definition('v2'), widget],
    want: ['gained KR0026 error Widget shop/web: Widget shop/web, CustomResourceDefinition widgets.example.com'],
  },
  {
    name: 'a definition that serves the version still, or one that stands elsewhere',
    before: [definition('v1'), widget, { ...widget, apiVersion: 'other.example.com/v1', kind: 'Gadget' }],
    after: [definition('v1', 'v2'), widget, { ...widget, apiVersion: 'other.example.com/v1', kind: 'Gadget', metadata: { name: 'new' } }],
    want: [],
  },
  { name: 'a definition that goes with its objects', before: [definition('v1'), widget], after: [], want: [] },
];

group('references that a change breaks or mends', () => {
  for (const { name, before, after, want } of CASES) {
    test(name, () => {
      const engine = createReferenceEngine({ knowsAll: false });
      const changes = engine.compare(World.of(before.map(toObject)), World.of(after.map(toObject)));
      const found = changes
        .filter(({ fact }) => fact.code !== 'KR0024')
        .map(({ change, fact }) => {
          const objects = fact.objects.map(({ ref }) => formatRef(ref)).join(', ');
          return `${change} ${fact.code} ${fact.severity} ${fact.subject === undefined ? '' : formatRef(fact.subject)}: ${objects}`;
        });
      assert.deepEqual(found, want);
    });
  }

  test('a port that the container itself lacks does not exist anywhere', () => {
    const [change] = compareReferences(World.EMPTY, World.of([probing].map(toObject)), { knowsAll: false });
    assert.equal(change?.fact.data['absence'], 'does not exist');
  });

  test('equal worlds differ in nothing, and facts come by key', () => {
    const world = World.of([reader, service].map(toObject));
    assert.deepEqual(compareReferences(world, World.of([reader, service].map(toObject)), { knowsAll: true }), []);
    const keys = compareReferences(World.EMPTY, world, { knowsAll: true }).map(({ fact }) => fact.key);
    assert.deepEqual(keys, keys.toSorted());
    assert.equal(keys.length, 2);
  });
});
