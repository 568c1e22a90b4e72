export type { CoveringColumn, CoveringProgram, OpenCoveringProgram } from './covering-program.ts';
export { costOf, findFault, listUnpackable, type Packing, type PackingGroup, type PackingInstance, type PackingShape } from './instance.ts';
export { solvePacking, type PackingAnswer } from './solve-packing.ts';
