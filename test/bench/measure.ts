import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';

/** What a whole process took. */
export interface Measured {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly memoryMB: number;
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command once. CPU time is what bash's `time` says; memory is the peak of the process' resident set, sampled. */
export async function measureOnce(
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv; readonly input?: Iterable<string> } = {},
): Promise<Measured> {
  const child = spawn('bash', ['-c', 'TIMEFORMAT="@@%R %U %S"; time "$0" "$@"', command, ...args], {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  Readable.from(options.input ?? []).pipe(child.stdin);
  let peak = 0;
  const sample = setInterval(() => {
    peak = Math.max(peak, ...descendants(child.pid ?? 0).map(peakOf));
  }, 5);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const code = await new Promise<number>((resolve) => {
    child.on('close', (status) => resolve(status ?? 1));
  });
  clearInterval(sample);
  const [wall = 0, user = 0, system = 0] = (/@@([\d.]+) ([\d.]+) ([\d.]+)/.exec(stderr) ?? []).slice(1).map(Number);
  return { wallMs: wall * 1000, cpuMs: (user + system) * 1000, memoryMB: peak / 1024, code, stdout, stderr: stderr.replace(/@@.*\n?/, '') };
}

/** The run with the median wall time of several, alternating between the commands so that a noisy minute hits all of them. */
export async function measureInTurn(commands: readonly (() => Promise<Measured>)[], runs: number): Promise<readonly Measured[]> {
  const results: Measured[][] = commands.map(() => []);
  for (let run = 0; run < runs; run++) for (const [index, command] of commands.entries()) results[index]?.push(await command());
  return results.map((list) => {
    const median = list.toSorted((a, b) => a.cpuMs - b.cpuMs)[Math.floor(list.length / 2)];
    if (median === undefined) throw new Error('nothing was measured');
    return { ...median, memoryMB: Math.max(...list.map((item) => item.memoryMB)) };
  });
}

/** What some work within this process took. */
export interface MeasuredWork<T> {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly memoryMB: number;
  readonly answer: T;
}

/** Does some work once, in this process. */
export async function measureWork<T>(work: () => T | Promise<T>): Promise<MeasuredWork<T>> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  const answer = await work();
  const wallMs = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  return { wallMs, cpuMs: (user + system) / 1000, memoryMB: process.memoryUsage().rss / 1e6, answer };
}

function descendants(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      .trim()
      .split(' ')
      .filter((text) => text !== '')
      .map(Number);
    return children.flatMap((child) => [child, ...descendants(child)]);
  } catch {
    return [];
  }
}

function peakOf(pid: number): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
