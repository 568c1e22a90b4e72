export { formatStatusError } from './port.ts';
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
