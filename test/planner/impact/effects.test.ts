import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  describeCauses,
  refOf,
  type Engine,
  type Fact,
  type FactChange,
  type KubernetesObject,
  type Plan,
  type World,
} from '../../../src/model/index.ts';
import { getArray, getString, type JsonObject } from '../../../src/std/index.ts';
import { manifest, object, plan, stored } from '../scenario.ts';

function workload(kind: string, image: string, pod: JsonObject = {}, spec: JsonObject = {}): JsonObject {
  const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image, ...container(pod) }], ...volumes(pod) } };
  return { apiVersion: 'apps/v1', kind, metadata: { name: 'w' }, spec: { selector: { matchLabels: { a: 'b' } }, template, ...spec } };
}

function container({ env, envFrom, volumeMounts }: JsonObject): JsonObject {
  return {
    ...(env === undefined ? {} : { env }),
    ...(envFrom === undefined ? {} : { envFrom }),
    ...(volumeMounts === undefined ? {} : { volumeMounts }),
  };
}

function volumes({ volumes: value }: JsonObject): JsonObject {
  return value === undefined ? {} : { volumes: value };
}

function config(value: string, key = 'k'): JsonObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: { [key]: value, other: '1' } };
}

function told({ effects }: Plan): readonly string[] {
  return effects.map(({ code, severity, data }) => {
    const use = getArray(data, 'use').map((item) => (typeof item === 'string' ? item : ''));
    const words = [getString(data, 'pods'), ...use, getString(data, 'strategy'), getString(data, 'until')].filter(
      (word) => word !== undefined,
    );
    return [code, severity, ...words].join(' ');
  });
}

test('which pods restart, and how', () => {
  const cases = [
    { name: 'rolling', kind: 'Deployment', spec: { replicas: 5 }, want: ['KP0201 info 5 pods rolling, at most 1 at a time'] },
    {
      name: 'rolling in larger steps',
      kind: 'Deployment',
      spec: { replicas: 10, strategy: { rollingUpdate: { maxUnavailable: '50%' } } },
      want: ['KP0201 info 10 pods rolling, at most 5 at a time'],
    },
    { name: 'all at once', kind: 'Deployment', spec: { strategy: { type: 'Recreate' } }, want: ['KP0201 warning 1 pod all at once'] },
    { name: 'none there', kind: 'Deployment', spec: { replicas: 0 }, want: [] },
    {
      name: 'from an ordinal on',
      kind: 'StatefulSet',
      spec: { replicas: 3, updateStrategy: { rollingUpdate: { partition: 2 } } },
      want: ['KP0201 info 1 pod rolling, at most 1 at a time, ordinals from 2 on'],
    },
    {
      name: 'from an ordinal on that none has',
      kind: 'StatefulSet',
      spec: { replicas: 2, updateStrategy: { rollingUpdate: { partition: 2 } } },
      want: [],
    },
    {
      name: 'only when deleted',
      kind: 'StatefulSet',
      spec: { updateStrategy: { type: 'OnDelete' } },
      want: ['KP0204 info they are deleted'],
    },
    { name: 'only when unpaused', kind: 'Deployment', spec: { paused: true }, want: ['KP0204 info it is unpaused'] },
    {
      name: 'new ones first',
      kind: 'Deployment',
      spec: { replicas: 4, strategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: 4 } } },
      want: ['KP0201 info 4 pods rolling, none unavailable, up to 4 new ones at once'],
    },
    {
      name: 'a percentage that rounds to none',
      kind: 'Deployment',
      spec: { replicas: 3 },
      want: ['KP0201 info 3 pods rolling, none unavailable, up to 1 new one at once'],
    },
    {
      name: 'new ones first on each node',
      kind: 'DaemonSet',
      spec: { updateStrategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } },
      want: ['KP0201 info the pods rolling, none unavailable, up to 1 new one at once'],
    },
    { name: 'on nodes that nothing is known of', kind: 'DaemonSet', spec: {}, want: ['KP0201 info the pods rolling, at most 1 at a time'] },
    { name: 'never by themselves', kind: 'ReplicaSet', spec: { replicas: 2 }, want: [] },
  ];
  for (const { name, kind, spec, want } of cases) {
    assert.deepEqual(told(plan([stored(workload(kind, 'i:1', {}, spec))], [manifest(workload(kind, 'i:2', {}, spec))])), want, name);
  }
});

test('pods that come or go besides are not among those that restart', () => {
  const cases = [
    { name: 'fewer', from: 4, to: 2, want: ['KP0201 info 2 pods, 2 go away rolling, none unavailable, up to 1 new one at once'] },
    { name: 'more', from: 1, to: 2, want: ['KP0201 info 1 pod, 1 is added rolling, none unavailable, up to 1 new one at once'] },
    { name: 'none any more', from: 4, to: 0, want: ['KP0403 warning'] },
  ];
  for (const { name, from, to, want } of cases) {
    const live = stored(workload('Deployment', 'i:1', {}, { replicas: from }));
    assert.deepEqual(told(plan([live], [manifest(workload('Deployment', 'i:2', {}, { replicas: to }))])), want, name);
  }
});

test('what a paused Deployment held back rolls out when it is unpaused', () => {
  const live = { ...stored(workload('Deployment', 'i:2', {}, { replicas: 3, paused: true })), status: { replicas: 3, updatedReplicas: 0 } };
  const cases = [
    {
      name: 'unpaused',
      spec: { replicas: 3, paused: false },
      want: ['KP0201 info 3 pods rolling, none unavailable, up to 1 new one at once'],
    },
    { name: 'still paused', spec: { replicas: 4, paused: true }, want: [] },
  ];
  for (const { name, spec, want } of cases)
    assert.deepEqual(told(plan([live], [manifest(workload('Deployment', 'i:2', {}, spec))])), want, name);
  const even = { ...live, status: { replicas: 3, updatedReplicas: 3 } };
  assert.deepEqual(told(plan([even], [manifest(workload('Deployment', 'i:2', {}, { replicas: 3, paused: false }))])), []);
});

test('what is not in the template restarts nothing; of what replaces the workload the replacement tells', () => {
  const live = stored(workload('Deployment', 'i:1', {}, { replicas: 2 }));
  assert.deepEqual(told(plan([live], [manifest(workload('Deployment', 'i:1', {}, { replicas: 3 }))])), []);
  const replaced = plan([live], [manifest(workload('Deployment', 'i:1', {}, { replicas: 2, selector: { matchLabels: { a: 'x' } } }))]);
  assert.deepEqual(told(replaced), []);
  assert.equal(replaced.findings.find(({ code }) => code === 'KP0103')?.data['holdings'], '2 pods');
});

test('what a changed config does to those who read it', () => {
  const cases: readonly { name: string; pod: JsonObject; want: readonly string[]; image?: string }[] = [
    { name: 'envFrom', pod: { envFrom: [{ configMapRef: { name: 'c' } }] }, want: ['KP0202 info environment'] },
    {
      name: 'the key',
      pod: { env: [{ name: 'E', valueFrom: { configMapKeyRef: { name: 'c', key: 'k' } } }] },
      want: ['KP0202 info environment'],
    },
    { name: 'another key', pod: { env: [{ name: 'E', valueFrom: { configMapKeyRef: { name: 'c', key: 'other' } } }] }, want: [] },
    {
      name: 'a volume',
      pod: { volumes: [{ name: 'v', configMap: { name: 'c' } }], volumeMounts: [{ name: 'v', mountPath: '/v' }] },
      want: ['KP0203 info'],
    },
    {
      name: 'a file of a volume',
      pod: { volumes: [{ name: 'v', configMap: { name: 'c' } }], volumeMounts: [{ name: 'v', mountPath: '/v', subPath: 'k' }] },
      want: ['KP0202 info subPath'],
    },
    {
      name: 'a projected volume',
      pod: { volumes: [{ name: 'v', projected: { sources: [{ configMap: { name: 'c' } }] } }] },
      want: ['KP0203 info'],
    },
    { name: 'another config', pod: { envFrom: [{ configMapRef: { name: 'd' } }] }, want: [] },
    {
      name: 'one that restarts anyway',
      pod: { envFrom: [{ configMapRef: { name: 'c' } }] },
      image: 'i:2',
      want: ['KP0201 info 1 pod rolling, none unavailable, up to 1 new one at once'],
    },
  ];
  for (const { name, pod, want, image = 'i:1' } of cases) {
    const before = [stored(workload('Deployment', 'i:1', pod)), stored(config('1'))];
    const result = plan(before, [manifest(workload('Deployment', image, pod)), manifest(config('2'), 'c.yaml')]);
    assert.deepEqual(told(result), want, name);
    if (image === 'i:1' && want.length > 0) assert.equal(result.effects[0]?.causes[0]?.source?.file, 'c.yaml /data/k', name);
  }
});

test('a config that changes is told of a workload whose new template waits', () => {
  const pod = { envFrom: [{ configMapRef: { name: 'c' } }] };
  const before = [stored(workload('Deployment', 'i:1', pod, { paused: true })), stored(config('1'))];
  const result = plan(before, [manifest(workload('Deployment', 'i:2', pod, { paused: true })), manifest(config('2'), 'c.yaml')]);
  assert.deepEqual(told(result), ['KP0202 info environment', 'KP0204 info it is unpaused']);
});

/** Says of each namespace whether all its ConfigMaps hold `on`, and derives that from all of them. */
const allOn: Engine = {
  name: 'reference',
  compare: (before, after) => {
    const [was, is] = [factsOf(before), factsOf(after)];
    return [
      ...[...is].filter(([key]) => !was.has(key)).map(([, fact]): FactChange => ({ change: 'gained', fact })),
      ...[...was].filter(([key]) => !is.has(key)).map(([, fact]): FactChange => ({ change: 'lost', fact })),
    ];
  },
};

function factsOf(world: World): ReadonlyMap<string, Fact> {
  const configs = world.byKind('', 'ConfigMap');
  const isOn = (item: KubernetesObject): boolean => getString(item, 'data', 'v') === 'on';
  if (configs.length === 0 || !configs.every(isOn)) return new Map();
  const objects = configs.map((item) => ({ ref: refOf(item), path: '/data/v' }));
  return new Map([['all', { engine: 'reference', code: 'KP0203', severity: 'info', key: 'all', data: {}, objects }]]);
}

test('of several changed objects only those count without which the effect would not be', () => {
  const item = (name: string, v: string, extra = ''): JsonObject => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name },
    data: { v, extra },
  });
  const cases = [
    { name: 'one changes', before: { a: 'off', b: 'on' }, after: { a: 'on', b: 'on' }, want: ['a /data/v'] },
    { name: 'one of two matters', before: { a: 'off', b: 'on' }, after: { a: 'on', b: 'on+' }, want: ['a /data/v'] },
    { name: 'both matter', before: { a: 'off', b: 'off' }, after: { a: 'on', b: 'on' }, want: ['a /data/v', 'b /data/v'] },
    { name: 'either would do', before: { a: 'on', b: 'on' }, after: { a: 'off', b: 'off' }, want: ['a /data/v', 'b /data/v'] },
  ];
  for (const { name, before, after, want } of cases) {
    const live = Object.entries(before).map(([key, v]) => stored(item(key, v)));
    const desired = Object.entries(after).map(([key, v]) =>
      manifest(item(key, v.replace('+', ''), v.endsWith('+') ? 'x' : ''), `${key}.yaml`),
    );
    const result = plan(live, desired, { engines: [allOn] });
    const causes = result.effects.flatMap(({ causes }) => causes.map(({ ref, path }) => `${ref.name} ${path}`));
    assert.deepEqual(causes, want, name);
    assert.ok(
      result.effects.every(({ causes }) => causes.every(({ source }) => source?.file.endsWith('.yaml /data/v'))),
      name,
    );
  }
});

test('what is named where the search for the smallest set ends early is said to be wider than it may need be', () => {
  const item = (name: string, v: string): JsonObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { v } });
  const fill = Array.from({ length: 5000 }, (_, index) => stored({ apiVersion: 'v1', kind: 'Secret', metadata: { name: `s${index}` } }));
  const changed = (count: number, v: string): readonly JsonObject[] => Array.from({ length: count }, (_, index) => item(`c${index}`, v));
  const cases = [
    { name: 'one change', count: 1, want: undefined },
    { name: 'few changes', count: 3, want: undefined },
    { name: 'more than the budget', count: 40, want: true },
  ] as const;
  for (const { name, count, want } of cases) {
    const live = [...fill, ...changed(count, 'on').map((value) => stored(value))];
    const desired = changed(count, 'off').map((value, index) => manifest(value, `c${index}.yaml`));
    const { effects } = plan(live, desired, { engines: [allOn], ownedByOthers: new Map(), owned: new Set() });
    assert.deepEqual(
      effects.map(({ isWide }) => isWide),
      [want],
      name,
    );
    assert.equal(
      effects.some((effect) => describeCauses(effect)?.includes('some may have no part in it') ?? false),
      want ?? false,
      name,
    );
  }
});

test('what an engine says decides is not asked about where asking is dear', () => {
  const item = (name: string, v: string): JsonObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { v } });
  const fill = Array.from({ length: 3100 }, (_, index) => stored({ apiVersion: 'v1', kind: 'Secret', metadata: { name: `s${index}` } }));
  let asked = 0;
  const deciding: Engine = {
    ...allOn,
    compare: (before, after) => {
      asked++;
      const decide = (change: FactChange): FactChange => {
        const [first, ...others] = change.fact.objects;
        return { ...change, fact: { ...change.fact, objects: first === undefined ? [] : [{ ...first, decides: true }, ...others] } };
      };
      return allOn.compare(before, after).map(decide);
    },
  };
  const live = [...fill, ...['a', 'b'].map((name) => stored(item(name, 'on')))];
  const desired = ['a', 'b'].map((name) => manifest(item(name, 'off'), `${name}.yaml`));
  const { effects } = plan(live, desired, { engines: [deciding], owned: new Set() });
  assert.deepEqual(
    effects.map(({ causes }) => causes.map(({ ref }) => ref.name)),
    [['a']],
  );
  assert.equal(asked, 1);
});

test('an effect without a changed object of its own still has a cause', () => {
  const gift: Engine = {
    name: 'reference',
    compare: () => [{ change: 'gained', fact: { engine: 'reference', code: 'KP0203', severity: 'info', key: 'x', data: {}, objects: [] } }],
  };
  const result = plan([], [manifest(config('1'))], { engines: [gift] });
  assert.deepEqual(
    result.effects[0]?.causes.map(({ ref }) => ref.name),
    ['c'],
  );
  const live = stored(config('1'));
  assert.deepEqual(plan([live], [manifest(config('1'))], { engines: [gift] }).effects, []);
});

test('a deleted object is a cause, at the place where it last stood', () => {
  const item = (name: string): JsonObject => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'default' },
    data: { v: 'on' },
  });
  const off = { ...item('b'), data: { v: 'off' } };
  const result = plan([object(item('a')), object(off)], [manifest(item('a'))], {
    mode: 'revision',
    engines: [allOn],
    lastManifests: [manifest(off, 'b.yaml', 7)],
  });
  assert.deepEqual(
    result.effects[0]?.causes.map(({ ref, source }) => `${ref.name} ${source?.file}:${source?.line}`),
    ['b b.yaml:7'],
  );
  assert.equal(getArray(JSON.parse(JSON.stringify(result)), 'effects').length, 1);
});

test('what is deleted and stands nowhere is shown where it is missed', () => {
  const misses: Engine = {
    name: 'reference',
    compare: (_, after) => {
      if (after.byKind('', 'ConfigMap').length > 0) return [];
      const [user] = after.byKind('apps', 'Deployment');
      assert.ok(user);
      const objects = [
        { ref: refOf(object({ ...config('1'), metadata: { name: 'c', namespace: 'default' } })) },
        { ref: refOf(user), path: '/spec/template' },
      ];
      return [{ change: 'gained', fact: { engine: 'reference', code: 'KP0203', severity: 'info', key: 'x', data: {}, objects } }];
    },
  };
  const live = [stored(workload('Deployment', 'i:1')), stored(config('1'))];
  const result = plan(live, [manifest(workload('Deployment', 'i:1'), 'w.yaml')], { engines: [misses] });
  assert.deepEqual(
    result.effects[0]?.causes.map(({ ref, source, beside }) => `${ref.name} ${source?.file} ${beside?.file}`),
    ['c undefined w.yaml /spec/template'],
  );
  const was = { ...config('1'), metadata: { name: 'c', namespace: 'default' } };
  const inGit = plan([object(was), ...live.slice(0, 1)], [manifest(workload('Deployment', 'i:1'), 'w.yaml')], {
    mode: 'revision',
    engines: [misses],
    lastManifests: [manifest(was, 'c.yaml', 7)],
  });
  assert.deepEqual(
    inGit.effects[0]?.causes.map(
      ({ ref, action, source, beside }) => `${action} ${ref.name} ${source?.file}:${source?.line} ${beside?.file}`,
    ),
    ['delete c c.yaml:7 w.yaml /spec/template'],
    'its own place is where it stood before',
  );
});
