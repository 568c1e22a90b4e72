import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ENGINES } from '../../src/engine/index.ts';
import { refOf, World, type KubernetesObject } from '../../src/model/index.ts';
import { listOrphans } from '../../src/planner/orphans.ts';
import type { JsonObject } from '../../src/std/index.ts';
import { createReferenceEngine } from '../../src/validate/index.ts';
import { manifest, object, plan, stored, toInput } from './scenario.ts';

function owned(kind: string, name: string, owners: readonly string[], namespace = 'x'): KubernetesObject {
  const ownerReferences = owners.map((uid) => ({ apiVersion: 'v1', kind: 'Any', name: uid, uid }));
  return object({ apiVersion: 'v1', kind, metadata: { name, namespace, uid: name, ownerReferences } });
}

const SPACE = object({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'x', uid: 'space' } });
const WORLD = World.of([
  SPACE,
  owned('Deployment', 'web', []),
  owned('ReplicaSet', 'set', ['web']),
  owned('Pod', 'pod', ['set']),
  owned('Pod', 'shared', ['set', 'other']),
  owned('Deployment', 'other', []),
  owned('ConfigMap', 'free', []),
  owned('ConfigMap', 'far', [], 'y'),
]);

const cases: readonly { readonly name: string; readonly gone: readonly string[]; readonly want: readonly string[] }[] = [
  { name: 'nothing', gone: [], want: [] },
  { name: 'a workload: its set and pods, but not what another owns too', gone: ['Deployment web'], want: ['ReplicaSet set', 'Pod pod'] },
  { name: 'both owners', gone: ['Deployment web', 'Deployment other'], want: ['ReplicaSet set', 'Pod pod', 'Pod shared'] },
  {
    name: 'a namespace: all that is in it',
    gone: ['Namespace x'],
    want: ['Deployment web', 'ReplicaSet set', 'Pod pod', 'Pod shared', 'Deployment other', 'ConfigMap free'],
  },
];

for (const { name, gone, want } of cases) {
  test(`what goes with ${name}`, () => {
    const refs = gone.map((text) => {
      const [kind = '', of = ''] = text.split(' ');
      return { group: '', version: 'v1', kind, name: of, ...(kind === 'Namespace' ? {} : { namespace: 'x' }) };
    });
    assert.deepEqual(
      listOrphans(WORLD, refs)
        .map((ref) => `${ref.kind} ${ref.name}`)
        .toSorted(),
      want.toSorted(),
    );
  });
}

test('a pruned workload leaves no pods behind that would have effects', () => {
  const labels = { a: 'b' };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i:1' }] } };
  const web: JsonObject = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'x' },
    spec: { replicas: 1, selector: { matchLabels: labels }, template },
  };
  const live = [SPACE, stored(web)];
  const own = (owner: string): JsonObject => ({ name: `web-${owner}`, namespace: 'x', labels, uid: `uid-web-${owner}`, ...ownedBy(owner) });
  const ownedBy = (owner: string): JsonObject => ({
    ownerReferences: [
      {
        apiVersion: 'apps/v1',
        kind: owner === 'set' ? 'Deployment' : 'ReplicaSet',
        name: 'o',
        uid: owner === 'set' ? 'uid-web' : 'uid-web-set',
        controller: true,
      },
    ],
  });
  const set = object({
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: own('set'),
    spec: { replicas: 1, selector: { matchLabels: labels }, template },
  });
  const pod = object({ apiVersion: 'v1', kind: 'Pod', metadata: own('pod'), spec: template.spec });
  const before = [...live, set, pod];
  const engines = [...ENGINES, createReferenceEngine({ knowsAll: true })];
  const input = toInput(live, []);
  const made = plan(before, [], { owned: input.owned, engines });
  assert.deepEqual(
    made.effects.filter(({ change, severity }) => change === 'gained' && severity !== 'info').map(({ code }) => code),
    [],
  );
});

function definition(): JsonObject {
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      names: { kind: 'Widget', plural: 'widgets' },
      scope: 'Namespaced',
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  };
}

test('a namespace or definition that goes while its contents are asked for breaks them, and says what goes with it', () => {
  const kept = [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'in', namespace: 'a' } },
    { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w', namespace: 'a' } },
  ];
  const space: JsonObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a' } };
  const before = [space, definition(), ...kept].map((item) => stored(item));
  const made = plan(
    before,
    kept.map((item) => manifest(item)),
    { engines: [createReferenceEngine({ knowsAll: true })] },
  );
  const told = made.effects.map(({ code, severity, subject, causes }) => [
    code,
    severity,
    subject?.name,
    causes.map(({ ref }) => ref.name),
  ]);
  assert.deepEqual(told, [
    ['KR0024', 'error', 'in', ['a']],
    ['KR0026', 'error', 'w', ['widgets.example.com']],
  ]);
  assert.deepEqual(
    made.findings.map(({ code, ref, data }) => [code, ref?.name, data['contents']]),
    [
      ['KP0105', 'a', '2 known objects (ConfigMap a/in, Widget a/w)'],
      ['KP0105', 'widgets.example.com', '1 known object (Widget a/w)'],
    ],
  );
});

test('a definition takes along what is made by it and asked for nowhere', () => {
  const widget = object({ apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w', namespace: 'a' } });
  const crd = object(definition());
  assert.deepEqual(listOrphans(World.of([crd, widget]), [refOf(crd)]), [refOf(widget)]);
});
