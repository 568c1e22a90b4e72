import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import type { KubernetesObject } from '../../src/model/index.ts';
import type { JsonObject } from '../../src/std/index.ts';
import { withCluster } from './embedded.ts';

const BY = { fieldManager: 'test', force: true };

function service(spec: JsonObject, metadata: JsonObject = {}): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Service', metadata: { namespace: 'default', name: 's', ...metadata }, spec };
}

function deployment(container: JsonObject): KubernetesObject {
  const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i', ...container }] } };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { namespace: 'default', name: 'd' },
    spec: { selector: { matchLabels: { a: 'b' } }, template },
  };
}

const A = { name: 'A', value: '1' };
const B = { name: 'B', value: '1' };
const ENV = '.spec.template.spec.containers[name="c"].env: duplicate entries for key';

/** What kube-apiserver 1.36 says of each. */
const REFUSED: readonly (readonly [name: string, object: KubernetesObject, want: string])[] = [
  ['a list-map', deployment({ env: [A, A] }), `(default/d; apps/v1, Kind=Deployment): ${ENV} [name="A"]`],
  [
    'several',
    deployment({ env: [A, A, B, B, A] }),
    `(default/d; apps/v1, Kind=Deployment): errors:\n  ${ENV} [name="A"]\n  ${ENV} [name="B"]\n  ${ENV} [name="A"]`,
  ],
  [
    'a key with a default',
    service({ ports: [{ port: 80 }, { port: 80, name: 'x' }] }),
    '(default/s; /v1, Kind=Service): .spec.ports: duplicate entries for key [port=80,protocol="TCP"]',
  ],
  [
    'a set',
    service({ ports: [{ port: 80 }] }, { finalizers: ['a/b', 'a/b'] }),
    '(default/s; /v1, Kind=Service): .metadata.finalizers: duplicate entries for key [="a/b"]',
  ],
];

for (const [name, object, want] of REFUSED)
  test(`an apply refuses two items of one key: ${name}`, () =>
    withCluster(async (cluster) => {
      assert.deepEqual(await cluster.apply(object, BY), {
        kind: 'error',
        code: 500,
        reason: 'Unknown',
        message: `failed to create typed patch object ${want}`,
      });
    }));
