import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { embeddedFolder } from '../stages/target.ts';
import { watchDirectory } from '../../daemon/index.ts';
import { KplanError } from '../../model/index.ts';
import type { Arguments } from '../arguments.ts';
import { realClock } from '../clock.ts';
import type { Io, Log } from '../io.ts';
import { printReport } from '../output.ts';
import { PlanSession } from '../stages/plan-session.ts';
import { planOnce, toReport } from './plan.ts';

const DEBOUNCE = 150;

/** `kplan PATH --watch`: plans again whenever files change, until Ctrl-C. One plan at a time; what changes meanwhile is planned after. */
export async function watchPlan(args: Arguments, io: Io, log: Log): Promise<number> {
  const path = resolve(io.cwd, args.positionals[0] ?? '.');
  if (args.string('ref') !== undefined || args.positionals[0] === '-')
    throw new KplanError('USAGE', '--watch follows files: it takes neither --ref nor standard input');
  if (args.string('out') !== undefined) throw new KplanError('USAGE', '--watch shows plans: it does not save them with --out');
  io.hold();
  const session = new PlanSession(io);
  let wanted = false;
  let running: Promise<void> | undefined;
  const next = (): void => {
    wanted = true;
    running ??= drain().finally(() => {
      running = undefined;
    });
  };
  const drain = async (): Promise<void> => {
    while (wanted && !io.signal.aborted) {
      wanted = false;
      await planAndPrint(args, io, log, session);
    }
  };
  await watchDirectory(folderOf(path), {
    debounce: DEBOUNCE,
    clock: realClock(io),
    signal: io.signal,
    onChange: next,
    except: embeddedFolder(args, io),
  });
  await running;
  await session.close();
  return io.signal.reason === 'SIGTERM' ? 143 : 130;
}

async function planAndPrint(args: Arguments, io: Io, log: Log, session: PlanSession): Promise<void> {
  const started = io.now();
  try {
    const planned = await planOnce(args, io, log, session);
    if (io.stdoutIsTerminal) io.out('\u001b[2J\u001b[H');
    await printReport(toReport(planned, args, io), args, io);
    log.step(`planned in ${io.now() - started} ms; waiting for changes (Ctrl-C ends)`);
  } catch (error) {
    if (!(error instanceof KplanError)) throw error;
    log.warn(`${error.message}${error.hint === undefined ? '' : `\n  ${error.hint}`}\nwaiting for changes (Ctrl-C ends)`);
  }
}

function folderOf(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw new KplanError('NOT_FOUND', `${path}: there is no such file or directory`);
  return found.isDirectory() ? path : dirname(path);
}
