export { parseLabelSelector, type SelectorSyntaxError } from './label-selector.ts';
export { ObjectPages } from './object-pages.ts';
export { formatStatusError } from './port.ts';
export { readWorld } from './read-world.ts';
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
export { flattenDump } from './snapshot-dump.ts';
export { openSnapshot, type SnapshotOptions } from './snapshot.ts';
