import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { getString, parseJson } from '../../../src/std/index.ts';
import { cleanEnv, run as runProgram, type Ran } from '../../cli/program.ts';

// Whatever leaves the programs, in any format and on any way to fail, and whatever they leave behind in files, is searched for planted values.
const KUBECONFIG = process.env['KUBECONFIG'] ?? '';
const folder = mkdtempSync(join(tmpdir(), 'kplan-secrets-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const PLANTED = ['planted-data', 'planted-string', 'planted-note', 'planted-applied', 'planted-proxy', 'planted-exec', 'planted-basic'];
const token = getString(parseJson(readFileSync(KUBECONFIG, 'utf8')), 'users', 0, 'user', 'token') ?? '';
const TELLS: readonly string[] = [
  token,
  ...PLANTED.flatMap((value) => [value, Buffer.from(value).toString('base64').replace(/=+$/, '').slice(0, -1)]),
];

const encode = (value: string): string => Buffer.from(value).toString('base64');

const SECRET = (colour: string): string => `apiVersion: v1
kind: Secret
metadata:
  name: password
  namespace: planted
  annotations:
    note: planted-note
    kubectl.kubernetes.io/last-applied-configuration: '{"stringData":{"b":"planted-applied"}}'
  labels: {colour: ${colour}}
data: {a: ${encode('planted-data')}}
stringData: {b: planted-string}
`;

const NAMESPACE = 'apiVersion: v1\nkind: Namespace\nmetadata: {name: planted}\n---\n';

/** Refuses the Secret and quotes what it holds. */
const POLICY = `---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: planted-teller}
spec:
  matchConstraints:
    resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [secrets]}]
  validations:
  - expression: "!has(object.metadata.labels) || !('colour' in object.metadata.labels) || object.metadata.labels.colour != 'refused'"
    messageExpression: "'refused: ' + string(object.data.a) + ' ' + (has(object.metadata.annotations) ? object.metadata.annotations.note : '')"
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: planted-teller}
spec: {policyName: planted-teller, validationActions: [Deny]}
`;

let searched = 0;

function search(text: string, where: string): void {
  searched += text.length;
  for (const value of TELLS)
    assert.ok(
      !text.includes(value),
      `${where} tells ${value.slice(0, 4)}…: ${text.slice(Math.max(0, text.indexOf(value) - 200), text.indexOf(value))}`,
    );
}

/** All files of the folder but the manifests and the kubeconfigs. */
function searchFiles(where: string): void {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const path = join(folder, name);
    if (!statSync(path).isFile() || /^(m|kube)\//.test(name) || name.includes('.git/')) continue;
    search(readFileSync(path, 'latin1'), `${where}: ${name}`);
  }
}

async function succeed(program: 'kplan' | 'kapply', args: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await run(program, args);
  assert.equal(code, 0, `${program} ${args.join(' ')}: ${stdout}${stderr}`);
}

async function run(program: 'kplan' | 'kapply', args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  const ran = await runProgram(program, folder, args, { KUBECONFIG, KPLAN_CACHE: join(folder, 'cache'), ...env });
  const where = `${program} ${args.join(' ')}`;
  search(ran.stdout, where);
  search(ran.stderr, where);
  searchFiles(where);
  assert.doesNotMatch(ran.stderr, /^\s+at .*:\d+:\d+\)?$/m, where);
  return ran;
}

function write(colour: string, more = ''): void {
  mkdirSync(join(folder, 'm'), { recursive: true });
  writeFileSync(join(folder, 'm/secret.yaml'), NAMESPACE + SECRET(colour) + more);
}

const FORMATS: readonly (readonly string[])[] = [
  ['-o', 'text', '--all'],
  ['-o', 'json'],
  ['-o', 'yaml'],
  ['-o', 'markdown'],
  ['-o', 'github'],
  ['-v'],
  ['--server-dry-run', 'always', '-v', '-o', 'json'],
  ['--out', 'plan.json', '-o', 'markdown=plan.md'],
];

describe('planted secrets', { concurrency: 1 }, () => {
  test('are in no plan, report, file or cache', async () => {
    write('red', POLICY);
    for (const format of FORMATS) await succeed('kplan', ['m', '--unit', 'planted', '--fail-on', 'never', ...format]);
    await succeed('kplan', ['show', 'plan.json', '-o', 'json', '--fail-on', 'never']);
    const applied = await run('kapply', ['m', '--unit', 'planted', '--yes', '-v', '-o', 'json']);
    assert.equal(applied.code, 0, applied.stdout + applied.stderr);
    write('blue', POLICY);
    for (const format of FORMATS) await succeed('kplan', ['m', '--unit', 'planted', '--fail-on', 'never', ...format]);
    await succeed('kapply', ['plan.json', '--yes']);
    for (const args of [
      ['status', '--unit', 'planted', '-o', 'json'],
      ['adopt', 'm', '--unit', 'planted', '--dry-run', '-o', 'json'],
    ])
      await succeed('kapply', args);
    await succeed('kplan', ['snapshot', 'live.yaml']);
    await succeed('kplan', ['rbac', 'm', '--for-kapply', '--unit', 'planted']);
  });

  test('are in no refusal of the API server, though that quotes them', async () => {
    // The policy is heeded a moment after it is made.
    await new Promise((resolve) => setTimeout(resolve, 2000));
    write('refused', POLICY);
    const planned = await run('kplan', ['m', '--unit', 'planted', '--server-dry-run', 'always', '-o', 'json']);
    assert.equal(planned.code, 1, planned.stdout + planned.stderr);
    assert.match(planned.stdout, /its words are left out, since they may quote the Secret/);
    const refused = ['--server-dry-run', 'never', '--allow', 'KQ0006'];
    const applied = await run('kapply', ['m', '--unit', 'planted', '--yes', '-v', ...refused]);
    assert.equal(applied.code, 1, applied.stdout + applied.stderr);
    assert.match(applied.stdout + applied.stderr, /the words are left out, since they may quote the Secret/);
  });

  test('are in no complaint about manifests', async () => {
    const broken = [
      SECRET('red').replace(encode('planted-data'), 'planted-data!'),
      SECRET('red').replace('data: {a', 'dta: {a'),
      `${SECRET('red')}  : [planted-string\n`,
      SECRET('red').replace('kind: Secret', 'kind: secret'),
      SECRET('red').replace('{b: planted-string}', '[planted-string]'),
    ];
    for (const text of broken) {
      writeFileSync(join(folder, 'm/secret.yaml'), text);
      for (const args of [['m'], ['validate', 'm'], ['m', '-o', 'json', '-v']]) await run('kplan', args);
      await run('kapply', ['m', '--yes', '--unit', 'planted']);
    }
  });

  test('are in no complaint about credentials and servers', async () => {
    write('red');
    mkdirSync(join(folder, 'kube'), { recursive: true });
    const config = readFileSync(KUBECONFIG, 'utf8');
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: 'sh',
      args: ['-c', 'echo "{\\"token\\":\\"planted-exec\\"}"'],
      interactiveMode: 'Never',
    };
    const cases: Readonly<Record<string, string>> = {
      'basic.json': config.replace(/"token":"[^"]*"/, '"username":"u","password":"planted-basic"'),
      'dead.json': config.replace(/https:\/\/127\.0\.0\.1:\d+/, 'https://127.0.0.1:9'),
      'exec.json': config.replace(/"token":"[^"]*"/, `"exec":${JSON.stringify(exec)}`),
      'proxy.json': config.replace('"server":', '"proxy-url":"http://user:planted-proxy@127.0.0.1:9","server":'),
      'token.json': config.replace(/"token":"[^"]*"/, '"token":"planted-basic"'),
      'torn.json': config.replace(/\}\]\s*,\s*"users"/, '}, "users"').slice(0, -10),
      'trust.json': config.replace(/"certificate-authority":"[^"]*"/, `"certificate-authority-data":"${encode('planted-basic')}"`),
    };
    for (const [name, text] of Object.entries(cases)) {
      writeFileSync(join(folder, 'kube', name), text, { mode: 0o600 });
      for (const program of ['kplan', 'kapply'] as const) {
        const { code, stdout, stderr } = await run(
          program,
          ['m', '--kubeconfig', `kube/${name}`, '--unit', 'planted', '-v', '--dry-run'].filter(
            (arg) => program === 'kapply' || arg !== '--dry-run',
          ),
        );
        assert.equal(code, 3, `${name}: ${stdout}${stderr}`);
      }
    }
  });

  test('are in nothing that is left behind by a kill', async () => {
    write('green');
    const program = fileURLToPath(new URL('../../../dist/kapply.js', import.meta.url));
    for (const [index, signal] of (['SIGKILL', 'SIGABRT', 'SIGTERM', 'SIGINT'] as const).entries()) {
      const child = spawn(process.execPath, [program, 'm', '--yes', '--unit', 'planted', '-v'], {
        cwd: folder,
        env: cleanEnv({ KUBECONFIG, KPLAN_CACHE: join(folder, 'cache') }),
      });
      let told = '';
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (told += chunk.toString()));
      const ended = new Promise((resolve) => child.on('close', resolve));
      setTimeout(() => child.kill(signal), 200 + 150 * index);
      await ended;
      search(told, signal);
      searchFiles(signal);
    }
    await run('kapply', ['delete', '--unit', 'planted', '--yes']);
    assert.ok(searched > 100_000, `only ${searched} characters were searched`);
  });
});
