import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refOf, withMetadata, type KubernetesObject } from '../../src/model/index.ts';
import {
  intentKeyOf,
  intentOf,
  readIntents,
  readPlanFile,
  updateMerge,
  writeIntents,
  writePlanFile,
  type Intents,
} from '../../src/planner/index.ts';
import { getArray, isObject, type JsonObject } from '../../src/std/index.ts';
import { CATALOG, changeOf, manifest, object, plan, stored } from './scenario.ts';

const LATER = '2026-11-21T01:00:00Z';
const EARLIER = '2026-11-20T01:00:00Z';

function web(replicas: number, image: string, labels: JsonObject = {}): JsonObject {
  const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image }] } };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', labels },
    spec: { replicas, selector: { matchLabels: { a: 'b' } }, template },
  };
}

/** The live object after somebody else wrote it. */
function written(live: KubernetesObject, change: (object: JsonObject) => JsonObject, now: string): KubernetesObject {
  const kind = CATALOG.find({ group: 'apps', version: 'v1', kind: 'Deployment' });
  const next = updateMerge({ live, updated: object(change(live)), manager: 'kubectl-edit', schema: kind?.schema, now });
  return withMetadata(next, { uid: 'u', resourceVersion: '2' });
}

function withReplicas(live: JsonObject, replicas: number): JsonObject {
  return isObject(live['spec']) ? { ...live, spec: { ...live['spec'], replicas } } : live;
}

/** Every field of the change: its path, and who made it drift. */
function drifts(live: KubernetesObject, desired: JsonObject, intents: Intents = new Map()): readonly string[] {
  const made = plan([live], [manifest(desired)], { forceConflicts: true, intents });
  const read = readPlanFile(writePlanFile(made, { kplanVersion: '0' }));
  assert.deepEqual(read.kind === 'ok' ? read.plan.waves : read.reason, made.waves);
  return (changeOf(made, 'Deployment', 'web')?.fields ?? []).map(({ path, drift }) =>
    `${path}${drift === undefined ? '' : ` ${drift.manager ?? 'somebody'} ${drift.time ?? ''}`}`.trimEnd(),
  );
}

const APPLIED = stored(web(3, 'i:1'));
const REPLICAS = '/spec/replicas';
const IMAGE = '/spec/template/spec/containers/0/image';

test('a field that somebody wrote after it was applied has drifted', () => {
  const live = written(APPLIED, (item) => withReplicas(item, 9), LATER);
  assert.deepEqual(drifts(live, web(3, 'i:1')), [`${REPLICAS} kubectl-edit ${LATER}`]);
});

test('what the manifest changes beside it has not', () => {
  const live = written(APPLIED, (item) => withReplicas(item, 9), LATER);
  assert.deepEqual(drifts(live, web(3, 'i:2')), [`${REPLICAS} kubectl-edit ${LATER}`, IMAGE]);
});

test('a field that the manifest changes and nobody wrote has not', () => {
  assert.deepEqual(drifts(APPLIED, web(5, 'i:1')), [REPLICAS]);
});

test("a field that somebody owned already when it was last applied is the manifest's to declare", () => {
  const live = written(APPLIED, (item) => withReplicas(item, 9), EARLIER);
  assert.deepEqual(drifts(live, web(3, 'i:1')), [REPLICAS]);
});

test("a label in place of ours has drifted, one beside it is nobody's concern", () => {
  const live = written(
    stored(web(3, 'i:1', { team: 'a' })),
    (item) => ({ ...item, metadata: { ...(isObject(item['metadata']) ? item['metadata'] : {}), labels: { team: 'b', other: 'c' } } }),
    LATER,
  );
  assert.deepEqual(drifts(live, web(3, 'i:1', { team: 'a' })), [`/metadata/labels/team kubectl-edit ${LATER}`]);
});

test('an object that kapply never applied has not drifted', () => {
  const live = withMetadata(stored(web(9, 'i:1'), 'helm'), { resourceVersion: '2' });
  assert.equal(getArray(live.metadata, 'managedFields').length, 1);
  assert.deepEqual(drifts(live, web(3, 'i:1')), [REPLICAS]);
});

/** What is remembered once these were applied. */
function remember(...applied: readonly JsonObject[]): Intents {
  const placed = applied.map((item) => withMetadata(object(item), { namespace: 'default' }));
  return readIntents(writeIntents(new Map(placed.map((item) => [intentKeyOf(refOf(item)), intentOf(item) ?? '']))));
}

test('what somebody took out has drifted where the manifest is the one that was applied, and not where it is another', () => {
  const wanted = web(3, 'i:1', { team: 'a' });
  const live = written(stored(wanted), (item) => ({ ...item, metadata: { ...object(item).metadata, labels: {} } }), LATER);
  const label = '/metadata/labels';
  assert.deepEqual(drifts(live, wanted), [label]);
  assert.deepEqual(drifts(live, wanted, remember(wanted)), [`${label} somebody`]);
  assert.deepEqual(drifts(live, web(4, 'i:1', { team: 'a' }), remember(wanted)), [label, REPLICAS]);
  assert.deepEqual(drifts(live, wanted, remember({ ...wanted, kind: 'StatefulSet' })), [label]);
});

test('who wrote a field is told where it is known, though the manifest is the one that was applied', () => {
  const live = written(APPLIED, (item) => withReplicas(item, 9), LATER);
  assert.deepEqual(drifts(live, web(3, 'i:1'), remember(web(3, 'i:1'))), [`${REPLICAS} kubectl-edit ${LATER}`]);
});

test('intents are the same text in any order, and none of a Secret nor of too many objects', () => {
  const [one, two] = [web(1, 'a'), { ...web(1, 'a'), kind: 'ReplicaSet' }];
  assert.equal(writeIntents(remember(one, two)), writeIntents(remember(two, one)));
  assert.equal(remember(one, two).size, 2);
  assert.equal(intentOf(object({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, data: { a: 'Yg==' } })), undefined);
  const many = new Map(Array.from({ length: 25_001 }, (_, n) => [String(n).padStart(8, '0'), 'xxxxxxxx']));
  assert.equal(writeIntents(many), '');
  assert.deepEqual(readIntents('12345678'), new Map());
});
