import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** How a program is run. It gets this environment and nothing else of ours. */
export interface RunOptions {
  readonly cwd?: string;
  readonly env: Readonly<Record<string, string>>;
  readonly milliseconds: number;
  /** Bytes that it may write; more end it. */
  readonly bytes: number;
  readonly signal?: AbortSignal;
}

/** How a run ended. `failure` says why it did not end by itself. */
export interface RunResult {
  readonly exitCode: number;
  readonly stdout: Buffer;
  readonly stderr: string;
  readonly failure?: 'missing' | 'timeout' | 'too-much-output' | 'aborted';
}

/** Runs a program without a shell, waits for it and gathers what it writes. Never rejects. */
export function runProgram(program: string, args: readonly string[], options: RunOptions): Promise<RunResult> {
  return new Promise((resolve) => {
    const { cwd, env, milliseconds, bytes, signal } = options;
    const child = spawn(program, args, { ...(cwd === undefined ? {} : { cwd }), env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    let size = 0;
    let failure: RunResult['failure'];
    const end = (why: NonNullable<RunResult['failure']>): void => {
      failure ??= why;
      killGroup(child.pid);
    };
    const timer = setTimeout(() => end('timeout'), milliseconds);
    const onAbort = (): void => end('aborted');
    signal?.addEventListener('abort', onAbort);
    const gather = (list: Buffer[]) => (chunk: Buffer) => {
      size += chunk.length;
      if (size > bytes) end('too-much-output');
      else list.push(chunk);
    };
    child.stdout.on('data', gather(stdout));
    child.stderr.on('data', gather(stderr));
    const finish = (exitCode: number): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      const result = { exitCode, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString() };
      resolve(failure === undefined ? result : { ...result, failure });
    };
    child.on('error', () => {
      failure ??= 'missing';
      finish(-1);
    });
    child.on('close', (code) => finish(code ?? -1));
    if (signal?.aborted === true) end('aborted');
  });
}

// Programs that the program has started end with it.
function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** The full path of a program on a search path (the process' own by default); undefined if there is none. */
export function findProgram(name: string, searchPath: string = process.env['PATH'] ?? ''): string | undefined {
  for (const directory of searchPath.split(delimiter)) {
    if (directory === '') continue;
    const path = join(directory, name);
    try {
      accessSync(path, constants.X_OK);
      if (statSync(path).isFile()) return path;
    } catch {
      continue;
    }
  }
  return undefined;
}
