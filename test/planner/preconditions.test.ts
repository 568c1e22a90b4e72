import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refKeyOf, toRefKey, withMetadata, type KubernetesObject } from '../../src/model/index.ts';
import { checkPreconditions, readPlanFile, writePlanFile } from '../../src/planner/index.ts';
import type { JsonObject } from '../../src/std/index.ts';
import { CATALOG, manifest, plan, stored } from './scenario.ts';

function web(spec: JsonObject): JsonObject {
  const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i:1' }] } };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: { selector: { matchLabels: { a: 'b' } }, template, ...spec },
  };
}

function secret(value: string): JsonObject {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, data: { p: btoa(value) } };
}

const LIVE = stored(web({ replicas: 3 }));
const SECRET = stored(secret('hunter2'));

function staleness(live: readonly KubernetesObject[]): readonly string[] {
  const desired = [web({ replicas: 5 }), secret('swordfish'), { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'new' } }];
  const read = readPlanFile(
    writePlanFile(
      plan(
        [LIVE, SECRET],
        desired.map((item) => manifest(item)),
      ),
      { kplanVersion: '0' },
    ),
  );
  assert.ok(read.kind === 'ok');
  const byKey = new Map(live.map((item) => [refKeyOf(item), item]));
  return checkPreconditions(read.plan, (ref) => byKey.get(toRefKey(ref)), CATALOG).map(({ step, reason }) => `${step.ref.kind}: ${reason}`);
}

test('a plan goes stale object by object, with the reason', () => {
  const touched = withMetadata({ ...LIVE, status: { replicas: 3 } }, { resourceVersion: '9' });
  const cases = [
    { name: 'nothing changed', live: [LIVE, SECRET], want: [] },
    { name: 'only the status', live: [touched, SECRET], want: [] },
    {
      name: 'only what its controller notes of its progress',
      live: [withMetadata(touched, { annotations: { 'deployment.kubernetes.io/revision': '2' } }), SECRET],
      want: [],
    },
    { name: 'vanished', live: [SECRET], want: ['Deployment: it does not exist any more'] },
    {
      name: 'made anew',
      live: [withMetadata(LIVE, { uid: 'other', resourceVersion: '9' }), SECRET],
      want: ['Deployment: it was deleted and created again: its uid is another'],
    },
    {
      name: 'appeared',
      live: [LIVE, SECRET, stored({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'new' } })],
      want: ['ConfigMap: it exists now, and did not when the plan was made'],
    },
    {
      name: 'a planned field',
      live: [stored(web({ replicas: 4 }), 'hpa', LIVE), SECRET],
      want: ['Deployment: .spec.replicas was changed since the plan was made by "hpa"'],
    },
    {
      name: 'another field',
      live: [stored({ ...web({}), spec: { ...(LIVE['spec'] as JsonObject), minReadySeconds: 7 } }, 'ops', LIVE), SECRET],
      want: ['Deployment: .spec.minReadySeconds was changed since the plan was made by "ops"'],
    },
    {
      name: 'a Secret',
      live: [LIVE, stored(secret('other'), 'ops', SECRET)],
      want: ['Secret: .data.p was changed since the plan was made by "ops"'],
    },
  ];
  for (const { name, live, want } of cases) assert.deepEqual(staleness(live), want, name);
});

test('a vanished object need not be deleted', () => {
  const what = plan([LIVE, SECRET], [manifest(secret('hunter2'))]);
  assert.deepEqual(
    checkPreconditions(what, () => undefined, CATALOG),
    [],
  );
});
