import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../src/std/index.ts';
import { describe, fingerprint, refKeyOf, stepsOf, World } from '../../src/model/index.ts';
import { applied, changeOf, manifest, NOW, object, plan, stored, summary } from './scenario.ts';

function deployment(spec: JsonObject = {}, container: JsonObject = {}, metadata: JsonObject = {}): JsonObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'shop', ...metadata },
    spec: {
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'web:1', ...container }] } },
      ...spec,
    },
  };
}

function config(data: JsonObject, metadata: JsonObject = {}): JsonObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c', namespace: 'shop', ...metadata }, data };
}

test('what happens to an object follows from what it is and what it should be', () => {
  const web = stored(deployment({ replicas: 3 }));
  const cases = [
    { name: 'new', before: [], desired: [deployment()], want: ['create Deployment web'] },
    { name: 'the same', before: [web], desired: [deployment({ replicas: 3 })], want: [] },
    { name: 'a field', before: [web], desired: [deployment({ replicas: 5 })], want: ['update Deployment web /spec/replicas'] },
    {
      name: 'a field that is dropped takes its default',
      before: [web],
      desired: [deployment()],
      want: ['update Deployment web /spec/replicas'],
    },
    {
      name: 'a field of a list item',
      before: [web],
      desired: [deployment({ replicas: 3 }, { image: 'web:2' })],
      want: ['update Deployment web /spec/template/spec/containers/0/image'],
    },
    {
      name: 'an immutable field',
      before: [web],
      desired: [deployment({ replicas: 3, selector: { matchLabels: { app: 'x' } } })],
      want: ['replace Deployment web /spec/selector/matchLabels/app'],
    },
    { name: 'gone', before: [web, stored(config({}))], desired: [deployment({ replicas: 3 })], want: ['delete ConfigMap c'] },
  ];
  for (const { name, before, desired, want } of cases)
    assert.deepEqual(
      summary(
        plan(
          before,
          desired.map((item) => manifest(item)),
        ),
      ),
      want,
      name,
    );
});

test('spelling is no difference', () => {
  const resources = { requests: { cpu: '1', memory: '1Gi' } };
  const cases = [
    { name: 'quantities', container: { resources: { requests: { cpu: '1000m', memory: '1024Mi' } } } },
    { name: 'numbers for quantities', container: { resources: { requests: { cpu: 1, memory: '1Gi' } } } },
    {
      name: 'defaults written out',
      container: { resources, imagePullPolicy: 'IfNotPresent', terminationMessagePath: '/dev/termination-log' },
    },
    { name: 'nulls', container: { resources, command: null, env: null } },
    { name: 'empty lists and maps', container: { resources, command: [], env: [] } },
  ];
  for (const { name, container } of cases) {
    assert.deepEqual(summary(plan([stored(deployment({}, { resources }))], [manifest(deployment({}, container))])), [], name);
  }
});

test('a conflict with another manager is a finding at the field', () => {
  const live = stored(deployment({ replicas: 5 }), 'hpa', stored(deployment()));
  const result = plan([live], [manifest(deployment({ replicas: 3 }))]);
  const [finding] = result.findings;
  assert.deepEqual([finding?.code, finding?.source?.file, finding?.data['manager']], ['KP0101', 'a.yaml /spec/replicas', 'hpa']);
  assert.ok(finding !== undefined && describe(finding).endsWith(`: .spec.replicas, last written ${NOW}`), 'the time is said');
  assert.equal(fingerprint(finding), fingerprint({ ...finding, data: { ...finding.data, written: ', last written now' } }));
  assert.deepEqual(summary(result), ['update Deployment web /spec/replicas']);
  for (const forceConflicts of [true, new Set(['hpa'])])
    assert.deepEqual(plan([live], [manifest(deployment({ replicas: 3 }))], { forceConflicts }).findings, []);
  assert.equal(plan([live], [manifest(deployment({ replicas: 3 }))], { forceConflicts: new Set(['helm']) }).findings.length, 1);
});

test('fields of others stay', () => {
  const live = stored(deployment({ replicas: 5 }), 'hpa', stored(deployment()));
  assert.deepEqual(summary(plan([live], [manifest(deployment())])), []);
});

test('only what the inventory proves to be ours is deleted, and nothing that asks to be kept', () => {
  const others = [1, 2, 3].map((n) => stored(config({}, { name: `other-${n}` })));
  const keep = [
    { 'kapply.kplan.dev/prune': 'never' },
    { 'kapply.kplan.dev/prune': 'disabled' },
    { 'argocd.argoproj.io/sync-options': 'Validate=false, Prune=false' },
    { 'kustomize.toolkit.fluxcd.io/prune': 'Disabled' },
    { 'helm.sh/resource-policy': 'keep' },
  ];
  const kept = keep.map((annotations, n) => stored(config({}, { name: `kept-${n}`, annotations })));
  const own = stored(config({ a: '1' }));
  const web = stored(deployment());
  const most = plan([own, ...others, ...kept], [manifest(deployment())], { owned: new Set([own, ...kept].map(refKeyOf)) });
  assert.deepEqual(most.findings[0]?.data, { deleted: 1, total: 6 });
  const result = plan([own, web, ...others, ...kept], [manifest(deployment())], { owned: new Set([own, web, ...kept].map(refKeyOf)) });
  assert.deepEqual(summary(result), ['delete ConfigMap c']);
  assert.deepEqual(
    result.findings.map(({ code }) => code),
    keep.map(() => 'KP0106'),
  );
});

test('what has no name is not planned, and the place that lacks it is told', () => {
  const result = plan([], [manifest({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { generateName: 'c-', namespace: 'shop' } })]);
  assert.deepEqual(summary(result), []);
  assert.deepEqual(
    result.findings.map((finding) => [finding.code, finding.source?.file, describe(finding)]),
    [['KP0109', 'a.yaml /metadata', 'this ConfigMap has no name, and server-side apply needs one']],
  );
});

test('what another unit owns now is neither deleted nor taken', () => {
  const own = stored(config({}));
  const owner = new Map([[refKeyOf(own), 'other']]);
  const gone = plan([own, stored(deployment())], [manifest(deployment())], { ownedByOthers: owner });
  assert.deepEqual([summary(gone), gone.findings.map(({ code }) => code)], [[], ['KP0107']]);
  const both = plan([own], [manifest(config({ a: '1' }))], { ownedByOthers: owner });
  assert.deepEqual(
    both.findings.map(({ code }) => code),
    ['KP0108'],
  );
});

test('most of a unit is not deleted in passing', () => {
  const many = (count: number): JsonObject[] => Array.from({ length: count }, (_, n) => config({}, { name: `c${n}` }));
  const cases = [
    { name: 'everything', before: 2, desired: 0, want: ['KP0104'] },
    { name: 'a few of few', before: 6, desired: 1, want: [] },
    { name: 'most of many', before: 20, desired: 9, want: ['KP0104'] },
    { name: 'half of many', before: 20, desired: 10, want: [] },
  ];
  for (const { name, before, desired, want } of cases) {
    const result = plan(
      many(before).map((item) => stored(item)),
      many(desired).map((item) => manifest(item)),
    );
    assert.deepEqual(
      result.findings.map(({ code }) => code),
      want,
      name,
    );
  }
});

test('what takes more with it than itself is not deleted without approval', () => {
  const claims = {
    volumeClaimTemplates: [
      { metadata: { name: 'v' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
    ],
  };
  const cases = [
    { name: 'Namespace', gone: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'n' } }, want: ['KP0105'] },
    { name: 'claim', gone: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'n' }, spec: {} }, want: ['KP0105'] },
    { name: 'volume', gone: { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'n' }, spec: {} }, want: ['KP0105'] },
    {
      name: 'definition',
      gone: { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'n' }, spec: {} },
      want: ['KP0105'],
    },
    { name: 'StatefulSet with claims', gone: { ...deployment(claims), kind: 'StatefulSet' }, want: ['KP0105'] },
    { name: 'StatefulSet without', gone: { ...deployment(), kind: 'StatefulSet' }, want: [] },
  ];
  for (const { name, gone, want } of cases) {
    const result = plan([stored(gone), stored(config({}))], [manifest(config({}))]);
    assert.deepEqual(
      result.findings.map(({ code }) => code),
      want,
      name,
    );
  }
});

test('a Secret is seen to change, never what it holds', () => {
  const secret = (value: string, data: JsonObject = {}): JsonObject => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 's', namespace: 'shop', annotations: { 'kubectl.kubernetes.io/last-applied-configuration': `{"data":"${value}"}` } },
    stringData: { password: value },
    data,
  });
  const { stringData: _, ...rest } = stored(secret('hunter2'));
  const before = object({ ...rest, data: { password: btoa('hunter2') } });
  const same = plan([before], [manifest(secret('hunter2'))]);
  assert.deepEqual(summary(same), []);
  const changed = plan([before], [manifest(secret('swordfish', { other: 'c3dvcmRmaXNo' }))]);
  const annotation = '/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration';
  assert.deepEqual(summary(changed), [`update Secret s /data/other /data/password ${annotation}`]);
  assert.doesNotMatch(JSON.stringify(changed), /hunter2|swordfish|aHVudGVyMg|c3dvcmRmaXNo/);
  assert.equal(changeOf(changed, 'Secret', 's')?.desired?.['stringData'], undefined);
});

test('a rename is seen: nearly the same content, or only another hash', () => {
  const big = (name: string): JsonObject => config({ a: '1', b: '2', c: '3', d: '4' }, { name });
  const result = plan([stored(big('old')), stored(deployment())], [manifest(big('new')), manifest(deployment())]);
  assert.deepEqual(changeOf(result, 'ConfigMap', 'new')?.movedFrom?.name, 'old');
  assert.match(changeOf(result, 'ConfigMap', 'old')?.reason ?? '', /renamed to/);
  const hashed = plan(
    [stored(config({ a: '1' }, { name: 'c-abcdef1234' })), stored(deployment())],
    [manifest(config({ a: '2' }, { name: 'c-bcdef12345' })), manifest(deployment())],
  );
  assert.equal(changeOf(hashed, 'ConfigMap', 'c-bcdef12345')?.movedFrom?.name, 'c-abcdef1234');
});

test('between revisions everything that is no longer there goes, and defaults are no difference', () => {
  const before = [object(deployment({ replicas: 1 })), object(config({ a: '1' })), object(config({ a: '1' }, { name: 'd' }))];
  const result = plan(before, [manifest(deployment()), manifest(config({ a: '2' }))], { mode: 'revision', owned: new Set() });
  assert.deepEqual(summary(result), ['update ConfigMap c /data/a', 'delete ConfigMap d']);
});

test('between revisions an object without a namespace is in the default one, before and after', () => {
  const { namespace: _, ...nowhere } = object(config({ a: '1' })).metadata;
  const before = [object({ ...config({ a: '1' }), metadata: nowhere }), object({ ...config({}), metadata: { name: 'd' } })];
  const result = plan(before, [manifest({ ...config({ a: '2' }), metadata: nowhere })], { mode: 'revision', owned: new Set() });
  assert.deepEqual(summary(result), ['update ConfigMap c /data/a', 'delete ConfigMap d']);
  assert.deepEqual(
    stepsOf(result).map(({ ref }) => ref.namespace),
    ['default', 'default'],
  );
  const same = plan(before, [manifest({ ...config({ a: '1' }), metadata: { ...nowhere, namespace: 'default' } })], { mode: 'revision' });
  assert.equal(changeOf(same, 'ConfigMap', 'c'), undefined);
});

test('a dump without managers shows what would change, and no conflict', () => {
  const { managedFields: _, ...metadata } = stored(deployment({ replicas: 3 })).metadata;
  const live = object({ ...stored(deployment({ replicas: 3 })), metadata });
  const result = plan([live], [manifest(deployment({ replicas: 5 }))]);
  assert.deepEqual([summary(result), result.findings], [['update Deployment web /spec/replicas'], []]);
});

test('labels of membership are part of what is planned', () => {
  const result = plan([stored(config({ a: '1' }))], [manifest(config({ a: '1' }))], { labels: { 'applyset.kubernetes.io/part-of': 'x' } });
  assert.deepEqual(summary(result), ['update ConfigMap c /metadata/labels']);
});

test('applying a plan and planning again gives nothing to do', () => {
  const before = [stored(deployment({ replicas: 3 })), stored(config({ a: '1' }))];
  const desired = [
    manifest(deployment({ replicas: 5 }, { resources: { limits: { cpu: '1000m' } } })),
    manifest(config({ b: '1' })),
    manifest({ ...deployment(), kind: 'DaemonSet' }),
  ];
  const first = plan(before, desired);
  const after = applied(before, first);
  assert.ok(summary(first).length >= 3);
  assert.deepEqual(summary(plan(after, desired)), []);
});

test('planning twice gives the same bytes, whatever the order of the input', () => {
  const before = [stored(deployment({ replicas: 3 })), stored(config({ a: '1' })), stored(config({}, { name: 'd' }))];
  const desired = [
    manifest(deployment()),
    manifest(config({ a: '2' })),
    manifest(config({}, { name: 'e' })),
    manifest({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }),
  ];
  const bytes = JSON.stringify(plan(before, desired));
  assert.equal(JSON.stringify(plan(before, desired)), bytes);
  assert.equal(JSON.stringify(plan(before.toReversed(), desired.toReversed())), bytes);
  assert.equal(JSON.stringify(plan(before, desired, { before: World.of(before.toReversed()) })), bytes);
});
