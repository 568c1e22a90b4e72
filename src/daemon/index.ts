export { runDaemon, type DaemonLogEntry, type DaemonOptions, type DaemonSource } from './run-daemon.ts';
export { watchDirectory } from './source-watch.ts';
export { readDaemonStatus, type DaemonStatus } from './status-file.ts';
export type { SourceState } from './synchronise.ts';
