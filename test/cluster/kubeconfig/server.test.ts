import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { AUTHORITY, KEY } from './certificates.ts';
import { base64, kubeconfigOf, Setting } from './setting.ts';

test('an authority comes from its data or its file', async (t) => {
  const setting = new Setting(t, {
    data: kubeconfigOf({ 'certificate-authority-data': base64(AUTHORITY) }, {}),
    'deep/file': kubeconfigOf({ 'certificate-authority': '../ca.crt' }, {}),
    'ca.crt': AUTHORITY,
  });
  for (const kubeconfig of ['data', 'deep/file']) {
    assert.deepEqual((await setting.open({ kubeconfig })).tls, { ca: Buffer.from(AUTHORITY), insecure: false });
  }
});

const SERVERS: readonly { readonly input: string; readonly want: string }[] = [
  { input: 'https://10.0.0.1:6443', want: 'https://10.0.0.1:6443/' },
  { input: 'https://[fd00::1]:6443', want: 'https://[fd00::1]:6443/' },
  { input: 'https://rancher/k8s/clusters/local?a=b#c', want: 'https://rancher/k8s/clusters/local' },
  { input: '10.0.0.1:8080', want: 'http://10.0.0.1:8080/' },
  { input: 'localhost', want: 'http://localhost/' },
];
for (const { input, want } of SERVERS) {
  test(`the server ${input}`, async (t) => {
    const setting = new Setting(t, { config: kubeconfigOf({ server: input }, {}) });
    assert.equal((await setting.open({ kubeconfig: 'config' })).server.href, want);
  });
}

const REFUSED: readonly { readonly name: string; readonly cluster: object; readonly want: string }[] = [
  { name: 'no server', cluster: { server: '' }, want: 'DIR/config: no server found for cluster "c"' },
  {
    name: 'no URL',
    cluster: { server: 'ftp://a' },
    want: 'DIR/config: server of cluster "c": host must be a URL or a host:port pair',
  },
  {
    name: 'a password in the URL',
    cluster: { server: 'https://jane:SECRET@a' },
    want: 'DIR/config: server of cluster "c": it holds a user name or a password',
  },
  {
    name: 'an authority twice',
    cluster: { 'certificate-authority': 'ca.crt', 'certificate-authority-data': base64(AUTHORITY) },
    want: 'DIR/config: certificate-authority-data and certificate-authority are both specified for c. certificate-authority-data will override.',
  },
  {
    name: 'an authority that is not there',
    cluster: { 'certificate-authority': 'ca.crt' },
    want: 'DIR/config: unable to read certificate-authority DIR/ca.crt for c due to: no such file or directory',
  },
  {
    name: 'an authority that is none',
    cluster: { 'certificate-authority-data': base64(KEY) },
    want: 'DIR/config: unable to load root certificates: certificate-authority-data of cluster "c": no certificate can be read in it',
  },
  {
    name: 'an authority that nobody asks for',
    cluster: { 'certificate-authority-data': base64(AUTHORITY), 'insecure-skip-tls-verify': true },
    want: 'DIR/config: cluster "c": specifying a root certificates file with the insecure flag is not allowed',
  },
  {
    name: 'a proxy of SOCKS 4',
    cluster: { 'proxy-url': 'socks4://jane:SECRET@p:1' },
    want: 'DIR/config: proxy-url of cluster "c": unsupported scheme "socks4"',
  },
  {
    name: 'a proxy without a scheme',
    cluster: { 'proxy-url': 'proxy:3128' },
    want: 'DIR/config: proxy-url of cluster "c": unsupported scheme "proxy"',
  },
];
for (const { name, cluster, want } of REFUSED) {
  test(`refuses ${name}`, async (t) => {
    const setting = new Setting(t, { config: kubeconfigOf(cluster, {}) });
    const said = await setting.refusal(setting.find({ kubeconfig: 'config' }));
    assert.equal(said.slice(0, want.length + 22), `UNREADABLE kubeconfig ${want}`);
    assert.ok(!said.includes('SECRET'));
  });
}
