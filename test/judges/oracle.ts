import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { getString, isObject, parseJson, stringifyJson, type JsonValue } from '../../src/std/index.ts';

/** Asks the real code a question of one subject; rejects where it cannot be asked so. */
export type Ask = (subject: string, input: JsonValue) => Promise<JsonValue>;

interface Waiting {
  readonly resolve: (answer: JsonValue) => void;
  readonly reject: (problem: Error) => void;
}

/** The program of `test/judges/oracle`, running: it answers in the order in which it is asked. */
export class Oracle {
  readonly #child: ChildProcess;
  readonly #waiting: Waiting[] = [];

  constructor(program: string) {
    this.#child = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] });
    const { stdout } = this.#child;
    if (stdout !== null) createInterface({ input: stdout }).on('line', (line) => this.#take(line));
    const fail = (why: string): void => {
      for (const { reject } of this.#waiting.splice(0)) reject(new Error(`the oracle ended: ${why}`));
    };
    this.#child.on('error', ({ message }) => fail(message));
    this.#child.on('close', (code, signal) => fail(String(code ?? signal)));
    this.#child.stdin?.on('error', ({ message }) => fail(message));
  }

  readonly ask: Ask = (subject, input) =>
    new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#child.stdin?.write(`${stringifyJson({ subject, input })}\n`);
    });

  close(): void {
    this.#child.stdin?.end();
  }

  #take(line: string): void {
    const waiting = this.#waiting.shift();
    const reply = parseJson(line);
    const problem = getString(reply, 'error');
    const answer = isObject(reply) ? reply['answer'] : undefined;
    if (problem !== undefined || answer === undefined) waiting?.reject(new Error(`the oracle: ${problem ?? line}`));
    else waiting?.resolve(answer);
  }
}
