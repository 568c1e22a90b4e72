import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { measureOnce, type Measured } from './measure.ts';

/** Where a benchmark may write, and the program that it measures. */
export interface Bench {
  readonly scratch: string;
  readonly program: string;
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Builds the program and copies it, so that no build made meanwhile changes what is measured. */
export function installKplan(directory: string): string {
  execFileSync(process.execPath, [join(ROOT, 'scripts/build.mjs')], { stdio: 'inherit' });
  for (const name of ['dist', 'schemas']) cpSync(join(ROOT, name), join(directory, name), { recursive: true });
  return join(directory, 'dist/kplan.js');
}

/** Bundles a program of this folder as kplan is bundled, beside it; where it is. */
export function bundleBeside(program: string, source: string): string {
  const call = `import { bundle } from './scripts/bundle.mjs'; await bundle(${JSON.stringify([source])}, ${JSON.stringify(dirname(program))});`;
  execFileSync(process.execPath, ['--input-type=module', '-e', call], { cwd: ROOT, stdio: 'inherit' });
  return join(dirname(program), `${basename(source, '.ts')}.js`);
}

/** Measures the program once, with a cache folder of its own; none if that is the empty string. */
export function measureKplan(program: string, args: readonly string[], cache: string): Promise<Measured> {
  const env = { ...process.env, KPLAN_CACHE: cache, KUBECONFIG: '/no/such/kubeconfig', NO_COLOR: '1' };
  return measureOnce(process.execPath, [program, ...args], { env });
}

/** Replaces text in a file; throws where there is none. */
export function replaceIn(text: string, from: string | RegExp, to: string): string {
  const changed = text.replace(from, to);
  if (changed === text) throw new Error(`nothing to replace by ${to}`);
  return changed;
}

/** A text file. */
export function readText(path: string): string {
  return readFileSync(path, 'utf8');
}
