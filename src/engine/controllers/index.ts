export { expandWorld } from './expand-world.ts';
