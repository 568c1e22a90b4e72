import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withMetadata, type KubernetesObject } from '../../src/model/index.ts';
import { readPlanFile, updateMerge, writePlanFile } from '../../src/planner/index.ts';
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
function drifts(live: KubernetesObject, desired: JsonObject): readonly string[] {
  const made = plan([live], [manifest(desired)], { forceConflicts: true });
  const read = readPlanFile(writePlanFile(made, { kplanVersion: '0' }));
  assert.deepEqual(read.kind === 'ok' ? read.plan.waves : read.reason, made.waves);
  return (changeOf(made, 'Deployment', 'web')?.fields ?? []).map(
    ({ path, drift }) => `${path}${drift === undefined ? '' : ` ${drift.manager} ${drift.time}`}`,
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
