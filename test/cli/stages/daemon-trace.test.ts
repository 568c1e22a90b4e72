import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { getArray, getString, parseJson } from '../../../src/std/index.ts';
import { git, run } from '../program.ts';
import { listen, makeRepository } from './receiving.ts';

const WATCH = ['repository', '--ref', 'main', '--watch', '--once', '--embedded', 'cluster'];

test('a daemon sends traces by OTLP, one trace a revision, which its log names', async (context) => {
  const folder = makeRepository(context);
  const { url, taken } = await listen(context);
  const ran = await run('kapply', folder, [...WATCH, '--log-format', 'json'], {
    OTEL_EXPORTER_OTLP_ENDPOINT: `${url}/collector/`,
    OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Basic%20abc',
    OTEL_SERVICE_NAME: 'shop',
  });
  assert.equal(ran.code, 0, ran.stderr);
  const commit = git(join(folder, 'repository'), 'rev-parse', 'HEAD').trim();
  const lines = ran.stderr
    .trim()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => parseJson(line));
  const synced = lines.find((line) => /^synced: 1 change$/.test(getString(line, 'message') ?? ''));
  assert.deepEqual([getString(synced ?? null, 'unit'), getString(synced ?? null, 'revision')], ['web', commit]);
  const traceId = getString(synced ?? null, 'traceId');
  assert.match(traceId ?? '', /^[0-9a-f]{32}$/);
  for (const { path, authorization } of taken) assert.deepEqual([path, authorization], ['/collector/v1/traces', 'Basic abc']);
  const spans = taken.flatMap(({ body }) =>
    getArray(body, 'resourceSpans').flatMap((resource) => getArray(resource, 'scopeSpans').flatMap((scope) => getArray(scope, 'spans'))),
  );
  assert.deepEqual(
    spans.map((span) => getString(span, 'name')),
    ['sync web', 'read', 'plan', 'apply'],
  );
  for (const span of spans) assert.equal(getString(span, 'traceId'), traceId);
});

test('a collector that is dead holds up no unit; settings that are none are refused', async (context) => {
  const folder = makeRepository(context);
  const dead = await run('kapply', folder, WATCH, { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:1/v1/traces?key=s3cret' });
  assert.equal(dead.code, 0, dead.stderr);
  assert.match(dead.stderr, /traces by OTLP: E[A-Z]+/);
  assert.ok(!dead.stderr.includes('s3cret'));
  const wrong = await run('kapply', folder, WATCH, { OTEL_EXPORTER_OTLP_ENDPOINT: 's3cret' });
  assert.equal(wrong.code, 3);
  assert.match(wrong.stderr, /OTEL_EXPORTER_OTLP_ENDPOINT is not a URL/);
  assert.ok(!wrong.stderr.includes('s3cret'));
});
