import { watch } from 'chokidar';
import { basename, relative, sep } from 'node:path';
import { aborted, pause, type Clock } from '../../std/index.ts';
import { KplanError } from '../../model/index.ts';

/** What editors leave beside a file while they save it, and what Git keeps for itself. */
const PASSING_FILE = /^(\.#.*|#.*#|.*~|.*\.sw[a-z]|.*\.tmp|4913|\.goutputstream-.*|.*___jb_(tmp|old)___)$/;
const IGNORED_DIRECTORIES: ReadonlySet<string> = new Set(['.git', '.kplan', 'node_modules']);

/** True for a path that says nothing about the manifests. `path` is relative to the watched directory. */
export function isPassing(path: string): boolean {
  return path.split(sep).some((segment) => IGNORED_DIRECTORIES.has(segment)) || PASSING_FILE.test(basename(path));
}

/**
 * Calls `onChange` when files of a directory have changed and then nothing has for `debounce` milliseconds (at most ten
 * times as long, where changes never pause), until the signal aborts. Also once it watches: what changed before is not told.
 */
export async function watchDirectory(
  directory: string,
  options: {
    readonly debounce: number;
    readonly clock: Clock;
    readonly signal: AbortSignal;
    readonly onChange: () => void;
    /** A folder that says nothing of the manifests, such as that of an embedded cluster, which writes to it all the time. */
    readonly except?: string | undefined;
  },
): Promise<void> {
  const { debounce, clock, signal, onChange, except } = options;
  let firstAt: number | undefined;
  let interruption = new AbortController();
  const notice = (): void => {
    const now = clock.now();
    firstAt ??= now;
    interruption.abort();
    interruption = new AbortController();
    const wait = Math.max(0, Math.min(debounce, firstAt + debounce * 10 - now));
    void settle(wait, AbortSignal.any([interruption.signal, signal]));
  };
  const settle = async (wait: number, interrupted: AbortSignal): Promise<void> => {
    if (!(await pause(clock, wait, interrupted))) return;
    firstAt = undefined;
    onChange();
  };
  const watcher = watch(directory, { ignoreInitial: true, ignored: (path) => path === except || isPassing(relative(directory, path)) });
  watcher.on('all', notice).on('error', notice).on('ready', notice);
  await aborted(signal);
  await watcher.close();
}

/**
 * Asks for a revision every `interval` milliseconds, a little more or less, and calls `onChange` when it is another than
 * the last time. A revision that cannot be had counts as no change: what reads the source says so.
 */
export async function pollRevision(
  readRevision: () => Promise<string>,
  options: {
    readonly interval: number;
    readonly random: () => number;
    readonly clock: Clock;
    readonly signal: AbortSignal;
    readonly onChange: () => void;
  },
): Promise<void> {
  const { interval, random, clock, signal, onChange } = options;
  let last: string | undefined;
  while (!signal.aborted) {
    const revision = await readRevision().catch((error: unknown) => {
      if (error instanceof KplanError) return undefined;
      throw error;
    });
    if (revision !== undefined && last !== undefined && revision !== last) onChange();
    last = revision ?? last;
    await pause(clock, interval * (0.9 + random() / 5), signal);
  }
}
