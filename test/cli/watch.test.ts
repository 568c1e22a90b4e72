import assert from 'node:assert/strict';
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { cleanEnv, temporaryFolder } from './program.ts';

const PROGRAM = fileURLToPath(new URL('../../dist/kplan.js', import.meta.url));
const CONFIG_MAP = (value: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {k: ${value}}\n`;

/** What a child prints, to be waited for. */
class Output {
  #text = '';
  #wake: (() => void)[] = [];
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;

  constructor(child: ChildProcessByStdio<null, Readable, Readable>) {
    this.#child = child;
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        this.#text += chunk.toString();
        for (const wake of this.#wake.splice(0)) wake();
      });
    child.once('close', () => {
      for (const wake of this.#wake.splice(0)) wake();
    });
  }

  /** Waits until the text since the last call matches, and forgets it. */
  async until(pattern: RegExp): Promise<string> {
    const alarm = setTimeout(() => {
      this.#text += `it never said ${pattern.source}`;
      this.#child.kill('SIGKILL');
    }, 60_000);
    while (!pattern.test(this.#text)) {
      assert.ok(this.#child.exitCode === null && this.#child.signalCode === null, this.#text);
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
    clearTimeout(alarm);
    const text = this.#text;
    this.#text = '';
    return text;
  }
}

test('a watched plan is made again as files change, come, break and go, until Ctrl-C', async (context) => {
  const folder = temporaryFolder(context);
  writeFileSync(join(folder, 'a.yaml'), CONFIG_MAP('one'));
  const child = spawn(process.execPath, [PROGRAM, '.', '--base', 'none', '--watch'], {
    cwd: folder,
    env: cleanEnv(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  context.after(() => child.kill('SIGKILL'));
  const output = new Output(child);
  await output.until(/Plan: 1 to create/);
  writeFileSync(join(folder, 'b.yaml'), CONFIG_MAP('two').replace('name: a', 'name: b'));
  await output.until(/Plan: 2 to create/);
  writeFileSync(join(folder, 'b.yaml'), 'kind: [\n');
  await output.until(/Plan: 1 to create.*1 error[^]*b\.yaml:/);
  rmSync(join(folder, 'b.yaml'));
  await output.until(/Plan: 1 to create(?!.*error)/);
  child.kill('SIGINT');
  const code = await new Promise((resolve) => child.on('close', resolve));
  assert.equal(code, 130);
});
