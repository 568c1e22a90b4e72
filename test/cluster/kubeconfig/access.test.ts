import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import type { AccessOptions } from '../../../src/cluster/kubeconfig/access.ts';
import { hasAccess } from '../../../src/cluster/kubeconfig/has-access.ts';
import { AUTHORITY } from './certificates.ts';
import { base64, kubeconfigOf, Setting } from './setting.ts';

const PLAIN = `
apiVersion: v1
kind: Config
current-context: dev
preferences: {colors: true}
contexts:
- {name: dev, context: {cluster: east, user: jane, namespace: shop}}
- {name: prod, context: {cluster: west, user: root}}
- {name: bare, context: {user: jane}}
- {name: lost, context: {cluster: north, user: jane}}
- {name: nobody, context: {cluster: east}}
clusters:
- {name: east, cluster: {server: 'https://east:6443', tls-server-name: kubernetes, new-field: {a: 1}}}
- name: west
  cluster: {server: https://west/k8s/clusters/c-1?x=1, insecure-skip-tls-verify: yes, disable-compression: true}
users:
- {name: jane, user: {token: of-jane}}
- {name: root, user: {token: of-root}}
`;

test('the context, the cluster and the user are those of kubectl', async (t) => {
  const setting = new Setting(t, { 'jane/.kube/config': PLAIN });
  const cases: readonly { readonly options: Partial<AccessOptions>; readonly want: readonly unknown[] }[] = [
    { options: {}, want: ['dev', 'https://east:6443/', 'Bearer of-jane', 'shop'] },
    { options: { context: '' }, want: ['dev', 'https://east:6443/', 'Bearer of-jane', 'shop'] },
    { options: { context: 'prod' }, want: ['prod', 'https://west/k8s/clusters/c-1', 'Bearer of-root', undefined] },
    { options: { user: 'root' }, want: ['dev', 'https://east:6443/', 'Bearer of-root', 'shop'] },
    { options: { cluster: 'west' }, want: ['dev', 'https://west/k8s/clusters/c-1', 'Bearer of-jane', 'shop'] },
    { options: { context: 'lost', cluster: 'east' }, want: ['lost', 'https://east:6443/', 'Bearer of-jane', undefined] },
    { options: { context: 'nobody' }, want: ['nobody', 'https://east:6443/', undefined, undefined] },
  ];
  for (const { options, want } of cases) {
    const access = await setting.open(options);
    const { authorization } = await access.credentials();
    assert.deepEqual([access.description, access.server.href, authorization, access.namespace], want);
  }
  const dev = await setting.open();
  assert.deepEqual([dev.tls, dev.isCompressionDisabled], [{ servername: 'kubernetes', insecure: false }, false]);
  const prod = await setting.open({ context: 'prod' });
  assert.deepEqual([prod.tls, prod.isCompressionDisabled], [{ insecure: true }, true]);
  assert.deepEqual(setting.warnings, []);
});

const NAMES: readonly { readonly options: Partial<AccessOptions>; readonly want: string }[] = [
  {
    options: { context: 'prd' },
    want: 'USAGE kubeconfig DIR/jane/.kube/config: context "prd" does not exist (did you mean "prod"? contexts: bare, dev, lost, nobody, prod)',
  },
  {
    options: { cluster: 'q' },
    want: 'USAGE kubeconfig DIR/jane/.kube/config: cluster "q" does not exist (clusters: east, west)',
  },
  {
    options: { user: 'jan' },
    want: 'USAGE kubeconfig DIR/jane/.kube/config: auth info "jan" does not exist (did you mean "jane"? users: jane, root)',
  },
  {
    options: { context: 'bare' },
    want: 'UNREADABLE kubeconfig DIR/jane/.kube/config: cluster was not specified for context "bare" (give it one: kubectl config set-context bare --cluster=NAME)',
  },
  {
    options: { context: 'lost' },
    want: 'UNREADABLE kubeconfig DIR/jane/.kube/config: cluster "north" was not found for context "lost" (clusters: east, west)',
  },
];
for (const { options, want } of NAMES) {
  test(`refuses ${JSON.stringify(options)}`, async (t) => {
    const setting = new Setting(t, { 'jane/.kube/config': PLAIN });
    assert.equal(await setting.refusal(setting.find(options)), want);
  });
}

test('a kubeconfig without a current context chooses nothing, but a flag may', async (t) => {
  const setting = new Setting(t, { config: PLAIN.replace('current-context: dev', '') });
  const kubeconfig = setting.path('config');
  assert.equal(
    await setting.refusal(setting.find({ kubeconfig })),
    'USAGE kubeconfig DIR/config: no context is chosen, and it has no current-context (choose one with --context; contexts: bare, dev, lost, nobody, prod)',
  );
  assert.equal((await setting.open({ kubeconfig, context: 'dev' })).description, 'dev');
  assert.equal((await setting.open({ kubeconfig, cluster: 'west', user: 'root' })).description, 'west');
  assert.equal(hasAccess(setting.options({ kubeconfig }), setting.surroundings()), false);
});

test('a current context that is not there is a fault of the file', async (t) => {
  const setting = new Setting(t, { config: 'current-context: dev\n' });
  assert.equal(
    await setting.refusal(setting.find({ kubeconfig: 'config' })),
    'UNREADABLE kubeconfig DIR/config: its current-context "dev" does not exist (there is no context in it)',
  );
});

test('without a kubeconfig and outside of a pod there is no cluster', async (t) => {
  const setting = new Setting(t);
  assert.equal(await setting.find(), undefined);
  assert.equal(hasAccess(setting.options(), setting.surroundings()), false);
  assert.equal(
    await setting.refusal(setting.find({ context: 'dev' })),
    'USAGE context "dev" does not exist: there is no kubeconfig (name one with --kubeconfig or KUBECONFIG; without these it is ~/.kube/config)',
  );
});

test('a kubeconfig that was named must be there', async (t) => {
  const setting = new Setting(t, { 'jane/.kube/config': PLAIN });
  assert.equal(
    await setting.refusal(setting.find({ kubeconfig: 'nowhere' })),
    'UNREADABLE kubeconfig DIR/nowhere: no such file (is the path right? Relative paths count from the working directory)',
  );
  assert.equal(hasAccess(setting.options({ kubeconfig: 'nowhere' }), setting.surroundings()), true);
  const env = { HOME: setting.path('jane'), KUBECONFIG: '~/a:b' };
  assert.equal(
    await setting.refusal(setting.find({ env })),
    'UNREADABLE kubeconfig DIR/~/a, DIR/b: no such file (the shell did not put the home directory in place of "~": write $HOME)',
  );
  assert.equal(hasAccess(setting.options({ env }), setting.surroundings()), false);
});

test('a kubeconfig that cannot be used is still an access: it is said what is wrong', (t) => {
  const setting = new Setting(t, { 'jane/.kube/config': 'a: [', folder: '' });
  assert.equal(hasAccess(setting.options(), setting.surroundings()), true);
});

test('a directory is no kubeconfig', async (t) => {
  const setting = new Setting(t, { 'folder/file': '' });
  assert.match(
    await setting.refusal(setting.find({ kubeconfig: 'folder' })),
    /^UNREADABLE kubeconfig DIR\/folder: cannot be read: is a directory/,
  );
});

test('over plain HTTP no credentials are sent', async (t) => {
  const setting = new Setting(t, { config: kubeconfigOf({ server: 'localhost:8080' }, { token: 'SECRET' }) });
  const access = await setting.open({ kubeconfig: 'config' });
  assert.equal(access.server.href, 'http://localhost:8080/');
  assert.deepEqual(await access.credentials(), {});
  assert.deepEqual(setting.warnings, ['cluster "c" is reached by plain HTTP: the credentials of user "jane" are not sent']);
});

const POD = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' };
const ACCOUNT = { 'service-account/token': 'first\n', 'service-account/ca.crt': AUTHORITY, 'service-account/namespace': 'ops\n' };

test('a pod is in its cluster where no kubeconfig chooses one', async (t) => {
  const setting = new Setting(t, ACCOUNT);
  const access = await setting.open({ env: POD, as: 'jane' });
  assert.deepEqual([access.description, access.server.href, access.namespace], ['in-cluster', 'https://[fd00::1]/', 'ops']);
  assert.deepEqual(access.tls, { ca: Buffer.from(AUTHORITY), insecure: false });
  assert.deepEqual(access.impersonation, { 'Impersonate-User': 'jane' });
  assert.deepEqual(await access.credentials(), { authorization: 'Bearer first' });
  assert.equal(await access.credentials(), await access.credentials());
  setting.write('service-account/token', 'second');
  assert.deepEqual(await access.credentials(), { authorization: 'Bearer first' });
  setting.now += 60_000;
  assert.deepEqual(await access.credentials(), { authorization: 'Bearer second' });
  assert.equal(hasAccess(setting.options({ env: POD }), setting.surroundings()), true);
});

test('a pod with a kubeconfig uses that; with one that chooses nothing, its own cluster', async (t) => {
  const setting = new Setting(t, { ...ACCOUNT, config: PLAIN, empty: '' });
  assert.equal((await setting.open({ env: POD, kubeconfig: 'config' })).description, 'dev');
  assert.equal((await setting.open({ env: POD, kubeconfig: 'empty' })).description, 'in-cluster');
  const missing = { ...POD, KUBECONFIG: setting.path('missing') };
  assert.equal((await setting.open({ env: missing })).description, 'in-cluster');
  assert.deepEqual(setting.warnings, ['Config not found: DIR/missing']);
  assert.match(await setting.refusal(setting.find({ env: POD, context: 'dev' })), /^USAGE context "dev" does not exist/);
});

test('a pod without an authority trusts the system, and says so', async (t) => {
  const setting = new Setting(t, { ...ACCOUNT, 'service-account/ca.crt': 'none' });
  assert.deepEqual((await setting.open({ env: { ...POD, POD_NAMESPACE: 'mine' } })).tls, { insecure: false });
  assert.deepEqual(setting.warnings, [
    "in-cluster: expected the cluster's authority in DIR/service-account/ca.crt, but no certificate can be read in it: those of the system are trusted",
  ]);
});

test('the environment has a proxy where the cluster has none', async (t) => {
  const setting = new Setting(t, {
    with: kubeconfigOf({ 'proxy-url': 'https://own:1' }, {}),
    without: kubeconfigOf({ 'certificate-authority-data': base64(AUTHORITY) }, {}),
  });
  const env = { HTTPS_PROXY: 'proxy:3128' };
  assert.equal((await setting.open({ env, kubeconfig: 'with' })).proxy?.href, 'https://own:1/');
  assert.equal((await setting.open({ env, kubeconfig: 'without' })).proxy?.href, 'http://proxy:3128/');
  assert.equal((await setting.open({ env: { ...env, NO_PROXY: '.example' }, kubeconfig: 'without' })).proxy, undefined);
});
