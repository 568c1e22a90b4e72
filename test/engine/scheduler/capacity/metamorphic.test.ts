import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { loadCoveringSolver } from '../../../../src/cli/covering-solver.ts';
import type { OpenCoveringProgram } from '../../../../src/engine/scheduler/index.ts';
import type { KubernetesObject } from '../../../../src/model/index.ts';
import { createRandom } from '../packing/random-instance.ts';
import { apart, capacityOf, workload } from './fixture.ts';

const WORLDS = 60;
const SEED = Number(process.env['KPLAN_SEED'] ?? 20261122);
let open: OpenCoveringProgram;
before(async () => {
  open = await loadCoveringSolver();
});

interface Piece {
  readonly replicas: number;
  readonly cpu: number;
  readonly memory: number;
  readonly isApart: boolean;
}

/** Some workloads and shapes, told in numbers; `times` multiplies every amount. */
interface Setting {
  readonly pieces: readonly Piece[];
  readonly shapes: readonly { readonly cpu: number; readonly memory: number; readonly price: number }[];
}

function createSetting(random: () => number): Setting {
  const upTo = (most: number): number => 1 + Math.floor(random() * most);
  const pieces = Array.from({ length: 1 + upTo(5) }, () => ({
    replicas: upTo(6),
    cpu: 100 * upTo(20),
    memory: 128 * upTo(30),
    isApart: random() < 0.2,
  }));
  const shapes = [
    { cpu: 2000, memory: 8192, price: 100 + upTo(20) },
    { cpu: 4000, memory: 8192, price: 170 + upTo(40) },
  ];
  return { pieces, shapes };
}

function numbersOf({ pieces, shapes }: Setting, nameOf: (index: number) => string, times: number): unknown {
  const objects = pieces.map((piece, index): KubernetesObject => {
    const name = nameOf(index);
    const requests = { cpu: `${piece.cpu * times}m`, memory: `${piece.memory * times}Mi` };
    return workload(name, { replicas: piece.replicas, requests, spec: piece.isApart ? apart(name) : {} });
  });
  const specs = shapes.map(
    ({ cpu, memory, price }, index) => `s${index}=${(cpu * times) / 1000}cpu,${memory * times}Mi,price=${price / 1000}`,
  );
  const { fleets } = capacityOf(objects, { shapes: specs, open });
  return fleets.map(({ answer }) => [answer?.count, answer?.lower, answer?.upper, answer?.nodes]);
}

for (const [name, change] of [
  ['renaming workloads', (setting: Setting) => numbersOf(setting, (index) => `w${9 - index}x`, 1)],
  ['permuting workloads', (setting: Setting) => numbersOf({ ...setting, pieces: setting.pieces.toReversed() }, (index) => `a${index}`, 1)],
  ['scaling every amount', (setting: Setting) => numbersOf(setting, (index) => `a${index}`, 3)],
] as const) {
  test(`${name} changes no number`, () => {
    const random = createRandom(SEED);
    for (let index = 0; index < WORLDS; index++) {
      const setting = createSetting(random);
      const plain = numbersOf(setting, (piece) => `a${piece}`, 1);
      assert.deepEqual(change(setting), plain, `world ${index} of seed ${SEED}`);
    }
  });
}
