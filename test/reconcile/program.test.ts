import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { stringifyYaml } from '../../src/report/index.ts';
import type { JsonObject } from '../../src/std/index.ts';
import { cleanEnv, run, temporaryFolder, type Ran } from '../cli/program.ts';
import { SEED, toRandom } from '../sim/seed.ts';
import { writeRepository } from './kill-repository.ts';

const PROGRAM = fileURLToPath(new URL('../../dist/kapply.js', import.meta.url));
const CODES = { SIGINT: 130, SIGTERM: 143 } as const;
type Signal = keyof typeof CODES;

interface Started {
  readonly child: ChildProcess;
  readonly said: () => string;
  /** Its exit code, once it has ended. */
  readonly ended: Promise<number | null>;
}

function start(folder: string, words: readonly string[]): Started {
  const child = spawn(process.execPath, [PROGRAM, ...words], { cwd: folder, env: cleanEnv(), stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, said: () => said, ended };
}

/** Resolves once so many steps are done. */
function whenDone(child: ChildProcess, steps: number): Promise<void> {
  let text = '';
  return new Promise((resolve) => {
    child.stderr?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if ((text.match(/^\[/gm)?.length ?? 0) >= steps) resolve();
    });
    child.once('close', () => resolve());
  });
}

describe('an interrupted kapply', () => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    test(`ends with ${CODES[signal]} after ${signal} at any step, and goes on the next time (KPLAN_SEED=${SEED})`, async (context) => {
      const folder = temporaryFolder(context);
      const random = toRandom(SEED);
      const apply = ['unit', '--embedded', 'cluster', '--yes'];
      for (let version = 0; version < 4; version++) {
        writeRepository(join(folder, 'unit'), version);
        const { child, said, ended } = start(folder, apply);
        await whenDone(child, 1 + Math.floor(random() * 45));
        child.kill(signal);
        assert.equal(await ended, CODES[signal], said());
        assert.doesNotMatch(said(), /^\s+at /m);
        // On a busy machine all may have been written before the signal comes; then their health is what is left.
        assert.match(said(), /not begun|skipped|health was not waited for: cancelled/);
        assert.match(said(), /^Stopped before its end: cancelled\. What was under way was finished\.$/m);
        assert.doesNotMatch(said(), /^- .*skipped|0 did not go well/m);
      }
      const rest = await run('kapply', folder, apply);
      assert.equal(rest.code, 0, rest.stderr);
      const again = await run('kapply', folder, apply);
      assert.match(again.stdout, /Nothing to do/);
      const status = await run('kapply', folder, ['status', '--embedded', 'cluster']);
      assert.equal(status.code, 0, status.stdout);
    });
  }

  test('ends while it reads standard input', async (context) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) await checkReading(context, signal, 1);
  });

  test('ends at once at a second Ctrl-C', async (context) => {
    const folder = temporaryFolder(context);
    writeRepository(join(folder, 'unit'), 0);
    const { child, said, ended } = start(folder, ['unit', '--embedded', 'cluster', '--yes']);
    await whenDone(child, 1);
    child.kill('SIGINT');
    child.kill('SIGINT');
    assert.equal(await ended, 130, said());
  });
});

async function checkReading(context: TestContext, signal: Signal, times: number): Promise<void> {
  const { child, said, ended } = start(temporaryFolder(context), ['-', '--embedded', 'cluster', '--yes']);
  // A chunk is taken from the pipe only once the program reads.
  child.stdin?.write('a'.repeat(1 << 20));
  await once(child.stdin ?? child, 'drain');
  for (let time = 0; time < times; time++) child.kill(signal);
  assert.equal(await ended, CODES[signal], said());
}

const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'x' } };
const NAMES = ['a', 'b', 'c', 'd', 'e', 'f'];

function toConfig(name: string, fields: JsonObject = {}): JsonObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'x' }, data: { a: 'b' }, ...fields };
}

function toJob(name: string, wave: string, command: JsonObject = {}): JsonObject {
  const metadata = { name, namespace: 'x', annotations: { 'kapply.kplan.dev/wave': wave } };
  const spec = { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i:1', ...command }] };
  return { apiVersion: 'batch/v1', kind: 'Job', metadata, spec: { template: { spec } } };
}

const HUGE = { resources: { requests: { cpu: '400' } } };

/** A folder in which one unit is applied again and again. */
class Unit {
  readonly #folder: string;

  constructor(context: TestContext) {
    this.#folder = temporaryFolder(context);
    mkdirSync(join(this.#folder, 'unit'));
  }

  apply(objects: readonly JsonObject[], ...words: readonly string[]): Promise<Ran> {
    writeFileSync(join(this.#folder, 'unit/all.yaml'), objects.map(stringifyYaml).join('---\n'));
    return run('kapply', this.#folder, ['unit', '--embedded', 'cluster', '--yes', ...words]);
  }
}

describe('kapply', () => {
  test('begins nothing after an object that does not become healthy in time, and exits 1', async (context) => {
    const unit = new Unit(context);
    const later = toConfig('later', { metadata: { name: 'later', namespace: 'x', annotations: { 'kapply.kplan.dev/wave': '3' } } });
    const objects = [NAMESPACE, toJob('first', '2', HUGE), later];
    const refused = await unit.apply(objects);
    assert.equal(refused.code, 3, refused.stderr);
    assert.match(refused.stderr, /KS0001 stands in the way/);
    const failed = await unit.apply(objects, '--allow', 'scheduler', '--timeout', '5s');
    assert.equal(failed.code, 1, failed.stderr);
    assert.match(failed.stderr, /create Job x\/first: failed/);
    assert.match(failed.stdout, /ConfigMap x\/later +skipped · not begun: Job x\/first/);
    const mended = await unit.apply([NAMESPACE, toJob('second', '2'), later]);
    assert.equal(mended.code, 0, `${mended.stdout}\n${mended.stderr}`);
    assert.match(mended.stderr, /delete Job x\/first: applied/);
  });

  test('prunes nothing that needs an approval, nor most of a unit, without --allow', async (context) => {
    const unit = new Unit(context);
    const configs = NAMES.map((name) => toConfig(name));
    const volume = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'data', namespace: 'x' } };
    const claim = { ...volume, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } };
    const made = await unit.apply([NAMESPACE, claim, ...configs]);
    assert.equal(made.code, 0, made.stderr);
    const cases: readonly { readonly objects: readonly JsonObject[]; readonly code: string }[] = [
      { objects: [NAMESPACE, ...configs], code: 'KP0105' },
      { objects: [toConfig('other', { metadata: { name: 'other', namespace: 'default' } })], code: 'KP0104' },
      { objects: [], code: 'KP0104' },
    ];
    for (const { objects, code } of cases) {
      const refused = await unit.apply(objects);
      assert.equal(refused.code, 3, `${refused.stdout}\n${refused.stderr}`);
      assert.match(refused.stderr, new RegExp(`nothing was done: ${code}`));
    }
    const kept = await unit.apply([NAMESPACE, claim, ...configs]);
    assert.match(kept.stdout, /Nothing to do/);
    const pruned = await unit.apply([NAMESPACE, ...configs], '--allow', 'KP0105');
    assert.equal(pruned.code, 0, `${pruned.stdout}\n${pruned.stderr}`);
    assert.match(pruned.stderr, /delete PersistentVolumeClaim x\/data: applied/);
  });
});
