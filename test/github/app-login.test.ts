import assert from 'node:assert/strict';
import { generateKeyPairSync, verify } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { AppLogin } from '../../src/github/index.ts';
import { KplanError } from '../../src/model/index.ts';
import { getNumber, getString, parseJson, type JsonValue } from '../../src/std/index.ts';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const PEM = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
const HOUR = 3_600_000;

/** A server that gives tokens as GitHub does, to who signs with the key. */
async function open(
  context: TestContext,
  answers: { status: number } = { status: 201 },
): Promise<{ url: URL; asked: string[]; clock: { at: number } }> {
  const asked: string[] = [];
  const clock = { at: Date.parse('2026-11-23T00:00:00Z') };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const claim = checkClaim(request.headers.authorization ?? '');
      assert.equal(getString(claim, 'iss'), '12');
      const [from, to] = [getNumber(claim, 'iat') ?? 0, getNumber(claim, 'exp') ?? 0];
      assert.ok(from * 1000 <= clock.at && clock.at < to * 1000 && to - from <= 600);
      asked.push(`${request.method} ${request.url} ${Buffer.concat(chunks).toString()}`);
      const isList = request.method === 'GET';
      const expires = new Date(clock.at + HOUR).toISOString();
      const body = isList
        ? { id: 7 }
        : answers.status === 201
          ? { token: `token-${asked.length}`, expires_at: expires }
          : { message: 'no' };
      response.writeHead(isList ? 200 : answers.status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: new URL(`http://127.0.0.1:${port}/api/v3`), asked, clock };
}

function checkClaim(authorization: string): JsonValue {
  const [head = '', body = '', signature = ''] = authorization.replace(/^Bearer /, '').split('.');
  assert.ok(verify('sha256', Buffer.from(`${head}.${body}`), publicKey, Buffer.from(signature, 'base64url')));
  assert.deepEqual(parseJson(Buffer.from(head, 'base64url').toString()), { alg: 'RS256', typ: 'JWT' });
  return parseJson(Buffer.from(body, 'base64url').toString());
}

test('an App has one token for the repository until shortly before that ends', async (context) => {
  const { url, asked, clock } = await open(context);
  const login = new AppLogin({ app: '12', privateKey: PEM, repository: 'team/shop', apiUrl: url, now: () => clock.at });
  assert.deepEqual(await Promise.all([login.token(), login.token()]), ['token-2', 'token-2']);
  clock.at += HOUR - 301_000;
  assert.equal(await login.token(), 'token-2');
  clock.at += 1_000;
  assert.equal(await login.token(), 'token-4');
  assert.deepEqual(asked.slice(0, 2), [
    'GET /api/v3/repos/team/shop/installation ',
    'POST /api/v3/app/installations/7/access_tokens {"repositories":["shop"]}',
  ]);
});

test('a refusal says what was asked for and what GitHub said, and is asked for again', async (context) => {
  const answers = { status: 403 };
  const { url, clock } = await open(context, answers);
  const login = new AppLogin({ app: '12', privateKey: PEM, repository: 'team/shop', apiUrl: url, now: () => clock.at });
  await assert.rejects(login.token(), (error) => {
    assert.ok(error instanceof KplanError && error.code === 'UNREADABLE');
    assert.match(error.message, /no token for team\/shop: POST \/app\/installations\/7\/access_tokens: 403 no$/);
    return true;
  });
  answers.status = 201;
  assert.match(await login.token(), /^token-/);
});

test('a key that is none is refused without a word of it', () => {
  const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  for (const key of ['secret words', pem, PEM.slice(0, 200)]) {
    const options = { app: '12', privateKey: key, repository: 'team/shop', apiUrl: new URL('http://localhost'), now: () => 0 };
    assert.throws(
      () => new AppLogin(options),
      (error) =>
        error instanceof KplanError && error.code === 'USAGE' && !error.message.includes('secret') && !error.message.includes('MI'),
    );
  }
});
