import assert from 'node:assert/strict';
import { Agent, createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { test, type TestContext } from 'node:test';
import { toPoster } from '../../../src/daemon/notify/post.ts';
import type { Post } from '../../../src/daemon/notify/receivers.ts';
import { FakeClock } from '../../reconcile/fake-clock.ts';

/** A receiver on loopback that answers as it is told. */
async function listen(context: TestContext, answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<Post> {
  const server = createServer(answer);
  context.after(() => {
    server.close();
    server.closeAllConnections();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return { url: new URL(`http://127.0.0.1:${address.port}/hook`), headers: { 'x-kapply-delivery': 'd1' }, body: '{"unit":"wéb"}' };
}

const poster = toPoster(new Agent({ keepAlive: true, maxSockets: 1 }), new FakeClock());
const never = new AbortController().signal;

async function failing(post: Post): Promise<string> {
  const answer = await poster(post, never);
  return typeof answer === 'string' ? answer : `answered ${answer.status}`;
}

test('what is sent arrives whole', async (context) => {
  const got: string[] = [];
  const post = await listen(context, (request, response) => {
    request.setEncoding('utf8');
    request.on('data', (text: string) => got.push(text));
    request.on('end', () => {
      got.push(String(request.method), String(request.url), String(request.headers['x-kapply-delivery']));
      response.end('thanks');
    });
  });
  assert.deepEqual(await poster(post, never), { status: 200 });
  assert.deepEqual(got, ['{"unit":"wéb"}', 'POST', '/hook', 'd1']);
});

test('a wish to be asked later is read as seconds, as a date, and as the limit of GitHub', async (context) => {
  const clock = new FakeClock();
  const cases: readonly (readonly [Readonly<Record<string, string>>, number | undefined])[] = [
    [{ 'retry-after': '7' }, 7_000],
    [{ 'retry-after': new Date(clock.now() + 9_000).toUTCString() }, 9_000],
    [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(clock.now() / 1000 + 30) }, 30_000],
    [{ 'x-ratelimit-remaining': '5', 'x-ratelimit-reset': '99' }, undefined],
    [{ 'retry-after': 'soon' }, undefined],
  ];
  for (const [headers, retryAfter] of cases) {
    const post = await listen(context, (_, response) => response.writeHead(429, headers).end());
    const expected = { status: 429, ...(retryAfter === undefined ? {} : { retryAfter }) };
    assert.deepEqual(await toPoster(new Agent(), clock)(post, never), expected);
  }
});

test('a redirection is an answer, not followed', async (context) => {
  let asked = 0;
  const post = await listen(context, (_, response) => {
    asked++;
    response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end();
  });
  assert.deepEqual(await poster(post, never), { status: 307 });
  assert.equal(asked, 1);
});

test('nobody there, a connection that breaks, and an answer that never comes are told without the URL', async (context) => {
  const broken = await listen(context, (request) => request.socket.destroy());
  assert.match(await failing(broken), /^E[A-Z]+$/);
  assert.match(await failing({ ...broken, url: new URL('http://127.0.0.1:1/secret') }), /^E[A-Z]+$/);
  const silent = await listen(context, () => undefined);
  const end = new AbortController();
  const answer = poster(silent, end.signal);
  end.abort();
  assert.equal(typeof (await answer), 'string');
});
