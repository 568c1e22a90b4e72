import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const TOO_LONG = 300_000;

/** What a run of a program gave. */
export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What cleans up after itself: a test, or a suite. */
interface Context {
  after(clean: () => void): void;
}

/** Runs the built program in a folder, without terminal, colour, cache, CI or the user's Git configuration. */
export function run(
  program: 'kplan' | 'kapply',
  cwd: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  input = '',
): Promise<Ran> {
  return runFile(`${program}.js`, cwd, args, env, input);
}

/** Runs the bundle of the action, or a copy, as the runner does: no arguments, all in the environment. */
export function runAction(cwd: string, env: Readonly<Record<string, string>>, file = 'action.mjs'): Promise<Ran> {
  return runFile(file, cwd, [], env, '');
}

function runFile(file: string, cwd: string, args: readonly string[], env: Readonly<Record<string, string>>, input: string): Promise<Ran> {
  const child = spawn(process.execPath, [resolve(ROOT, 'dist', file), ...args], { cwd, env: cleanEnv(env) });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const alarm = setTimeout(() => {
    stderr += `still running after ${TOO_LONG / 1000} s: killed`;
    child.kill('SIGKILL');
  }, TOO_LONG);
  return new Promise((resolve) => {
    child.on('close', (code) => {
      clearTimeout(alarm);
      resolve({ code, stdout, stderr });
    });
  });
}

/** The environment that programs under test get. */
export function cleanEnv(env: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR } = process.env;
  const KUBECONFIG = '/no/such/kubeconfig';
  return {
    PATH,
    HOME,
    TMPDIR,
    KUBECONFIG,
    KPLAN_CACHE: '',
    NO_COLOR: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    ...env,
  };
}

/** A temporary folder that goes with the test. */
export function temporaryFolder(context: Context): string {
  const folder = mkdtempSync(join(tmpdir(), 'kplan-test-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A Git repository of the shop in a temporary folder, with one commit. */
export function shopRepository(context: Context): string {
  const folder = join(temporaryFolder(context), 'shop');
  cpSync(join(ROOT, 'fixtures/shop'), folder, { recursive: true });
  git(folder, 'init', '-q', '-b', 'main');
  commitAll(folder, 'The shop');
  return folder;
}

/** Lays the change that breaks things over the shop. */
export function breakShop(folder: string): void {
  cpSync(join(ROOT, 'fixtures/shop-change'), folder, { recursive: true });
}

/** Commits everything. */
export function commitAll(folder: string, message: string): void {
  git(folder, 'add', '-A');
  git(folder, '-c', 'user.name=kplan', '-c', 'user.email=kplan@example.com', 'commit', '-q', '-m', message);
}

/** Runs git in a folder; throws if it fails. */
export function git(folder: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('git', args, { cwd: folder, encoding: 'utf8', env: cleanEnv() });
  if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}${stdout}`);
  return stdout;
}
