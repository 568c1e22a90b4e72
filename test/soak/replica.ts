import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { cleanEnv } from '../cli/program.ts';

const PROGRAM = fileURLToPath(new URL('../../dist/kapply.js', import.meta.url));
const KEPT = 20_000;

/** One instance of the daemon, started again after each kill. */
export class Replica {
  readonly #folder: string;
  readonly #words: readonly string[];
  readonly #env: Readonly<Record<string, string>>;
  #child: ChildProcess | undefined;
  #url: string | undefined;
  /** The end of what it has said. */
  text = '';

  constructor(folder: string, words: readonly string[], env: Readonly<Record<string, string>>) {
    this.#folder = folder;
    this.#words = words;
    this.#env = env;
  }

  /** Where its face listens, once it has said so. */
  get url(): string | undefined {
    return this.#url;
  }

  get isRunning(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  start(): void {
    const child = spawn(process.execPath, [PROGRAM, ...this.#words], {
      cwd: this.#folder,
      env: cleanEnv(this.#env),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#child = child;
    this.#url = undefined;
    child.stderr.on('data', (chunk: Buffer) => {
      this.text = `${this.text}${chunk.toString()}`.slice(-KEPT);
      this.#url ??= /listening on (http:\S+?)(?:,|\n|$)/.exec(chunk.toString())?.[1];
    });
  }

  /** Sends a signal: SIGKILL, SIGSTOP, SIGCONT or SIGTERM; waits for its end where it is to end. */
  async signal(signal: 'SIGCONT' | 'SIGKILL' | 'SIGSTOP' | 'SIGTERM'): Promise<void> {
    const child = this.#child;
    if (child === undefined || !this.isRunning) return;
    const ended = once(child, 'close');
    child.kill(signal);
    if (signal === 'SIGKILL' || signal === 'SIGTERM') await ended;
  }

  /** Resident memory in MiB, as its own metrics have it; undefined while it does not answer. */
  async readMemory(): Promise<number | undefined> {
    if (this.#url === undefined) return undefined;
    const text = await fetch(`${this.#url}/metrics`).then(
      (answer) => answer.text(),
      () => '',
    );
    const bytes = Number(/^process_resident_memory_bytes (\S+)$/m.exec(text)?.[1]);
    return Number.isFinite(bytes) ? bytes / 2 ** 20 : undefined;
  }
}
