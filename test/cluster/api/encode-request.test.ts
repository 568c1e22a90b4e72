import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeRequest } from '../../../src/cluster/api/encode-request.ts';

const REQUEST = { method: 'PATCH', path: '/api?force=true', host: 'api:6443', headers: {}, body: undefined };

test('a request as it goes over the wire, with its length in bytes', () => {
  const headers = { accept: 'a', 'impersonate-group': ['b', 'ä'] };
  const head = 'PATCH /api?force=true HTTP/1.1\r\nhost: api:6443\r\naccept: a\r\nimpersonate-group: b\r\nimpersonate-group: \u00e4\r\n';
  assert.equal(encodeRequest({ ...REQUEST, headers }).toString('latin1'), `${head}\r\n`);
  const bytes = encodeRequest({ ...REQUEST, headers, body: '"ü€"' });
  const whole = Buffer.concat([Buffer.from(`${head}content-length: 7\r\n\r\n`, 'latin1'), Buffer.from('"ü€"')]);
  assert.deepEqual(bytes, whole);
});

test('nothing slips in a line of its own, and no value is told', () => {
  const refused = [
    { path: '/api HTTP/1.1\r\nx: y' },
    { headers: { authorization: 'Bearer s3cret\r\nx: y' } },
    { headers: { 'impersonate-user': 's3cret\u2028' } },
    { headers: { 'a b': 's3cret' } },
    { headers: { 'impersonate-group': ['a', 's3cret\n'] } },
  ];
  for (const fields of refused) {
    assert.throws(
      () => encodeRequest({ ...REQUEST, ...fields }),
      (error: Error) => error.message.endsWith('holds a character that HTTP does not allow') && !error.message.includes('s3cret'),
    );
  }
});
