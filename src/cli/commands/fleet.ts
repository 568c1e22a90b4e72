import { Neighbours, SharedSource, type DaemonStatus, type FleetSource, type Unit } from '../../daemon/index.ts';
import { KplanError } from '../../model/index.ts';
import { getString, pause, sha256 } from '../../std/index.ts';
import type { Arguments } from '../arguments.ts';
import { realClock } from '../clock.ts';
import { NO_CONFIG, type Config } from '../config.ts';
import { parseDuration } from '../duration.ts';
import type { Io, Log } from '../io.ts';
import { signalExit } from '../main.ts';
import { keepCluster, type FleetParts } from '../stages/cluster-fleet.ts';
import { readConfig } from '../stages/config-file.ts';
import { openFace, withFace } from '../stages/daemon-face.ts';
import { openDaemonLog } from '../stages/daemon-log.ts';
import { openTracer } from '../stages/daemon-trace.ts';
import { openNotifier } from '../stages/daemon-notify.ts';
import { toIdentity } from '../stages/daemon-share.ts';
import { findUnits } from '../stages/found/find-units.ts';
import type { Origin } from '../stages/origin.ts';
import { toUnits } from '../stages/units.ts';

/** Between two looks for a cluster that units name newly, and for a source that cannot be read at first. */
const LOOK = 1_000;
const RETRY = 5_000;

/** `kapply --watch` of a repository: each of the units that its `kplan.yaml` lists is kept by itself; without a list it is one unit. */
export async function runUnits(origin: Origin, args: Arguments, io: Io, plainLog: Log): Promise<number> {
  const log = openDaemonLog(args, io, plainLog);
  const identity = toIdentity(io);
  const clock = realClock(io);
  const stop = new AbortController();
  const signal = AbortSignal.any([io.signal, stop.signal]);
  const interval = parseDuration(args.string('interval') ?? '30s', 'interval');
  let config = NO_CONFIG;
  try {
    const face = await openFace(args, io, log, signal);
    const read = toSource(origin, args, io, log, (next) => (config = next));
    const source = new SharedSource(withFace(read, face), { clock, age: interval / 2 });
    const notifier = openNotifier(origin.description, io, log, face.metrics);
    const { tracer, close: closeTracer } = openTracer(identity, io, log, face.metrics);
    const ends = new Map<string, number>();
    const parts: FleetParts = {
      args,
      io,
      log,
      signal,
      origin,
      config: () => config,
      fleet: sha256(origin.description).slice(0, 8),
      identity,
      face,
      notifier,
      tracer,
      neighbours: new Neighbours(),
      onStatus: (status) => void ends.set(status.unit, exitOf(status)),
    };
    const clusters = keepClusters(source, parts, (reached) => {
      if (!args.has('once')) return;
      for (const [context, isReachable] of reached) if (!isReachable) ends.set(`context ${context ?? ''}`, 3);
      stop.abort('once');
    });
    const tasks = [clusters, source.watch(signal)].map((task) => task.finally(() => stop.abort('done')));
    try {
      await Promise.all(tasks);
    } finally {
      await Promise.allSettled(tasks);
      await Promise.all([notifier.close(), closeTracer()]);
    }
    return signalExit(io) ?? Math.max(0, ...ends.values());
  } finally {
    stop.abort('done');
    origin.close();
  }
}

/**
 * One fleet for each cluster that units name, from when one does, until the signal aborts; a fault of ours in one ends all.
 * `onSettled` is told which clusters can be reached, whenever none has anything to do.
 */
async function keepClusters(
  source: SharedSource,
  parts: FleetParts,
  onSettled: (clusters: ReadonlyMap<string | undefined, boolean>) => void,
): Promise<void> {
  const end = new AbortController();
  const signal = AbortSignal.any([parts.signal, end.signal]);
  const running = new Map<string | undefined, Promise<void>>();
  const settled = new Map<string | undefined, boolean>();
  const start = (context: string | undefined, isAlone: boolean): Promise<void> => {
    const note = (isReachable: boolean): void => {
      settled.set(context, isReachable);
      if (settled.size === running.size) onSettled(settled);
    };
    return keepCluster({ context, source: source.branch(), onSettled: note, isAlone }, { ...parts, signal }).finally(() => end.abort());
  };
  const supervise = async (): Promise<void> => {
    do {
      const units = running.size === 0 ? await readFirst(source, parts, signal) : (source.last?.units ?? []);
      const contexts = new Set(units.map(({ context }) => context));
      const isAlone = running.size === 0 && contexts.size === 1;
      for (const context of contexts) if (!running.has(context)) running.set(context, noted(start(context, isAlone)));
    } while (await pause(realClock(parts.io), LOOK, signal));
  };
  await supervise();
  await Promise.all(running.values());
}

/** Rejections are looked at in the end. */
function noted(task: Promise<void>): Promise<void> {
  task.catch(() => undefined);
  return task;
}

/** The units, once the source can be read; why it cannot is said once. */
async function readFirst(source: SharedSource, { io, log }: FleetParts, signal: AbortSignal): Promise<readonly Unit[]> {
  let told = '';
  do {
    try {
      return (await source.read()).units;
    } catch (error) {
      if (!(error instanceof KplanError)) throw error;
      if (told !== error.message) log.warn(error.message);
      told = error.message;
    }
  } while (await pause(realClock(io), RETRY, signal));
  return [];
}

function toSource(origin: Origin, args: Arguments, io: Io, log: Log, onConfig: (config: Config) => void): FleetSource {
  let told = '';
  let last: { readonly id: string; readonly units: readonly Unit[] } | undefined;
  return {
    description: origin.description,
    read: async () => {
      const revision = await origin.update();
      if (last?.id !== revision.id) {
        const { config, notes } = await origin.reading(() => readListed(origin, args, io));
        if (notes.join('\n') !== told) for (const note of notes) log.warn(note);
        told = notes.join('\n');
        last = { id: revision.id, units: toListed(config, origin, args) };
        onConfig(config);
      }
      return { ...revision, units: last.units };
    },
    watch: origin.watch,
  };
}

/** The configuration with the units that are found beside those that it lists. */
async function readListed(
  { root, followed }: Origin,
  args: Arguments,
  io: Io,
): Promise<{ readonly config: Config; readonly notes: readonly string[] }> {
  const config = await readConfig(args, io, root);
  if (config.find === undefined) return { config, notes: [] };
  const { entries, notes } = await findUnits(config.find, root, followed);
  const listed = new Set(config.units.map(({ value }) => getString(value, 'name')));
  return {
    config: { ...config, units: [...config.units, ...entries.filter(({ value }) => !listed.has(getString(value, 'name')))] },
    notes,
  };
}

function toListed(config: Config, { description }: Origin, args: Arguments): readonly Unit[] {
  if (config.units.length > 0 || config.find !== undefined) return toUnits(config);
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
