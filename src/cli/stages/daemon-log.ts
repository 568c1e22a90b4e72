import { toTraceId, type DaemonLogEntry } from '../../daemon/index.ts';
import { stringifyJson, toKubernetesTime, type JsonObject } from '../../std/index.ts';
import type { Arguments } from '../arguments.ts';
import type { Io, Log } from '../io.ts';

/** The log of a daemon: what any command says, and what happens to units. */
export interface DaemonLog extends Log {
  /** `context` names the unit's cluster, where it is not the daemon's own. */
  readonly entry: (entry: DaemonLogEntry, context?: string) => void;
}

/** Lines for people, or with `--log-format json` an object a line: `time`, `level`, `message`, and of a unit `unit`, `cluster`, `revision`, `traceId`. */
export function openDaemonLog(args: Arguments, io: Io, log: Log): DaemonLog {
  if (args.string('log-format') !== 'json') return { ...log, entry: (entry, context) => log.step(formatEntry(entry, context)) };
  const write = (fields: JsonObject, at: number = io.now()): string => stringifyJson({ time: new Date(at).toISOString(), ...fields });
  return {
    warn: (message) => log.warn(write({ level: 'warning', message })),
    step: (message) => log.step(write({ level: 'info', message })),
    detail: (message) => log.detail(write({ level: 'debug', message })),
    entry: ({ at, level, unit, message, revision }, cluster) =>
      log.step(
        write(
          {
            level,
            message,
            ...(unit === '' ? {} : { unit }),
            ...(cluster === undefined ? {} : { cluster }),
            ...(revision === undefined ? {} : { revision, traceId: toTraceId(revision) }),
          },
          at,
        ),
      ),
  };
}

function formatEntry({ at, level, unit, message }: DaemonLogEntry, context: string | undefined): string {
  const where = context === undefined ? unit : `${unit} (${context})`.trimStart();
  return `${toKubernetesTime(at)} ${level === 'info' ? '' : `${level} `}${where === '' ? '' : `${where}: `}${message}`;
}
