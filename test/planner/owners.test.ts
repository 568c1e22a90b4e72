import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WorldSource } from '../../src/model/index.ts';
import type { PlanInput } from '../../src/planner/index.ts';
import { getString, type JsonObject, type JsonValue } from '../../src/std/index.ts';
import { manifest, plan, stored } from './scenario.ts';

const OWNER = stored({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'app' } });
const UID = getString(OWNER.metadata, 'uid') ?? '';
const SNAPSHOT: WorldSource = { kind: 'snapshot', description: 'dump', kubernetesVersions: [] };

function ownedBy(...owners: readonly JsonObject[]): JsonObject {
  const ownerReferences: JsonValue = owners.map((owner) => ({ apiVersion: 'v1', kind: 'ConfigMap', ...owner }));
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', ownerReferences } };
}

const cases: readonly {
  readonly name: string;
  readonly object: JsonObject;
  readonly options?: Partial<PlanInput>;
  readonly want: string | undefined;
}[] = [
  { name: 'no owner', object: ownedBy(), want: undefined },
  { name: 'an owner that is there', object: ownedBy({ name: 'app', uid: UID }), want: undefined },
  { name: 'no such object', object: ownedBy({ name: 'ghost', uid: UID }), want: 'error "ConfigMap default/ghost"' },
  { name: 'an object of another uid', object: ownedBy({ name: 'app', uid: '123' }), want: 'error "ConfigMap default/app"' },
  { name: 'one owner of two', object: ownedBy({ name: 'ghost', uid: '1' }, { name: 'app', uid: UID }), want: undefined },
  {
    name: 'a dump that may not hold all',
    object: ownedBy({ name: 'ghost', uid: UID }),
    options: { beforeSource: SNAPSHOT },
    want: 'warning "ConfigMap default/ghost"',
  },
  { name: 'no cluster to ask', object: ownedBy({ name: 'ghost', uid: UID }), options: { mode: 'revision' }, want: undefined },
];

for (const { name, object, options = {}, want } of cases) {
  test(`an object owned by ${name}`, () => {
    const { findings } = plan(
      [OWNER],
      [manifest({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'app' } }), manifest(object)],
      options,
    );
    const found = findings
      .filter(({ code }) => code === 'KP0116')
      .map(({ severity, data }) => `${severity} ${JSON.stringify(data['owner'])}`);
    assert.deepEqual(found, want === undefined ? [] : [want]);
  });
}
