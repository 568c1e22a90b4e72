export { drainNodes } from './drain.ts';
export { listNodeLosses, listZoneLosses, loseNodes } from './loss.ts';
