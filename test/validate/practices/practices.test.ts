import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe as group, test } from 'node:test';
import { parseDocuments } from '../../../src/loader/index.ts';
import { describe, describeRemedy, findEntry, isKubernetesObject, World } from '../../../src/model/index.ts';
import { getString, isObject, toPointer, type JsonObject, type JsonValue } from '../../../src/std/index.ts';
import { applyEdits } from '../../../src/validate/practices/fixes.ts';
import { PRACTICES } from '../../../src/validate/practices/index.ts';
import { listPracticeProblems, type PracticeProblem } from '../../../src/validate/practices/judge.ts';
import { toObject } from '../fake-origin.ts';
import { listServerCases } from '../server-cases.ts';
import { CONTAINER_CASES, OBJECT_CASES, POD_CASES, type PracticeCase } from './practice-cases.ts';

function parse(text: string): readonly JsonValue[] {
  return parseDocuments(text, 'a.yaml').documents.map(({ value }) => value);
}

function partOf(text: string): JsonObject {
  const [value = null] = parse(text);
  assert.ok(isObject(value));
  return value;
}

function judge(objects: readonly JsonValue[], code: string): readonly PracticeProblem[] {
  return listPracticeProblems(World.of(objects.map(toObject)), { profiles: [], codes: [code], except: [] });
}

const deployment = (pod: JsonObject): JsonValue => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop' },
  spec: { template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'main' }], ...pod } } },
});

interface Whole extends Pick<PracticeCase, 'code'> {
  readonly bad: readonly JsonValue[];
  readonly good: readonly JsonValue[];
  readonly path: string;
}

const POD = '/spec/template/spec';
const ofContainer = (text: string): readonly JsonValue[] => [deployment({ containers: [{ name: 'main', ...partOf(text) }] })];
const CASES: readonly Whole[] = [
  ...CONTAINER_CASES.map(({ code, bad, good, path }) => ({
    code,
    bad: ofContainer(bad),
    good: ofContainer(good),
    path: `${POD}/containers/0${path}`,
  })),
  ...POD_CASES.map(({ code, bad, good, path }) => ({
    code,
    bad: [deployment(partOf(bad))],
    good: [deployment(partOf(good))],
    path: `${POD}${path}`,
  })),
  ...OBJECT_CASES.map(({ code, bad, good, path }) => ({ code, bad: parse(bad), good: parse(good), path })),
];

const VERSIONS = new Map([
  ['CronJob', 'batch/v1'],
  ['Deployment', 'apps/v1'],
  ['HorizontalPodAutoscaler', 'autoscaling/v2'],
  ['Job', 'batch/v1'],
  ['PodDisruptionBudget', 'policy/v1'],
  ['Role', 'rbac.authorization.k8s.io/v1'],
  ['RoleBinding', 'rbac.authorization.k8s.io/v1'],
]);

/** What `explain` shows of a code as whole objects: it is part of a container or of a pod spec where the cases of the code are. */
function completeExample(code: string): readonly JsonValue[] {
  const { example } = findEntry(code);
  if (CONTAINER_CASES.some((item) => item.code === code)) return ofContainer(example);
  if (POD_CASES.some((item) => item.code === code)) return [deployment(partOf(example))];
  return parse(example).map((part) => {
    assert.ok(isObject(part));
    return { metadata: { name: 'web' }, ...part, apiVersion: VERSIONS.get(getString(part, 'kind') ?? '') ?? 'v1' };
  });
}

group('practices', () => {
  for (const { code, bad, good, path } of CASES) {
    test(`${code} at ${path}`, () => {
      const found = judge(bad, code);
      assert.deepEqual(
        found.map(({ problem }) => toPointer(problem.path)),
        [path],
      );
      for (const { problem } of found) assert.doesNotMatch(`${describe(problem)} ${describeRemedy(problem)}`, /\{\w+\}/);
      assert.deepEqual(judge(good, code), []);
    });
  }

  test('every one is tried, and has a code of its own', () => {
    const codes = PRACTICES.map(({ code }) => code).toSorted();
    assert.deepEqual(codes, [...new Set(CASES.map(({ code }) => code))].toSorted());
    assert.equal(new Set(codes).size, codes.length);
  });

  test('the example of each has the lapse', () => {
    for (const { code } of PRACTICES) assert.ok(judge(completeExample(code), code).length > 0, code);
  });

  test('a fix mends what it is for', () => {
    const fixed = CASES.flatMap(({ code, bad }) => {
      const [first] = judge(bad, code);
      if (first?.fix === undefined) return [];
      const mended = bad.map((object) => (toObject(object).kind === first.object.kind ? applyEdits(object, first.fix ?? []) : object));
      assert.deepEqual(judge(mended, code), [], code);
      return [code];
    });
    assert.deepEqual(fixed.toSorted(), ['KB0101', 'KB0210', 'KB0401']);
  });

  test('an update strategy is written out only where none is named', () => {
    const [none] = judge([deployment({})], 'KB0211');
    assert.deepEqual(none?.fix, [{ path: ['spec', 'strategy', 'type'], value: 'RollingUpdate' }]);
  });

  test('a privileged container keeps its privileges: the API server would refuse it', () => {
    const [found] = judge(ofContainer('{securityContext: {privileged: true}}'), 'KB0101');
    assert.equal(found?.fix, undefined);
  });

  test('no message has the value of a variable', () => {
    const [found] = judge(ofContainer('{env: [{name: TOKEN, value: hunter2}]}'), 'KB0110');
    assert.ok(found);
    assert.doesNotMatch(JSON.stringify(found.problem), /hunter2/);
  });

  test('none is on by itself, profiles turn on theirs, and exceptions count', () => {
    const world = World.of([toObject(deployment({ hostPID: true }))]);
    const codes = (choice: Parameters<typeof listPracticeProblems>[1]): ReadonlySet<string> =>
      new Set(listPracticeProblems(world, choice).map(({ problem }) => problem.code));
    assert.deepEqual(codes({ profiles: [], codes: [], except: [] }), new Set());
    assert.ok(codes({ profiles: ['security'], codes: [], except: [] }).has('KB0116'));
    assert.ok(!codes({ profiles: ['security'], codes: [], except: ['KB0116'] }).has('KB0116'));
    assert.ok(!codes({ profiles: ['resources'], codes: [], except: [] }).has('KB0116'));
  });

  test('objects of every kind and shape are judged', () => {
    const objects = listServerCases().flatMap(({ object }) => (isKubernetesObject(object) ? [object] : []));
    const choice = { profiles: ['conventions', 'reliability', 'resources', 'security', 'strict'] as const, codes: [], except: [] };
    assert.ok(listPracticeProblems(World.of(objects), choice).length > 0);
  });

  test('the page of practices has each with its profile', () => {
    const page = readFileSync('docs/practices.md', 'utf8');
    const rows = [...page.matchAll(/^\| (KB\d{4}) \| (\w+) \|/gm)].map(([, code, profile]) => `${code} ${profile}`);
    assert.deepEqual(rows.toSorted(), PRACTICES.map(({ code, profile }) => `${code} ${profile}`).toSorted());
  });
});
