import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { readKubeconfig } from '../../../src/cluster/kubeconfig/document.ts';
import { KplanError } from '../../../src/model/index.ts';

const WRONG: readonly { readonly name: string; readonly input: string; readonly want: string }[] = [
  { name: 'YAML that is none', input: 'a: 1\nusers: [', want: '/f:2: not YAML: unexpected end of the stream within a flow collection' },
  { name: 'an alias of nothing', input: 'users:\n- user: {token: *SECRET }', want: '/f:2: not YAML: unidentified alias' },
  { name: 'an unknown tag', input: 'token: !SECRET x', want: '/f:1: not YAML: unknown scalar tag' },
  { name: 'text', input: 'SECRET', want: '/f: holds a string, not a kubeconfig' },
  { name: 'a list', input: '[SECRET]', want: '/f: holds a list, not a kubeconfig' },
  { name: 'another kind', input: 'apiVersion: v1\nkind: Secret', want: '/f: it is a Secret of v1, not a kubeconfig' },
  { name: 'another version', input: 'apiVersion: v2', want: '/f: it is a Config of v2, not a kubeconfig' },
  { name: 'a map of users', input: 'users: {jane: {}}', want: '/f: users is a mapping, it must be a list' },
  { name: 'a list of names', input: 'users: [SECRET]', want: '/f: users[0] is a string, it must be a mapping' },
  { name: 'no mapping', input: 'users: [{name: a, user: SECRET}]', want: '/f: users[0].user is a string, it must be a mapping' },
  {
    name: 'a token of digits',
    input: 'users: [{name: a, user: {token: 12345}}]',
    want: '/f: users[0].user.token is a number, it must be a string (put it in quotes)',
  },
  {
    name: 'a boolean as text',
    input: 'clusters: [{cluster: {insecure-skip-tls-verify: "true"}}]',
    want: '/f: clusters[0].cluster.insecure-skip-tls-verify is a string, it must be true or false',
  },
  {
    name: 'a path as data',
    input: 'users: [{user: {client-key-data: /etc/SECRET.key}}]',
    want: '/f: users[0].user.client-key-data is not base64 (the field without `-data` takes the path of a file)',
  },
  {
    name: 'arguments that are no list',
    input: 'users: [{user: {exec: {command: a, args: SECRET}}}]',
    want: '/f: users[0].user.exec.args is a string, it must be a list',
  },
  {
    name: 'an argument that is no string',
    input: 'users: [{user: {exec: {command: a, args: [x, 1]}}}]',
    want: '/f: users[0].user.exec.args[1] is a number, it must be a string (put it in quotes)',
  },
  {
    name: 'two of a name',
    input: 'users: [{name: a}, {name: a}]',
    want: '/f: duplicate name "a" in users (kubectl refuses such a file too: remove one of them)',
  },
];
for (const { name, input, want } of WRONG) {
  test(`refuses ${name}`, () => {
    assert.throws(
      () => readKubeconfig('/f', input),
      (error) => {
        assert.ok(error instanceof KplanError);
        const hint = want.includes(' (') ? ` (${error.hint ?? ''})` : '';
        assert.equal(`${error.code} ${error.message}${hint}`, `UNREADABLE kubeconfig ${want}`);
        return true;
      },
    );
  });
}

const EMPTY: readonly { readonly name: string; readonly input: string }[] = [
  { name: 'nothing', input: '' },
  { name: 'a comment', input: '# later' },
  { name: 'null', input: 'null' },
  { name: 'empty fields', input: 'current-context: ""\nusers: null\nclusters: []' },
  { name: 'fields that nobody knows', input: 'future: {a: [1, {b: c}]}' },
];
for (const { name, input } of EMPTY) {
  test(`reads ${name} as an empty kubeconfig`, () => {
    const { place: _, ...read } = readKubeconfig('/f', input);
    assert.deepEqual(read, { currentContext: undefined, contexts: new Map(), clusters: new Map(), users: new Map() });
  });
}

test('scalars are what they are to Go', () => {
  const text = `
clusters:
- {name: 2026-01-01, cluster: {insecure-skip-tls-verify: on, server: a, server: b}}
- {name: c, cluster: {certificate-authority-data: "YWJj\\nZGVm\\n"}}
---
clusters: ignored
`;
  const { clusters } = readKubeconfig('/f', `\uFEFF${text}`);
  assert.deepEqual([clusters.get('2026-01-01')?.isInsecure, clusters.get('2026-01-01')?.server], [true, 'b']);
  assert.equal(clusters.get('c')?.authority.data?.toString(), 'abcdef');
});

test('JSON with tabs is a kubeconfig', () => {
  assert.equal(readKubeconfig('/f', '{\n\t"current-context":\t"a"\n}\n').currentContext, 'a');
});

test('what a user may have is read', () => {
  const text = `
users:
- name: jane
  user:
    as: root
    as-uid: u1
    as-groups: [g1, g2]
    as-user-extra: {scopes: [a, b]}
    auth-provider: {name: gcp, config: {a: b}}
    exec:
      apiVersion: client.authentication.k8s.io/v1beta1
      command: aws
      args: [eks]
      env: [{name: A, value: b}, {name: C}]
      provideClusterInfo: true
      installHint: get it
`;
  const jane = readKubeconfig('/f', text).users.get('jane');
  assert.deepEqual([jane?.as, jane?.asUid, jane?.asGroups, jane?.authProvider], ['root', 'u1', ['g1', 'g2'], 'gcp']);
  assert.deepEqual(jane?.asUserExtra, new Map([['scopes', ['a', 'b']]]));
  assert.deepEqual(jane?.exec, {
    command: 'aws',
    args: ['eks'],
    env: [
      { name: 'A', value: 'b' },
      { name: 'C', value: '' },
    ],
    apiVersion: 'client.authentication.k8s.io/v1beta1',
    installHint: 'get it',
    providesClusterInfo: true,
    interactiveMode: 'IfAvailable',
  });
});
