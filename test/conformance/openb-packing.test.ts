import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { loadCoveringSolver } from '../../src/cli/covering-solver.ts';
import { costOf, findFault, solvePacking, type PackingInstance } from '../../src/engine/scheduler/index.ts';

const FIXTURES = new URL('../../../shared/fixtures/openb-gpu-trace/', import.meta.url);
const PODS = 8152;

/**
 * The pods and nodes of Alibaba's openb GPU trace, read where they stand beside the checkout: how few nodes would do, and how near
 * that is to a proven bound. A pod's share of a GPU counts in thousandths. Without the trace the suite says so, and fails where
 * KPLAN_CONFORMANCE=required.
 */
if (existsSync(new URL('openb_pod_list_default.csv', FIXTURES))) runSuite();
else {
  test('openb: the trace is not beside this checkout', (t) => {
    t.diagnostic(`0 of ${PODS} pods were packed: ../shared/fixtures/openb-gpu-trace is not there`);
    assert.notEqual(process.env['KPLAN_CONFORMANCE'], 'required', 'conformance is required and its fixtures are missing');
  });
}

function runSuite(): void {
  const pods = readRows('openb_pod_list_default.csv').map(([, cpu = '', memory = '', gpus = '', share = '']) =>
    [Number(cpu), Number(memory), Number(gpus) * Number(share), 1].join(),
  );
  const nodes = readRows('openb_node_list_all_node.csv').map(([, cpu = '', memory = '', gpus = '', model = '']) => ({
    name: `${cpu}/${memory}/${gpus}${model}`,
    capacity: [Number(cpu), Number(memory), Number(gpus) * 1000, 110],
  }));
  const shapes = [...new Map(nodes.map((node) => [node.name, node])).values()];
  const cases: readonly {
    readonly name: string;
    readonly shapes: typeof shapes;
    readonly cost: (capacity: readonly number[]) => number;
    readonly most: number;
  }[] = [
    { name: 'the largest nodes alone', shapes: shapes.filter(({ name }) => name === '128000/786432/8G3'), cost: () => 1, most: 0.015 },
    { name: 'nodes of every kind', shapes, cost: () => 1, most: 0.015 },
    {
      name: 'the cheapest, a GPU being as dear as 16 cores',
      shapes,
      cost: ([cpu = 0, , gpus = 0]) => cpu / 1000 + (gpus / 1000) * 16,
      most: 0.02,
    },
  ];
  for (const { name, shapes: chosen, cost, most } of cases) {
    test(`openb: ${name}`, async (t) => {
      const instance = toInstance(
        pods,
        chosen.map((shape) => ({ ...shape, cost: cost(shape.capacity) })),
      );
      const answer = solvePacking(instance, { open: await loadCoveringSolver() });
      assert.ok(answer !== undefined);
      assert.equal(findFault(instance, answer.packing), undefined);
      assert.equal(costOf(instance, answer.packing), answer.upper);
      assert.ok(answer.lower <= answer.upper);
      t.diagnostic(
        `${pods.length} pods of ${instance.groups.length} kinds on ${chosen.length} shapes: at least ${answer.lower} (${answer.proof}), found ${answer.upper} (${answer.method}), gap ${(answer.gap * 100).toFixed(3)}%${answer.proven ? ', proven optimal' : ''}; the trace has ${nodes.length} nodes`,
      );
      assert.ok(answer.gap <= most, `gap ${answer.gap}`);
    });
  }
  test('openb: every pod was there', () => assert.equal(pods.length, PODS));
}

function readRows(file: string): readonly (readonly string[])[] {
  return readFileSync(new URL(file, FIXTURES), 'utf8')
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((row) => row.trim().split(','));
}

function toInstance(
  pods: readonly string[],
  shapes: readonly { readonly name: string; readonly capacity: readonly number[]; readonly cost: number }[],
): PackingInstance {
  const counts = new Map<string, number>();
  for (const key of pods) counts.set(key, (counts.get(key) ?? 0) + 1);
  const groups = [...counts].map(([key, count]) => ({
    name: key,
    count,
    amounts: key.split(',').map(Number),
    mostPerNode: Number.MAX_SAFE_INTEGER,
    fewestNodes: 1,
  }));
  return {
    resources: ['cpu', 'memory', 'gpu', 'pods'],
    groups,
    shapes: shapes.map((shape) => ({ ...shape, accepts: groups.map(() => true) })),
    conflicts: groups.map(() => new Set<number>()),
  };
}
