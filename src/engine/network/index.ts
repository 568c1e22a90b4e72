export { listConnections, type ConnectionEnd } from './connections.ts';
export { networkEngine } from './engine.ts';
export { NETWORK_LEAVES_OUT } from './left-out.ts';
export { PROTOCOLS, type Protocol } from './port-set.ts';
export { isAllowed, type Flow, type Verdict } from './reach.ts';
