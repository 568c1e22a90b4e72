export type { CoveringColumn, CoveringProgram, OpenCoveringProgram } from './covering-program.ts';
export { costOf, findFault, listUnpackable, type NodeShape, type PackingGroup, type PackingInstance } from './instance.ts';
export { solvePacking } from './solve-packing.ts';
