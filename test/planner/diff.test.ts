import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject, JsonValue } from '../../src/std/index.ts';
import { changeOf, manifest, plan, stored } from './scenario.ts';

function workload(container: JsonObject, podSpec: JsonObject = {}): JsonObject {
  const containers = [
    { name: 'c', image: 'n:1', ...container },
    { name: 'd', image: 'n:1' },
  ];
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'x', namespace: 'shop' },
    spec: {
      selector: { matchLabels: { app: 'd' } },
      template: { metadata: { labels: { app: 'd' } }, spec: { containers, ...podSpec } },
    },
  };
}

function service(...ports: readonly JsonObject[]): JsonObject {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name: 'x', namespace: 'shop' }, spec: { ports } };
}

const [A, B, C]: readonly [JsonObject, JsonObject, JsonObject] = [
  { name: 'A', value: '1' },
  { name: 'B', value: '$(A)' },
  { name: 'C', value: '3' },
];
const [c, d]: readonly [JsonObject, JsonObject] = [
  { name: 'c', image: 'n:1' },
  { name: 'd', image: 'n:1' },
];
const [p, q]: readonly [JsonObject, JsonObject] = [
  { name: 'p', port: 80 },
  { name: 'q', port: 81 },
];
const pod = '/spec/template/spec';

const CASES: readonly {
  readonly name: string;
  readonly before: JsonObject;
  readonly desired: JsonObject;
  readonly want: readonly JsonValue[];
}[] = [
  {
    name: 'two variables swapped',
    before: workload({ env: [A, B] }),
    desired: workload({ env: [B, A] }),
    want: [{ path: `${pod}/containers/0/env`, before: [{ name: 'A' }, { name: 'B' }], after: [{ name: 'B' }, { name: 'A' }] }],
  },
  {
    name: 'swapped, and one changed',
    before: workload({ env: [A, B] }),
    desired: workload({ env: [{ ...B, value: 'x' }, A] }),
    want: [
      { path: `${pod}/containers/0/env`, before: [{ name: 'A' }, { name: 'B' }], after: [{ name: 'B' }, { name: 'A' }] },
      { path: `${pod}/containers/0/env/0/value`, before: '$(A)', after: 'x' },
    ],
  },
  {
    name: 'one put between others',
    before: workload({ env: [A, B] }),
    desired: workload({ env: [A, C, B] }),
    want: [{ path: `${pod}/containers/0/env/1`, after: C }],
  },
  {
    name: 'containers swapped',
    before: workload({}, { containers: [c, d] }),
    desired: workload({}, { containers: [d, c] }),
    want: [{ path: `${pod}/containers`, before: [{ name: 'c' }, { name: 'd' }], after: [{ name: 'd' }, { name: 'c' }] }],
  },
  {
    name: 'ports swapped',
    before: service(p, q),
    desired: service(q, p),
    want: [
      {
        path: '/spec/ports',
        before: [
          { port: 80, protocol: 'TCP' },
          { port: 81, protocol: 'TCP' },
        ],
        after: [
          { port: 81, protocol: 'TCP' },
          { port: 80, protocol: 'TCP' },
        ],
      },
    ],
  },
];

test('items of a list that stand in another order are a change, as server-side apply makes one', () => {
  for (const { name, before, desired, want } of CASES) {
    const kind = typeof desired['kind'] === 'string' ? desired['kind'] : '';
    for (const mode of ['live', 'revision'] as const) {
      const change = changeOf(plan([stored(before)], [manifest(desired)], { mode }), kind, 'x');
      assert.deepEqual(change?.fields, want, `${name}, ${mode}`);
    }
  }
});

test('another order in the template restarts the pods', () => {
  const { effects } = plan([stored(workload({ env: [A, B] }))], [manifest(workload({ env: [B, A] }))]);
  assert.deepEqual(
    effects.map(({ code, causes }) => [code, causes[0]?.path]),
    [['KP0201', `${pod}/containers/0/env`]],
  );
});

test('items that others added keep their place among those that are applied', () => {
  const live = stored(workload({ env: [C] }), 'other', stored(workload({ env: [A, B] })));
  assert.equal(changeOf(plan([live], [manifest(workload({ env: [A, B] }))]), 'Deployment', 'x'), undefined);
  assert.notEqual(changeOf(plan([live], [manifest(workload({ env: [B, A] }))]), 'Deployment', 'x'), undefined);
});
