export type { Cause, SyncOutcome } from './loop.ts';
export { runDaemon, type DaemonLogEntry, type DaemonOptions, type DaemonSource } from './run-daemon.ts';
export { readDaemonStatus, type DaemonPhase, type DaemonStatus } from './status-file.ts';
export { listBlockers, type DaemonParts, type Policy, type SourceState } from './synchronise.ts';
export { watchDirectory } from './source-watch.ts';
