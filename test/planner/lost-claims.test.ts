import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PlanInput } from '../../src/planner/index.ts';
import type { JsonObject } from '../../src/std/index.ts';
import { manifest, plan, stored } from './scenario.ts';

function set(replicas: number, more: JsonObject = {}): JsonObject {
  const metadata = { name: 'db', namespace: 'default' };
  const template = { metadata: { labels: { app: 'db' } }, spec: { containers: [{ name: 'c', image: 'c' }] } };
  const claims = [{ metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } }];
  const policy = { whenDeleted: 'Retain', whenScaled: 'Delete' };
  const own = { replicas, serviceName: 'db', selector: { matchLabels: { app: 'db' } }, template, volumeClaimTemplates: claims };
  return { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata, spec: { ...own, persistentVolumeClaimRetentionPolicy: policy, ...more } };
}

function claim(name: string, volumeName?: string): JsonObject {
  const spec = volumeName === undefined ? {} : { volumeName };
  return { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name, namespace: 'default' }, spec };
}

function volume(name: string, persistentVolumeReclaimPolicy: string): JsonObject {
  return { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name }, spec: { persistentVolumeReclaimPolicy } };
}

const CLAIMS = [0, 1, 2].map((ordinal) => claim(`data-db-${ordinal}`));
const RETAIN = { persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete', whenScaled: 'Retain' } };

const cases: readonly {
  readonly name: string;
  readonly before: JsonObject;
  readonly after: JsonObject;
  readonly others?: readonly JsonObject[];
  readonly options?: Partial<PlanInput>;
  readonly want: string | undefined;
}[] = [
  { name: 'shrinks', before: set(3), after: set(1), others: CLAIMS, want: 'data-db-1, data-db-2' },
  { name: 'grows', before: set(1), after: set(3), others: CLAIMS, want: undefined },
  { name: 'stays', before: set(3), after: set(3, { revisionHistoryLimit: 3 }), others: CLAIMS, want: undefined },
  { name: 'keeps its claims', before: set(3), after: set(1, RETAIN), others: CLAIMS, want: undefined },
  { name: 'kept them until now', before: set(3, RETAIN), after: set(2), others: CLAIMS, want: 'data-db-2' },
  { name: 'begins later', before: set(2), after: set(2, { ordinals: { start: 1 } }), others: CLAIMS, want: 'data-db-0' },
  { name: 'has no claims there', before: set(3), after: set(2), want: undefined },
  {
    name: 'has claims that may not be read',
    before: set(3),
    after: set(2),
    options: { unread: ['/PersistentVolumeClaim'] },
    want: 'data-db-2',
  },
  {
    name: 'has volumes that are kept',
    before: set(3),
    after: set(1),
    others: [claim('data-db-1', 'kept'), claim('data-db-2', 'gone'), volume('kept', 'Retain'), volume('gone', 'Delete')],
    want: 'data-db-2',
  },
  { name: 'is known by manifests alone', before: set(3), after: set(2), options: { mode: 'revision' }, want: 'data-db-2' },
];

for (const { name, before, after, others = [], options = {}, want } of cases) {
  test(`the claims of a StatefulSet that ${name}`, () => {
    const { findings } = plan(
      [before, ...others].map((object) => stored(object)),
      [manifest(after)],
      options,
    );
    const found = findings.flatMap(({ code, data }) => (code === 'KP0118' ? [data['claims']] : []));
    assert.deepEqual(
      found,
      want === undefined
        ? []
        : [
            want
              .split(', ')
              .map((item) => `PersistentVolumeClaim default/${item}`)
              .join(', '),
          ],
    );
  });
}
