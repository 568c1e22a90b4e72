export { createRolloutEngine } from './engine.ts';
export { ROLLOUT_LEAVES_OUT } from './left-out.ts';
