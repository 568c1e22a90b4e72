export { listPathChanges, listPathObjects } from './compare.ts';
export { listPathDenials, type PathDenial } from './denial.ts';
export { comparePaths, listPaths, type EscalationPath } from './list.ts';
export { describePath } from './path.ts';
