import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAuditEvent } from '../../../src/engine/rbac/audit-event.ts';
import type { JsonObject } from '../../../src/std/index.ts';
import { event, WEB } from './audit-events.ts';

const DENIED = { 'authorization.k8s.io/decision': 'forbid' };
const ALLOWED = { 'authorization.k8s.io/decision': 'allow' };
const refused = (message: string): JsonObject => ({ responseStatus: { code: 403, message } });

const decisions: readonly { readonly name: string; readonly fields: JsonObject; readonly want: boolean }[] = [
  { name: 'the annotation of the authorizer says no', fields: { annotations: DENIED }, want: false },
  {
    name: 'admission refuses what the authorizer allowed',
    fields: { annotations: ALLOWED, ...refused('pods "p" is forbidden: exceeded quota: q') },
    want: true,
  },
  {
    name: 'without an annotation the words of the server tell',
    fields: refused('pods is forbidden: User "u" cannot list resource "pods" in API group "" in the namespace "shop"'),
    want: false,
  },
  {
    name: 'a path is refused in other words',
    fields: refused('forbidden: User "u" cannot get path "/metrics"'),
    want: false,
  },
  {
    name: 'admission has words of its own',
    fields: refused('pods "p" is forbidden: violates PodSecurity "restricted:latest"'),
    want: true,
  },
];

for (const { name, fields, want } of decisions) {
  test(`whether authorization let a request pass: ${name}`, () => {
    assert.equal(readAuditEvent(event(WEB, 'list', '-/pods', 'shop', fields))?.isAllowed, want);
  });
}

const names: readonly { readonly verb: string; readonly what: string; readonly want: string }[] = [
  { verb: 'get', what: '-/pods', want: 'a' },
  { verb: 'create', what: '-/pods', want: '' },
  { verb: 'deletecollection', what: '-/pods', want: '' },
  { verb: 'create', what: '-/pods/exec', want: 'a' },
  { verb: 'list', what: '-/secrets', want: 'a' },
];

for (const { verb, what, want } of names) {
  test(`the name that authorization knew of ${verb} ${what}`, () => {
    const action = readAuditEvent(event(WEB, verb, what, 'shop/a'))?.action;
    assert.equal(action?.kind === 'resource' ? action.name : undefined, want);
  });
}

test('whoever is acted for made the request, and the other has acted', () => {
  const read = readAuditEvent(event(WEB, 'get', '-/pods', 'shop/a', { impersonatedUser: { username: 'jane', groups: ['ops'] } }));
  assert.deepEqual([read?.user?.name, read?.actor?.name], ['jane', WEB.name]);
});

test('a refused impersonation is the request that was refused', () => {
  const message =
    'serviceaccounts "ci" is forbidden: User "u" cannot impersonate resource "serviceaccounts" in API group "" in the namespace "shop"';
  const read = readAuditEvent(event(WEB, 'get', '-/pods', 'other/a', refused(message)));
  assert.deepEqual(
    [read?.isAllowed, read?.actor, read?.action],
    [
      false,
      undefined,
      { kind: 'resource', verb: 'impersonate', group: '', resource: 'serviceaccounts', subresource: '', namespace: 'shop', name: 'ci' },
    ],
  );
});

test('a path is asked for without its query', () => {
  assert.deepEqual(readAuditEvent(event(WEB, 'get', '/healthz?verbose=1'))?.action, { kind: 'path', verb: 'get', path: '/healthz' });
});

for (const value of [
  null,
  [],
  'x',
  {},
  { kind: 'Pod', stage: 'ResponseComplete', verb: 'get' },
  event(WEB, '', '-/pods'),
  event(WEB, 'get', '/', '', { stage: 'Other' }),
]) {
  test(`no event: ${JSON.stringify(value).slice(0, 60)}`, () => assert.equal(readAuditEvent(value), undefined));
}
