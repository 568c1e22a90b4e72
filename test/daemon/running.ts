import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { cleanEnv } from '../cli/program.ts';

const PROGRAM = fileURLToPath(new URL('../../dist/kapply.js', import.meta.url));
const TOO_LONG = 180_000;

/** A running `kapply`, such as a daemon, and what it says. */
export class Running {
  readonly #child: ChildProcess;
  #text = '';
  #read = 0;
  #told: () => void = () => undefined;

  constructor(
    context: { after(done: () => unknown): void },
    folder: string,
    words: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ) {
    this.#child = spawn(process.execPath, [PROGRAM, ...words], { cwd: folder, env: cleanEnv(env), stdio: ['ignore', 'ignore', 'pipe'] });
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#text += chunk.toString();
      this.#told();
    });
    this.#child.once('close', () => this.#told());
    context.after(() => this.#child.kill('SIGKILL'));
  }

  /** All that it has said. */
  get text(): string {
    return this.#text;
  }

  /** Waits until it says something that it had not said when it was waited for last. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    const alarm = setTimeout(() => this.#child.kill('SIGKILL'), TOO_LONG);
    for (;;) {
      const found = pattern.exec(this.#text.slice(this.#read));
      if (found !== null) {
        this.#read += found.index + found[0].length;
        clearTimeout(alarm);
        return found;
      }
      assert.ok(
        this.#child.exitCode === null && this.#child.signalCode === null,
        `it has ended, and never said ${pattern.source}: ${this.#text}`,
      );
      await new Promise<void>((resolve) => (this.#told = resolve));
    }
  }

  async stop(signal: NodeJS.Signals): Promise<unknown> {
    const ended = once(this.#child, 'close');
    this.#child.kill(signal);
    const alarm = setTimeout(() => {
      this.#text += `it does not end at ${signal}: killed`;
      this.#child.kill('SIGKILL');
    }, TOO_LONG);
    const [code]: unknown[] = await ended;
    clearTimeout(alarm);
    assert.ok(!this.#text.endsWith(': killed'), this.#text);
    return code;
  }
}
