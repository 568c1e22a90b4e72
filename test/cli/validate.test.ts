import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { git, run, shopRepository, temporaryFolder } from './program.ts';

test('the shop is valid for every version', async (context) => {
  const shop = shopRepository(context);
  const { code, stdout, stderr } = await run('kplan', shop, ['validate', '.', '--kubernetes-version', '1.36,1.35,1.34,1.33,1.32']);
  assert.equal(code, 0, stdout);
  assert.match(stdout, /^Validate: 63 objects in 15 files · no findings/);
  assert.equal(stderr, '');
});

test('a mistake is named with its place, and fails the run', async (context) => {
  const folder = temporaryFolder(context);
  writeFileSync(join(folder, 'a.yaml'), 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndate: {}\n');
  const { code, stdout } = await run('kplan', folder, ['validate', '-o', 'json']);
  assert.equal(code, 1);
  const report: {
    readonly findings: readonly { readonly message: string; readonly source: { readonly file: string; readonly line: number } }[];
  } = JSON.parse(stdout);
  assert.equal(report.findings[0]?.message, 'strict decoding error: unknown field "date"');
  assert.equal(report.findings[0]?.source.line, 5);
  assert.equal((await run('kplan', folder, ['validate', '--fail-on', 'never'])).code, 0);
});

test('a file that is not YAML is a finding, and the others are still judged', async (context) => {
  const folder = temporaryFolder(context);
  writeFileSync(join(folder, 'a.yaml'), 'a: [\n');
  writeFileSync(join(folder, 'b.yaml'), 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\n');
  const { code, stdout } = await run('kplan', folder, ['validate']);
  assert.equal(code, 1);
  assert.match(stdout, /1 object in 2 files · 1 error/);
});

test('references to what SOPS encrypted hold, by name and by key', async (context) => {
  const folder = temporaryFolder(context);
  writeFileSync(
    join(folder, 's.yaml'),
    'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {a: "ENC[AES256_GCM,data:x]"}\nsops: {mac: "ENC[x]", version: 3.8.1}\n',
  );
  const env = ['a', 'b'].map((key) => `{name: ${key}, valueFrom: {secretKeyRef: {name: s, key: ${key}}}}`).join(', ');
  const container = `{name: c, image: x, envFrom: [{secretRef: {name: s}}, {secretRef: {name: t}}], env: [${env}]}`;
  writeFileSync(join(folder, 'p.yaml'), `apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers: [${container}]\n`);
  const { stdout } = await run('kplan', folder, ['validate', '-o', 'json']);
  const report: { readonly findings: readonly { readonly code: string; readonly message: string }[] } = JSON.parse(stdout);
  const found = report.findings.filter(({ code }) => code.startsWith('KR')).map(({ code, message }) => `${code} ${message.split(',')[0]}`);
  assert.deepEqual(found.toSorted(), [
    'KR0003 Pod default/p reads Secret default/t',
    'KR0004 Pod default/p asks for key "b" of Secret default/s',
  ]);
});

test('standard input is read', async (context) => {
  const { code, stdout } = await run(
    'kplan',
    temporaryFolder(context),
    ['validate', '-'],
    {},
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\n',
  );
  assert.equal(code, 0);
  assert.match(stdout, /1 object in 1 file · no findings/);
});

test('a baseline hides what is known, and only that', async (context) => {
  const folder = temporaryFolder(context);
  writeFileSync(join(folder, 'a.yaml'), 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndate: {}\n');
  await run('kplan', folder, ['validate', '-o', 'json=known.json']);
  assert.equal((await run('kplan', folder, ['validate', 'a.yaml', '--baseline', 'known.json'])).code, 0);
  writeFileSync(join(folder, 'a.yaml'), '# moved down\n\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndate: {}\nzeit: {}\n');
  const { code, stdout } = await run('kplan', folder, ['validate', 'a.yaml', '--baseline', 'known.json']);
  assert.equal(code, 1);
  assert.match(stdout, /unknown field "zeit"/);
  assert.doesNotMatch(stdout, /unknown field "date"/);
});

const baselines: readonly {
  readonly writes: readonly string[];
  readonly reads: readonly string[];
  readonly says: RegExp | undefined;
  readonly hides?: true;
}[] = [
  { writes: ['validate'], reads: ['validate'], says: undefined },
  { writes: ['--base', 'HEAD'], reads: ['--base', 'HEAD'], says: undefined },
  { writes: ['validate'], reads: ['--base', 'HEAD'], says: /written by `kplan validate`: what only a plan tells/, hides: true },
  { writes: ['--base', 'HEAD'], reads: ['validate'], says: /written by a plan: it knows what that change brought/, hides: true },
  { writes: ['rbac'], reads: ['validate'], says: /written neither by a plan nor by `kplan validate`: what/ },
];
for (const { writes, reads, says, hides } of baselines)
  test(`a baseline of kplan ${writes.join(' ')} for kplan ${reads.join(' ')} ${says === undefined ? 'is one' : hides === true ? 'hides what both tell' : 'is told apart'}`, async (context) => {
    const folder = temporaryFolder(context);
    git(folder, 'init', '-q', '-b', 'main');
    git(folder, '-c', 'user.name=a', '-c', 'user.email=a@example.com', 'commit', '-q', '--allow-empty', '-m', 'nothing');
    const pod = 'spec: {containers: [{name: c, image: x, envFrom: [{configMapRef: {name: b}}]}]}';
    writeFileSync(join(folder, 'a.yaml'), `apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n${pod}\n`);
    await run('kplan', folder, [...writes, '-o', 'json=known.json']);
    const { code, stdout } = await run('kplan', folder, [...reads, '--baseline', 'known.json', '--fail-on', 'warning']);
    const flat = stdout.replaceAll(/\s+/g, ' ');
    assert.equal(code, says === undefined || hides === true ? 0 : 1, stdout);
    if (says === undefined) assert.doesNotMatch(flat, /--baseline/);
    else assert.match(flat, says);
  });

test('a baseline of kplan validate knows no effects but those of references and admission, and that of a plan only its change', async (context) => {
  const folder = temporaryFolder(context);
  git(folder, 'init', '-q', '-b', 'main');
  const pod = (name: string, image: string): string =>
    `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ${name}}\nspec:\n  selector: {matchLabels: {app: ${name}}}\n  template: {metadata: {labels: {app: ${name}}}, spec: {containers: [{name: c, image: '${image}', envFrom: [{configMapRef: {name: none}}]}]}}\n`;
  writeFileSync(join(folder, 'a.yaml'), pod('a', 'x:1'));
  git(folder, 'add', '.');
  git(folder, '-c', 'user.name=a', '-c', 'user.email=a@example.com', 'commit', '-q', '-m', 'a');
  writeFileSync(join(folder, 'a.yaml'), `${pod('a', 'x:2')}---\n${pod('b', 'x:1')}`);
  await run('kplan', folder, ['validate', '-o', 'json=validated.json']);
  await run('kplan', folder, ['--base', 'HEAD', '-o', 'json=planned.json']);
  const planned = await run('kplan', folder, ['--base', 'HEAD', '--baseline', 'validated.json']);
  assert.match(planned.stdout, /KP0201[^]*was written by `kplan validate`: what only a plan/);
  assert.doesNotMatch(planned.stdout, /KR0001/);
  const validated = await run('kplan', folder, ['validate', '--baseline', 'planned.json']);
  assert.match(
    validated.stdout.replaceAll(/\s+/g, ' '),
    /KR0001 Deployment default\/a [^]*was written by a plan: it knows what that change brought/,
  );
  assert.doesNotMatch(validated.stdout, /default\/b/);
});

test('the configuration waives with a reason, and a wrong one is refused with its place', async (context) => {
  const folder = temporaryFolder(context);
  mkdirSync(join(folder, '.git'));
  writeFileSync(join(folder, 'a.yaml'), 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndate: {}\n');
  writeFileSync(
    join(folder, 'kplan.yaml'),
    'apiVersion: kplan.dev/v1\nkind: Config\nignore:\n  - {code: KV0042, object: "ConfigMap */a", reason: an old friend}\n',
  );
  const waived = await run('kplan', folder, ['validate', '--config', 'kplan.yaml']);
  assert.equal(waived.code, 0, waived.stdout + waived.stderr);
  assert.match(waived.stdout, /1 waived/);
  writeFileSync(join(folder, 'kplan.yaml'), 'apiVersion: kplan.dev/v1\nkind: Config\nfialOn: error\n');
  const wrong = await run('kplan', folder, ['validate', '--config', 'kplan.yaml']);
  assert.equal(wrong.code, 3);
  assert.match(wrong.stderr, /kplan\.yaml:1:1: .*fialOn/);
});

const refusals: readonly { readonly name: string; readonly args: readonly string[]; readonly message: RegExp }[] = [
  { name: 'a missing path', args: ['validate', 'nowhere'], message: /nowhere/ },
  { name: 'an unknown flag', args: ['validate', '--al'], message: /unknown flag --al; did you mean --all\?/ },
  { name: 'an unknown format', args: ['validate', '-o', 'jsn'], message: /did you mean json\?/ },
  { name: 'a format that there is not', args: ['validate', '-o', 'pdf'], message: /there is gitlab, html/ },
  { name: 'an unknown Kubernetes version', args: ['validate', '--kubernetes-version', '1.9'], message: /no schemas for Kubernetes 1\.9/ },
  { name: 'a baseline that is not there', args: ['validate', '--baseline', 'no.json'], message: /no\.json: there is no such file/ },
  { name: 'two formats for standard output', args: ['validate', '-o', 'json', '-o', 'text'], message: /only one -o/ },
  { name: 'an output file in no folder', args: ['validate', '-o', 'json=no/where.json'], message: /no\/where\.json cannot be written/ },
];
for (const { name, args, message } of refusals)
  test(`${name} gets a sentence, exit 3 and no stack`, async (context) => {
    const { code, stderr } = await run('kplan', temporaryFolder(context), args);
    assert.equal(code, 3, stderr);
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /\n\s+at /);
  });

test('what Pod Security refuses and warns of, as kplan.yaml says how the server is configured', async (context) => {
  const folder = temporaryFolder(context);
  const pod = 'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  hostPID: true\n  containers: [{name: c, image: x}]\n';
  const namespace =
    'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: default\n  labels: {pod-security.kubernetes.io/enforce: baseline}\n';
  writeFileSync(join(folder, 'a.yaml'), pod);
  writeFileSync(join(folder, 'n.yaml'), namespace);
  const found = async (): Promise<readonly string[]> => {
    const { stdout } = await run('kplan', folder, ['validate', '-o', 'json', '--fail-on', 'never']);
    const report: {
      readonly findings: readonly { readonly code: string; readonly source: { readonly file: string; readonly line: number } }[];
    } = JSON.parse(stdout);
    return report.findings.map(({ code, source }) => `${code} ${source.file}:${source.line}`);
  };
  assert.deepEqual(await found(), ['KQ0002 a.yaml:5']);
  const config = 'apiVersion: kplan.dev/v1\nkind: Config\npodSecurity:\n';
  writeFileSync(join(folder, 'kplan.yaml'), `${config}  exemptions: {namespaces: [default]}\n`);
  assert.deepEqual(await found(), []);
  writeFileSync(join(folder, 'n.yaml'), namespace.replace('enforce', 'audit'));
  writeFileSync(join(folder, 'kplan.yaml'), `${config}  defaults: {enforce: baseline}\n`);
  assert.deepEqual(await found(), ['KQ0002 a.yaml:5']);
});
