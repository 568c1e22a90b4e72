import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAdmissionEngine } from '../../../src/engine/admission/index.ts';
import {
  expandWorld,
  listRefusedObjects,
  listRefusedPods,
  listScheduledPods,
  resourceNameOf,
} from '../../../src/engine/controllers/index.ts';
import { describe, describeRemedy, nameOf, World, type FactChange, type KubernetesObject } from '../../../src/model/index.ts';
import type { JsonObject } from '../../../src/std/index.ts';
import { workload } from '../controllers/workloads.ts';

const ENGINE = createAdmissionEngine({
  listRefused: listRefusedPods,
  listRefusedObjects,
  expand: expandWorld,
  listScheduled: listScheduledPods,
  showMutated: (before, after) => ({ before, after }),
  resourceNameOf,
});

const quota = (hard: JsonObject): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'most', namespace: 'shop' },
  spec: { hard },
});
const bounds = (max: JsonObject): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'LimitRange',
  metadata: { name: 'bounds', namespace: 'shop' },
  spec: { limits: [{ type: 'Container', max, default: { cpu: '3' } }] },
});
const renamed = (object: KubernetesObject, name: string): KubernetesObject => ({ ...object, metadata: { ...object.metadata, name } });
const live = (object: KubernetesObject, uid: string): KubernetesObject => ({ ...object, metadata: { ...object.metadata, uid } });
const web = (replicas: number): KubernetesObject => workload('Deployment', { replicas });

const CASES: readonly {
  name: string;
  before: readonly KubernetesObject[];
  after: readonly KubernetesObject[];
  want: readonly (readonly [FactChange['change'], string, string])[];
}[] = [
  { name: 'what the quota allows', before: [quota({ pods: '3' }), web(1)], after: [quota({ pods: '3' }), web(3)], want: [] },
  {
    name: 'more replicas than the quota allows',
    before: [quota({ pods: '3' }), web(1)],
    after: [quota({ pods: '3' }), web(5)],
    want: [
      [
        'gained',
        'KQ0001',
        '2 of 5 pods of Deployment shop/app are refused: exceeded quota: most, requested: pods=1, used: pods=3, limited: pods=3',
      ],
    ],
  },
  {
    name: 'more replicas than anybody could make',
    before: [quota({ pods: '3' }), web(1)],
    after: [quota({ pods: '3' }), web(1e9)],
    want: [
      [
        'gained',
        'KQ0001',
        '999999997 of 1000000000 pods of Deployment shop/app are refused: exceeded quota: most, requested: pods=1, used: pods=3, limited: pods=3',
      ],
    ],
  },
  {
    name: 'a quota that is new to pods that are not',
    before: [web(2)],
    after: [quota({ 'limits.cpu': '1' }), web(2)],
    want: [['gained', 'KQ0001', 'all 2 pods of Deployment shop/app are refused: failed quota: most: must specify limits.cpu for: c']],
  },
  { name: 'the same refusal before and after', before: [quota({ pods: '0' }), web(1)], after: [quota({ pods: '0' }), web(1)], want: [] },
  {
    name: 'a quota that is raised',
    before: [quota({ pods: '0' }), web(1)],
    after: [quota({ pods: '9' }), web(1)],
    want: [['lost', 'KQ0001', 'a quota refuses Deployment shop/app 1 fewer pod']],
  },
  { name: 'a workload that goes', before: [quota({ pods: '0' }), web(1)], after: [quota({ pods: '0' })], want: [] },
  {
    name: 'a LimitRange that gives more than it allows',
    before: [],
    after: [bounds({ cpu: '2' }), web(1)],
    want: [
      [
        'gained',
        'KQ0002',
        'the pod of Deployment shop/app is refused: pods "app-" is forbidden: maximum cpu usage per Container is 2, but limit is 3',
      ],
    ],
  },
  {
    name: 'claims that a quota refuses leave a StatefulSet without pods',
    before: [],
    after: [
      quota({ 'requests.storage': '5Gi' }),
      workload('StatefulSet', {
        replicas: 3,
        volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: { resources: { requests: { storage: '2Gi' } } } }],
      }),
    ],
    want: [
      [
        'gained',
        'KQ0001',
        '1 of 3 pods of StatefulSet shop/app is refused: exceeded quota: most, requested: requests.storage=2Gi, used: requests.storage=4Gi, limited: requests.storage=5Gi',
      ],
    ],
  },
];

for (const { name, before, after, want } of CASES) {
  test(`refused pods: ${name}`, () => {
    const changes = ENGINE.compare(World.of(before), World.of(after));
    assert.deepEqual(
      changes.map(({ change, fact }) => [change, fact.code, describe({ ...fact, change })]),
      want,
    );
  });
}

test('the remedy says by how much the quota is too small', () => {
  const [change] = ENGINE.compare(World.EMPTY, World.of([quota({ pods: '3', 'count/replicasets.apps': '4' }), web(5)]));
  assert.ok(change !== undefined);
  assert.equal(describeRemedy(change.fact), 'Ask for less, or give ResourceQuota shop/most pods of at least 5.');
});

test('the workload, the quota and who else came into the namespace may be the cause', () => {
  const other = renamed(web(3), 'other');
  const [change] = ENGINE.compare(World.of([quota({ pods: '3' }), web(1)]), World.of([quota({ pods: '2' }), web(1), other]));
  assert.deepEqual(
    change?.fact.objects.map(({ ref, path }) => [ref.kind, ref.name, path]),
    [
      ['Deployment', 'other', '/spec/replicas'],
      ['Deployment', 'other', '/spec/template/spec'],
      ['ResourceQuota', 'most', undefined],
    ],
  );
});

test('pods that are there keep their place in a quota before those that are to come', () => {
  const owner = live(renamed(web(2), 'zeta'), 'z');
  const settled = expandWorld(World.of([owner]));
  const [set] = settled.byKind('apps', 'ReplicaSet').map((object) => live(object, 's'));
  const pods = settled.byKind('', 'Pod').map((pod, i) => live(pod, `p${i}`));
  assert.ok(set !== undefined);
  const refused = listRefusedPods(World.of([quota({ pods: '2' }), owner, set, ...pods, renamed(web(1), 'alpha')]));
  assert.deepEqual(
    refused.map(({ workload: by, count }) => [nameOf(by), count]),
    [['alpha', 1]],
  );
});

test('pods that are refused are not in the world that the controllers lead to', () => {
  assert.deepEqual(
    expandWorld(World.of([quota({ pods: '1' }), web(3)]))
      .byKind('', 'Pod')
      .map(nameOf),
    ['app-0'],
  );
});
