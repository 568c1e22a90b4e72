export { ALL_ADDRESSES, formatAddresses, type AddressSet } from './address.ts';
export { listConnections, type Connection, type ConnectionEnd } from './connections.ts';
export { networkEngine } from './engine.ts';
export { NETWORK_LEAVES_OUT } from './left-out.ts';
export { formatPorts, listPortRanges, PROTOCOLS, type PortRange, type PortSet, type Protocol } from './port-set.ts';
export { isAllowed, type Flow, type SideVerdict, type Verdict } from './reach.ts';
export type { ContainerPort, Workload } from './workload.ts';
