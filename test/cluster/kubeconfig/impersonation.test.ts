import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import type { AccessOptions } from '../../../src/cluster/kubeconfig/access.ts';
import { kubeconfigOf, Setting } from './setting.ts';

const ALL = { as: 'root', 'as-uid': 'u1', 'as-groups': ['g1', 'g2'], 'as-user-extra': { 'a/b%c': ['1', '2'], A: ['3'] } };
const HEADERS = {
  'Impersonate-User': 'root',
  'Impersonate-Uid': 'u1',
  'Impersonate-Group': ['g1', 'g2'],
  'Impersonate-Extra-A': ['3'],
  'Impersonate-Extra-a%2Fb%25c': ['1', '2'],
};

const CASES: readonly { readonly name: string; readonly user: object; readonly options: Partial<AccessOptions>; readonly want: object }[] =
  [
    { name: 'nobody', user: {}, options: {}, want: {} },
    { name: 'the kubeconfig’s', user: ALL, options: {}, want: HEADERS },
    {
      name: 'the command line’s in place of each',
      user: ALL,
      options: { as: 'joe', asUid: 'u2', asGroups: ['h'] },
      want: { ...HEADERS, 'Impersonate-User': 'joe', 'Impersonate-Uid': 'u2', 'Impersonate-Group': ['h'] },
    },
    { name: 'empty flags', user: ALL, options: { as: '', asUid: '', asGroups: [] }, want: HEADERS },
    { name: 'UTF-8', user: {}, options: { as: 'jürgen' }, want: { 'Impersonate-User': 'j\u00c3\u00bcrgen' } },
  ];
for (const { name, user, options, want } of CASES) {
  test(`impersonates ${name}`, async (t) => {
    const setting = new Setting(t, { config: kubeconfigOf({}, user) });
    assert.deepEqual((await setting.open({ kubeconfig: 'config', ...options })).impersonation, want);
  });
}

const REFUSED: readonly { readonly user: object; readonly options: Partial<AccessOptions>; readonly want: RegExp }[] = [
  {
    user: {},
    options: { asGroups: ['g'] },
    want: /^USAGE requesting uid, groups or user-extra for jane without impersonating a user \(give --as as well\)$/,
  },
  { user: {}, options: { asUid: 'u' }, want: /^USAGE requesting uid/ },
  {
    user: { 'as-user-extra': { a: ['b'] } },
    options: {},
    want: /^UNREADABLE kubeconfig DIR\/config: requesting uid, groups or user-extra for jane/,
  },
  { user: {}, options: { as: 'a\nInjected: b' }, want: /^USAGE a name to impersonate holds a control character/ },
];
for (const { user, options, want } of REFUSED) {
  test(`refuses ${JSON.stringify(options)} with ${JSON.stringify(user)}`, async (t) => {
    const setting = new Setting(t, { config: kubeconfigOf({}, user) });
    assert.match(await setting.refusal(setting.find({ kubeconfig: 'config', ...options })), want);
  });
}
