import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { KubernetesObject } from '../../src/model/index.ts';
import { getNumber, getString } from '../../src/std/index.ts';
import { openEmbeddedCluster } from '../../src/sim/index.ts';
import { encodeFrame } from '../../src/sim/store/frame.ts';
import { cleanEnv, run, temporaryFolder, type Ran } from '../cli/program.ts';
import { configMap, deployment, stored } from '../cluster-contract.ts';
import { CATALOG, REAL_CLOCK } from './embedded.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PROGRAM = join(ROOT, 'dist/kapply.js');
const BY = { fieldManager: 'test' };
const COUNT = 5;
const NOBODY = 65_534;

interface Scene {
  readonly folder: string;
  readonly cluster: string;
  /** The one log of the cluster. */
  readonly log: string;
}

/** A cluster with a few objects, and a unit to apply to it. */
async function makeScene(context: TestContext): Promise<Scene> {
  const folder = temporaryFolder(context);
  const directory = join(folder, 'cluster');
  const cluster = await openEmbeddedCluster({ directory, clock: REAL_CLOCK, catalog: CATALOG, sync: false });
  for (let index = 0; index < COUNT; index++)
    stored(await cluster.create(configMap('default', `known-${index}`, { data: { a: 'b' } }), BY));
  await cluster.close();
  writeUnit(folder, 'unit', 3);
  return { folder, cluster: directory, log: join(directory, 'log-00000001') };
}

function writeUnit(folder: string, name: string, objects: number, size = 1): void {
  mkdirSync(join(folder, name));
  const all = Array.from({ length: objects }, (_, index) => configMap('default', `${name}-${index}`, { data: { a: 'x'.repeat(size) } }));
  writeFileSync(join(folder, name, 'all.yaml'), all.map((object) => JSON.stringify(object)).join('\n---\n'));
}

function kapply(scene: Scene, ...words: readonly string[]): Promise<Ran> {
  return run('kapply', scene.folder, [...words, '--embedded', 'cluster', ...(words[0] === 'status' ? [] : ['--yes'])]);
}

const DROP_RIGHTS = `data:text/javascript,process.setgid(${NOBODY});process.setuid(${NOBODY})`;

/** As somebody who may not do everything: root may. From a copy, since nobody need be able to read this checkout. */
async function kapplyAsNobody(scene: Scene, words: readonly string[]): Promise<Ran> {
  const copy = join(scene.folder, 'copy');
  for (const name of ['dist', 'schemas', 'package.json']) cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  const drop = process.getuid?.() === 0 ? ['--import', DROP_RIGHTS] : [];
  const args = [...drop, join(copy, 'dist/kapply.js'), ...words, '--embedded', 'cluster'];
  const child = spawn(process.execPath, args, { cwd: scene.folder, env: cleanEnv() });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code]: unknown[] = await once(child, 'close');
  return { code: typeof code === 'number' ? code : null, stdout: '', stderr };
}

function giveAway(scene: Scene, modes: { readonly directory: number; readonly log: number }): void {
  chmodSync(scene.folder, 0o755);
  if (process.getuid?.() === 0) for (const path of [scene.cluster, scene.log]) chownSync(path, NOBODY, NOBODY);
  chmodSync(scene.log, modes.log);
  chmodSync(scene.cluster, modes.directory);
}

function changeByte(path: string, at: number): void {
  const bytes = readFileSync(path);
  const place = at < 0 ? bytes.length + at : at;
  bytes[place] = (bytes[place] ?? 0) ^ 0x04;
  writeFileSync(path, bytes);
}

async function countKnown(directory: string): Promise<number> {
  const cluster = await openEmbeddedCluster({ directory, clock: REAL_CLOCK, catalog: CATALOG, sync: false });
  const { items } = await cluster.list({ group: '', version: 'v1', kind: 'ConfigMap' });
  await cluster.close();
  return items.filter((item) => getString(item, 'data', 'a') === 'b').length;
}

function createdAt(object: KubernetesObject): number {
  return Date.parse(getString(object, 'metadata', 'creationTimestamp') ?? '');
}

/** One sentence of what and where, one of what to do, and nothing else. */
function assertExplained(ran: Ran, path: string, what: RegExp): void {
  assert.equal(ran.code, 3, ran.stderr);
  assert.match(ran.stderr, what);
  assert.ok(ran.stderr.includes(path), ran.stderr);
  const lines = ran.stderr.trimEnd().split('\n');
  assert.equal(lines.length, 2, ran.stderr);
  assert.match(lines[1] ?? '', /^ {2}[A-Z`].*[.a-zA-Z)]$/, 'says what to do');
}

describe('an embedded cluster that cannot be used says what is wrong, where, and what to do', () => {
  const cases: readonly { readonly name: string; readonly break: (scene: Scene) => void; readonly want: RegExp }[] = [
    { name: 'a byte in the middle is another', break: ({ log }) => changeByte(log, 2_000), want: /damaged at byte \d+/ },
    { name: 'the last byte is another', break: ({ log }) => changeByte(log, -1), want: /damaged at byte \d+/ },
    { name: 'the first byte is another', break: ({ log }) => changeByte(log, 0), want: /damaged at byte 0/ },
    { name: 'the log is empty', break: ({ log }) => truncateSync(log), want: /damaged at byte 0: it does not begin as a log/ },
    { name: 'the log is something else', break: ({ log }) => writeFileSync(log, 'kind: Pod\n'), want: /does not begin as a log/ },
    {
      name: 'another version of kplan wrote it',
      break: ({ log }) => writeFileSync(log, encodeFrame('{"log":"kplan cluster","format":2}')),
      want: /has format 2, and this version of kplan reads format 1/,
    },
    {
      name: 'a record in the middle is missing',
      break: ({ log }) => {
        const records = readFileSync(log, 'latin1').split('\n');
        writeFileSync(log, [...records.slice(0, 3), ...records.slice(4)].join('\n'), 'latin1');
      },
      want: /commit \d+ is missing/,
    },
  ];
  for (const { name, break: damage, want } of cases) {
    test(name, async (context) => {
      const scene = await makeScene(context);
      damage(scene);
      const before = readFileSync(scene.log);
      for (const words of [['status'], ['unit']]) assertExplained(await kapply(scene, ...words), scene.log, want);
      assert.deepEqual(readFileSync(scene.log), before, 'nothing was changed');
    });
  }

  test('the directory is a file, or below one', async (context) => {
    const scene = await makeScene(context);
    writeFileSync(join(scene.folder, 'file'), '');
    for (const directory of ['file', 'file/below']) {
      const ran = await run('kapply', scene.folder, ['unit', '--embedded', directory, '--yes']);
      assertExplained(ran, join(scene.folder, directory), /this is a file, or below one/);
    }
  });

  const modes = [
    { name: 'a directory that may not be listed', directory: 0o300, log: 0o600, want: /EACCES/ },
    { name: 'a directory that may not be entered', directory: 0o000, log: 0o600, want: /EACCES|permission denied/ },
    { name: 'a log that may not be read', directory: 0o700, log: 0o200, want: /EACCES/ },
    { name: 'a log that may not be written', directory: 0o500, log: 0o400, want: /EACCES/ },
  ];
  for (const { name, directory, log, want } of modes) {
    test(name, async (context) => {
      const scene = await makeScene(context);
      giveAway(scene, { directory, log });
      assertExplained(await kapplyAsNobody(scene, ['unit', '--yes']), scene.cluster, want);
      giveAway(scene, { directory: 0o700, log: 0o600 });
      assert.equal(await countKnown(scene.cluster), COUNT);
    });
  }
});

describe('an embedded cluster recovers', () => {
  test('from a last record that was cut short', async (context) => {
    const scene = await makeScene(context);
    const whole = readFileSync(scene.log);
    const torn = encodeFrame('{"sequence":99,"writer":"w","time":1,"changes":[]}');
    for (const length of [1, 5, 19, 40, torn.length - 1]) {
      writeFileSync(scene.log, whole);
      appendFileSync(scene.log, torn.subarray(0, length));
      assert.equal((await kapply(scene, 'unit')).code, 0, `cut at ${length}`);
      assert.equal(await countKnown(scene.cluster), COUNT, `cut at ${length}`);
    }
  });

  test('from a full disk: what was acknowledged is kept, the rest is said not to be done, and is done later', async (context) => {
    const scene = await makeScene(context);
    writeUnit(scene.folder, 'large', 40, 20_000);
    const command = `ulimit -f 400 && exec "$0" "$@"`;
    const words = [process.execPath, PROGRAM, 'large', '--embedded', 'cluster', '--yes'];
    const child = spawn('bash', ['-c', command, ...words], { cwd: scene.folder, env: cleanEnv() });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const [code] = await once(child, 'close');
    assert.equal(code, 1, said);
    assert.match(said, /the embedded cluster could\s+not\s+be\s+written/);
    assert.doesNotMatch(said, /^\s+at /m);
    const done = [...said.matchAll(/\] create ConfigMap default\/(large-\d+): applied/g)].map((match) => match[1] ?? '');
    assert.ok(done.length > 0 && done.length < 40, said);
    const cluster = await openEmbeddedCluster({ directory: scene.cluster, clock: REAL_CLOCK, catalog: CATALOG, sync: false });
    for (const name of done) {
      assert.ok(await cluster.get({ group: '', version: 'v1', kind: 'ConfigMap', namespace: 'default', name }), `${name} was acknowledged`);
    }
    await cluster.close();
    const again = await kapply(scene, 'large');
    assert.equal(again.code, 0, again.stderr);
    assert.equal(await countKnown(scene.cluster), COUNT);
  });

  test('from a disk that was full just when a new log was begun', async (context) => {
    const scene = await makeScene(context);
    const options = { directory: scene.cluster, clock: REAL_CLOCK, catalog: CATALOG, sync: false };
    const cluster = await openEmbeddedCluster(options);
    cluster.compact();
    await cluster.close();
    // The old log is sealed, and there was no room for the new one.
    rmSync(join(scene.cluster, 'log-00000002'));
    assert.equal(await countKnown(scene.cluster), COUNT);
    assert.ok(existsSync(join(scene.cluster, 'log-00000002')));
  });

  test('from a clock that was set back: its own time goes on, and nobody waits for a lease of the future', async (context) => {
    const scene = await makeScene(context);
    const day = 86_400_000;
    const options = { directory: scene.cluster, catalog: CATALOG, sync: false };
    const ahead = await openEmbeddedCluster({ ...options, clock: { ...REAL_CLOCK, now: () => Date.now() + day } });
    const first = stored(await ahead.create(deployment('default', 'web', 2), BY));
    assert.equal(await ahead.settle({ until: () => true }), 'reached');
    await ahead.settle({ within: 1 });
    const behind = await openEmbeddedCluster({ ...options, clock: REAL_CLOCK });
    const second = stored(await behind.create(configMap('default', 'later'), BY));
    assert.ok(createdAt(second) >= createdAt(first), 'time does not run backwards');
    assert.equal(await behind.settle(), 'idle');
    const web = await behind.get({ group: 'apps', version: 'v1', kind: 'Deployment', namespace: 'default', name: 'web' });
    assert.equal(getNumber(web, 'status', 'readyReplicas'), 2);
    await ahead.close();
    await behind.close();
  });

  test('from two programs at once: both do their work', async (context) => {
    const scene = await makeScene(context);
    writeUnit(scene.folder, 'other', 30);
    writeUnit(scene.folder, 'third', 30);
    const runs = await Promise.all(['unit', 'other', 'third'].map((unit) => kapply(scene, unit)));
    for (const { code, stderr } of runs) assert.equal(code, 0, stderr);
    const status = await kapply(scene, 'status');
    assert.equal(status.code, 0, status.stderr);
    assert.match(status.stdout, /3 units/);
    assert.equal(await countKnown(scene.cluster), COUNT);
  });
});
