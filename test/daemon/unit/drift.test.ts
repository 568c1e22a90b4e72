import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isDrift } from '../../../src/daemon/unit/drift.ts';
import type { KubernetesObject } from '../../../src/model/index.ts';
import type { JsonObject } from '../../../src/std/index.ts';
import { toObject } from '../../reconcile/toy-planner.ts';

const entry = (manager: string, time: string, more: JsonObject = {}): JsonObject => ({ manager, operation: 'Apply', time, ...more });
const OURS = entry('kapply', '2026-01-01T00:00:05Z');

function object(colour: string, entries: readonly JsonObject[], more: JsonObject = {}): KubernetesObject {
  const base = toObject('ConfigMap', 'settings', { data: { colour }, ...more });
  return { ...base, metadata: { ...base.metadata, managedFields: entries } };
}

const BEFORE = object('red', [OURS]);

describe('isDrift', () => {
  const cases: readonly { name: string; after: KubernetesObject | undefined; want: boolean }[] = [
    { name: 'it is gone', after: undefined, want: true },
    { name: 'only its status differs', after: object('red', [OURS], { status: { phase: 'Active' } }), want: false },
    { name: 'kapply has written it', after: object('blue', [entry('kapply', '2026-01-01T00:00:09Z')]), want: false },
    { name: 'somebody else has written it later', after: object('blue', [OURS, entry('kubectl', '2026-01-01T00:00:07Z')]), want: true },
    { name: 'somebody else has in the same second', after: object('blue', [OURS, entry('kubectl', '2026-01-01T00:00:05Z')]), want: true },
    { name: 'kapply has after somebody else', after: object('blue', [OURS, entry('kubectl', '2026-01-01T00:00:01Z')]), want: false },
    {
      name: 'a controller has written its status later than kapply the rest',
      after: object('blue', [OURS, entry('deployer', '2026-01-01T00:00:09Z', { subresource: 'status' })]),
      want: false,
    },
    { name: "kapply's fields were taken from it", after: object('blue', [entry('kubectl', '2026-01-01T00:00:01Z')]), want: true },
  ];
  for (const { name, after, want } of cases) it(`${want ? 'yes' : 'no'}: ${name}`, () => assert.equal(isDrift(BEFORE, after), want));
});
