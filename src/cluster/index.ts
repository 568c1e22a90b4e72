export { applyTaking } from './apply-taking.ts';
export { parseLabelSelector } from './label-selector.ts';
export { ObjectPages } from './object-pages.ts';
export { formatStatusError } from './port.ts';
export { openAgent } from './api/agent.ts';
export { openApiCluster } from './api/api-cluster.ts';
export { openAccess } from './kubeconfig/access.ts';
export { hasAccess } from './kubeconfig/has-access.ts';
export { findProxy } from './kubeconfig/proxy.ts';
export { isHelmRelease, isRead, readWorld, type ReadingScope, type WorldReading } from './read-world.ts';
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
export { readRequestInfo, type RequestInfo } from './request-info.ts';
export { openSnapshot } from './snapshot.ts';
export { WatchedWorld } from './watched-world.ts';
