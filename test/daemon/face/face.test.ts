import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { Board } from '../../../src/daemon/face/board.ts';
import { Face, type FaceRequest } from '../../../src/daemon/face/face.ts';
import { DaemonMetrics } from '../../../src/daemon/face/metrics.ts';
import { FakeClock } from '../../reconcile/fake-clock.ts';

const SECRET = 'a long secret';
const NONE = new Uint8Array();

interface Fixture {
  readonly face: Face;
  readonly clock: FakeClock;
  readonly said: readonly string[];
  readonly ask: (method: string, path: string, headers?: FaceRequest['headers'], body?: Uint8Array) => Promise<number>;
}

function open(options: { readonly secret?: string; readonly unready?: () => string | undefined } = { secret: SECRET }): Fixture {
  const clock = new FakeClock();
  const said: string[] = [];
  const face = new Face({
    metrics: new DaemonMetrics(),
    board: new Board(),
    clock,
    unready: () => undefined,
    ...options,
    log: (message) => said.push(message),
  });
  const ask: Fixture['ask'] = async (method, path, headers = {}, body = NONE) =>
    (await face.answer({ method, path, headers, body, isLocal: true })).status;
  return { face, clock, said, ask };
}

const signed = (id: string): FaceRequest['headers'] => ({
  'x-hub-signature-256': `sha256=${createHmac('sha256', SECRET).update(NONE).digest('hex')}`,
  'x-github-delivery': id,
});

test('what is there is answered, and nothing else', async () => {
  const { ask } = open();
  const cases: readonly (readonly [string, string, number])[] = [
    ['GET', '/healthz', 200],
    ['HEAD', '/readyz', 200],
    ['GET', '/metrics', 200],
    ['POST', '/metrics', 405],
    ['GET', '/webhook', 405],
    ['POST', '/webhook', 401],
    ['GET', '/', 403],
    ['GET', '/nothing', 404],
    ['GET', '/constructor', 404],
    ['GET', '/__proto__', 404],
    ['GET', '/healthz/../../etc/passwd', 404],
    ['GET', '/metrics/%2e%2e/', 404],
    ['GET', '//healthz', 404],
  ];
  for (const [method, path, want] of cases) assert.equal(await ask(method, path), want, `${method} ${path}`);
});

test('readiness says what is missing', async () => {
  const { face } = open({ unready: () => 'the source was never read' });
  const answer = await face.answer({ method: 'GET', path: '/readyz', headers: {}, body: NONE, isLocal: true });
  assert.deepEqual([answer.status, answer.text], [503, 'the source was never read\n']);
});

test('without a secret no webhook is taken, not even its body', async () => {
  const { face, ask } = open({});
  assert.equal(face.wantsBody({ method: 'POST', path: '/webhook' }), false);
  assert.equal(await ask('POST', '/webhook', signed('1')), 404);
});

test('webhooks make one look each second, however many come, and the last is never lost', async () => {
  const { face, clock, ask } = open();
  const end = new AbortController();
  const looks: number[] = [];
  const following = face.follow(() => looks.push(clock.now()), end.signal);
  const begun = clock.now();
  assert.equal(await ask('POST', '/webhook', signed('1')), 202);
  await clock.sleep(500);
  for (const id of ['2', '3', '4']) assert.equal(await ask('POST', '/webhook', signed(id)), 202);
  await clock.sleep(10_000);
  assert.equal(await ask('POST', '/webhook', signed('4')), 202);
  await clock.sleep(10_000);
  assert.deepEqual(looks, [begun, begun + 1_000]);
  end.abort();
  await following;
});

test('too many webhooks are refused before their signature is worked out, and said once a minute', async () => {
  const { ask, said, clock, face } = open();
  const statuses = [];
  for (let index = 0; index < 150; index++) statuses.push(await ask('POST', '/webhook'));
  assert.deepEqual([statuses.filter((status) => status === 401).length, statuses.filter((status) => status === 429).length], [100, 50]);
  assert.deepEqual(said, ['refused: a webhook without the right secret', 'refused: too many webhooks']);
  await clock.sleep(60_000);
  await ask('POST', '/webhook');
  assert.equal(said.at(-1), 'refused: a webhook without the right secret (and 99 more since the last word of it)');
  const { text } = await face.answer({ method: 'GET', path: '/metrics', headers: {}, body: NONE, isLocal: true });
  assert.match(text, /kapply_webhooks_total\{result="refused"\} 101\nkapply_webhooks_total\{result="limited"\} 50/);
});

test('whatever comes is answered, and what is wrong is not taken', async () => {
  const { face } = open();
  const headers = fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('x-gitlab-token', 'x-hub-signature')), fc.string({ unit: 'binary' }));
  const request = fc.record({
    method: fc.oneof(fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', ''), fc.string()),
    path: fc.oneof(
      fc.webPath(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('/webhook', '/webhook?x=1', '/metrics', '*', '/', '/units', '/events', '/page.js/..'),
    ),
    headers,
    body: fc.uint8Array(),
  });
  await fc.assert(
    fc.asyncProperty(request, async (given) => {
      const { status, text } = await face.answer({ ...given, isLocal: false });
      assert.ok([200, 401, 403, 404, 405, 429].includes(status), `${status}`);
      if (given.path === '/webhook' || status >= 400) assert.ok(text.length < 100);
    }),
  );
});
