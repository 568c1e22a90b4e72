import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Illustration, Plan } from '../../src/model/index.ts';
import { ENGINES } from '../../src/engine/index.ts';
import { readPlanFile, restoreSecrets, summarize, writePlanFile } from '../../src/planner/index.ts';
import { sha256, stringifyJson, type JsonObject } from '../../src/std/index.ts';
import { manifest, plan, stored } from './scenario.ts';

const META = { kplanVersion: '0.1.0' };

function secret(value: string): JsonObject {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'default' }, stringData: { password: value } };
}

function workload(image: string): JsonObject {
  const template = {
    metadata: { labels: { a: 'b' } },
    spec: { containers: [{ name: 'c', image, envFrom: [{ configMapRef: { name: 'c' } }] }] },
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'd' },
    spec: { replicas: 2, selector: { matchLabels: { a: 'b' } }, template },
  };
}

function config(name: string, value: string): JsonObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { key: value, big: 9_007_199_254_740_993n.toString() } };
}

/** One of everything: create, update, replace, delete, none, a finding, effects, a Secret. */
function rich(): Plan {
  const job = (image: string): JsonObject => ({
    ...workload(image),
    apiVersion: 'batch/v1',
    kind: 'Job',
    spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image }] } } },
  });
  const before = [
    stored(workload('i:1')),
    stored(config('c', '1')),
    stored(config('same', '1')),
    stored(config('gone', 'x')),
    stored(job('i:1')),
  ];
  const desired = [workload('i:1'), config('c', '2'), config('same', '1'), secret('hunter2'), job('i:2')];
  return plan(
    before,
    desired.map((item) => manifest(item)),
    { engines: ENGINES },
  );
}

function reseal(value: JsonObject): string {
  const { digest: _, ...content } = value;
  return stringifyJson({ ...content, digest: `sha256:${sha256(stringifyJson(content))}` });
}

test('a plan survives its file, and the file is what its schema says', () => {
  const original = rich();
  assert.deepEqual(summarize(original).changes, { create: 1, update: 1, replace: 1, delete: 1, none: 2 });
  assert.ok(original.effects.length > 0 && original.findings.length > 0);
  const excerpt = { file: 'a.yaml', line: 2, from: 1, lines: ['a', '\ud83d', ''], marked: 2 };
  const share = { cpu: 1 / 3, memory: 1e-7, pods: 0 };
  const illustration: Illustration = {
    excerpts: [excerpt, { ...excerpt, isOfBefore: true }],
    filling: [
      { name: 'a', nodes: 1, before: share, after: share },
      { name: 'b', nodes: 2 },
    ],
  };
  assert.deepEqual(readPlanFile(writePlanFile(original, META)), { kind: 'ok', plan: original, kplanVersion: '0.1.0' });
  const content = writePlanFile(original, { ...META, illustration });
  assert.deepEqual(readPlanFile(content), { kind: 'ok', plan: original, kplanVersion: '0.1.0', illustration });
  const schema = JSON.parse(readFileSync(new URL('../../schemas/plan.schema.json', import.meta.url), 'utf8'));
  const validate = new Ajv2020({ strict: true, allErrors: true }).compile(schema);
  assert.ok(validate(JSON.parse(content)), JSON.stringify(validate.errors));
  assert.doesNotMatch(content, /hunter2|aHVudGVyMg/);
});

test('a plan file that is not what was written is refused with the reason', () => {
  const content = writePlanFile(rich(), META);
  const value = JSON.parse(content);
  const cases = [
    { name: 'no JSON', content: content.slice(0, -20), want: /not JSON/ },
    { name: 'something else', content: '{"kind":"List"}', want: /not a plan file/ },
    { name: 'a list', content: '[]', want: /not a plan file/ },
    { name: 'another form', content: reseal({ ...value, formatVersion: 2 }), want: /format version 2/ },
    { name: 'another digest', content: content.replace('"key": "2"', '"key": "3"'), want: /digest/ },
    { name: 'a field too many', content: reseal({ ...value, extra: 1 }), want: /\/extra is not a known field/ },
    {
      name: 'a share that is none',
      content: reseal({
        ...value,
        illustration: { excerpts: [], filling: [{ name: 'a', nodes: 1, after: { cpu: -1, memory: 0, pods: 0 } }] },
      }),
      want: /\/illustration\/filling\/0\/after\/cpu is not a share/,
    },
    { name: 'a field too few', content: reseal({ ...value, plan: { ...value.plan, salt: undefined } }), want: /\/plan\/salt is not there/ },
    {
      name: 'a field of another type',
      content: reseal({ ...value, plan: { ...value.plan, waves: {} } }),
      want: /\/plan\/waves is not a list/,
    },
    {
      name: 'waves out of order',
      content: reseal({ ...value, plan: { ...value.plan, waves: value.plan.waves.toReversed() } }),
      want: /in order/,
    },
    { name: 'nesting without end', content: '['.repeat(200_000), want: /not JSON|too deep/ },
  ];
  for (const { name, content, want } of cases) {
    const read = readPlanFile(content);
    assert.equal(read.kind, 'invalid', name);
    assert.match(read.kind === 'invalid' ? read.reason : '', want, name);
  }
});

test('secret values come back from the source they were planned from, and from no other', () => {
  const what = rich();
  const cases = [
    { name: 'the same', manifests: [manifest(secret('hunter2'))], want: 'ok' },
    { name: 'another value', manifests: [manifest(secret('other'))], want: 'the value of password is not the planned one' },
    { name: 'no such key', manifests: [manifest({ ...secret(''), stringData: {} })], want: 'its source holds no value for password' },
    { name: 'none', manifests: [], want: 'its source does not hold it any more' },
  ];
  for (const { name, manifests, want } of cases) {
    const restored = restoreSecrets(what, manifests);
    if (restored.kind === 'ok') {
      assert.equal(want, 'ok', name);
      assert.deepEqual(
        [...restored.objects.values()].map(({ data }) => data),
        [{ password: btoa('hunter2') }],
        name,
      );
    } else
      assert.deepEqual(
        restored.refusals.map(({ reason }) => reason),
        [want],
        name,
      );
  }
});
