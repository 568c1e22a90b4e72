import { readTakeOver } from '../take-over.ts';
import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join, resolve } from 'node:path';
import { runDaemon, type DaemonSource, type SourceState } from '../../daemon/index.ts';
import { KplanError } from '../../model/index.ts';
import { readRevisionId } from '../../loader/index.ts';
import { sha256 } from '../../std/index.ts';
import { usage, type Arguments } from '../arguments.ts';
import { realClock } from '../clock.ts';
import { parseDuration } from '../duration.ts';
import type { Io, Log } from '../io.ts';
import { signalExit } from '../main.ts';
import { newSalt } from '../salt.ts';
import { applyHeld } from '../stages/apply-held.ts';
import { carryOut } from '../stages/carry-out.ts';
import { readBefore } from '../stages/open-before.ts';
import { openFace } from '../stages/daemon-face.ts';
import { openFolder, openRemote, openRepository, readSigners, type Origin } from '../stages/origin.ts';
import { openDaemonLog } from '../stages/daemon-log.ts';
import { openTracer } from '../stages/daemon-trace.ts';
import { openNotifier } from '../stages/daemon-notify.ts';
import { openShare, toIdentity } from '../stages/daemon-share.ts';
import { readConfig } from '../stages/config-file.ts';
import { readDesired, type Desired } from '../stages/desired.ts';
import { makePlan, readOwnership } from '../stages/make-plan.ts';
import { chooseTarget, daemonDirectory, embeddedFolder, openTarget, type OpenedCluster } from '../stages/target.ts';
import { runUnits } from './fleet.ts';

const REF = 'HEAD';

/** `kapply --watch DIR | REPO`: keeps a cluster equal to a folder, or to a revision of a local repository. */
export async function runWatch(args: Arguments, io: Io, plainLog: Log): Promise<number> {
  const log = openDaemonLog(args, io, plainLog);
  const refused = ['dry-run', 'detailed-exitcode', 'namespace', 'selector'].find((flag) => args.has(flag) || args.list(flag).length > 0);
  if (refused !== undefined) throw usage(args.command, `--watch keeps a whole unit as it should be: it does not take --${refused}`);
  const target = args.positionals[0] ?? '.';
  io.hold();
  if (isRemote(target)) return runUnits(openRemote(target, args, io), args, io, plainLog);
  const path = toPath(target, args, io);
  const source = toSource(target, path, args, io);
  const origin = await findUnits(source, path, target, args, io);
  if (origin !== undefined) return runUnits(origin, args, io, plainLog);
  const desired = await readDesired(sourceArguments(args, source), io, log, path);
  const opened = await openTarget(chooseTarget(args, io, log), desired.context, args, io, log);
  const { cluster, embedded } = opened;
  const stop = new AbortController();
  const signal = AbortSignal.any([io.signal, stop.signal]);
  const read = (): Promise<Desired> => readDesired(sourceArguments(args, source), io, log, path);
  const stepping = embedded?.run({ signal });
  let last: string | undefined;
  const { unit } = desired;
  const identity = toIdentity(io);
  const face = await openFace(args, io, log, signal);
  const notifier = openNotifier(source.kind === 'git' ? source.description : target, io, log, face.metrics);
  const { tracer, close: closeTracer } = openTracer(identity, io, log, face.metrics);
  const share = openShare(cluster, { fleet: unit, identity }, io, log, (news) => face.metrics.noteShare(news));
  log.step(
    `unit ${unit}: ${source.kind === 'directory' ? `watching ${target}` : `following ${source.description}`}, ${opened.source.description} (Ctrl-C ends)`,
  );
  try {
    await runDaemon<Desired>({
      unit,
      source,
      cluster,
      parts: {
        readSource: async () => toState(await read()),
        plan: async ({ content }) => {
          const plan = await planFor(content, opened, args, io, log);
          face.board.notePlan(unit, plan);
          return plan;
        },
        apply: (plan, { content }, stopping) =>
          applyHeld({ share, unit, cluster }, (fenced) =>
            carryOut(plan, { ...opened, cluster: fenced }, args, { ...io, signal: stopping }, log, {
              kind: 'manifests',
              manifests: content.manifests,
              defaultNamespace: content.defaultNamespace,
              config: content.config,
            }),
          ),
      },
      clock: realClock(io),
      random: () => io.random(),
      signal,
      identity: share.identity,
      share,
      allow: args.list('allow'),
      interval: parseDuration(args.string('interval') ?? '30s', 'interval'),
      stateDirectory: join(resolve(io.cwd, daemonDirectory(opened.source)), unit),
      log: log.entry,
      follow: face.follow,
      onStatus: (status) => {
        const { outcome, reasons } = status;
        face.metrics.noteUnit(status, io.now());
        face.board.noteUnit(status);
        notifier.note(status);
        tracer.note(status, io.now());
        if (outcome !== undefined) face.noteSource(outcome !== 'unreadable');
        last = outcome === 'synced' && reasons.length > 0 ? 'failed' : outcome;
        if (args.has('once') && outcome !== undefined) stop.abort('once');
      },
    });
  } finally {
    stop.abort('done');
    await Promise.all([notifier.close(), closeTracer()]);
    await stepping;
    await cluster.close();
  }
  return signalExit(io) ?? exitOf(last);
}

/** How `--once` ends: as `kapply` would. */
function exitOf(outcome: string | undefined): number {
  return outcome === 'failed' ? 1 : outcome === 'held' || outcome === 'unreadable' ? 3 : 0;
}

function isRemote(target: string): boolean {
  return /^(https?|ssh):\/\/|^\w[\w.-]*@\w[\w.-]*:/.test(target);
}

/** The repository, if its configuration lists units, or if only signed commits of it are taken. */
async function findUnits(source: DaemonSource, path: string, target: string, args: Arguments, io: Io): Promise<Origin | undefined> {
  const areRequired = readSigners(io) !== undefined;
  if (areRequired && source.kind === 'directory')
    throw usage(args.command, `${target}: signatures are required (KAPPLY_GIT_...), and files of a folder have none: give --ref HEAD`);
  const origin =
    source.kind === 'directory' ? openFolder(path, args, io) : openRepository(path, target, args.string('ref') ?? REF, args, io);
  if (areRequired) return origin;
  try {
    await origin.update();
    const { units, find } = await readConfig(args, io, origin.root);
    if (units.length > 0 || find !== undefined) return origin;
  } catch (error) {
    origin.close();
    throw error;
  }
  origin.close();
  return undefined;
}

function toPath(target: string, args: Arguments, io: Io): string {
  if (target === '-') throw usage(args.command, '--watch follows a folder or a repository, not standard input');
  const path = target.startsWith('file:') ? fileURLToPath(target) : resolve(io.cwd, target);
  if (!existsSync(path)) throw new KplanError('NOT_FOUND', `${target}: there is no such file or directory`);
  return path;
}

// A file: URL, a bare repository and --ref mean commits; a folder means its files.
function toSource(target: string, path: string, args: Arguments, io: Io): DaemonSource {
  const ref = args.string('ref');
  const isBare = existsSync(join(path, 'HEAD')) && existsSync(join(path, 'objects'));
  if (ref === undefined && !target.startsWith('file:') && !isBare) {
    if (!statSync(path).isDirectory()) throw usage(args.command, `--watch ${target}: a folder or a repository is watched, not a file`);
    return { kind: 'directory', path, except: embeddedFolder(args, io) };
  }
  const revision = ref ?? REF;
  const git = args.string('git');
  return {
    kind: 'git',
    description: `${target} at ${revision}`,
    readRevision: () => readRevisionId(path, revision, git === 'js' || git === 'native' ? git : 'auto'),
  };
}

function sourceArguments(args: Arguments, source: DaemonSource): Arguments {
  if (source.kind === 'directory') return args;
  return { ...args, string: (flag) => (flag === 'ref' ? (args.string('ref') ?? REF) : args.string(flag)) };
}

function toState(desired: Desired): SourceState<Desired> {
  const { commit } = desired.source;
  const revision = commit ?? sha256(desired.fileIds.join('\n'));
  return { revision, objectCount: desired.manifests.length, content: desired };
}

async function planFor(desired: Desired, opened: OpenedCluster, args: Arguments, io: Io, log: Log): ReturnType<typeof makePlan> {
  const before = await readBefore(opened, desired);
  const ownership = await readOwnership(before, desired.unit);
  return makePlan(desired, before, args, io, log, { ownership, salt: newSalt(), forceConflicts: readTakeOver(args) });
}
