import { visitConnections, type Connection } from '../../../src/engine/network/index.ts';
import type { World } from '../../../src/model/index.ts';

/** All connections of a small world. */
export function listConnections(world: World): readonly Connection[] {
  const connections: Connection[] = [];
  visitConnections(world, (from, to, ports) => connections.push({ from, to, ports }));
  return connections;
}
