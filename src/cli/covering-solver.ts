import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import highsModule, { type Highs } from 'highs';
import type { CoveringColumn, CoveringProgram, OpenCoveringProgram } from '../engine/scheduler/index.ts';

// Its types are those of the CommonJS build, where the loader is a property; the ES module, which is imported, is the loader.
const loadHighs = highsModule as unknown as typeof highsModule.default;

/** Loads the linear programming solver: HiGHS as WebAssembly. To be imported when it is needed only, for it is large. */
export async function loadCoveringSolver(): Promise<OpenCoveringProgram> {
  const highs = await loadHighs({ locateFile: findBinary });
  return (demands) => openProgram(highs, demands);
}

/** Beside the bundle where kplan is built, in the package where it is run from source. */
function findBinary(): string {
  const bundled = fileURLToPath(new URL('../highs.wasm', import.meta.url));
  return existsSync(bundled) ? bundled : createRequire(import.meta.url).resolve('highs/runtime');
}

function openProgram(highs: Highs, demands: readonly number[]): CoveringProgram {
  const model = highs.createModel();
  model.options.set({ output_flag: false, random_seed: 0 });
  for (const demand of demands) model.addRow(demand, highs.infinity, { indices: [], values: [] });
  return {
    add: (columns) => model.addCols(toColumnData(columns, demands.length, highs.infinity)),
    solve: () => {
      model.run();
      if (model.getModelStatus() !== highs.constants.modelStatus.optimal) return undefined;
      const { colValue, rowDual } = model.getSolution();
      return { cost: model.getObjectiveValue(), columns: colValue, rows: rowDual };
    },
    close: () => model.dispose(),
  };
}

function toColumnData(
  columns: readonly CoveringColumn[],
  rows: number,
  infinity: number,
): Parameters<ReturnType<Highs['createModel']>['addCols']>[0] {
  const starts = new Int32Array(columns.length + 1);
  for (const [i, { entries }] of columns.entries()) starts[i + 1] = (starts[i] ?? 0) + entries.length;
  const entries = columns.flatMap((column) => column.entries);
  return {
    cost: Float64Array.from(columns, ({ cost }) => cost),
    lower: new Float64Array(columns.length),
    upper: new Float64Array(columns.length).fill(infinity),
    matrix: {
      format: 'csc',
      numRows: rows,
      numCols: columns.length,
      starts,
      indices: Int32Array.from(entries, ([row]) => row),
      values: Float64Array.from(entries, ([, amount]) => amount),
    },
  };
}
