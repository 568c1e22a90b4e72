import { strict as assert } from 'node:assert';
import { delimiter } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { readKubeconfig, type Kubeconfig } from '../../../src/cluster/kubeconfig/document.ts';
import { mergeKubeconfigs, readKubeconfigFiles } from '../../../src/cluster/kubeconfig/files.ts';
import { Setting } from './setting.ts';

test('KUBECONFIG lists files: the missing are left out, none is read twice, the home directory is not looked at', (t) => {
  const setting = new Setting(t, { 'jane/.kube/config': 'current-context: home', a: 'current-context: a', 'deep/b': '' });
  const KUBECONFIG = ['a', setting.path('missing'), '', setting.path('deep/b'), 'a'].join(delimiter);
  const files = readKubeconfigFiles({ env: { HOME: setting.path('jane'), KUBECONFIG }, cwd: setting.directory });
  assert.deepEqual(
    files.read.map((file) => file.place),
    [setting.path('a'), setting.path('deep/b')],
  );
  assert.deepEqual([files.missing, files.namedBy], [[setting.path('missing')], 'KUBECONFIG']);
});

test('--kubeconfig is read alone', (t) => {
  const setting = new Setting(t, { a: 'current-context: a', b: 'current-context: b' });
  const files = readKubeconfigFiles({ kubeconfig: 'b', env: { KUBECONFIG: setting.path('a') }, cwd: setting.directory });
  assert.deepEqual(
    files.read.map((file) => file.currentContext),
    ['b'],
  );
});

test('paths count from the file that they stand in', (t) => {
  const text = `
users:
- name: jane
  user: {client-certificate: ../jane.crt, client-key: /keys/jane.key, tokenFile: token, exec: {command: ./bin/login}}
- {name: path, user: {exec: {command: aws}}}
clusters:
- {name: c, cluster: {certificate-authority: pki/ca.crt}}
`;
  const setting = new Setting(t, { 'deep/a': text, 'other/b': text.replaceAll('jane', 'joe').replace('name: c,', 'name: d,') });
  const KUBECONFIG = ['deep/a', 'other/b'].join(delimiter);
  const { users, clusters } = mergeKubeconfigs(readKubeconfigFiles({ env: { KUBECONFIG }, cwd: setting.directory }).read);
  const jane = users.get('jane');
  assert.equal(jane?.certificate.path, setting.path('jane.crt'));
  assert.equal(jane?.key.path, '/keys/jane.key');
  assert.equal(jane?.tokenFile, setting.path('deep/token'));
  assert.equal(jane?.exec?.command, setting.path('deep/bin/login'));
  assert.equal(users.get('path')?.exec?.command, 'aws');
  assert.equal(users.get('joe')?.certificate.path, setting.path('joe.crt'));
  assert.equal(clusters.get('c')?.authority.path, setting.path('deep/pki/ca.crt'));
  assert.equal(clusters.get('d')?.authority.path, setting.path('other/pki/ca.crt'));
});

const name = fc.constantFrom('a', 'b', 'c');
const entries = fc.uniqueArray(fc.record({ name, value: fc.string({ minLength: 1 }) }), { selector: (entry) => entry.name });
const kubeconfig = fc
  .record({ current: fc.option(name), contexts: entries, clusters: entries, users: entries })
  .map(({ current, contexts, clusters, users }): Kubeconfig =>
    readKubeconfig(
      '/f',
      JSON.stringify({
        'current-context': current,
        contexts: contexts.map((entry) => ({ name: entry.name, context: { namespace: entry.value } })),
        clusters: clusters.map((entry) => ({ name: entry.name, cluster: { server: entry.value } })),
        users: users.map((entry) => ({ name: entry.name, user: { token: entry.value } })),
      }),
    ),
  );
const MAPS = ['contexts', 'clusters', 'users'] as const;

test('merging: the first file to have a name has all of it', () => {
  fc.assert(
    fc.property(fc.array(kubeconfig, { maxLength: 4 }), (all) => {
      const merged = mergeKubeconfigs(all);
      assert.equal(
        merged.currentContext,
        all.map((one) => one.currentContext).find((current) => current !== undefined),
      );
      for (const map of MAPS) {
        for (const key of ['a', 'b', 'c'])
          assert.equal(
            merged[map].get(key),
            all.map((one) => one[map].get(key)).find((entry) => entry !== undefined),
          );
      }
    }),
  );
});

test('merging: in two steps it is the same, and a file with itself is itself', () => {
  const strip = (read: Kubeconfig): object => ({ ...read, place: '' });
  fc.assert(
    fc.property(kubeconfig, kubeconfig, kubeconfig, (a, b, c) => {
      assert.deepEqual(strip(mergeKubeconfigs([mergeKubeconfigs([a, b]), c])), strip(mergeKubeconfigs([a, mergeKubeconfigs([b, c])])));
      assert.deepEqual(strip(mergeKubeconfigs([a, a])), strip(a));
    }),
  );
});
