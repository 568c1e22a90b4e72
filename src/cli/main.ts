import { setFlagsFromString } from 'node:v8';
import { KplanError } from '../model/index.ts';
import { findCommand } from './arguments-words.ts';
import { renderHelp } from './help.ts';
import { processIo, type Io } from './io.ts';
import { describeSystemError, isSystemError } from './system-error.ts';
import { processSignals } from './signals.ts';
import type { CommandName, ProgramName } from './command.ts';
import { VERSION } from './version.ts';

type RunCommand = (args: import('./arguments.ts').Arguments, io: Io) => Promise<number>;

/** The module of each command that can be run, loaded when it is asked for. */
export type Runners = Readonly<Partial<Record<CommandName, () => Promise<RunCommand>>>>;

const RUNNERS: Required<Runners> = {
  adopt: async () => (await import('./commands/adopt.ts')).runAdopt,
  apply: async () => (await import('./commands/apply.ts')).runApply,
  approve: async () => (await import('./commands/approve.ts')).runApprove,
  capacity: async () => (await import('./commands/capacity.ts')).runCapacity,
  completion: async () => (await import('./commands/completion.ts')).runCompletion,
  delete: async () => (await import('./commands/delete.ts')).runDelete,
  drain: async () => (await import('./commands/drain.ts')).runDrain,
  explain: async () => (await import('./commands/explain.ts')).runExplain,
  init: async () => (await import('./commands/init.ts')).runInit,
  plan: async () => (await import('./commands/plan.ts')).runPlan,
  rbac: async () => (await import('./commands/rbac.ts')).runRbac,
  'can-i': async () => (await import('./commands/can-i.ts')).runCanI,
  'who-can': async () => (await import('./commands/who-can.ts')).runWhoCan,
  reach: async () => (await import('./commands/reach.ts')).runReach,
  schedule: async () => (await import('./commands/schedule.ts')).runSchedule,
  show: async () => (await import('./commands/show.ts')).runShow,
  snapshot: async () => (await import('./commands/snapshot.ts')).runSnapshot,
  status: async () => (await import('./commands/status.ts')).runStatus,
  validate: async () => (await import('./commands/validate.ts')).runValidate,
};

/** Runs a program with its words; the exit code of the contract. What stops a question to be answered on GitHub is an annotation as well. */
export async function runProgram(program: ProgramName, words: readonly string[], io: Io): Promise<number> {
  if (!asksGithub(words)) return runCommand(RUNNERS, program, words, io);
  let said = '';
  const err = (text: string): void => {
    said += text;
    io.err(text);
  };
  const code = await runCommand(RUNNERS, program, words, { ...io, err });
  if (code === 3) io.out((await import('../github/index.ts')).toErrorCommand(said));
  return code;
}

function asksGithub(words: readonly string[]): boolean {
  return words.some(
    (word, index) => /^(?:--output=|-o=?)?github$/.test(word) && (word !== 'github' || /^(?:-o|--output)$/.test(words[index - 1] ?? '')),
  );
}

/** Runs one of some commands, as `runProgram` does: a bundle that has no others holds these alone. The only place that turns errors into text. */
export async function runCommand(runners: Runners, program: ProgramName, words: readonly string[], io: Io): Promise<number> {
  let restyle = (code: number): number => code;
  try {
    if (words.includes('--version')) {
      io.out(`${program} ${VERSION}\n`);
      return 0;
    }
    const { command } = findCommand(program, words);
    if (words.includes('--help') || words.includes('-h') || words[0] === 'help') {
      io.out(renderHelp(words[0] === 'help' ? findCommand(program, words.slice(1)).command : command));
      return 0;
    }
    const [{ parseArguments }, { toStyle }] = await Promise.all([import('./arguments.ts'), import('./exit-code.ts')]);
    const args = await parseArguments(program, words);
    restyle = (code) => toStyle(code, args);
    const load = runners[args.command.name];
    if (load === undefined) throw new KplanError('USAGE', `${args.command.name} is not run here`);
    const run = await load();
    return restyle(await run(args, io));
  } catch (error) {
    return restyle(explainError(error, program, io));
  }
}

function explainError(error: unknown, program: ProgramName, io: Io): number {
  const interrupted = signalExit(io);
  if (interrupted !== undefined) return interrupted;
  if (error instanceof KplanError) {
    io.err(`${program}: ${error.message}\n${error.hint === undefined ? '' : `  ${error.hint}\n`}`);
    return 3;
  }
  if (isSystemError(error)) {
    io.err(`${program}: ${error.path === undefined ? '' : `${error.path}: `}${describeSystemError(error)}\n`);
    return 3;
  }
  io.err(
    `${program}: an error in ${program} itself; please report it with what follows\n${error instanceof Error ? error.stack : String(error)}\n`,
  );
  return 3;
}

/** 130 after Ctrl-C, 143 after SIGTERM; undefined if neither came. */
export function signalExit(io: Io): number | undefined {
  if (!io.signal.aborted) return undefined;
  return io.signal.reason === 'SIGTERM' ? 143 : 130;
}

/** Runs a program as this process. */
export async function runAsProcess(program: ProgramName): Promise<void> {
  const words = process.argv.slice(2);
  if (program === 'kapply' && words.includes('--watch')) saveMemory();
  else tuneEngine(words);
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  process.exitCode = await runProgram(program, words, processIo(processSignals()));
}

/**
 * Sets the JavaScript engine for runs like these. Young objects have room from the start, so that fewer are copied. On Node 20
 * a run that is short is short of a fifth if functions are compiled again for speed later; newer engines have a tier between.
 */
export function tuneEngine(words: readonly string[]): void {
  setFlagsFromString('--semi-space-growth-factor=16');
  const isShort = !words.includes('--watch');
  if (isShort && process.versions.node.startsWith('20.')) setFlagsFromString('--interrupt-budget=500000');
}

/**
 * A process that stays is measured by what it holds: its heap grows by a fifth of what is alive, not to several times of it, and pages of
 * it that have become a fifth empty are emptied and given back.
 */
function saveMemory(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--heap-growing-percent=20');
  setFlagsFromString('--optimize-for-size');
}
