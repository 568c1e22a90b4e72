import {
  LiveWorld,
  runFleet,
  StatusKeeper,
  type DaemonLogEntry,
  type DaemonStatus,
  type FleetSource,
  type Unit,
} from '../../daemon/index.ts';
import { World } from '../../model/index.ts';
import { sha256, toKubernetesTime } from '../../std/index.ts';
import type { Arguments } from '../arguments.ts';
import { realClock } from '../clock.ts';
import { parseDuration } from '../duration.ts';
import type { Io, Log } from '../io.ts';
import { signalExit } from '../main.ts';
import { NO_CONFIG, type Config } from '../config.ts';
import { readConfig } from '../stages/config-file.ts';
import { openFace, withFace } from '../stages/daemon-face.ts';
import { openNotifier } from '../stages/daemon-notify.ts';
import { openRemoval } from '../stages/daemon-removal.ts';
import { openShare } from '../stages/daemon-share.ts';
import type { Desired } from '../stages/desired.ts';
import type { Origin } from '../stages/origin.ts';
import { chooseTarget, openTarget } from '../stages/target.ts';
import { openUnit, toUnitSession } from '../stages/unit-work.ts';
import { toUnits } from '../stages/units.ts';

/** Planning is the process's own work, reading and asking the cluster is not. */
const PLANS_AT_ONCE = 4;

/** `kapply --watch` of a repository: each of the units that its `kplan.yaml` lists is kept by itself; without a list it is one unit. */
export async function runUnits(origin: Origin, args: Arguments, io: Io, log: Log): Promise<number> {
  const opened = await openTarget(chooseTarget(args, io, log), World.EMPTY, args, io, log);
  const { cluster, embedded } = opened;
  const clock = realClock(io);
  const stop = new AbortController();
  const signal = AbortSignal.any([io.signal, stop.signal]);
  const live = new LiveWorld(cluster, clock);
  let config = NO_CONFIG;
  const face = await openFace(args, io, log, signal);
  const source = withFace(
    toSource(origin, args, io, (read) => (config = read)),
    face,
  );
  const notifier = openNotifier(source.description, io, log, face.metrics);
  const fleet = sha256(source.description).slice(0, 8);
  const share = openShare(cluster, fleet, io, log, (news) => face.metrics.noteShare(news));
  const session = toUnitSession({
    args,
    io,
    log,
    opened,
    live,
    origin,
    config: () => config,
    share,
    onPlan: (unit, plan) => face.board.notePlan(unit, plan),
  });
  const keeper = new StatusKeeper((unit) => share.fence(unit, cluster), {
    clock,
    onProblem: (unit, message) => log.step(formatEntry({ at: io.now(), level: 'warning', unit, message })),
  });
  const ends = new Map<string, number>();
  const stepping = embedded?.run({ signal });
  log.step(`watching ${source.description}, ${opened.source.description} (Ctrl-C ends)`);
  try {
    // What statuses say of units is asked as soon as they are held.
    await live.read();
    await runFleet<Desired>({
      source,
      open: (unit) => openUnit(unit, session),
      clock,
      random: () => io.random(),
      signal,
      identity: share.identity,
      interval: parseDuration(args.string('interval') ?? '30s', 'interval'),
      concurrency: PLANS_AT_ONCE,
      allow: args.list('allow'),
      share,
      onStopped: () => keeper.close(),
      removal: openRemoval(fleet, { share, cluster, live, args, io, log }),
      watchCluster: (on, until) => live.watch(on, until),
      goodOf: (unit) => live.statusOf(unit)?.good,
      approvedOf: (unit) => live.approvedOf(unit),
      log: (entry) => log.step(formatEntry(entry)),
      onStatus: (status, _, { deletionPolicy }) => {
        ends.set(status.unit, exitOf(status));
        if (share.holds(status.unit)) {
          keeper.note({ ...status, fleet, ...(deletionPolicy === 'delete' ? { deletionPolicy } : {}) });
          face.metrics.noteUnit(status, io.now());
          face.board.noteUnit(status);
          notifier.note(status, () => live.statusOf(status.unit));
        } else {
          notifier.forget(status.unit);
          keeper.forget(status.unit);
          face.board.forgetUnit(status.unit);
          face.metrics.forgetUnit(status.unit);
        }
      },
      onRemoved: ({ name, deletionPolicy }) => {
        face.metrics.forgetUnit(name);
        face.board.forgetUnit(name);
        notifier.forget(name);
        if (deletionPolicy === 'delete') return;
        const message = `no longer listed: what it owns is kept; \`kapply delete --unit ${name}\` removes it`;
        log.step(formatEntry({ at: io.now(), level: 'warning', unit: name, message }));
      },
      onSettled: () => (args.has('once') ? stop.abort('once') : undefined),
    });
  } finally {
    stop.abort('done');
    await notifier.close();
    await stepping;
    await live.close();
    await cluster.close();
    origin.close();
  }
  return signalExit(io) ?? Math.max(0, ...ends.values());
}

function formatEntry({ at, level, unit, message }: DaemonLogEntry): string {
  return `${toKubernetesTime(at)} ${level === 'info' ? '' : `${level} `}${unit === '' ? '' : `${unit}: `}${message}`;
}

function toSource(origin: Origin, args: Arguments, io: Io, onConfig: (config: Config) => void): FleetSource {
  let last: { readonly id: string; readonly units: readonly Unit[] } | undefined;
  return {
    description: origin.description,
    read: async () => {
      const revision = await origin.update();
      if (last?.id !== revision.id) {
        const config = await origin.reading(() => readConfig(args, io, origin.root));
        last = { id: revision.id, units: toListed(config, origin, args) };
        onConfig(config);
      }
      return { ...revision, units: last.units };
    },
    watch: origin.watch,
  };
}

function toListed(config: Config, { description }: Origin, args: Arguments): readonly Unit[] {
  if (config.units.length > 0) return toUnits(config);
  const name = args.string('unit') ?? config.unit ?? nameOf(description);
  return toUnits({ ...config, units: [{ value: { name, path: '.' }, place: description }] });
}

/** `https://git.example/team/shop.git at main` is the unit `shop`. */
function nameOf(description: string): string {
  const [url = ''] = description.split(' at ');
  const last = url.replace(/\/+$/, '').split(/[/:]/).at(-1) ?? '';
  const name = last
    .replace(/\.git$/, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return name === '' ? 'unit' : name;
}

/** How `--once` ends: as `kapply` would for the unit that came off worst. */
function exitOf({ outcome, reasons }: DaemonStatus): number {
  switch (outcome) {
    case 'failed':
      return 1;
    case 'held':
    case 'unreadable':
    case 'waiting':
      return 3;
    default:
      return reasons.length > 0 ? 1 : 0;
  }
}
