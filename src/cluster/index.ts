export { parseLabelSelector } from './label-selector.ts';
export { ObjectPages } from './object-pages.ts';
export { formatStatusError } from './port.ts';
export { openApiCluster } from './api/api-cluster.ts';
export { hasAccess, openAccess } from './kubeconfig/access.ts';
export { isRead, readWorld, type ReadingScope, type WorldReading } from './read-world.ts';
export type {
  ApplyOptions,
  Cluster,
  ClusterIdentity,
  DeleteOptions,
  ListQuery,
  ObjectList,
  ResourceType,
  StatusError,
  WatchEvent,
  WriteOptions,
  WriteResult,
} from './port.ts';
export { openSnapshot } from './snapshot.ts';
export { WatchedWorld } from './watched-world.ts';
