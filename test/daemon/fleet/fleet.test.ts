import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { runFleet, type DaemonLogEntry, type DaemonStatus, type GoodRevision, type Unit } from '../../../src/daemon/index.ts';
import { KplanError, refKeyOf, refOf, type KubernetesObject } from '../../../src/model/index.ts';
import { applyPlan, membershipLabel } from '../../../src/reconcile/index.ts';
import { getString, sha256, aborted } from '../../../src/std/index.ts';
import { FakeClock } from '../../reconcile/fake-clock.ts';
import { FakeCluster } from '../../reconcile/fake-cluster.ts';
import { toAllHeld } from '../share/all-held.ts';
import { toUnit } from '../to-unit.ts';
import { makeReady, planFor, toObject } from '../../reconcile/toy-planner.ts';

const config = (name: string, colour = 'red'): KubernetesObject => toObject('ConfigMap', name, { data: { colour } });

/** A repository of units, a cluster, and a fleet between them, under a clock that jumps. */
class Scene {
  readonly cluster = new FakeCluster();
  readonly clock = new FakeClock();
  readonly log: DaemonLogEntry[] = [];
  readonly statuses = new Map<string, DaemonStatus>();
  /** The units in the order in which they were planned. */
  readonly planned: string[] = [];
  readonly removed: string[] = [];
  units: readonly Unit[] | KplanError;
  manifests: Readonly<Record<string, readonly KubernetesObject[]>>;
  /** What earlier commits asked for. */
  earlier: Readonly<Record<string, readonly KubernetesObject[]>> = {};
  findings: Readonly<Record<string, readonly string[]>> = {};
  /** The units that their statuses say are to go once they are not listed. */
  doomed: readonly string[] = [];
  /** What was asked for by others when a unit was removed. */
  readonly deleted: (readonly [string, number])[] = [];
  refusal: string | undefined;
  good: GoodRevision | undefined;
  approved: string | undefined;
  settled = 0;
  #commits = 0;
  #changed: readonly string[] | undefined;
  #wake: () => void = () => undefined;
  #drift: (applySet: string) => void = () => undefined;
  readonly #abort = new AbortController();
  readonly #ended: Promise<void>;

  constructor(units: readonly Unit[]) {
    scenes.push(this);
    this.cluster.controllers = makeReady;
    this.units = units;
    this.manifests = Object.fromEntries(units.map(({ name }) => [name, [config(name)]]));
    this.#ended = runFleet<readonly KubernetesObject[]>({
      source: { description: 'repository', read: async () => this.#read(), watch: (onChange, signal) => this.#watch(onChange, signal) },
      open: (unit) => this.#open(unit),
      clock: this.clock,
      random: () => 0.5,
      signal: this.#abort.signal,
      identity: 'me',
      interval: 60_000,
      concurrency: 2,
      allow: [],
      share: toAllHeld(),
      watchCluster: async ({ drift }, signal) => {
        this.#drift = drift;
        await aborted(signal);
      },
      log: (entry) => this.log.push(entry),
      onStatus: (status) => this.statuses.set(status.unit, status),
      onSettled: () => this.settled++,
      removal: {
        list: async () => Promise.resolve(this.doomed),
        remove: async (unit, asked) => {
          if (this.refusal !== undefined) return Promise.resolve(this.refusal);
          this.deleted.push([unit, asked.size]);
          this.doomed = this.doomed.filter((name) => name !== unit);
          return Promise.resolve(undefined);
        },
      },
      goodOf: () => this.good,
      onRemoved: ({ name }) => void this.removed.push(name),
      approvedOf: () => this.approved,
    });
  }

  /** Another commit, in which these paths differ. */
  commit(changed?: readonly string[]): void {
    this.#commits++;
    this.#changed = changed;
    this.#wake();
  }

  drift(unit: string): void {
    this.#drift(membershipLabel(unit).value);
  }

  async after(milliseconds: number): Promise<void> {
    await this.clock.sleep(milliseconds);
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#ended;
  }

  outcomes(): Readonly<Record<string, string | undefined>> {
    return Object.fromEntries([...this.statuses].map(([unit, { outcome }]) => [unit, outcome]));
  }

  names(): readonly string[] {
    const objects = this.cluster.objects().filter((object) => !refOf(object).name.startsWith('kapply-'));
    return objects.map((object) => `${refOf(object).name}=${getString(object, 'data', 'colour') ?? ''}`);
  }

  #read(): { id: string; units: readonly Unit[]; changed?: readonly string[] } {
    if (this.units instanceof KplanError) throw this.units;
    return { id: `${this.#commits}`, units: this.units, ...(this.#changed === undefined ? {} : { changed: this.#changed }) };
  }

  async #watch(onChange: () => void, signal: AbortSignal): Promise<void> {
    this.#wake = onChange;
    await aborted(signal);
  }

  #open(unit: Unit): ReturnType<Parameters<typeof runFleet<readonly KubernetesObject[]>>[0]['open']> {
    return {
      cluster: this.cluster,
      readFrom: () => new Set([`${unit.path}/all.yaml`, 'bases/web.yaml']),
      listAsked: async () => Promise.resolve(new Set((this.manifests[unit.name] ?? []).map(refKeyOf))),
      parts: {
        readSource: async () => {
          const content = this.manifests[unit.name] ?? [];
          return { revision: sha256(JSON.stringify(content)), objectCount: content.length, content };
        },
        readCommit: async (commit) => {
          const content = this.earlier[commit];
          if (content === undefined) throw new KplanError('NO_REVISION', `there is no ${commit}`);
          return Promise.resolve({ revision: commit, commit, objectCount: content.length, content });
        },
        plan: async ({ content }) => {
          this.planned.push(unit.name);
          const plan = await planFor(this.cluster, content, unit.name);
          const findings = (this.findings[unit.name] ?? []).map((code) => ({ code, severity: 'error' as const, data: {} }));
          return { ...plan, unit: unit.name, findings };
        },
        apply: (plan, _, signal) => applyPlan(this.cluster, plan, { clock: this.clock, signal, preflight: false, timeout: 30_000 }),
      },
    };
  }
}

const scenes: Scene[] = [];
afterEach(async () => {
  await Promise.all(scenes.splice(0).map((scene) => scene.stop()));
});

describe('runFleet', () => {
  it('keeps every unit, those that others depend on first', async () => {
    const scene = new Scene([toUnit('web', { dependsOn: ['db'] }), toUnit('db', { dependsOn: ['net'] }), toUnit('net')]);
    await scene.after(10_000);
    assert.deepEqual(scene.planned.slice(0, 3), ['net', 'db', 'web']);
    assert.deepEqual(scene.outcomes(), { web: 'synced', db: 'synced', net: 'synced' });
    assert.ok(scene.settled > 0);
  });

  it('plans again only what a commit may have changed', async () => {
    const scene = new Scene([toUnit('web'), toUnit('db'), toUnit('net')]);
    await scene.after(10_000);
    scene.planned.length = 0;
    scene.manifests = { ...scene.manifests, db: [config('db', 'blue')] };
    scene.commit(['apps/db/all.yaml']);
    await scene.after(10_000);
    assert.deepEqual(scene.planned, ['db']);
    assert.ok(scene.names().includes('db=blue'));
    scene.commit(['bases/web.yaml']);
    await scene.after(10_000);
    assert.deepEqual(scene.planned, ['db'], 'what reads the same from a base that changed is not planned');
    scene.manifests = { ...scene.manifests, web: [config('web', 'blue')] };
    scene.commit();
    await scene.after(10_000);
    assert.deepEqual(scene.planned, ['db', 'web']);
  });

  it('goes back to what was good when a revision fails, heals that, and takes the next revision', async () => {
    const scene = new Scene([toUnit('web', { onFailure: 'rollback', retry: { limit: 0 } })]);
    await scene.after(10_000);
    scene.manifests = { web: [config('web', 'blue'), config('extra')] };
    scene.cluster.fault = (verb, { name }, dryRun) =>
      verb === 'apply' && name === 'extra' && !dryRun ? { kind: 'error', code: 422, reason: 'Invalid', message: 'no extra' } : undefined;
    scene.commit();
    await scene.after(10_000);
    assert.deepEqual(scene.names(), ['web=red']);
    const went = scene.statuses.get('web');
    assert.deepEqual(
      [went?.outcome, went?.reasons],
      ['synced', ['went back to the last good revision, since the newest failed: ConfigMap shop/extra: Invalid (422): no extra']],
    );
    scene.cluster.put({
      ...config('web', 'mud'),
      metadata: { ...scene.cluster.objects().find(({ metadata }) => metadata['name'] === 'web')?.metadata },
    });
    scene.drift('web');
    await scene.after(10_000);
    assert.deepEqual(scene.names(), ['web=red']);
    scene.manifests = { web: [config('web', 'green')] };
    scene.commit();
    await scene.after(10_000);
    assert.deepEqual([scene.names(), scene.statuses.get('web')?.reasons], [['web=green'], []]);
  });

  it('has what depends on a unit wait for the newest commit of it', async () => {
    const scene = new Scene([toUnit('web', { dependsOn: ['db'] }), toUnit('db')]);
    await scene.after(10_000);
    scene.planned.length = 0;
    scene.manifests = { web: [config('web', 'blue')], db: [config('db', 'blue')] };
    scene.commit();
    await scene.after(10_000);
    assert.deepEqual(scene.planned, ['db', 'web']);
  });

  it('goes on with the others where units are held, unreadable, unhealthy, in a circle or suspended', async () => {
    const units = [
      toUnit('held'),
      toUnit('sick'),
      toUnit('after-sick', { dependsOn: ['sick'] }),
      toUnit('a', { dependsOn: ['b'] }),
      toUnit('b', { dependsOn: ['a'] }),
      toUnit('asleep', { suspend: true }),
      toUnit('well'),
    ];
    const scene = new Scene(units);
    scene.findings = { held: ['KL0001'] };
    scene.manifests = { ...scene.manifests, sick: [toObject('Deployment', 'sick', { spec: { replicas: 1 } })] };
    scene.cluster.controllers = () => undefined;
    await scene.after(120_000);
    const { sick, ...rest } = scene.outcomes();
    assert.ok(sick === 'failed' || sick === 'synced', sick);
    assert.deepEqual(rest, { held: 'held', 'after-sick': 'waiting', a: 'waiting', b: 'waiting', asleep: 'waiting', well: 'synced' });
    assert.deepEqual(scene.statuses.get('a')?.reasons, ['depends on itself: a -> b -> a']);
    scene.manifests = { ...scene.manifests, well: [config('well', 'blue')] };
    scene.commit(['apps/well/all.yaml']);
    await scene.after(5_000);
    assert.ok(scene.names().includes('well=blue'));
    assert.ok(!scene.planned.includes('asleep') && !scene.planned.includes('a'));
  });

  it('plans those that are held together once, whenever there is one more: each may lack what another brings', async () => {
    const scene = new Scene([toUnit('one'), toUnit('other'), toUnit('well')]);
    scene.findings = { one: ['KR0001'] };
    await scene.after(100);
    assert.deepEqual(scene.outcomes(), { one: 'held', other: 'synced', well: 'synced' });
    scene.planned.length = 0;
    scene.findings = { one: ['KR0001'], other: ['KR0001'] };
    scene.drift('other');
    await scene.after(10_000);
    assert.deepEqual(scene.planned.toSorted(), ['one', 'other', 'other']);
    assert.deepEqual(scene.outcomes(), { one: 'held', other: 'held', well: 'synced' });
  });

  it('heals drift of the unit that it is of alone', async () => {
    const scene = new Scene([toUnit('web'), toUnit('db')]);
    await scene.after(10_000);
    scene.planned.length = 0;
    scene.cluster.put({
      ...(scene.cluster.objects().find((object) => refOf(object).name === 'db') ?? config('db')),
      data: { colour: 'mud' },
    });
    scene.drift('db');
    await scene.after(10_000);
    assert.deepEqual(scene.planned, ['db']);
    assert.ok(scene.names().includes('db=red'));
  });

  it('starts units that are new, stops those that are gone, and lets what they own be', async () => {
    const scene = new Scene([toUnit('web'), toUnit('db')]);
    await scene.after(10_000);
    scene.units = [toUnit('web'), toUnit('cache')];
    scene.manifests = { ...scene.manifests, cache: [config('cache')] };
    scene.commit(['kplan.yaml']);
    await scene.after(10_000);
    assert.deepEqual(scene.removed, ['db']);
    assert.deepEqual(scene.names().toSorted(), ['cache=red', 'db=red', 'web=red']);
    assert.equal(scene.statuses.get('db')?.phase, 'stopped');
  });

  it('removes what is listed no more and was to go then, once the list has read the same for an interval, and never without a list', async () => {
    const scene = new Scene([toUnit('web'), toUnit('db', { deletionPolicy: 'delete' })]);
    scene.doomed = ['db'];
    await scene.after(130_000);
    assert.deepEqual(scene.deleted, [], 'a listed unit stays');
    scene.units = [];
    scene.commit();
    await scene.after(200_000);
    assert.deepEqual(scene.deleted, [], 'an empty list removes nothing');
    scene.units = [toUnit('web')];
    scene.commit();
    await scene.after(30_000);
    assert.deepEqual(scene.deleted, [], 'a list that was read once may be half saved');
    await scene.after(180_000);
    assert.deepEqual(scene.deleted, [['db', 1]]);
  });

  it('finds what is to go after a restart, says once why it does not, and forgets it where it is listed again', async () => {
    const scene = new Scene([toUnit('web')]);
    scene.doomed = ['old'];
    scene.refusal = 'Service shop/old of it is asked for by another unit';
    await scene.after(400_000);
    const said = scene.log.filter(({ unit }) => unit === 'old').map(({ message }) => message);
    assert.deepEqual(said, ['no longer listed, and not removed yet: Service shop/old of it is asked for by another unit']);
    scene.units = [toUnit('web'), toUnit('old')];
    scene.manifests = { ...scene.manifests, old: [config('old')] };
    scene.refusal = undefined;
    scene.commit();
    await scene.after(200_000);
    assert.deepEqual([scene.deleted, scene.outcomes()['old']], [[], 'synced']);
  });

  it('goes back to what was good before a restart, as the status has it, and says where that is gone', async () => {
    for (const [commit, went] of [
      ['c1', 'went back to the last good revision, since the newest failed: ConfigMap shop/extra: Invalid (422): no extra'],
      ['lost', 'the last good revision cannot be gone back to: there is no lost'],
    ]) {
      const scene = new Scene([toUnit('web', { onFailure: 'rollback', retry: { limit: 0 } })]);
      scene.good = { revision: 'before', commit: commit ?? '' };
      scene.earlier = { c1: [config('web', 'green')] };
      scene.manifests = { web: [config('web', 'blue'), config('extra')] };
      scene.cluster.fault = (verb, { name }, dryRun) =>
        verb === 'apply' && name === 'extra' && !dryRun ? { kind: 'error', code: 422, reason: 'Invalid', message: 'no extra' } : undefined;
      await scene.after(20_000);
      assert.ok(
        scene.log.some(({ message }) => message === went),
        scene.log.map(({ message }) => message).join('\n'),
      );
      assert.equal(scene.names()[0], commit === 'c1' ? 'web=green' : 'web=blue');
    }
  });

  it('keeps everything where the repository cannot be read or suddenly lists no units', async () => {
    const scene = new Scene([toUnit('web'), toUnit('db')]);
    await scene.after(10_000);
    scene.units = new KplanError('UNREADABLE', 'the server is gone');
    scene.commit();
    await scene.after(60_000);
    scene.units = [];
    scene.commit();
    await scene.after(60_000);
    assert.deepEqual(scene.removed, []);
    assert.deepEqual(scene.names().toSorted(), ['db=red', 'web=red']);
    const messages = scene.log.filter(({ unit }) => unit === '').map(({ message }) => message.replace(/\d{4}-\S+Z/, 'TIME'));
    assert.deepEqual(messages.slice(1), [
      'the server is gone; the last good revision is kept',
      'the source can be read again, after TIME',
      'no units are listed any more: 2 are kept as they are',
    ]);
  });

  it('takes a unit up again that is kept otherwise than before', async () => {
    const scene = new Scene([toUnit('web', { suspend: true })]);
    await scene.after(10_000);
    assert.deepEqual(scene.names(), []);
    scene.units = [toUnit('web')];
    scene.commit(['kplan.yaml']);
    await scene.after(10_000);
    assert.deepEqual(scene.names(), ['web=red']);
  });

  it('lets exactly the plan go that a person has approved', async () => {
    const scene = new Scene([toUnit('web', { limits: { deletes: 0 } })]);
    scene.manifests = { web: [config('web'), config('old')] };
    await scene.after(10_000);
    scene.manifests = { web: [config('web')] };
    scene.commit();
    await scene.after(5_000);
    const held = scene.statuses.get('web');
    assert.deepEqual(held?.reasons, ['1 object would be deleted, and limits.deletes lets 0 go without a person']);
    scene.approved = held?.plan;
    scene.manifests = { web: [config('web', 'blue')] };
    scene.commit();
    await scene.after(5_000);
    assert.equal(scene.statuses.get('web')?.outcome, 'held', 'another revision is another plan');
    scene.approved = scene.statuses.get('web')?.plan;
    scene.commit();
    await scene.after(5_000);
    assert.deepEqual(scene.names(), ['web=blue']);
  });
});
