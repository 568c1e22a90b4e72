import { spawn, type ChildProcess } from 'node:child_process';
import { toVisible } from '../../std/index.ts';
import { systemCause } from './fault.ts';

/** One run of a credential plugin. */
export interface PluginRun {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** It may ask a person: it is given the terminal, in and err. */
  readonly isInteractive: boolean;
  readonly timeoutMilliseconds: number;
  /** Is told what it writes to its standard error, line by line; that is the terminal's where it is interactive. */
  readonly warn: (message: string) => void;
}

/** What became of it. A fault is a sentence without anything that it wrote to its standard output. */
export type PluginOutcome =
  | { readonly kind: 'written'; readonly text: string }
  | { readonly kind: 'not-found'; readonly fault: string }
  | { readonly kind: 'failed'; readonly fault: string };

const MOST_BYTES = 4 * 1024 * 1024;

/** Runs a credential plugin to its end, or to its time-out. Never rejects. */
export function runPlugin(run: PluginRun): Promise<PluginOutcome> {
  return new Promise((resolve) => {
    const child = start(run);
    if ('kind' in child) {
      resolve(child);
      return;
    }
    const written: Buffer[] = [];
    let bytes = 0;
    const settle = (outcome: PluginOutcome): void => {
      clearTimeout(timer);
      resolve(outcome);
    };
    const stop = (fault: string): void => {
      abandon(child);
      settle({ kind: 'failed', fault });
    };
    const timer = setTimeout(
      () => stop(`exec: executable ${run.command} did not end within ${run.timeoutMilliseconds / 1000} s`),
      run.timeoutMilliseconds,
    );
    child.stdout?.on('data', (chunk: Buffer) => {
      written.push(chunk);
      bytes += chunk.length;
      if (bytes > MOST_BYTES) stop(`exec: executable ${run.command} writes more than ${MOST_BYTES} bytes`);
    });
    passOn(child, run);
    child.on('error', (error) => settle(toSpawnFault(run.command, error)));
    child.on('close', (code, signal) => {
      if (code === 0) settle({ kind: 'written', text: Buffer.concat(written).toString('utf8') });
      else settle({ kind: 'failed', fault: `exec: executable ${run.command} ${describeEnd(code, signal)}` });
    });
  });
}

function start(run: PluginRun): ChildProcess | PluginOutcome {
  try {
    return spawn(run.command, run.args, {
      cwd: run.cwd,
      env: run.env,
      stdio: run.isInteractive ? ['inherit', 'pipe', 'inherit'] : ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
  } catch (error) {
    return toSpawnFault(run.command, error);
  }
}

function toSpawnFault(command: string, error: unknown): PluginOutcome {
  const cause = systemCause(error);
  if (cause === 'no such file or directory') return { kind: 'not-found', fault: `exec: executable ${command} not found` };
  return { kind: 'failed', fault: `exec: executable ${command} cannot be run: ${cause}` };
}

function describeEnd(code: number | null, signal: NodeJS.Signals | null): string {
  return code === null ? `was ended by ${signal ?? 'a signal'}` : `failed with exit code ${code}`;
}

// What it has started may hold its pipes open: nobody waits for that.
function abandon(child: ChildProcess): void {
  child.kill('SIGKILL');
  child.stdout?.destroy();
  child.stderr?.destroy();
  child.unref();
}

function passOn(child: ChildProcess, run: PluginRun): void {
  let rest = '';
  const tell = (line: string): void => {
    if (line.trim() !== '') run.warn(`${run.command}: ${toVisible(line.trimEnd())}`);
  };
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) tell(line);
  });
  child.stderr?.on('end', () => tell(rest));
}
