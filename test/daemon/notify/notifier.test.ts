import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Notifier } from '../../../src/daemon/notify/notifier.ts';
import { MOST_WAITING, type Posted } from '../../../src/daemon/notify/outbox.ts';
import { toSlackReceiver, toWebhookReceiver, type Post } from '../../../src/daemon/notify/receivers.ts';
import type { DaemonStatus } from '../../../src/daemon/status/status-file.ts';
import { getString, parseJson } from '../../../src/std/index.ts';
import { FakeClock } from '../../reconcile/fake-clock.ts';
import { toStatus } from './statuses.ts';

const URL_OF_HOOK = new URL('https://hooks.example/T0/secret');

/** A notifier with a webhook and Slack, and what these answer: what is left of `answers`, then 200. */
class Scene {
  readonly clock = new FakeClock();
  readonly posts: { readonly name: string; readonly post: Post; readonly at: number }[] = [];
  readonly results = new Map<string, number>();
  readonly problems: string[] = [];
  readonly #began = this.clock.now();
  readonly notifier: Notifier;

  constructor(answers: readonly (Posted | string)[] = []) {
    const left = [...answers];
    const reach = (name: 'slack' | 'webhook') => async (post: Post, signal: AbortSignal) => {
      this.posts.push({ name, post, at: this.clock.now() - this.#began });
      const answer = name === 'webhook' ? (left.shift() ?? { status: 200 }) : { status: 200 };
      if (answer === 'never') await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      return Promise.resolve(answer);
    };
    this.notifier = new Notifier({
      receivers: [
        { receiver: toWebhookReceiver(URL_OF_HOOK, 'sesame'), post: reach('webhook') },
        { receiver: toSlackReceiver(URL_OF_HOOK), post: reach('slack') },
      ],
      clock: this.clock,
      random: () => 0,
      onResult: (receiver, result, count) => {
        const key = `${receiver} ${result}`;
        this.results.set(key, (this.results.get(key) ?? 0) + count);
      },
      onProblem: (message) => this.problems.push(message),
    });
  }

  note(status: Partial<DaemonStatus> = {}): void {
    this.notifier.note(toStatus(status));
  }

  to(name: string): readonly string[] {
    const posts = this.posts.filter((post) => post.name === name);
    return posts.map(({ post }) => getString(parseJson(post.body), name === 'slack' ? 'text' : 'phase') ?? '');
  }
}

/** Lets what is under way go on, until nothing waits for anything but a clock. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
}

describe('a notifier', () => {
  it('tells once of each unit, revision and phase', async () => {
    const scene = new Scene();
    scene.note({ phase: 'applying' });
    scene.note({ phase: 'applying' });
    scene.note();
    scene.note({ updatedAt: '2026-01-01T00:02:00Z' });
    scene.note({ unit: 'db' });
    await scene.notifier.close();
    assert.deepEqual(scene.to('webhook'), ['applying', 'synced', 'synced']);
    assert.deepEqual(scene.to('slack'), ['*web* synced at 4f1c2e9a4f1c\n*db* synced at 4f1c2e9a4f1c']);
    assert.deepEqual(Object.fromEntries(scene.results), { 'webhook sent': 3, 'slack sent': 2 });
  });

  it('tells nothing that was known before the process began', async () => {
    const scene = new Scene();
    scene.notifier.note(toStatus({ phase: 'reading' }), () => toStatus({ phase: 'stopped' }));
    scene.note();
    scene.note({ outcome: 'failed', reasons: ['a'] });
    await scene.notifier.close();
    assert.deepEqual(scene.to('webhook'), ['failed']);
  });

  it('asks again later what was not taken, ever later, and says so once', async () => {
    const scene = new Scene([{ status: 503 }, { status: 503 }, 'ECONNREFUSED', { status: 429, retryAfter: 60_000 }]);
    scene.note();
    await settle();
    await scene.notifier.close();
    const asked = scene.posts.filter(({ name }) => name === 'webhook').map(({ at }) => at);
    assert.deepEqual(asked, [0, 1_000, 3_000, 7_000, 67_000]);
    assert.deepEqual(scene.problems, [
      'notifications to webhook: it answers 503',
      'notifications to webhook: ECONNREFUSED',
      'notifications to webhook: it answers 429',
    ]);
    const ids = new Set(scene.posts.filter(({ name }) => name === 'webhook').map(({ post }) => post.headers['x-kapply-delivery']));
    assert.equal(ids.size, 1);
    assert.equal(scene.results.get('webhook sent'), 1);
  });

  it('gives up what is refused, and goes on with the next', async () => {
    const scene = new Scene([{ status: 404 }]);
    scene.note();
    scene.note({ unit: 'db' });
    await scene.notifier.close();
    assert.deepEqual([scene.results.get('webhook failed'), scene.results.get('webhook sent')], [1, 1]);
  });

  it('gives up what nobody takes after ten tries', async () => {
    const scene = new Scene(Array.from({ length: 10 }, () => ({ status: 500 })));
    scene.note();
    for (let round = 0; round < 20 && !scene.results.has('webhook failed'); round++) await settle();
    assert.equal(scene.to('webhook').length, 10);
    assert.equal(scene.results.get('webhook failed'), 1);
  });

  it('keeps no more than so many for one that is dead, counts what it drops, and holds up nobody', async () => {
    const scene = new Scene(['never']);
    for (let unit = 0; unit < MOST_WAITING + 11; unit++) {
      scene.note({ unit: `u${unit}` });
      if (unit === 0) await settle();
    }
    await settle();
    assert.equal(scene.results.get('webhook dropped'), 10);
    assert.equal(scene.results.get('slack sent'), MOST_WAITING + 1);
    await scene.notifier.close();
    assert.equal(scene.results.get('webhook dropped'), MOST_WAITING + 11, 'what was never sent is counted at the end, too');
  });

  it('says no URL and no secret', async () => {
    const scene = new Scene([{ status: 401 }, 'ETIMEDOUT']);
    scene.note();
    scene.note({ unit: 'db' });
    await scene.notifier.close();
    assert.ok(scene.problems.length > 0);
    for (const problem of scene.problems) assert.doesNotMatch(problem, /secret|sesame|hooks\.example/);
  });
});
