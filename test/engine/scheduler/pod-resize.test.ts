import assert from 'node:assert/strict';
import { test } from 'node:test';
import { schedule } from '../../../src/engine/scheduler/index.ts';
import { World, type KubernetesObject } from '../../../src/model/index.ts';
import type { JsonObject } from '../../../src/std/index.ts';
import { node, pod } from './cluster-fixture.ts';

const state = (actuated: string, allocated: string): JsonObject => ({
  containerStatuses: [{ name: 'main', resources: { requests: { cpu: actuated } }, allocatedResources: { cpu: allocated } }],
});
const PENDING = (reason: string): JsonObject => ({ conditions: [{ type: 'PodResizePending', reason }] });

const CASES: readonly { name: string; status: JsonObject; spec?: JsonObject; held: number }[] = [
  { name: 'what the spec asks for', status: {}, held: 2 },
  { name: 'what is in force until a smaller size is', status: state('3', '2'), held: 3 },
  { name: 'what is set aside and not in force yet', status: state('1', '3'), held: 3 },
  { name: 'what is asked for before it is set aside', status: { ...state('1', '1'), ...PENDING('Deferred') }, held: 2 },
  { name: 'what is in force where more can never be had', status: { ...state('1', '1'), ...PENDING('Infeasible') }, held: 1 },
  { name: 'what the spec asks for where nothing is known to be in force', status: { containerStatuses: [{ name: 'main' }] }, held: 2 },
  {
    name: 'what is in force for the pod as a whole',
    status: { resources: { requests: { cpu: '3' } }, allocatedResources: { cpu: '2' } },
    spec: { resources: { requests: { cpu: '2' } } },
    held: 3,
  },
];

/** How much of the four CPUs of a node is left beside a pod: the most that another one finds room for. */
function leftBeside(placed: KubernetesObject): number {
  const fits = (cpu: number): boolean => {
    const asking = pod('new', { requests: { cpu: String(cpu) } });
    return schedule(World.of([node('n'), placed, asking])).placements[0]?.node === 'n';
  };
  return [4, 3, 2, 1].find(fits) ?? 0;
}

for (const { name, status, spec = {}, held } of CASES) {
  test(`a pod on its node holds ${name}`, () => {
    const placed = pod('old', { on: 'n', requests: { cpu: '2' }, spec });
    assert.equal(4 - leftBeside({ ...placed, status: { phase: 'Running', ...status } }), held);
  });
}
