import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ENGINES } from '../../../src/engine/index.ts';
import { parseNodesSpec } from '../../../src/engine/scheduler/index.ts';
import { describe, describeRemedy, World, type FactChange, type KubernetesObject } from '../../../src/model/index.ts';
import type { JsonObject } from '../../../src/std/index.ts';

const ENGINE = ENGINES.find(({ name }) => name === 'rollout');
const TWO = parseNodesSpec('2x4cpu,8Gi');
const THREE = parseNodesSpec('3x4cpu,8Gi');
const FOUR = parseNodesSpec('4x4cpu,8Gi');

const labels = { app: 'web' };
const apart = {
  affinity: {
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: labels } }],
    },
  },
};
const gently = { strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } };
const inPlace = { strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } } };
const recreate = { strategy: { type: 'Recreate' } };

interface Shape {
  readonly spec?: JsonObject;
  readonly pod?: JsonObject;
  readonly container?: JsonObject;
}

/** A workload of an image; its version is what an update changes. */
const of =
  (kind: string, { spec, pod, container }: Shape) =>
  (version: number): KubernetesObject => ({
    apiVersion: 'apps/v1',
    kind,
    metadata: { name: 'web', namespace: 'shop' },
    spec: {
      ...spec,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { ...pod, containers: [{ name: 'c', image: `web:${version}`, ...container }] } },
    },
  });
const deployment = (shape: Shape): ReturnType<typeof of> => of('Deployment', { ...shape, spec: { replicas: 3, ...shape.spec } });

const quota = (hard: JsonObject): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'most', namespace: 'shop' },
  spec: { hard },
});
const claim = (accessMode: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'data', namespace: 'shop', annotations: { 'pv.kubernetes.io/bind-completed': 'yes' } },
  spec: { accessModes: [accessMode], volumeName: 'disk' },
  status: { phase: 'Bound' },
});
const disk = (source: JsonObject): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name: 'disk' },
  spec: { claimRef: { namespace: 'shop', name: 'data' }, ...source },
});
const mounted = { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] };
const spread = (more: JsonObject = {}): JsonObject => ({
  topologySpreadConstraints: [
    {
      maxSkew: 1,
      topologyKey: 'kubernetes.io/hostname',
      whenUnsatisfiable: 'DoNotSchedule',
      labelSelector: { matchLabels: labels },
      ...more,
    },
  ],
});
const asking = (cpu: string): JsonObject => ({ resources: { requests: { cpu } } });
const hostPort = { ports: [{ containerPort: 80, hostPort: 80 }] };

interface Case {
  readonly name: string;
  /** What is there before and after. */
  readonly world: readonly KubernetesObject[];
  readonly workload: (version: number) => KubernetesObject;
  /** The code, what holds it up and how far it came; undefined where it finishes. */
  readonly want: readonly [string, string, string] | undefined;
}

const CASES: readonly Case[] = [
  { name: 'room for one more', world: THREE, workload: deployment({ spec: gently, container: asking('2') }), want: undefined },
  {
    name: 'no room for one more',
    world: THREE,
    workload: deployment({ spec: gently, container: asking('3') }),
    want: ['KU0001', 'room', '0 of 3 pods'],
  },
  {
    name: 'no room, but an old pod goes first',
    world: THREE,
    workload: deployment({ spec: inPlace, container: asking('3') }),
    want: undefined,
  },
  {
    name: 'no room, but all old pods go first',
    world: THREE,
    workload: deployment({ spec: recreate, container: asking('3') }),
    want: undefined,
  },
  {
    name: 'a percentage that rounds to nobody going',
    world: THREE,
    workload: deployment({ container: asking('3') }),
    want: ['KU0001', 'room', '0 of 3 pods'],
  },
  {
    name: 'a percentage that lets one go',
    world: FOUR,
    workload: deployment({ spec: { replicas: 4 }, container: asking('3') }),
    want: undefined,
  },
  {
    name: 'as many nodes as pods that keep apart',
    world: THREE,
    workload: deployment({ spec: gently, pod: apart }),
    want: ['KU0001', 'anti-affinity', '0 of 3 pods'],
  },
  { name: 'one node more than pods that keep apart', world: FOUR, workload: deployment({ spec: gently, pod: apart }), want: undefined },
  { name: 'pods that keep apart, one at a time', world: THREE, workload: deployment({ spec: inPlace, pod: apart }), want: undefined },
  {
    name: 'a host port on every node',
    world: THREE,
    workload: deployment({ spec: gently, container: hostPort }),
    want: ['KU0001', 'host-port', '0 of 3 pods'],
  },
  { name: 'a host port and a node to spare', world: FOUR, workload: deployment({ spec: gently, container: hostPort }), want: undefined },
  {
    name: 'a claim for one pod',
    world: [...THREE, claim('ReadWriteOncePod'), disk({ csi: { driver: 'd' } })],
    workload: deployment({ spec: { ...gently, replicas: 1 }, pod: mounted }),
    want: ['KU0001', 'volume', '0 of 1 pod'],
  },
  {
    name: 'a claim for one pod that is given up first',
    world: [...THREE, claim('ReadWriteOncePod'), disk({ csi: { driver: 'd' } })],
    workload: deployment({ spec: { ...recreate, replicas: 1 }, pod: mounted }),
    want: undefined,
  },
  {
    name: 'a claim for one node, and the new pod on another',
    world: [...THREE, claim('ReadWriteOnce'), disk({ csi: { driver: 'd' } })],
    workload: deployment({ spec: { ...gently, replicas: 1 }, pod: mounted }),
    want: ['KU0002', 'attachment', '0 of 1 pod'],
  },
  {
    name: 'a claim for one node, and there is but one',
    world: [...parseNodesSpec('1x4cpu,8Gi'), claim('ReadWriteOnce'), disk({ csi: { driver: 'd' } })],
    workload: deployment({ spec: { ...gently, replicas: 1 }, pod: mounted }),
    want: undefined,
  },
  {
    name: 'a claim whose volume is shared',
    world: [...THREE, claim('ReadWriteOnce'), disk({ nfs: { server: 's', path: '/' } })],
    workload: deployment({ spec: { ...gently, replicas: 1 }, pod: mounted }),
    want: undefined,
  },
  {
    name: 'a quota for just these pods',
    world: [...THREE, quota({ pods: '3' })],
    workload: deployment({ spec: gently }),
    want: ['KU0001', 'quota', '0 of 3 pods'],
  },
  { name: 'a quota for one more', world: [...THREE, quota({ pods: '4' })], workload: deployment({ spec: gently }), want: undefined },
  {
    name: 'a quota, and an old pod goes first',
    world: [...THREE, quota({ pods: '3' })],
    workload: deployment({ spec: inPlace }),
    want: undefined,
  },
  {
    name: 'a quota where no nodes are known',
    world: [quota({ pods: '3' })],
    workload: deployment({ spec: gently }),
    want: ['KU0001', 'quota', '0 of 3 pods'],
  },
  {
    name: 'a hard spread that counts old pods, and a node that is full',
    world: [...TWO, filler(1)],
    workload: deployment({ spec: gently, pod: spread(), container: asking('1') }),
    want: ['KU0001', 'spread', '0 of 3 pods'],
  },
  {
    name: 'a hard spread, and no node that is full',
    world: TWO,
    workload: deployment({ spec: gently, pod: spread(), container: asking('1') }),
    want: undefined,
  },
  {
    name: 'a hard spread of each revision by itself',
    world: [...TWO, filler(1)],
    workload: deployment({
      spec: { ...gently, replicas: 1 },
      pod: spread({ matchLabelKeys: ['pod-template-hash'] }),
      container: asking('1'),
    }),
    want: undefined,
  },
  { name: 'a DaemonSet that replaces in place', world: THREE, workload: of('DaemonSet', { container: hostPort }), want: undefined },
  {
    name: 'a DaemonSet that surges with a host port',
    world: THREE,
    workload: of('DaemonSet', { spec: { updateStrategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } }, container: hostPort }),
    want: ['KU0001', 'host-port', '0 of 3 pods'],
  },
  {
    name: 'a DaemonSet that surges',
    world: THREE,
    workload: of('DaemonSet', { spec: { updateStrategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } } }),
    want: undefined,
  },
  {
    name: 'a DaemonSet that surges where there is no room',
    world: THREE,
    workload: of('DaemonSet', {
      spec: { updateStrategy: { rollingUpdate: { maxSurge: '100%', maxUnavailable: 0 } } },
      container: asking('3'),
    }),
    want: ['KU0001', 'room', '0 of 3 pods'],
  },
  {
    name: 'a StatefulSet, from the last ordinal to the first',
    world: THREE,
    workload: of('StatefulSet', { spec: { replicas: 3 }, pod: apart }),
    want: undefined,
  },
  {
    name: 'pods that must be ready for a while',
    world: FOUR,
    workload: deployment({ spec: { ...gently, minReadySeconds: 30 }, pod: apart }),
    want: undefined,
  },
  {
    name: 'an update that nobody carries out',
    world: THREE,
    workload: deployment({ spec: { ...gently, paused: true }, container: asking('3') }),
    want: undefined,
  },
];

/** Takes most of a node, by its number. */
function filler(index: number): KubernetesObject {
  const node = TWO[index]?.metadata['name'] ?? '';
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `filler-${index}`, namespace: 'other' },
    spec: { nodeName: node, containers: [{ name: 'c', resources: { requests: { cpu: '2500m' } } }] },
  };
}

function compare(before: readonly KubernetesObject[], after: readonly KubernetesObject[]): readonly FactChange[] {
  assert.ok(ENGINE !== undefined);
  return ENGINE.compare(World.of(before), World.of(after));
}

for (const { name, world, workload, want } of CASES) {
  test(`an update with ${name}`, () => {
    const changes = compare([...world, workload(1)], [...world, workload(2)]);
    assert.deepEqual(
      changes.map(({ fact }) => [fact.code, fact.data['obstacle'], fact.data['step']]),
      want === undefined ? [] : [want],
    );
  });
}

test('the sentence and the remedy of a halt', () => {
  const workload = deployment({ spec: gently, pod: apart });
  const [change] = compare([...THREE, workload(1)], [...THREE, workload(2)]);
  assert.ok(change !== undefined);
  const { fact } = change;
  assert.match(
    describe(fact),
    /^the update of Deployment shop\/web stops with 0 of 3 pods replaced: no node is left that its anti-affinity would let a new pod on beside the old ones \(0\/3 nodes are available: 3 node\(s\) didn't match pod anti-affinity rules\./,
  );
  assert.equal(
    describeRemedy(fact),
    'Let an old pod go first (maxSurge: 0, maxUnavailable: 1), add a node, or prefer to keep pods apart instead of requiring it.',
  );
  assert.deepEqual(
    fact.objects.map(({ ref, path }) => [ref.kind, path]),
    [
      ['Deployment', '/spec/template/spec/affinity/podAntiAffinity'],
      ['Deployment', '/spec/strategy/rollingUpdate'],
      ['Deployment', '/spec/strategy'],
      ['Deployment', '/spec/replicas'],
      ['Deployment', '/spec/template/spec'],
    ],
  );
});

test('what fits not even afterwards is left to the scheduler, and what is refused even then to admission', () => {
  const large = deployment({ spec: gently, container: asking('9') });
  const small = deployment({ spec: gently, container: asking('1') });
  assert.deepEqual(compare([...THREE, small(1)], [...THREE, large(2)]), []);
  assert.deepEqual(compare([...THREE, small(1)], [...THREE, quota({ pods: '2' }), small(2)]), []);
});

test('another workload that comes at the same time may take the room', () => {
  const workload = deployment({ spec: gently, container: asking('2500m') });
  const other = deployment({ spec: { replicas: 1 }, container: asking('3') })(1);
  const guest = { ...other, metadata: { name: 'guest', namespace: 'shop' } };
  assert.deepEqual(compare([...FOUR, workload(1)], [...FOUR, workload(2)]), []);
  const [change] = compare([...FOUR, workload(1)], [...FOUR, workload(2), guest]);
  assert.equal(change?.fact.data['obstacle'], 'room');
  assert.ok(change.fact.objects.some(({ ref }) => ref.name === 'guest'));
});

test('a world in which nothing is updated costs nothing and says nothing', () => {
  const workload = deployment({ spec: gently, pod: apart });
  assert.deepEqual(compare([...THREE, workload(1)], [...THREE, workload(1)]), []);
  assert.deepEqual(compare(THREE, [...THREE, workload(1)]), []);
});
