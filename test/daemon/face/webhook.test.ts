import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { authenticate, type Headers } from '../../../src/daemon/face/webhook.ts';

const SECRET = 'a long secret';
const BODY = Buffer.from('{"ref":"refs/heads/main"}');
const digest = (secret = SECRET): string => createHmac('sha256', secret).update(BODY).digest('hex');

describe('a webhook is taken from who knows the secret', () => {
  const cases: readonly { readonly name: string; readonly headers: Headers; readonly want: object | undefined }[] = [
    {
      name: 'GitHub',
      headers: { 'x-hub-signature-256': `sha256=${digest()}`, 'x-github-delivery': '1' },
      want: { forge: 'github', id: '1' },
    },
    { name: 'GitHub with another secret', headers: { 'x-hub-signature-256': `sha256=${digest('other')}` }, want: undefined },
    { name: 'GitHub with the older SHA-1 alone', headers: { 'x-hub-signature': 'sha1=0123' }, want: undefined },
    {
      name: 'GitLab',
      headers: { 'x-gitlab-token': SECRET, 'idempotency-key': '2', 'x-gitlab-event-uuid': '3' },
      want: { forge: 'gitlab', id: '2' },
    },
    { name: 'GitLab with a part of the secret', headers: { 'x-gitlab-token': SECRET.slice(1) }, want: undefined },
    {
      name: 'Bitbucket',
      headers: { 'x-hub-signature': `sha256=${digest()}`, 'x-request-uuid': '4' },
      want: { forge: 'bitbucket', id: '4' },
    },
    {
      name: 'Bitbucket Data Center',
      headers: { 'x-hub-signature': `sha256=${digest()}`, 'x-request-id': '5' },
      want: { forge: 'bitbucket', id: '5' },
    },
    {
      name: 'Gitea, which sends headers of GitHub too',
      headers: { 'x-gitea-signature': digest(), 'x-gitea-delivery': '6', 'x-hub-signature-256': `sha256=${digest()}` },
      want: { forge: 'gitea', id: '6' },
    },
    { name: 'Gitea with a signature that is none', headers: { 'x-gitea-signature': 'ä', 'x-gitea-delivery': '6' }, want: undefined },
    { name: 'nobody', headers: {}, want: undefined },
    { name: 'a header that is there twice', headers: { 'x-gitlab-token': [SECRET, SECRET] }, want: undefined },
  ];
  for (const { name, headers, want } of cases) test(name, () => assert.deepEqual(authenticate(headers, BODY, SECRET), want));
});

test('no headers and no body are taken from who does not know it', () => {
  const names = ['x-hub-signature-256', 'x-hub-signature', 'x-gitea-signature', 'x-gitlab-token', 'x-github-delivery'];
  const headers = fc.dictionary(fc.constantFrom(...names), fc.oneof(fc.string(), fc.base64String(), fc.string({ unit: 'binary' })));
  fc.assert(
    fc.property(headers, fc.uint8Array(), fc.uuid(), (given, body, secret) => {
      assert.equal(authenticate(given, body, secret), undefined);
    }),
  );
});
