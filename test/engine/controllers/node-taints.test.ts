import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expandWorld } from '../../../src/engine/controllers/index.ts';
import { nameOf, World, type KubernetesObject } from '../../../src/model/index.ts';
import { getArray, getObject, getString, type JsonObject } from '../../../src/std/index.ts';
import { workload } from './workloads.ts';

const node = (conditions: Readonly<Record<string, string>>, spec: JsonObject = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'n' },
  spec,
  status: { conditions: Object.entries(conditions).map(([type, status]) => ({ type, status })) },
});

const CASES: readonly { name: string; node: KubernetesObject; want: readonly string[] }[] = [
  { name: 'all is well', node: node({ Ready: 'True', MemoryPressure: 'False', DiskPressure: 'Unknown' }), want: [] },
  { name: 'nothing is said', node: node({}), want: [] },
  { name: 'not ready', node: node({ Ready: 'False' }), want: ['not-ready:NoSchedule', 'not-ready:NoExecute'] },
  { name: 'lost', node: node({ Ready: 'Unknown' }), want: ['unreachable:NoSchedule', 'unreachable:NoExecute'] },
  {
    name: 'short of everything',
    node: node({ DiskPressure: 'True', MemoryPressure: 'True', NetworkUnavailable: 'True', PIDPressure: 'True' }),
    want: ['disk-pressure:NoSchedule', 'memory-pressure:NoSchedule', 'network-unavailable:NoSchedule', 'pid-pressure:NoSchedule'],
  },
  { name: 'cordoned', node: node({ Ready: 'True' }, { unschedulable: true }), want: ['unschedulable:NoSchedule'] },
  {
    name: 'tainted already',
    node: node({ Ready: 'True' }, { unschedulable: true, taints: [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }] }),
    want: ['unschedulable:NoSchedule'],
  },
];

for (const { name, node: given, want } of CASES) {
  test(`taints of a node: ${name}`, () => {
    const [tainted] = expandWorld(World.of([given])).byKind('', 'Node');
    const taints = getArray(tainted, 'spec', 'taints').map(
      (taint) => `${getString(taint, 'key') ?? ''}:${getString(taint, 'effect') ?? ''}`,
    );
    assert.deepEqual(
      taints.map((taint) => taint.replace('node.kubernetes.io/', '')),
      want,
    );
  });
}

const daemonNodesOf = (given: KubernetesObject, ...pods: readonly KubernetesObject[]): readonly string[] =>
  expandWorld(World.of([given, workload('DaemonSet'), ...pods]))
    .byKind('', 'Pod')
    .map(nameOf);

test('a DaemonSet comes to a node that is short of memory or cordoned, and not to one that is not ready', () => {
  assert.deepEqual(daemonNodesOf(node({ Ready: 'True', MemoryPressure: 'True' }, { unschedulable: true })), ['app-0']);
  assert.deepEqual(daemonNodesOf(node({ Ready: 'False' })), []);
});

test('a pod of a DaemonSet stays on a node that is closed to new ones, and goes from one that drives it away', () => {
  const [made] = expandWorld(World.of([node({}), workload('DaemonSet')])).byKind('', 'Pod');
  assert.ok(made !== undefined);
  const pod = { ...made, metadata: { ...made.metadata, uid: 'u' }, spec: { ...getObject(made, 'spec'), nodeName: 'n' } };
  const tainted = (effect: string): KubernetesObject => node({ Ready: 'True' }, { taints: [{ key: 'team', effect }] });
  assert.deepEqual(daemonNodesOf(node({ Ready: 'False' }), pod), ['app-0']);
  assert.deepEqual(daemonNodesOf(tainted('NoSchedule'), pod), ['app-0']);
  assert.deepEqual(daemonNodesOf(tainted('NoExecute'), pod), []);
});
