import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SharedSource } from '../../../src/daemon/fleet/shared-source.ts';
import type { FleetRevision } from '../../../src/daemon/fleet/fleet-options.ts';
import { KplanError } from '../../../src/model/index.ts';
import { FakeClock } from '../../reconcile/fake-clock.ts';

/** A source whose revisions are given one by one, and that is read when the test says so. */
class Scene {
  readonly clock = new FakeClock();
  reads = 0;
  revision: FleetRevision | KplanError = { id: 'a', units: [] };
  hold: Promise<void> = Promise.resolve();
  change: () => void = () => undefined;
  readonly shared = new SharedSource(
    {
      description: 'repository',
      read: async () => {
        this.reads++;
        const { revision } = this;
        await this.hold;
        if (revision instanceof KplanError) throw revision;
        return revision;
      },
      watch: async (onChange) => {
        this.change = onChange;
        return Promise.resolve();
      },
    },
    { clock: this.clock, age: 1_000 },
  );
}

describe('a source that is shared', () => {
  it('is read once for all, and again once it may have changed or is old', async () => {
    const scene = new Scene();
    await scene.shared.watch(new AbortController().signal);
    const [one, other] = [scene.shared.branch(), scene.shared.branch()];
    await Promise.all([one.read(), other.read()]);
    await one.read();
    assert.equal(scene.reads, 1);
    scene.change();
    await one.read();
    await other.read();
    assert.equal(scene.reads, 2);
    await scene.clock.sleep(1_000);
    await one.read();
    assert.equal(scene.reads, 3);
  });

  it('is read again for who asks after a change that a reading under way may have missed', async () => {
    const scene = new Scene();
    await scene.shared.watch(new AbortController().signal);
    let release = (): void => undefined;
    scene.hold = new Promise<void>((resolve) => (release = resolve));
    const early = scene.shared.read();
    scene.change();
    scene.revision = { id: 'b', units: [] };
    const late = Promise.all([scene.shared.read(), scene.shared.read()]);
    release();
    assert.equal((await early).id, 'a');
    assert.deepEqual(
      (await late).map(({ id }) => id),
      ['b', 'b'],
    );
    assert.equal(scene.reads, 2);
  });

  it('tells each what differs from what it has read itself', async () => {
    const scene = new Scene();
    await scene.shared.watch(new AbortController().signal);
    const [quick, slow] = [scene.shared.branch(), scene.shared.branch()];
    assert.equal((await quick.read()).changed, undefined);
    assert.equal((await slow.read()).changed, undefined);
    const next = async (revision: FleetRevision): Promise<readonly string[] | undefined> => {
      scene.revision = revision;
      scene.change();
      return (await quick.read()).changed;
    };
    assert.deepEqual(await next({ id: 'b', units: [], changed: ['x'] }), ['x']);
    assert.deepEqual(await next({ id: 'c', units: [], changed: ['y'] }), ['y']);
    assert.deepEqual((await slow.read()).changed, ['x', 'y']);
    assert.equal(await next({ id: 'd', units: [] }), undefined);
    assert.deepEqual(await next({ id: 'e', units: [], changed: ['z'] }), ['z']);
    assert.equal((await slow.read()).changed, undefined);
  });

  it('fails all who wait for it, and is asked again by the next', async () => {
    const scene = new Scene();
    scene.revision = new KplanError('UNREADABLE', 'no route');
    const reads = await Promise.allSettled([scene.shared.read(), scene.shared.read()]);
    assert.deepEqual(
      reads.map(({ status }) => status),
      ['rejected', 'rejected'],
    );
    scene.revision = { id: 'a', units: [] };
    assert.equal((await scene.shared.read()).id, 'a');
  });
});
