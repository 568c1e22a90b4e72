import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { test, type TestContext } from 'node:test';
import { AUTHORITY, CERTIFICATE, KEY, OTHER_KEY } from './certificates.ts';
import { base64, kubeconfigOf, NOW, Setting } from './setting.ts';

const V1 = 'client.authentication.k8s.io/v1';
const V1BETA1 = 'client.authentication.k8s.io/v1beta1';

/** A plugin that writes how often it has run into `runs`, then does what `script` says. */
function settingOf(t: TestContext, script: string, exec: object = {}, cluster: object = {}): Setting {
  const plugin = `
    const { appendFileSync, readFileSync } = require('node:fs');
    appendFileSync(__dirname + '/runs', 'x');
    const run = readFileSync(__dirname + '/runs', 'utf8').length;
    const answer = (status, more) =>
      process.stdout.write(JSON.stringify({ kind: 'ExecCredential', apiVersion: '${V1}', status, ...more }));
    ${script}`;
  const setting = new Setting(t, { 'plugin.cjs': plugin, runs: '' });
  const whole = { apiVersion: V1, interactiveMode: 'Never', command: process.execPath, args: [setting.path('plugin.cjs')], ...exec };
  setting.write('config', kubeconfigOf(cluster, { exec: whole }));
  return setting;
}

function countRuns(setting: Setting): number {
  return readFileSync(setting.path('runs'), 'utf8').length;
}

test('a plugin runs at the first need, and once for all who wait', async (t) => {
  const setting = settingOf(t, `answer({ token: 'token-' + run });`);
  const access = await setting.open({ kubeconfig: 'config' });
  assert.equal(countRuns(setting), 0);
  const all = await Promise.all([access.credentials(), access.credentials(), access.credentials(true)]);
  assert.deepEqual(all[0], { authorization: 'Bearer token-1' });
  assert.ok(all.every((credentials) => credentials === all[0]));
  setting.now = NOW + 1e12;
  assert.equal(await access.credentials(), all[0]);
  assert.equal(countRuns(setting), 1);
  assert.deepEqual(setting.warnings, [`credentials come from the plugin ${process.execPath} (user "jane"; --no-exec refuses it)`]);
});

test('what expires is asked for again, not before', async (t) => {
  const expires = new Date(NOW + 60_000).toISOString();
  const setting = settingOf(t, `answer({ token: 'token-' + run, expirationTimestamp: run === 1 ? '${expires}' : null });`);
  const access = await setting.open({ kubeconfig: 'config' });
  await access.credentials();
  setting.now = NOW + 60_000;
  assert.deepEqual(await access.credentials(), { authorization: 'Bearer token-1' });
  setting.now = NOW + 60_001;
  assert.deepEqual(await access.credentials(), { authorization: 'Bearer token-2' });
  setting.now = NOW + 1e12;
  assert.deepEqual(await access.credentials(), { authorization: 'Bearer token-2' });
});

test('what was refused is asked for again, once for all that were refused together', async (t) => {
  const setting = settingOf(t, `answer({ token: 'token-' + Math.min(run, 2) });`);
  const access = await setting.open({ kubeconfig: 'config' });
  await access.credentials();
  assert.deepEqual(await access.credentials(true), { authorization: 'Bearer token-1' });
  setting.now += 1000;
  const second = await access.credentials(true);
  assert.deepEqual(second, { authorization: 'Bearer token-2' });
  assert.equal(await access.credentials(true), second);
  assert.equal(countRuns(setting), 2);
  setting.now += 1000;
  assert.equal(await access.credentials(true), second);
  assert.equal(countRuns(setting), 3);
});

test('a plugin that has failed is run again at the next need', async (t) => {
  const setting = settingOf(t, `if (run === 1) process.exit(7); answer({ token: 'b' });`);
  const access = await setting.open({ kubeconfig: 'config' });
  assert.match(await setting.refusal(access.credentials()), /failed with exit code 7/);
  assert.deepEqual(await access.credentials(), { authorization: 'Bearer b' });
});

test('a plugin may give a certificate', async (t) => {
  const status = JSON.stringify({ token: 't', clientCertificateData: CERTIFICATE, clientKeyData: KEY });
  const setting = settingOf(t, `answer(${status});`);
  const access = await setting.open({ kubeconfig: 'config' });
  setting.now = Date.UTC(2200, 0, 1);
  const certificate = { cert: Buffer.from(CERTIFICATE), key: Buffer.from(KEY) };
  assert.deepEqual(await access.credentials(), { authorization: 'Bearer t', certificate });
  assert.match(setting.warnings.at(-1) ?? '', /^the client certificate that .* gave expired on 21\d\d-/);
});

test('v1beta1 needs no mode and may answer in YAML', async (t) => {
  const answer = `apiVersion: ${V1BETA1}\\nkind: ExecCredential\\nstatus: {token: t, expirationTimestamp: 2100-01-01T00:00:00Z}\\n`;
  const setting = settingOf(t, `process.stdout.write('${answer}');`, { apiVersion: V1BETA1, interactiveMode: null });
  assert.deepEqual(await (await setting.open({ kubeconfig: 'config' })).credentials(), { authorization: 'Bearer t' });
});

test('a plugin is told about the cluster if it asks, and has its environment', async (t) => {
  const script = `answer({ token: JSON.stringify([process.env.KUBERNETES_EXEC_INFO, process.env.OWN, process.env.GIVEN, process.cwd()]) });`;
  const exec = { provideClusterInfo: true, env: [{ name: 'OWN', value: 'own' }] };
  const cluster = {
    'certificate-authority-data': base64(AUTHORITY),
    'tls-server-name': 'kubernetes',
    'proxy-url': 'http://p:1',
    'disable-compression': true,
    extensions: [{ name: 'client.authentication.k8s.io/exec', extension: { audience: 'a' } }],
  };
  const setting = settingOf(t, script, exec, cluster);
  const env = { PATH: process.env['PATH'], OWN: 'not this', GIVEN: 'given' };
  const { authorization = '' } = await (await setting.open({ kubeconfig: 'config', env })).credentials();
  const [info, own, given, directory]: readonly string[] = JSON.parse(authorization.slice('Bearer '.length));
  assert.deepEqual([own, given, directory], ['own', 'given', setting.directory]);
  assert.deepEqual(JSON.parse(info ?? ''), {
    kind: 'ExecCredential',
    apiVersion: V1,
    spec: {
      cluster: {
        server: 'https://api.example:6443',
        'tls-server-name': 'kubernetes',
        'certificate-authority-data': base64(AUTHORITY),
        'proxy-url': 'http://p:1',
        'disable-compression': true,
        config: { audience: 'a' },
      },
      interactive: false,
    },
  });
});

test('a plugin is not told about the cluster if it does not ask', async (t) => {
  const setting = settingOf(t, `answer({ token: process.env.KUBERNETES_EXEC_INFO });`);
  const { authorization } = await (await setting.open({ kubeconfig: 'config' })).credentials();
  assert.equal(authorization, `Bearer {"kind":"ExecCredential","apiVersion":"${V1}","spec":{"interactive":false}}`);
});

const MODES: readonly { readonly mode: string; readonly isTerminal: boolean; readonly want: boolean }[] = [
  { mode: 'Never', isTerminal: true, want: false },
  { mode: 'IfAvailable', isTerminal: true, want: true },
  { mode: 'IfAvailable', isTerminal: false, want: false },
  { mode: 'Always', isTerminal: true, want: true },
];
for (const { mode, isTerminal, want } of MODES) {
  test(`interactiveMode ${mode} ${isTerminal ? 'at' : 'without'} a terminal`, async (t) => {
    const setting = settingOf(t, `answer({ token: process.env.KUBERNETES_EXEC_INFO });`, { interactiveMode: mode });
    setting.isTerminal = isTerminal;
    const { authorization = '' } = await (await setting.open({ kubeconfig: 'config' })).credentials();
    assert.ok(authorization.includes(`"interactive":${want}`));
  });
}

test('what a plugin says is passed on, line by line and visible', async (t) => {
  const setting = settingOf(t, `process.stderr.write('one\\n\\n\\x1b[1mtwo'); answer({ token: 't' });`);
  await (await setting.open({ kubeconfig: 'config' })).credentials();
  assert.deepEqual(setting.warnings.slice(1), [`${process.execPath}: one`, `${process.execPath}: \\u001b[1mtwo`]);
});

const FAILING: readonly { readonly name: string; readonly script?: string; readonly exec?: object; readonly want: string }[] = [
  { name: 'its code', script: `process.stdout.write('SECRET'); process.exit(3);`, want: 'exec: executable NODE failed with exit code 3' },
  {
    name: 'a signal',
    script: `process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1000);`,
    want: 'exec: executable NODE was ended by SIGTERM',
  },
  { name: 'text', script: `process.stdout.write('SECRET');`, want: 'decoding stdout: it is not an ExecCredential in JSON' },
  { name: 'half of it', script: `process.stdout.write('{"SECRET');`, want: 'decoding stdout: it is not an ExecCredential in JSON' },
  { name: 'nothing', script: '', want: 'decoding stdout: it is not an ExecCredential in JSON' },
  {
    name: 'another kind',
    script: `answer({ token: 'SECRET' }, { kind: 'SECRET' });`,
    want: "decoding stdout: its kind is not 'ExecCredential'",
  },
  {
    name: 'another version',
    script: `answer({ token: 'SECRET' }, { apiVersion: '${V1BETA1}' });`,
    want: `exec plugin is configured to use API version ${V1}, plugin returned another version`,
  },
  { name: 'no status', script: `answer();`, want: "exec plugin didn't return a status field" },
  { name: 'an empty status', script: `answer({ token: '' });`, want: "exec plugin didn't return a token or cert/key pair" },
  { name: 'a token that is a number', script: `answer({ token: 12345 });`, want: 'decoding stdout: status.token is not a string' },
  {
    name: 'half a pair',
    script: `answer({ token: 'SECRET', clientKeyData: 'SECRET' });`,
    want: 'exec plugin returned only certificate or key, not both',
  },
  {
    name: 'a wrong pair',
    script: `answer(${JSON.stringify({ clientCertificateData: CERTIFICATE, clientKeyData: OTHER_KEY })});`,
    want: 'failed parsing client key/certificate: the client key is not the one of the client certificate',
  },
  {
    name: 'no time',
    script: `answer({ token: 'SECRET', expirationTimestamp: 'SECRET' });`,
    want: 'decoding stdout: status.expirationTimestamp is not a time as of RFC 3339',
  },
  { name: 'no such command', exec: { command: 'no-such-plugin' }, want: 'exec: executable no-such-plugin not found' },
  {
    name: 'no terminal',
    exec: { interactiveMode: 'Always' },
    want: 'exec plugin cannot support interactive mode: standard input is not a terminal',
  },
];
for (const { name, script = '', exec = {}, want } of FAILING) {
  test(`a plugin that ends with ${name} is said to`, async (t) => {
    const setting = settingOf(t, script, exec);
    const access = await setting.open({ kubeconfig: 'config' });
    const said = await setting.refusal(access.credentials());
    const expected = `UNREADABLE kubeconfig DIR/config: user "jane": getting credentials: ${want.replace('NODE', process.execPath)} (`;
    assert.equal(said.slice(0, expected.length), expected);
    assert.ok(!said.includes('SECRET'));
  });
}

test('a plugin that is not there tells how to get it', async (t) => {
  const setting = settingOf(t, '', { command: './bin/login', installHint: 'brew install\n\x1b[1mlogin' });
  const access = await setting.open({ kubeconfig: 'config' });
  assert.equal(
    await setting.refusal(access.credentials()),
    'UNREADABLE kubeconfig DIR/config: user "jane": getting credentials: exec: executable DIR/bin/login not found (brew install\n\\u001b[1mlogin)',
  );
});

test('a plugin that may not be run is said to', async (t) => {
  const setting = settingOf(t, '', { command: './login' });
  setting.write('login', '#!/bin/sh\n', 0o600);
  const access = await setting.open({ kubeconfig: 'config' });
  assert.match(await setting.refusal(access.credentials()), /exec: executable DIR\/login cannot be run: permission denied/);
});

test('a plugin that does not end is ended', async (t) => {
  const setting = settingOf(t, 'setInterval(() => {}, 1000);');
  setting.timeout = 50;
  const access = await setting.open({ kubeconfig: 'config' });
  assert.match(await setting.refusal(access.credentials()), /exec: executable .* did not end within 0\.05 s \(/);
});

test('a plugin that writes without end is ended', async (t) => {
  const setting = settingOf(t, `const more = () => process.stdout.write('x'.repeat(65536), more); more();`);
  const access = await setting.open({ kubeconfig: 'config' });
  assert.match(await setting.refusal(access.credentials()), /exec: executable .* writes more than 4194304 bytes \(/);
});

test('--no-exec runs no plugin', async (t) => {
  const setting = settingOf(t, `answer({ token: 't' });`, { command: 'aws' });
  assert.equal(
    await setting.refusal(setting.find({ kubeconfig: 'config', noExec: true })),
    'USAGE kubeconfig DIR/config: user "jane": its credentials come from the plugin aws, which --no-exec does not let run (choose a user with a token or a client certificate, or leave --no-exec out if you trust this file)',
  );
});

const REFUSED: readonly { readonly exec: object; readonly want: string }[] = [
  { exec: { command: '' }, want: 'command must be specified for jane to use exec authentication plugin' },
  { exec: { apiVersion: '' }, want: 'apiVersion must be specified for jane to use exec authentication plugin' },
  { exec: { env: [{ value: 'SECRET' }] }, want: 'env variable name must be specified for jane to use exec authentication plugin' },
  { exec: { interactiveMode: null }, want: 'interactiveMode must be specified for jane to use exec authentication plugin' },
  { exec: { interactiveMode: 'Sometimes' }, want: 'invalid interactiveMode for jane: "Sometimes"' },
  {
    exec: { apiVersion: 'client.authentication.k8s.io/v1alpha1', interactiveMode: null },
    want: 'exec plugin: invalid apiVersion "client.authentication.k8s.io/v1alpha1" for jane',
  },
];
for (const { exec, want } of REFUSED) {
  test(`refuses the plugin ${JSON.stringify(exec)}`, async (t) => {
    const setting = settingOf(t, '', exec);
    const said = await setting.refusal(setting.find({ kubeconfig: 'config' }));
    assert.equal(said, `UNREADABLE kubeconfig DIR/config: ${want} (kubectl refuses this too: mend \`exec\` of the user)`);
  });
}
