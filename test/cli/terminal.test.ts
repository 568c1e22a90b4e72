import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite, test, type TestContext } from 'node:test';
import { cleanEnv, run, temporaryFolder } from './program.ts';

const PROGRAM = fileURLToPath(new URL('../../dist/kapply.js', import.meta.url));
const QUESTION = /Apply 1 change to .*\? \[y\/N\] /;

const DOCUMENT = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, namespace: default}\n`;

/** What a terminal showed, and how the program in it ended. */
interface Seen {
  readonly code: number | null;
  readonly text: string;
}

/** Starts a command, types when the question stands there, and waits for the end. */
function type(command: string, args: readonly string[], folder: string, keys: string): Promise<Seen> {
  const child = spawn(command, args, { cwd: folder, env: { ...cleanEnv(), TERM: 'xterm', SHELL: '/bin/sh' }, timeout: 60_000 });
  let text = '';
  let asked = false;
  const onData = (chunk: Buffer): void => {
    text += chunk.toString();
    if (asked || !QUESTION.test(text)) return;
    asked = true;
    child.stdin.write(keys);
  };
  child.stdout.on('data', onData);
  child.stderr.on('data', onData);
  child.stdin.on('error', () => undefined);
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ code, text }));
  });
}

/** In a pseudo-terminal of util-linux, which says last what state it was left in. */
function inTerminal(folder: string, keys: string): Promise<Seen> {
  const line = `"${process.execPath}" "${PROGRAM}" .; echo "ended with $?"; stty -a`;
  return type('script', ['-qec', line, '/dev/null'], folder, keys);
}

/** Makes the pipes of the process look like a terminal whose raw mode is told on stdout: for machines without a real one. */
const STAND_IN = `
for (const stream of [process.stdin, process.stderr]) stream.isTTY = true;
process.stdin.setRawMode = (raw) => { process.stdout.write('raw mode ' + raw + '\\n'); process.stdin.isRaw = raw; return process.stdin; };
`;

function inStandIn(folder: string, keys: string): Promise<Seen> {
  return type(process.execPath, ['--import', `data:text/javascript,${encodeURIComponent(STAND_IN)}`, PROGRAM, '.'], folder, keys);
}

/** A cluster that lacks one object of the folder. */
async function arrange(context: TestContext): Promise<string> {
  const folder = temporaryFolder(context);
  writeFileSync(join(folder, 'a.yaml'), DOCUMENT('first'));
  assert.equal((await run('kapply', folder, ['.', '--yes'])).code, 0);
  writeFileSync(join(folder, 'b.yaml'), DOCUMENT('second'));
  return folder;
}

async function isWritten(folder: string): Promise<boolean> {
  const { stdout } = await run('kplan', folder, ['.']);
  assert.match(stdout, /^Plan: (1 to create|nothing to change)/);
  return stdout.startsWith('Plan: nothing');
}

const KEYS: readonly { readonly name: string; readonly keys: string; readonly code: number; readonly writes: boolean }[] = [
  { name: 'Ctrl-C', keys: '\u0003', code: 130, writes: false },
  { name: 'Ctrl-D', keys: '\u0004', code: 3, writes: false },
  { name: 'Enter alone', keys: '\r', code: 3, writes: false },
  { name: 'y', keys: 'y\r', code: 0, writes: true },
];

suite('the question of kapply', () => {
  for (const { name, keys, code, writes } of KEYS) {
    test(`${name} ends with ${code}`, async (context) => {
      const folder = await arrange(context);
      const seen = await inStandIn(folder, keys);
      assert.equal(seen.code, code, seen.text);
      const modes = seen.text.match(/raw mode \w+/g) ?? [];
      assert.deepEqual([modes[0], modes.at(-1)], ['raw mode true', 'raw mode false'], 'the terminal is left as it was');
      assert.equal(await isWritten(folder), writes);
    });

    test(`${name} ends with ${code} in a real terminal`, async (context) => {
      if (!/util-linux/.test(spawnSync('script', ['--version']).stdout?.toString() ?? '')) {
        context.diagnostic('only the stand-in was asked: there is no `script` of util-linux on the PATH');
        return;
      }
      const folder = await arrange(context);
      const { text } = await inTerminal(folder, keys);
      assert.match(text, new RegExp(`ended with ${code}\\r?\\n`));
      assert.match(text, /[^-]icanon/, 'lines are read as such');
      assert.match(text, / echo /, 'what is typed is shown');
      assert.match(text, /[^-]isig/, 'Ctrl-C is a signal');
      assert.equal(await isWritten(folder), writes);
    });
  }
});
