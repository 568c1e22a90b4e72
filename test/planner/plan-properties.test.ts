import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { JsonObject, JsonValue } from '../../src/std/index.ts';
import type { KubernetesObject } from '../../src/model/index.ts';
import { applied, manifest, plan, stored, summary } from './scenario.ts';

const SEED = 20_261_121;

function fields(shape: Record<string, fc.Arbitrary<JsonValue>>): fc.Arbitrary<JsonObject> {
  const optional = Object.fromEntries(Object.entries(shape).map(([name, value]) => [name, fc.option(value, { nil: undefined, freq: 3 })]));
  return fc
    .record(optional)
    .map((made) => Object.fromEntries(Object.entries(made).filter((entry): entry is [string, JsonValue] => entry[1] !== undefined)));
}

const words = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('1', '2'), { maxKeys: 3 });
const quantity = fc.constantFrom<JsonValue[]>('1', 1, '1000m', '2', '1Gi', '1024Mi');

const container = fc.tuple(
  fc.constantFrom('a', 'b', 'c'),
  fields({
    image: fc.constantFrom('i:1', 'i:2'),
    args: fc.array(fc.constantFrom('-a', '-b'), { maxLength: 3 }),
    command: fc.constantFrom<JsonValue[]>(null, []),
    env: fc.uniqueArray(fc.constantFrom('A', 'B', 'C'), { maxLength: 3 }).map((names) => names.map((name) => ({ name, value: 'v' }))),
    ports: fc.uniqueArray(fc.constantFrom(80, 81), { maxLength: 2 }).map((ports) => ports.map((containerPort) => ({ containerPort }))),
    resources: fields({ requests: fields({ cpu: quantity, memory: quantity }), limits: fields({ cpu: quantity }) }),
    // Not empty: a server drops a struct that an apply empties, and the next apply of `{}` brings it back.
    securityContext: fc.record({ privileged: fc.boolean() }),
  }),
);

const podSpec = fc
  .tuple(
    fc.uniqueArray(container, { minLength: 1, maxLength: 3, selector: ([name]) => name }),
    fields({ nodeSelector: words, tolerations: fc.constant([{ key: 'k' }]) }),
  )
  .map(([containers, rest]): JsonObject => ({ ...rest, containers: containers.map(([name, item]) => ({ ...item, name })) }));

const deployment = fc
  .tuple(
    fields({ replicas: fc.nat(3), strategy: fc.constantFrom({ type: 'Recreate' }, { rollingUpdate: { maxSurge: 1 } }) }),
    words,
    podSpec,
  )
  .map(([spec, labels, pod]): JsonObject => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'd', labels },
    spec: { ...spec, selector: { matchLabels: { app: 'd' } }, template: { metadata: { labels: { app: 'd' } }, spec: pod } },
  }));

const service = fc
  .tuple(fc.uniqueArray(fc.constantFrom(80, 81, 82), { minLength: 1 }), words, fields({ type: fc.constantFrom('ClusterIP', 'NodePort') }))
  .map(([ports, selector, rest]): JsonObject => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 's' },
    spec: { ...rest, selector, ports: ports.map((port) => ({ port, name: `p${port}` })) },
  }));

const policy = fc
  .array(
    fields({ ports: fc.constantFrom<JsonValue[]>([{ port: 80 }], []), from: fc.constantFrom<JsonValue[]>([{ podSelector: {} }], []) }),
    { maxLength: 2 },
  )
  .map((ingress): JsonObject => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'p' },
    spec: { podSelector: {}, ingress },
  }));

const config = fc
  .tuple(fc.constantFrom('x', 'y'), words)
  .map(([name, data]): JsonObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data }));

const objects = fc.uniqueArray(fc.oneof(deployment, service, policy, config), {
  maxLength: 5,
  selector: (item) => JSON.stringify([item['kind'], item['metadata']]).replace(/"labels".*/, ''),
});

function cluster(list: readonly JsonObject[]): readonly KubernetesObject[] {
  return list.map((item) => stored(item));
}

test('what a plan was applied to needs nothing more', () => {
  fc.assert(
    fc.property(objects, objects, (before, desired) => {
      const live = cluster(before);
      const wanted = desired.map((item) => manifest(item));
      const after = applied(live, plan(live, wanted));
      assert.deepEqual(summary(plan(after, wanted)), []);
    }),
    { seed: SEED, numRuns: 80 },
  );
});

test('a change between revisions is a change in the cluster that holds the first', () => {
  fc.assert(
    fc.property(objects, objects, (before, desired) => {
      const live = cluster(before);
      const wanted = desired.map((item) => manifest(item));
      const placed = before
        .map((item) => manifest(item).object)
        .map((item, index) => ({ ...item, metadata: { ...item.metadata, namespace: live[index]?.metadata['namespace'] ?? '' } }));
      assert.deepEqual(summary(plan(placed, wanted, { mode: 'revision' })), summary(plan(live, wanted)));
    }),
    { seed: SEED, numRuns: 50 },
  );
});

test('the order of manifests and objects does not matter', () => {
  fc.assert(
    fc.property(objects, objects, (before, desired) => {
      const live = cluster(before);
      const wanted = desired.map((item) => manifest(item));
      assert.deepEqual(plan(live.toReversed(), wanted.toReversed()), plan(live, wanted));
    }),
    { seed: SEED, numRuns: 30 },
  );
});
