import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { World } from '../../../../src/model/index.ts';
import { buildGraph } from '../../../../src/engine/rbac/escalation/build.ts';
import { ESCAPES } from './escapes.ts';
import { guarded, object, pod } from './primitive.ts';
import type { KubernetesObject } from '../../../../src/model/index.ts';

/** Whether a Pod of `prey` leads to its node. */
function escapes(...objects: readonly KubernetesObject[]): boolean {
  const { graph } = buildGraph(World.of(objects));
  const from = graph.find('workload Pod prey/web') ?? -1;
  return (graph.outgoing[from] ?? []).some((index) => graph.edges[index]?.step === 'escape');
}

describe('from a container to its node', () => {
  for (const { name, spec, twin } of ESCAPES) {
    test(name, () => assert.ok(escapes(pod('web', spec))));
    test(`${name}; not so: ${twin.why}`, () => assert.ok(!escapes(pod('web', twin.spec))));
    test(`${name}; not so where Pod Security refuses it`, () => assert.ok(!escapes(guarded('baseline'), pod('web', spec))));
  }

  const claim = { containers: [{ name: 'main', image: 'busybox', volumeMounts: [{ name: 'data', mountPath: '/data' }] }] };
  const claiming = { ...claim, volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] };
  const volume = (path: string): KubernetesObject =>
    object('v1', 'PersistentVolume', 'disk', { spec: { hostPath: { path }, claimRef: { namespace: 'prey', name: 'data' } } }, '');
  test('a claim whose volume is a folder of the node leads there past Pod Security', () => {
    const bound = object('v1', 'PersistentVolumeClaim', 'data', { spec: { volumeName: 'disk' } });
    assert.ok(escapes(guarded('restricted'), bound, volume('/'), pod('web', claiming)));
    assert.ok(escapes(guarded('restricted'), volume('/'), pod('web', claiming)));
    assert.ok(!escapes(guarded('restricted'), bound, volume('/srv'), pod('web', claiming)));
  });
});
