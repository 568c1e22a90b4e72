import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import { toNotification, type Notification } from '../../../src/daemon/notify/notification.ts';
import { toGithubReceiver, toSlackReceiver, toWebhookReceiver, type Receiver } from '../../../src/daemon/notify/receivers.ts';
import type { DaemonStatus } from '../../../src/daemon/status/status-file.ts';
import { getString, parseJson } from '../../../src/std/index.ts';
import { COMMIT, toStatus } from './statuses.ts';

const tell = (status: Partial<DaemonStatus> = {}): Notification => {
  const notification = toNotification(toStatus(status));
  assert.ok(notification !== undefined);
  return notification;
};
const URL_OF_HOOK = new URL('https://hooks.example/T0/secret');
const bodyOf = (receiver: Receiver, ...notifications: readonly Notification[]): unknown => parseJson(receiver.toPost(notifications).body);

describe('a webhook', () => {
  it('holds what is known of the unit', () => {
    const held = tell({ outcome: 'held', reasons: ['KP0108 a'], plan: 'p1' });
    assert.deepEqual(bodyOf(toWebhookReceiver(URL_OF_HOOK, undefined), held), {
      apiVersion: 'kplan.dev/v1',
      kind: 'UnitNotification',
      id: held.id,
      unit: 'web',
      phase: 'held',
      revision: COMMIT,
      source: 'https://git.example/team/shop.git at main',
      reasons: ['KP0108 a'],
      plan: 'p1',
      at: '2026-01-01T00:00:01Z',
      instance: 'one',
    });
  });

  it('is signed where there is a secret, and has the number of its delivery', () => {
    const synced = tell();
    const { headers, body } = toWebhookReceiver(URL_OF_HOOK, 'sesame').toPost([synced]);
    assert.equal(headers['x-kapply-signature-256'], `sha256=${createHmac('sha256', 'sesame').update(body).digest('hex')}`);
    assert.equal(headers['x-kapply-delivery'], synced.id);
    assert.equal(toWebhookReceiver(URL_OF_HOOK, undefined).toPost([synced]).headers['x-kapply-signature-256'], undefined);
  });
});

describe('Slack', () => {
  const slack = toSlackReceiver(URL_OF_HOOK);

  it('gets a line for each, without markup of others', () => {
    const body = bodyOf(slack, tell(), tell({ outcome: 'held', reasons: ['a <!channel> & b', 'c'], plan: 'p' }));
    assert.deepEqual(body, {
      text: '*web* synced at 4f1c2e9a4f1c\n*web* held at 4f1c2e9a4f1c: a &lt;!channel&gt; &amp; b; c (kapply approve web)',
    });
  });

  it('is not told of what passes', () => assert.equal(slack.wants(tell({ phase: 'applying' })), false));

  it('gets no line without end', () => {
    const body = bodyOf(slack, tell({ outcome: 'failed', reasons: ['x'.repeat(10_000)] }));
    assert.ok((getString(body as never, 'text') ?? '').length < 600);
  });
});

describe('GitHub', () => {
  const api = new URL('https://github.example/api/v3/');
  const github = toGithubReceiver({ api, repository: 'team/shop', token: 'ghs_secret' });
  const cases: readonly (readonly [Partial<DaemonStatus>, string, string])[] = [
    [{ phase: 'applying' }, 'pending', 'applying'],
    [{}, 'success', 'synced'],
    [{ reasons: ['not healthy: a pod'] }, 'failure', 'unhealthy: not healthy: a pod'],
    [{ outcome: 'held', reasons: ['KP0108 a'] }, 'failure', 'held: KP0108 a'],
    [{ outcome: 'failed', reasons: ['b'] }, 'failure', 'failed: b'],
    [{ outcome: 'unreadable', reasons: ['c'] }, 'error', 'unreadable: c'],
  ];
  for (const [status, state, description] of cases)
    it(`${description}: ${state}`, () => {
      const { url, headers, body } = github.toPost([tell(status)]);
      assert.equal(url.href, `https://github.example/api/v3/repos/team/shop/statuses/${COMMIT}`);
      assert.equal(headers['authorization'], 'Bearer ghs_secret');
      assert.deepEqual(parseJson(body), { state, context: 'kapply/web', description });
    });

  it('takes no description that GitHub refuses', () => {
    const { body } = github.toPost([tell({ outcome: 'failed', reasons: ['x'.repeat(500)] })]);
    assert.equal((getString(parseJson(body), 'description') ?? '').length, 140);
  });

  it('is told of commits alone', () => {
    assert.equal(github.wants(tell()), true);
    assert.equal(github.wants(tell({ revision: 'f'.repeat(64) })), false);
  });
});
