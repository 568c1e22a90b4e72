import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { KubernetesObject } from '../../src/model/index.ts';
import { openEmbeddedCluster, type EmbeddedCluster } from '../../src/sim/index.ts';
import { getNumber, getString } from '../../src/std/index.ts';
import { cleanEnv, commitAll, run, shopRepository } from '../cli/program.ts';
import { CATALOG, REAL_CLOCK } from '../sim/embedded.ts';

const PROGRAM = fileURLToPath(new URL('../../dist/kapply.js', import.meta.url));
const TOO_LONG = 60_000;

/** A running `kapply --watch`, and what it says. */
class Daemon {
  readonly #child: ChildProcess;
  #text = '';
  #read = 0;
  #told: () => void = () => undefined;

  constructor(context: TestContext, folder: string, words: readonly string[]) {
    this.#child = spawn(process.execPath, [PROGRAM, ...words], { cwd: folder, env: cleanEnv(), stdio: ['ignore', 'ignore', 'pipe'] });
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#text += chunk.toString();
      this.#told();
    });
    this.#child.once('close', () => this.#told());
    context.after(() => this.#child.kill('SIGKILL'));
  }

  /** Waits until it says something that it had not said when it was waited for last. */
  async says(pattern: RegExp): Promise<void> {
    const alarm = setTimeout(() => this.#child.kill('SIGKILL'), TOO_LONG);
    for (;;) {
      const found = pattern.exec(this.#text.slice(this.#read));
      if (found !== null) {
        this.#read += found.index + found[0].length;
        break;
      }
      assert.ok(
        this.#child.exitCode === null && this.#child.signalCode === null,
        `it has ended, and never said ${pattern.source}: ${this.#text}`,
      );
      await new Promise<void>((resolve) => (this.#told = resolve));
    }
    clearTimeout(alarm);
  }

  async stop(signal: NodeJS.Signals): Promise<unknown> {
    const ended = once(this.#child, 'close');
    this.#child.kill(signal);
    const [code]: unknown[] = await ended;
    return code;
  }
}

function open(folder: string): Promise<EmbeddedCluster> {
  return openEmbeddedCluster({ directory: join(folder, 'cluster'), clock: REAL_CLOCK, catalog: CATALOG, sync: false });
}

const WEB = { group: 'apps', version: 'v1', kind: 'Deployment', namespace: 'shop', name: 'web' };
const WEB_SERVICE = { group: '', version: 'v1', kind: 'Service', namespace: 'shop', name: 'web' };
const WEB_CONFIG = { group: '', version: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'web' };

function replicasOf(object: KubernetesObject | undefined): number | undefined {
  return getNumber(object, 'spec', 'replicas');
}

/** Changes the number of replicas in a file as an editor would. */
function setReplicas(file: string, count: number): void {
  writeFileSync(file, readFileSync(file, 'utf8').replace(/replicas: \d+/, `replicas: ${count}`));
}

test('a daemon follows a folder, heals drift, and never prunes what a broken file held', async (context) => {
  const repository = shopRepository(context);
  const folder = join(repository, '..');
  const file = join(repository, 'shop/web.yaml');
  const daemon = new Daemon(context, folder, ['shop', '--watch', '--embedded', 'cluster', '--force-conflicts']);
  await daemon.says(/synced: \d\d changes/);
  const cluster = await open(folder);
  context.after(() => cluster.close());

  setReplicas(file, 2);
  await daemon.says(/synced: 1 change\n/);
  assert.equal(replicasOf(await cluster.get(WEB)), 2);

  const service = await cluster.get(WEB_SERVICE);
  assert.equal((await cluster.delete(WEB_SERVICE)).kind, 'ok');
  await daemon.says(/synced: 1 change\n/);
  const healed = await cluster.get(WEB_SERVICE);
  assert.ok(healed !== undefined && healed.metadata['uid'] !== service?.metadata['uid'], 'what was deleted is back');

  const config = await cluster.get(WEB_CONFIG);
  assert.ok(config !== undefined);
  assert.equal((await cluster.update({ ...config, data: { CART_URL: 'http://evil' } }, { fieldManager: 'somebody' })).kind, 'ok');
  await daemon.says(/synced: 1 change\n/);
  assert.match(getString(await cluster.get(WEB_CONFIG), 'data', 'CART_URL') ?? '', /cart/);

  const good = readFileSync(file, 'utf8');
  writeFileSync(file, good.replace('metadata:', 'metadata: [\n'));
  await daemon.says(/held: .*shop\/web\.yaml:\d+/);
  for (const ref of [WEB, WEB_SERVICE, WEB_CONFIG]) assert.ok((await cluster.get(ref)) !== undefined, `${ref.kind} is not pruned`);
  const held = await run('kapply', folder, ['status', '--embedded', 'cluster']);
  assert.equal(held.code, 0, held.stderr);
  assert.match(held.stdout.replaceAll(/\s+/g, ' '), /daemon: idle, last synced .* held: .*web\.yaml:\d+/);

  writeFileSync(file, good);
  await daemon.says(/synced: nothing to change/);
  setReplicas(file, 4);
  await daemon.says(/synced: 1 change\n/);
  assert.equal(replicasOf(await cluster.get(WEB)), 4);

  assert.equal(await daemon.stop('SIGKILL'), null);
  const killed = await run('kapply', folder, ['status', '--embedded', 'cluster']);
  assert.match(killed.stdout.replaceAll(/\s+/g, ' '), /daemon: stopped, .*its process ended without a word/);
});

test('a daemon follows the commits of a repository, not its files; a second one waits for the first', async (context) => {
  const repository = shopRepository(context);
  const folder = join(repository, '..');
  const file = join(repository, 'shop/web.yaml');
  const words = [pathToFileURL(repository).href, '--watch', '--embedded', 'cluster', '--interval', '1s'];
  const daemon = new Daemon(context, folder, words);
  await daemon.says(/synced: \d\d changes/);
  const second = new Daemon(context, folder, words);
  await second.says(/standing by: /);
  const cluster = await open(folder);
  context.after(() => cluster.close());
  const before = replicasOf(await cluster.get(WEB));
  setReplicas(file, 7);
  assert.equal(replicasOf(await cluster.get(WEB)), before);
  commitAll(repository, 'More of it');
  await daemon.says(/synced: 1 change\n/);
  assert.equal(replicasOf(await cluster.get(WEB)), 7);
  assert.equal(await daemon.stop('SIGINT'), 130);
  setReplicas(file, 3);
  commitAll(repository, 'Less of it');
  await second.says(/synced: 1 change\n/);
  assert.equal(replicasOf(await cluster.get(WEB)), 3);
  assert.equal(await second.stop('SIGTERM'), 143);
  const stopped = await run('kapply', folder, ['status', '--embedded', 'cluster']);
  assert.match(stopped.stdout, /daemon: stopped/);
});
