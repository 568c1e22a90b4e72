export { listConnectionChanges, nameOfEnd } from './changes.ts';
export { listConnections, type ConnectionEnd } from './connections.ts';
export { networkEngine } from './engine.ts';
export { NETWORK_LEAVES_OUT } from './left-out.ts';
export { findFault, parseFocusConnection, printGuardDiff, printGuardList, type GuardFormat, type GuardOptions } from './npguard/index.ts';
export { formatPorts, isProtocol, listPortRanges, PROTOCOLS, type PortSet, type Protocol } from './port-set.ts';
export { isAllowed, type Flow, type MatchingRule, type SideVerdict, type Verdict } from './reach.ts';
export { listWorkloads } from './workload.ts';
