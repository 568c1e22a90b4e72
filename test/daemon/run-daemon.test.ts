import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, describe, it } from 'node:test';
import { readDaemonStatus, runDaemon, type DaemonLogEntry, type DaemonOptions, type DaemonStatus } from '../../src/daemon/index.ts';
import { KplanError, isKubernetesObject, refOf, type KubernetesObject } from '../../src/model/index.ts';
import { applyPlan } from '../../src/reconcile/index.ts';
import { getString, isArray, parseJson, sha256, type Clock, type JsonValue } from '../../src/std/index.ts';
import { toAllHeld } from './share/all-held.ts';
import { FakeClock } from '../reconcile/fake-clock.ts';
import { FakeCluster, toError } from '../reconcile/fake-cluster.ts';
import { makeReady, planFor, toObject, UNIT } from '../reconcile/toy-planner.ts';

const CONFIG = toObject('ConfigMap', 'settings', { data: { colour: 'red' } });
const BLUE = toObject('ConfigMap', 'settings', { data: { colour: 'blue' } });
const EXTRA = toObject('ConfigMap', 'extra');

type Manifests = readonly KubernetesObject[];

/** A source, a cluster and a daemon between them, under a clock that jumps. */
class Scene {
  readonly cluster = new FakeCluster();
  readonly clock = new FakeClock();
  readonly log: DaemonLogEntry[] = [];
  readonly statuses: DaemonStatus[] = [];
  manifests: Manifests | KplanError = [CONFIG];
  findings: readonly string[] = [];
  applies = 0;
  onPlan: () => void = () => undefined;
  #abort = new AbortController();
  #ended: Promise<void> | undefined;

  constructor() {
    this.cluster.controllers = makeReady;
  }

  start(options: Partial<DaemonOptions<Manifests>> = {}): this {
    started.push(this);
    this.#abort = new AbortController();
    this.#ended = runDaemon<Manifests>({
      unit: UNIT,
      source: { kind: 'git', description: 'repository', readRevision: async () => this.#read().revision },
      cluster: this.cluster,
      clock: this.clock,
      random: () => 0.5,
      signal: this.#abort.signal,
      identity: 'me',
      share: toAllHeld(),
      log: (entry) => this.log.push(entry),
      onStatus: (status) => this.statuses.push(status),
      parts: {
        readSource: async () => this.#read(),
        plan: async ({ content }) => {
          const plan = await planFor(this.cluster, content);
          this.onPlan();
          return { ...plan, findings: this.findings.map((code) => ({ code, severity: 'error', data: {} })) };
        },
        apply: (plan, _, signal) => {
          this.applies++;
          return applyPlan(this.cluster, plan, { clock: this.clock, signal, preflight: false });
        },
      },
      ...options,
    });
    return this;
  }

  async after(milliseconds: number): Promise<DaemonStatus | undefined> {
    await this.clock.sleep(milliseconds);
    return this.statuses.at(-1);
  }

  async stop(): Promise<DaemonStatus | undefined> {
    this.#abort.abort();
    await this.#ended;
    return this.statuses.at(-1);
  }

  names(): readonly string[] {
    return this.cluster
      .objects()
      .filter((object) => !refOf(object).name.startsWith('kapply-'))
      .map((object) => `${refOf(object).name}=${getString(object, 'data', 'colour') ?? ''}`);
  }

  #read(): { revision: string; objectCount: number; content: Manifests } {
    if (this.manifests instanceof KplanError) throw this.manifests;
    return { revision: sha256(JSON.stringify(this.manifests)).slice(0, 7), objectCount: this.manifests.length, content: this.manifests };
  }
}

/** A daemon that goes on under a clock that jumps would keep the process busy for ever. */
const started: Scene[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((scene) => scene.stop()));
});

describe('runDaemon', () => {
  it('makes the cluster equal to the source, and again when the source changes', async () => {
    const scene = new Scene().start();
    const status = await scene.after(5_000);
    assert.deepEqual(scene.names(), ['settings=red']);
    assert.equal(status?.outcome, 'synced');
    scene.manifests = [BLUE, EXTRA];
    await scene.after(70_000);
    assert.deepEqual(scene.names(), ['settings=blue', 'extra=']);
    scene.manifests = [BLUE];
    await scene.after(70_000);
    assert.deepEqual(scene.names(), ['settings=blue']);
    assert.equal((await scene.stop())?.phase, 'stopped');
  });

  it('heals drift within seconds, by its watch', async () => {
    const scene = new Scene().start({ interval: 3_600_000 });
    await scene.after(5_000);
    const live = scene.cluster.objects().find((object) => refOf(object).name === 'settings') ?? CONFIG;
    scene.cluster.put({ ...live, data: { colour: 'green' } });
    await scene.after(5_000);
    assert.deepEqual(scene.names(), ['settings=red']);
    scene.cluster.remove(refOf(CONFIG));
    await scene.after(20_000);
    assert.deepEqual(scene.names(), ['settings=red']);
    await scene.stop();
  });

  it('heals what is deleted while it begins to watch', async () => {
    for (const moment of [0, 1, 2, 5, 10, 20, 50]) {
      const scene = new Scene();
      let told = false;
      const remove = async (): Promise<void> => {
        for (let turn = 0; turn < moment; turn++) await Promise.resolve();
        scene.cluster.remove(refOf(CONFIG));
      };
      scene.start({
        interval: 3_600_000,
        log: ({ message }) => {
          if (!message.startsWith('synced') || told) return;
          told = true;
          void remove();
        },
      });
      await scene.after(60_000);
      assert.ok(told);
      assert.deepEqual(scene.names(), ['settings=red'], `deleted ${moment} turns after the synchronisation`);
      await scene.stop();
    }
  });

  it('says what is not healthy though nothing changes, and neither writes for it nor gives up the source', async () => {
    const scene = new Scene();
    const web = toObject('Deployment', 'web', { spec: { replicas: 1 } });
    scene.manifests = [CONFIG, web];
    scene.start();
    await scene.after(5_000);
    scene.cluster.setStatus(web, { conditions: [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }] });
    const status = await scene.after(3_600_000);
    assert.equal(status?.outcome, 'synced');
    assert.deepEqual(status?.reasons, ['not healthy: Deployment shop/web: Progress deadline exceeded']);
    assert.equal(scene.log.filter(({ level }) => level === 'warning').length, 1);
    const writes = scene.cluster.requests.filter((request) => request === 'apply Deployment/web');
    assert.equal(writes.length, 1);
    scene.manifests = [BLUE, web];
    await scene.after(70_000);
    assert.deepEqual(scene.names(), ['settings=blue', 'web=']);
    await scene.stop();
  });

  it('prunes nothing that is only missing from a file that is being saved', async () => {
    const scene = new Scene();
    scene.manifests = [CONFIG, EXTRA];
    scene.start();
    await scene.after(5_000);
    const { uid } = scene.cluster.objects().find((object) => refOf(object).name === 'extra')?.metadata ?? {};
    scene.manifests = [BLUE];
    scene.onPlan = () => (scene.manifests = [BLUE, EXTRA]);
    await scene.after(70_000);
    assert.deepEqual(scene.names(), ['settings=blue', 'extra=']);
    assert.equal(scene.cluster.objects().find((object) => refOf(object).name === 'extra')?.metadata['uid'], uid);
    await scene.stop();
  });

  it('never prunes because the source is unreadable or empty', async () => {
    const scene = new Scene().start();
    await scene.after(5_000);
    scene.manifests = new KplanError('UNREADABLE', 'the repository is gone');
    assert.deepEqual((await scene.after(300_000))?.reasons, ['the repository is gone']);
    scene.manifests = [];
    const held = await scene.after(300_000);
    assert.equal(held?.outcome, 'held');
    assert.match(held?.reasons[0] ?? '', /an empty source never prunes/);
    assert.deepEqual(scene.names(), ['settings=red']);
    scene.manifests = [BLUE];
    await scene.after(100_000);
    assert.deepEqual(scene.names(), ['settings=blue']);
    await scene.stop();
  });

  it('holds a plan with errors, says why, and goes on with another revision or when they are allowed', async () => {
    const scene = new Scene();
    scene.findings = ['KL0001'];
    const status = await scene.start().after(200_000);
    assert.equal(status?.outcome, 'held');
    assert.match(status?.reasons[0] ?? '', /^KL0001 /);
    assert.match(status?.waitsFor ?? '', /another revision/);
    assert.deepEqual(scene.names(), []);
    assert.equal(scene.log.filter(({ level }) => level === 'warning').length, 1);
    await scene.stop();
    await scene.start({ allow: ['KL0001'] }).after(5_000);
    assert.deepEqual(scene.names(), ['settings=red']);
    await scene.stop();
  });

  it('gives a failing revision up after some tries, and takes the next', async () => {
    const scene = new Scene();
    scene.cluster.fault = (verb, ref, dryRun) =>
      verb === 'apply' && !dryRun && ref.name === 'settings' ? toError(422, 'Invalid', 'no') : undefined;
    const status = await scene.start().after(3_600_000);
    assert.equal(scene.applies, 6);
    assert.equal(status?.outcome, 'failed');
    assert.deepEqual(status?.reasons, ['ConfigMap shop/settings: Invalid (422): no']);
    assert.match(status?.waitsFor ?? '', /another revision/);
    scene.manifests = [EXTRA];
    await scene.after(100_000);
    assert.deepEqual(scene.names(), ['extra=']);
    await scene.stop();
  });

  it('finishes the write under way when told to stop, and begins no other', async () => {
    const scene = new Scene();
    scene.manifests = [toObject('Namespace', 'shop'), CONFIG];
    let stopped: Promise<unknown> | undefined;
    scene.cluster.fault = (verb, ref, dryRun) => {
      if (verb === 'apply' && ref.kind === 'Namespace' && !dryRun) stopped ??= scene.stop();
      return undefined;
    };
    await scene.start().after(1_000);
    await stopped;
    assert.deepEqual(scene.names(), ['shop=']);
  });
});

describe('runDaemon on a directory', () => {
  it('follows files as editors save them, and keeps its status in a file', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'kplan-daemon-'));
    const manifests = join(directory, 'manifests.json');
    const state = join(directory, '.kplan');
    writeFileSync(manifests, JSON.stringify([CONFIG]));
    const abort = new AbortController();
    const scene = new Scene();
    const ended = runDaemon<Manifests>({
      unit: UNIT,
      source: { kind: 'directory', path: directory },
      cluster: scene.cluster,
      clock: REAL_CLOCK,
      random: Math.random,
      signal: abort.signal,
      identity: 'me',
      share: toAllHeld(),
      stateDirectory: state,
      debounce: 20,
      parts: {
        readSource: async () => {
          const text = readFileSync(manifests, 'utf8');
          const content = toManifests(parseJson(text));
          return { revision: sha256(text), objectCount: content.length, content };
        },
        plan: ({ content }) => planFor(scene.cluster, content),
        apply: (plan, _, signal) => applyPlan(scene.cluster, plan, { clock: REAL_CLOCK, signal }),
      },
    });
    try {
      await until(() => readDaemonStatus(state)?.outcome === 'synced');
      assert.deepEqual(scene.names(), ['settings=red']);
      writeFileSync(join(directory, '.manifests.json.swp'), 'passing');
      writeFileSync(join(directory, 'manifests.json.tmp'), JSON.stringify([BLUE]));
      renameSync(join(directory, 'manifests.json.tmp'), manifests);
      await until(() => scene.names()[0] === 'settings=blue');
    } finally {
      abort.abort();
      await ended;
    }
    assert.equal(readDaemonStatus(state)?.phase, 'stopped');
    assert.deepEqual(readdirSync(state), ['status.json']);
    rmSync(directory, { recursive: true });
  });
});

const REAL_CLOCK: Clock = {
  now: () => Date.now(),
  sleep: async (milliseconds, signal) => {
    await setTimeout(milliseconds, undefined, signal === undefined ? {} : { signal });
  },
};

function toManifests(value: JsonValue): Manifests {
  return isArray(value) ? value.filter(isKubernetesObject) : [];
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await setTimeout(10);
}
