import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { loadCoveringSolver } from '../../../../src/cli/covering-solver.ts';
import { costOf, findFault, listUnpackable, solvePacking, type OpenCoveringProgram } from '../../../../src/engine/scheduler/index.ts';
import { createRandom, createSmallInstance, findOptimum } from './random-instance.ts';

const INSTANCES = 1200;
const SEED = Number(process.env['KPLAN_SEED'] ?? 20261121);
let open: OpenCoveringProgram;

before(async () => {
  open = await loadCoveringSolver();
});

for (const isWithProgram of [true, false]) {
  test(`lower bound <= optimum <= ours, ${isWithProgram ? 'with' : 'without'} linear programs`, (t) => {
    const random = createRandom(SEED);
    const counted = { packed: 0, impossible: 0, optimal: 0, proven: 0 };
    for (let index = 0; index < INSTANCES; index++) {
      const instance = createSmallInstance(random);
      const name = `instance ${index} of seed ${SEED}`;
      const optimum = findOptimum(instance);
      const answer = solvePacking(instance, isWithProgram ? { open } : {});
      if (answer === undefined || optimum === undefined) {
        assert.equal(answer, undefined, name);
        assert.equal(optimum, undefined, name);
        assert.ok(listUnpackable(instance).length > 0, name);
        counted.impossible++;
        continue;
      }
      assert.equal(findFault(instance, answer.packing), undefined, name);
      assert.equal(costOf(instance, answer.packing), answer.upper, name);
      assert.ok(answer.lower <= optimum, `${name}: lower ${answer.lower} (${answer.proof}), optimum ${optimum}`);
      assert.ok(optimum <= answer.upper, `${name}: optimum ${optimum}, ours ${answer.upper}`);
      assert.equal(answer.proven, answer.lower === answer.upper, name);
      counted.packed++;
      if (answer.upper === optimum) counted.optimal++;
      if (answer.proven) counted.proven++;
    }
    t.diagnostic(
      `${counted.packed} packed (${counted.optimal} optimal, ${counted.proven} proven optimal), ${counted.impossible} impossible, seed ${SEED}`,
    );
    assert.ok(counted.packed >= 1000);
    assert.ok(counted.proven > counted.packed * (isWithProgram ? 0.9 : 0.6));
  });
}
