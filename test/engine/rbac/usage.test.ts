import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UsageCounter, type Usage, type Use } from '../../../src/engine/rbac/index.ts';
import type { JsonValue } from '../../../src/std/index.ts';
import { event, WEB } from './audit-events.ts';

function count(...events: readonly JsonValue[]): Usage {
  const counter = new UsageCounter();
  for (const item of events) counter.add(item);
  return counter.result();
}

function describe({ action, names, count: times }: Use): string {
  const what = action.kind === 'path' ? action.path : `${action.resource}${action.subresource === '' ? '' : `/${action.subresource}`}`;
  return `${times} ${action.verb} ${what} ${names === undefined ? '*' : names.join()}`;
}

const received = event(WEB, 'watch', '-/pods', 'shop', { stage: 'RequestReceived' });
const started = event(WEB, 'watch', '-/pods', 'shop', { stage: 'ResponseStarted' });
const ended = event(WEB, 'watch', '-/pods', 'shop');

const stages: readonly {
  readonly name: string;
  readonly events: readonly JsonValue[];
  readonly requests: number;
  readonly unfinished: number;
}[] = [
  { name: 'all of them are one request', events: [received, started, ended], requests: 1, unfinished: 0 },
  { name: 'the end alone', events: [ended], requests: 1, unfinished: 0 },
  { name: 'a watch that goes on', events: [received, started], requests: 1, unfinished: 0 },
  { name: 'nothing but the beginning', events: [received], requests: 0, unfinished: 1 },
  {
    name: 'a panic ends a request',
    events: [received, event(WEB, 'watch', '-/pods', 'shop', { stage: 'Panic' })],
    requests: 1,
    unfinished: 0,
  },
];

for (const { name, events, requests, unfinished } of stages) {
  test(`stages: ${name}`, () => {
    const usage = count(...events);
    assert.deepEqual([usage.requests, usage.unfinished], [requests, unfinished]);
  });
}

test('requests are counted by what they ask for, and refused ones apart', () => {
  const denied = { annotations: { 'authorization.k8s.io/decision': 'forbid' } };
  const { users } = count(
    event(WEB, 'get', '-/secrets', 'shop/a'),
    event(WEB, 'get', '-/secrets', 'shop/b'),
    event(WEB, 'list', '-/secrets', 'shop'),
    event(WEB, 'delete', '-/secrets', 'shop/a', denied),
  );
  assert.deepEqual(
    users.map(({ allowed }) => allowed.map(describe)),
    [['2 get secrets a,b', '1 list secrets *']],
  );
  assert.deepEqual(
    users.map((item) => item.denied.map(describe)),
    [['1 delete secrets a']],
  );
});

test('who acts for somebody has used the right to act, and not the rights of the other', () => {
  const target = { impersonatedUser: { username: 'jane', groups: ['ops', 'system:authenticated'] } };
  const { users } = count(event(WEB, 'get', '-/pods', 'shop/a', target));
  const used = users.map(({ user, allowed }) => [user.name, ...allowed.map(describe)]);
  assert.deepEqual(used, [
    ['jane', '1 get pods a'],
    [WEB.name, '1 impersonate users jane', '1 impersonate groups ops'],
  ]);
});

test('in a constrained mode it takes two rights', () => {
  const account = {
    username: 'system:serviceaccount:shop:ci',
    groups: ['system:serviceaccounts', 'system:serviceaccounts:shop', 'system:authenticated'],
  };
  const fields = { impersonatedUser: account, authenticationMetadata: { impersonationConstraint: 'impersonate:serviceaccount' } };
  const { users } = count(event(WEB, 'get', '-/pods', 'shop/a', fields));
  const used = users.flatMap(({ user, allowed }) => (user.name === WEB.name ? allowed.map(describe) : []));
  assert.deepEqual(used, ['1 impersonate-on:serviceaccount:get pods a', '1 impersonate:serviceaccount serviceaccounts ci']);
});

test('many names are not told apart, and many paths are told by their first step', () => {
  const many = Array.from({ length: 70 }, (_, i) => i);
  const { users } = count(
    ...many.map((i) => event(WEB, 'get', '-/pods', `shop/p${i}`)),
    ...many.map((i) => event(WEB, 'get', `/openapi/v3/${i}`)),
  );
  const [pods, ...paths] = users.flatMap(({ allowed }) => allowed.map(describe));
  assert.equal(pods, '70 get pods *');
  assert.equal(paths.length, 65);
  assert.equal(paths.at(-1), '6 get /openapi/* *');
});
