export { isAllowed, type Flow, type SideVerdict, type Verdict } from './reach.ts';
export { PROTOCOLS, type Protocol } from './port-set.ts';
export { listConnections, type Connection, type ConnectionEnd } from './connections.ts';
export { networkEngine } from './engine.ts';
