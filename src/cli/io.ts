import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import type { Readable } from 'node:stream';
import { toVisible } from '../std/index.ts';
import type { Signals } from './signals.ts';

/** The process as the commands see it: streams, terminal, environment, working directory. Tests hand in their own. */
export interface Io {
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Columns of the terminal; 100 where there is none. */
  readonly width: number;
  readonly stdoutIsTerminal: boolean;
  readonly stderrIsTerminal: boolean;
  readonly stdinIsTerminal: boolean;
  /** Aborts on Ctrl-C and SIGTERM while they are held; else they end the process at once. */
  readonly signal: AbortSignal;
  /** Holds Ctrl-C and SIGTERM for work that must end in order, until what it answers is called. */
  hold(): () => void;
  out(text: string): void;
  /** Waits until what was printed is taken, where much of it waits for a slow reader. */
  drain(): Promise<void>;
  err(text: string): void;
  /** Asks at the terminal; the answer without surrounding spaces, nothing for Ctrl-D. Only where stdin and stderr are terminals. */
  ask(question: string): Promise<string>;
  now(): number;
  random(): number;
}

/** The Io of the running process. */
export function processIo(signals: Signals): Io {
  const { signal } = signals;
  const { stdout, stderr, stdin } = process;
  return {
    stdin: readUntil(stdin, signals),
    env: process.env,
    cwd: process.cwd(),
    width: Math.max(40, columnsOf(stdout) ?? 100),
    stdoutIsTerminal: Boolean(stdout.isTTY),
    stderrIsTerminal: Boolean(stderr.isTTY),
    stdinIsTerminal: Boolean(stdin.isTTY),
    signal,
    hold: signals.hold,
    out: (text) => void stdout.write(text),
    drain: async () => {
      if (stdout.writableNeedDrain) await once(stdout, 'drain');
    },
    err: (text) => void stderr.write(toVisible(text, { keepsLines: true })),
    ask: async (question) => {
      const lines = createInterface({ input: stdin, output: stderr });
      // The terminal hands Ctrl-C to whoever reads it: it is a signal all the same.
      lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
      // Ctrl-D ends the input: Node then leaves the question open for ever.
      const ended = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
      try {
        return (await Promise.race([lines.question(question, { signal }), ended])).trim();
      } catch (error) {
        if (signal.aborted) throw error;
        return '';
      } finally {
        lines.close();
        // Closed while a key is being read, a pipe goes on being read, and the process would wait for it.
        stdin.resume().pause();
      }
    },
    now: () => Date.now(),
    random: () => Math.random(),
  };
}

/** What a stream holds, until the signal aborts: reading then throws. */
async function* readUntil(stream: Readable, { signal, hold }: Signals): AsyncGenerator<Uint8Array> {
  const release = hold();
  const stop = (): unknown => stream.destroy();
  signal.addEventListener('abort', stop);
  try {
    yield* stream;
  } finally {
    signal.removeEventListener('abort', stop);
    release();
  }
}

// The types say that every stream has columns; a pipe has none.
function columnsOf(stream: { readonly columns?: number }): number | undefined {
  return stream.columns;
}

/** Whether stdout is coloured: the flag, then NO_COLOR and FORCE_COLOR, then whether it is a terminal. */
export function wantsColor(io: Io, flag: string | undefined): boolean {
  if (flag === 'always') return true;
  if (flag === 'never') return false;
  if ((io.env['NO_COLOR'] ?? '') !== '') return false;
  const force = io.env['FORCE_COLOR'];
  if (force !== undefined) return force !== '0' && force !== 'false';
  return io.stdoutIsTerminal && io.env['TERM'] !== 'dumb';
}

/** Progress and warnings on stderr; nothing with -q. */
export interface Log {
  /** Something a user should know though nothing failed. */
  warn(text: string): void;
  /** A step of the work. */
  step(text: string): void;
  /** Details for -v. */
  detail(text: string): void;
}

/** The log of a command. */
export function createLog(io: Io, quiet: boolean, verbose: boolean): Log {
  return {
    warn: (text) => io.err(`${text}\n`),
    step: (text) => (quiet ? undefined : io.err(`${text}\n`)),
    detail: (text) => (verbose && !quiet ? io.err(`${text}\n`) : undefined),
  };
}
