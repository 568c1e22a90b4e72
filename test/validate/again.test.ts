import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { World, type Manifest } from '../../src/model/index.ts';
import { loadCatalog } from '../../src/model/schema/index.ts';
import type { JsonObject } from '../../src/std/index.ts';
import { validateManifests, type ValidateOptions } from '../../src/validate/index.ts';
import { toManifest, toObject } from './fake-origin.ts';

const catalogs = [loadCatalog('1.36')];
const context = World.of([toObject({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c1', namespace: 'default' } })]);
const options: ValidateOptions = { catalogs, context, knowsCluster: false, defaultNamespace: 'default' };

const name = fc.constantFrom('a', 'b');
const config = fc
  .tuple(fc.constantFrom('c1', 'c2'), fc.constantFrom<JsonObject>({ k: 'v' }, {}, { k: 1 }))
  .map(([of, data]): JsonObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: of }, data }));
const pod = fc.tuple(name, fc.constantFrom('c1', 'c2', 'c3'), fc.boolean()).map(([of, map, isPlaced]): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: of, labels: { app: of }, ...(isPlaced ? { namespace: 'default' } : {}) },
  spec: { containers: [{ name: 'c', image: 'x', env: [{ name: 'E', valueFrom: { configMapKeyRef: { name: map, key: 'k' } } }] }] },
}));
const service = fc.tuple(name, name).map(([of, app]): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: of },
  spec: { selector: { app }, ports: [{ port: 80 }] },
}));
const object = fc.oneof(config, pod, service);

test('what is validated again after a change is judged as if for the first time', () => {
  const edits = fc.array(fc.tuple(fc.nat(), object), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(fc.array(object, { minLength: 1, maxLength: 6 }), edits, (objects, changes) => {
      let manifests = objects.map((item, index): Manifest => toManifest(item, `${index}.yaml`));
      validateManifests(manifests, options);
      for (const [at, changed] of changes) {
        const index = at % manifests.length;
        manifests = manifests.map((manifest, number) => (number === index ? toManifest(changed, `${index}.yaml`) : manifest));
        const again = validateManifests(manifests, options);
        const fresh = { ...options, context: context.with([]), catalogs: [...catalogs] };
        const copies = manifests.map(({ object: item, origin }): Manifest => ({
          object: toObject(JSON.parse(JSON.stringify(item))),
          origin,
        }));
        assert.deepEqual(again, validateManifests(copies, fresh));
        validateManifests(manifests, options);
      }
    }),
    { numRuns: 300 },
  );
});
