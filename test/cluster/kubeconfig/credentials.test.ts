import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { AUTHORITY, CERTIFICATE, KEY, OTHER_KEY } from './certificates.ts';
import { base64, kubeconfigOf, NOW, Setting } from './setting.ts';

const PAIR = { 'client-certificate-data': base64(CERTIFICATE), 'client-key-data': base64(KEY) };
const certificate = { cert: Buffer.from(CERTIFICATE), key: Buffer.from(KEY) };

const USERS: readonly { readonly name: string; readonly user: object; readonly want: object }[] = [
  { name: 'nothing', user: {}, want: {} },
  { name: 'a token', user: { token: 'abc' }, want: { authorization: 'Bearer abc' } },
  { name: 'a token file', user: { tokenFile: 'token' }, want: { authorization: 'Bearer filed' } },
  { name: 'a token and its file', user: { token: 'abc', tokenFile: 'token' }, want: { authorization: 'Bearer filed' } },
  { name: 'a token and no file', user: { token: 'abc', tokenFile: 'missing' }, want: { authorization: 'Bearer abc' } },
  {
    name: 'a password',
    user: { username: 'jane', password: 'pä:ss' },
    want: { authorization: `Basic ${base64('jane:pä:ss')}` },
  },
  { name: 'a user name alone', user: { username: 'jane' }, want: { authorization: `Basic ${base64('jane:')}` } },
  { name: 'a certificate', user: PAIR, want: { certificate } },
  { name: 'certificate files', user: { 'client-certificate': 'jane.crt', 'client-key': 'jane.key' }, want: { certificate } },
  {
    name: 'a certificate whose key is a file',
    user: { 'client-certificate-data': base64(CERTIFICATE), 'client-key': 'jane.key' },
    want: { certificate },
  },
  { name: 'a certificate and a token', user: { ...PAIR, token: 'abc' }, want: { authorization: 'Bearer abc', certificate } },
  { name: 'a key without a certificate', user: { 'client-key-data': base64(KEY) }, want: {} },
  {
    name: 'a plugin that a token makes needless',
    user: { token: 'abc', exec: { apiVersion: 'client.authentication.k8s.io/v1beta1', command: 'never-run' } },
    want: { authorization: 'Bearer abc' },
  },
];
for (const { name, user, want } of USERS) {
  test(`a user with ${name}`, async (t) => {
    const setting = new Setting(t, { config: kubeconfigOf({}, user), token: 'filed\n', 'jane.crt': CERTIFICATE, 'jane.key': KEY });
    const access = await setting.open({ kubeconfig: 'config', noExec: true });
    assert.deepEqual(await access.credentials(), want);
    assert.equal(await access.credentials(), await access.credentials(true));
    assert.deepEqual(setting.warnings, []);
  });
}

const HINTLESS = ' (kubectl refuses this too: mend the user)';
const REFUSED: readonly { readonly name: string; readonly user: object; readonly want: string }[] = [
  {
    name: 'a token and a password',
    user: { token: 'SECRET', password: 'SECRET' },
    want: 'more than one authentication method found for jane; found [token basicAuth], only one is allowed (remove one of them)',
  },
  {
    name: 'a token file and a password',
    user: { tokenFile: 'token', username: 'jane' },
    want: 'user "jane": username/password or bearer token may be set, but not both (remove one of them)',
  },
  {
    name: 'a certificate twice',
    user: { ...PAIR, 'client-certificate': 'jane.crt' },
    want: `client-cert-data and client-cert are both specified for jane. client-cert-data will override.${HINTLESS}`,
  },
  {
    name: 'a key twice',
    user: { ...PAIR, 'client-key': 'jane.key' },
    want: `client-key-data and client-key are both specified for jane; client-key-data will override${HINTLESS}`,
  },
  {
    name: 'a certificate without a key',
    user: { 'client-certificate-data': base64(CERTIFICATE) },
    want: `client-key-data or client-key must be specified for jane to use the clientCert authentication method.${HINTLESS}`,
  },
  {
    name: 'the key of another',
    user: { ...PAIR, 'client-key-data': base64(OTHER_KEY) },
    want: 'user "jane": the client key is not the one of the client certificate (get a new client certificate and key, both PEM)',
  },
  {
    name: 'a key that is none',
    user: { ...PAIR, 'client-key-data': base64('SECRET') },
    want: 'user "jane": the client key cannot be read: is it PEM, and without a passphrase? (get a new client certificate and key, both PEM)',
  },
  {
    name: 'a certificate that is none',
    user: { ...PAIR, 'client-certificate-data': base64('SECRET') },
    want: 'user "jane": no certificate can be read in the client certificate (get a new client certificate and key, both PEM)',
  },
  {
    name: 'a certificate file that is not there',
    user: { 'client-certificate': 'missing', 'client-key': 'jane.key' },
    want: 'unable to read client-cert DIR/missing for jane due to: no such file or directory (is the path right? A relative one counts from the directory of the kubeconfig)',
  },
  {
    name: 'a token file that is not there',
    user: { tokenFile: 'missing' },
    want: 'user "jane": unable to read tokenFile DIR/missing due to: no such file or directory (is the path right, and the file readable?)',
  },
  {
    name: 'an empty token file',
    user: { tokenFile: 'empty' },
    want: 'user "jane": read empty token from file "DIR/empty" (whatever writes this file must be run again)',
  },
  {
    name: 'the gcp plugin',
    user: { 'auth-provider': { name: 'gcp', config: { 'access-token': 'SECRET' } } },
    want: 'user "jane": The gcp auth plugin has been removed. (use the gke-gcloud-auth-plugin credential plugin instead: install it, then gcloud container clusters get-credentials CLUSTER)',
  },
  {
    name: 'the azure plugin',
    user: { 'auth-provider': { name: 'azure' } },
    want: 'user "jane": The azure auth plugin has been removed. (use the kubelogin credential plugin instead (https://github.com/Azure/kubelogin): kubelogin convert-kubeconfig)',
  },
  {
    name: 'the oidc plugin',
    user: { 'auth-provider': { name: 'oidc', config: { 'id-token': 'SECRET' } } },
    want: 'user "jane": the oidc auth provider is not supported: credential plugins replace it (use an exec plugin such as kubectl oidc-login (https://github.com/int128/kubelogin))',
  },
  {
    name: 'a plugin of each kind',
    user: { 'auth-provider': { name: 'oidc' }, exec: { command: 'a' } },
    want: 'authProvider cannot be provided in combination with an exec plugin for jane (remove auth-provider)',
  },
];
for (const { name, user, want } of REFUSED) {
  test(`refuses ${name}`, async (t) => {
    const setting = new Setting(t, {
      config: kubeconfigOf({}, user),
      token: 'SECRET',
      empty: '\n',
      'jane.crt': CERTIFICATE,
      'jane.key': KEY,
    });
    assert.equal(await setting.refusal(setting.find({ kubeconfig: 'config' })), `UNREADABLE kubeconfig DIR/config: ${want}`);
  });
}

test('a token file is read again after a minute and when it was refused', async (t) => {
  const setting = new Setting(t, { config: kubeconfigOf({}, { tokenFile: 'token' }), token: 'one' });
  const access = await setting.open({ kubeconfig: 'config' });
  setting.write('token', 'two');
  setting.now = NOW + 59_999;
  assert.deepEqual(await access.credentials(), { authorization: 'Bearer one' });
  assert.deepEqual(await access.credentials(true), { authorization: 'Bearer two' });
  setting.write('token', '');
  setting.now += 60_000;
  assert.deepEqual(await access.credentials(), { authorization: 'Bearer two' });
});

test('certificate files are read again, and a pair in the middle of its exchange is not taken', async (t) => {
  const files = { config: kubeconfigOf({}, { 'client-certificate': 'jane.crt', 'client-key': 'jane.key' }) };
  const setting = new Setting(t, { ...files, 'jane.crt': CERTIFICATE, 'jane.key': KEY });
  const access = await setting.open({ kubeconfig: 'config' });
  const first = await access.credentials();
  setting.write('jane.key', OTHER_KEY);
  assert.equal(await access.credentials(true), first);
  assert.match(setting.warnings.join(), /the client key is not the one of the client certificate: what was read before is used$/);
  setting.write('jane.key', KEY);
  setting.write('jane.crt', CERTIFICATE + AUTHORITY);
  setting.now += 60_000;
  assert.deepEqual(await access.credentials(), { certificate: { cert: Buffer.from(CERTIFICATE + AUTHORITY), key: Buffer.from(KEY) } });
});

test('a certificate that is not valid today is told with the date', async (t) => {
  const setting = new Setting(t, { config: kubeconfigOf({}, PAIR) });
  setting.now = Date.UTC(2200, 0, 1);
  await setting.open({ kubeconfig: 'config' });
  setting.now = Date.UTC(2000, 0, 1);
  await setting.open({ kubeconfig: 'config' });
  assert.match(setting.warnings[0] ?? '', /^kubeconfig DIR\/config: the client certificate of user "jane" expired on 21\d\d-\d\d-\d\d$/);
  assert.match(
    setting.warnings[1] ?? '',
    /^kubeconfig DIR\/config: the client certificate of user "jane" is not valid before 20\d\d-\d\d-\d\d$/,
  );
});

test('a file of credentials that everybody may read is told', async (t) => {
  const setting = new Setting(t);
  setting.write('secret', kubeconfigOf({}, { token: 'abc' }), 0o644);
  setting.write('plain', kubeconfigOf({}, { tokenFile: 'token' }), 0o644);
  setting.write('token', 'abc');
  await setting.open({ kubeconfig: 'secret' });
  await setting.open({ kubeconfig: 'plain' });
  assert.deepEqual(setting.warnings, ['kubeconfig DIR/secret: it holds credentials and everybody on this machine may read it: chmod 600']);
});
