import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readRequestedName } from '../../../src/engine/rbac/certificate-request.ts';
import { CLIENT_REQUEST, NODE_REQUEST } from './escalation/certificate-requests.ts';

const toBase64 = (text: string): string => Buffer.from(text).toString('base64');
const NO_BLOCK = { problem: 'PEM block type must be CERTIFICATE REQUEST' };

const cases = [
  { name: 'a user', request: toBase64(CLIENT_REQUEST), want: { name: 'somebody' } },
  { name: 'a node of a group', request: toBase64(NODE_REQUEST), want: { name: 'system:node:thief' } },
  { name: 'text before the block', request: toBase64(`Subject: x\n${NODE_REQUEST}`), want: { name: 'system:node:thief' } },
  { name: 'another block', request: toBase64(NODE_REQUEST.replaceAll('CERTIFICATE REQUEST', 'CERTIFICATE')), want: NO_BLOCK },
  { name: 'no block', request: toBase64('nothing'), want: NO_BLOCK },
  { name: 'no base64', request: '%', want: NO_BLOCK },
];

for (const { name, request, want } of cases) {
  test(`the name that a certificate request asks for: ${name}`, () => assert.deepEqual(readRequestedName(request), want));
}

test('a certificate request that is cut or bent is a problem or a name, never a crash', () => {
  const bytes = Buffer.from(NODE_REQUEST.split('\n').slice(1, -1).join(''), 'base64');
  const property = fc.property(fc.nat(bytes.length - 1), fc.nat(255), fc.nat(bytes.length), (at, byte, length) => {
    const bent = Uint8Array.from(bytes.subarray(0, length));
    if (at < bent.length) bent[at] = byte;
    const block = `-----BEGIN CERTIFICATE REQUEST-----\n${Buffer.from(bent).toString('base64')}\n-----END CERTIFICATE REQUEST-----`;
    const read = readRequestedName(toBase64(block));
    assert.equal(typeof ('name' in read ? read.name : read.problem), 'string');
  });
  fc.assert(property, { numRuns: 500 });
});
