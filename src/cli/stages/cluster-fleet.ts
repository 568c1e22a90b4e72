import {
  LiveWorld,
  runFleet,
  StatusKeeper,
  type DaemonLogEntry,
  type DaemonStatus,
  type FleetSource,
  type Neighbours,
  type Notifier,
  type Tracer,
} from '../../daemon/index.ts';
import { KplanError, World } from '../../model/index.ts';
import { pause } from '../../std/index.ts';
import type { Arguments } from '../arguments.ts';
import { realClock } from '../clock.ts';
import type { Config } from '../config.ts';
import { parseDuration } from '../duration.ts';
import type { Io } from '../io.ts';
import type { DaemonLog } from './daemon-log.ts';
import type { OpenedFace } from './daemon-face.ts';
import { openRemoval } from './daemon-removal.ts';
import { openShare } from './daemon-share.ts';
import type { Desired } from './desired.ts';
import type { Origin } from './origin.ts';
import { chooseTarget, openTarget, type OpenedCluster } from './target.ts';
import { openUnit, toUnitSession } from './unit-work.ts';

/** The units that are read and planned at once: their sources are held meanwhile, and to plan many together costs little more than one. */
const UNITS_AT_ONCE = 100;
const RETRY = 10_000;

/** What the fleets of one daemon have in common. */
export interface FleetParts {
  readonly args: Arguments;
  readonly io: Io;
  readonly log: DaemonLog;
  readonly signal: AbortSignal;
  readonly origin: Origin;
  readonly config: () => Config;
  /** Names the daemons that follow the same source. */
  readonly fleet: string;
  readonly identity: string;
  readonly face: OpenedFace;
  readonly notifier: Notifier;
  readonly tracer: Tracer;
  /** The fleets of all clusters. */
  readonly neighbours: Neighbours;
  readonly onStatus: (status: DaemonStatus) => void;
}

/** The units of one cluster: those that name the context, or none. */
export interface ClusterPart {
  readonly context: string | undefined;
  readonly source: FleetSource;
  /** Called whenever its units have nothing to do, or its cluster cannot be reached. */
  readonly onSettled: (isReachable: boolean) => void;
  /** Whether a cluster that cannot be reached at first ends the daemon: no other would go on. */
  readonly isAlone: boolean;
}

/** Keeps the units of one cluster until the signal aborts. One that cannot be reached is tried again, and holds up no other. */
export async function keepCluster(part: ClusterPart, parts: FleetParts): Promise<void> {
  const { io, log, face, signal } = parts;
  const { context } = part;
  const args = toClusterArguments(parts.args, context);
  let told = '';
  for (;;) {
    const problem = await tryKeep(part, { ...parts, args });
    if (problem === undefined) return;
    face.metrics.noteCluster(false, context);
    face.noteCluster(context, problem);
    if (told !== problem) log.warn(`${nameOf(context)} cannot be reached: ${problem}; its units wait, others go on`);
    told = problem;
    part.onSettled(false);
    if (!(await pause(realClock(io), RETRY * (1 + io.random() / 5), signal))) return;
  }
}

/** Answers why the cluster cannot be kept, if so. */
async function tryKeep(part: ClusterPart, parts: FleetParts): Promise<string | undefined> {
  const { args, io, log } = parts;
  try {
    const opened = await openTarget(chooseTarget(args, io, log), World.EMPTY, args, io, log);
    await keepOpened(opened, part, parts);
    return undefined;
  } catch (error) {
    if (part.isAlone || !(error instanceof KplanError)) throw error;
    return error.message;
  }
}

async function keepOpened(opened: OpenedCluster, { context, source, onSettled }: ClusterPart, parts: FleetParts): Promise<void> {
  const { args, io, log, origin, config, face, fleet, identity, neighbours, notifier, tracer, signal, onStatus } = parts;
  const { cluster, embedded } = opened;
  const clock = realClock(io);
  const live = new LiveWorld(cluster, clock, (problem) => {
    face.metrics.noteCluster(problem === undefined, context);
    face.noteCluster(context, problem);
  });
  const place = context === undefined ? {} : { cluster: context };
  const say = (entry: DaemonLogEntry): void => log.entry(entry, context);
  const share = openShare(cluster, { fleet, identity, context }, io, log, (news) => face.metrics.noteShare(news, context));
  const session = toUnitSession({
    args,
    io,
    log,
    opened,
    live,
    origin,
    config,
    share,
    onPlan: (unit, plan) => face.board.notePlan(unit, plan),
  });
  const keeper = new StatusKeeper((unit) => share.fence(unit, cluster), {
    clock,
    onProblem: (unit, message) => say({ at: io.now(), level: 'warning', unit, message }),
  });
  const forget = (unit: string): void => {
    // Another cluster's fleet may have taken it over by now.
    if (face.board.clusterOf(unit) !== context) return;
    face.board.forgetUnit(unit);
    face.metrics.forgetUnit(unit);
    notifier.forget(unit);
    tracer.forget(unit);
  };
  const stepping = embedded?.run({ signal });
  log.step(`watching ${source.description}, ${opened.source.description} (Ctrl-C ends)`);
  try {
    // What statuses say of units is asked as soon as they are held.
    await live.read();
    await runFleet<Desired>({
      source,
      keeps: (unit) => unit.context === context,
      open: (unit) => openUnit(unit, session),
      clock,
      random: () => io.random(),
      signal,
      identity,
      interval: parseDuration(args.string('interval') ?? '30s', 'interval'),
      concurrency: UNITS_AT_ONCE,
      allow: args.list('allow'),
      share,
      onStopped: () => keeper.close(),
      removal: openRemoval(fleet, { share, cluster, live, args, io, log }),
      watchCluster: (on, until) => live.watch(on, until),
      goodOf: (unit) => live.statusOf(unit)?.good,
      approvedOf: (unit) => live.approvedOf(unit),
      log: say,
      onStatus: (loopStatus, _, { deletionPolicy }) => {
        const status = { ...loopStatus, ...place };
        onStatus(status);
        if (share.holds(status.unit)) {
          keeper.note({ ...loopStatus, fleet, ...(deletionPolicy === 'delete' ? { deletionPolicy } : {}) });
          face.metrics.noteUnit(status, io.now());
          face.board.noteUnit(status);
          tracer.note(status, io.now());
          notifier.note(status, () => live.statusOf(status.unit));
        } else {
          keeper.forget(status.unit);
          forget(status.unit);
        }
      },
      onRemoved: ({ name, deletionPolicy }) => {
        forget(name);
        if (deletionPolicy === 'delete') return;
        const command = `kapply delete --unit ${name}${context === undefined ? '' : ` --context ${context}`}`;
        say({ at: io.now(), level: 'warning', unit: name, message: `no longer listed: what it owns is kept; \`${command}\` removes it` });
      },
      neighbours,
      onSettled: () => onSettled(true),
    });
  } finally {
    await stepping;
    await live.close();
    await cluster.close();
  }
}

function nameOf(context: string | undefined): string {
  return context === undefined ? "the daemon's own cluster" : `the cluster of context ${context}`;
}

/** A context in place of that of the command line; beside an embedded cluster, each context is one of its own. */
function toClusterArguments(args: Arguments, context: string | undefined): Arguments {
  if (context === undefined) return args;
  const embedded = args.string('embedded');
  const folder = embedded === undefined ? undefined : `${embedded.replace(/\/+$/, '')}-${context.replaceAll(/[^A-Za-z0-9._-]/g, '-')}`;
  return {
    ...args,
    string: (flag) => {
      if (flag === 'embedded') return folder;
      return flag === 'context' && folder === undefined ? context : args.string(flag);
    },
  };
}
