export { listPathChanges } from './compare.ts';
