export { listPathChanges } from './compare.ts';
export { listPaths } from './list.ts';
