import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { breakShop, commitAll, git, run, shopRepository, temporaryFolder } from './program.ts';
import { getArray, getString, stringifyJson } from '../../src/std/index.ts';
import { listChanges, listEffects, readReport } from './report-schema.ts';

const BROKEN_CHANGES = [
  'update Role shop/deployer',
  'update NetworkPolicy payments/api-from-shop-backends',
  'update ConfigMap shop/web',
  'update Deployment shop/web',
  'delete ConfigMap shop/cart',
];

test('a change is planned against a revision, each effect on the line that causes it', async (context) => {
  const shop = shopRepository(context);
  breakShop(shop);
  const { code, stdout, stderr } = await run('kplan', shop, ['.', '--base', 'HEAD', '--nodes', '3x8cpu,16Gi', '-o', 'json']);
  assert.equal(code, 1, stderr);
  const report = readReport(stdout);
  assert.deepEqual(listChanges(report).toSorted(), BROKEN_CHANGES.toSorted());
  assert.deepEqual(listEffects(report).toSorted(), [
    'KA0103 shop/deployer.yaml:20',
    'KA0103 shop/deployer.yaml:20',
    'KN0101 payments/network-policies.yaml:21',
    'KN0101 payments/network-policies.yaml:21',
    'KN0101 payments/network-policies.yaml:21',
    'KP0201 shop/web.yaml:45',
    'KR0001 shop/cart.yaml:1, missed at shop/cart.yaml:30',
    'KS0001 shop/web.yaml:44',
  ]);
});

test('the merge base is what a branch has left, whatever happened to the trunk since', async (context) => {
  const shop = shopRepository(context);
  git(shop, 'checkout', '-q', '-b', 'change');
  breakShop(shop);
  commitAll(shop, 'Break things');
  git(shop, 'checkout', '-q', 'main');
  writeFileSync(join(shop, 'more.yaml'), 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: more, namespace: shop}\n');
  commitAll(shop, 'Meanwhile');
  git(shop, 'checkout', '-q', 'change');
  const base = await run('kplan', shop, ['.', '--base', 'merge-base:main', '-o', 'json']);
  assert.deepEqual(listChanges(readReport(base.stdout)).toSorted(), BROKEN_CHANGES.toSorted());
  const ref = await run('kplan', shop, ['.', '--ref', 'main', '--base', 'merge-base:change', '-o', 'json']);
  assert.deepEqual(listChanges(readReport(ref.stdout)), ['create ConfigMap shop/more']);
  assert.equal(ref.code, 0);
});

test('in pull-request CI the merge base is taken, and a shallow clone is told what it lacks', async (context) => {
  const shop = shopRepository(context);
  git(shop, 'checkout', '-q', '-b', 'change');
  breakShop(shop);
  commitAll(shop, 'Break things');
  const env = { GITHUB_EVENT_NAME: 'pull_request', GITHUB_BASE_REF: 'main' };
  const [whole, shallow] = [join(shop, '../whole'), join(shop, '../shallow')];
  git(shop, 'clone', '-q', `file://${shop}`, whole);
  git(shop, 'clone', '-q', '--depth', '1', `file://${shop}`, shallow);
  for (const reader of ['native', 'js']) {
    const { code, stdout, stderr } = await run('kplan', whole, ['.', '-o', 'json', '--git', reader], env);
    assert.equal(code, 1, stderr);
    assert.deepEqual(listChanges(readReport(stdout)).toSorted(), BROKEN_CHANGES.toSorted());
    assert.match(stderr, /^before: the merge base with origin\/main/);
    const refused = await run('kplan', shallow, ['.', '--git', reader], env);
    assert.equal(refused.code, 3);
    assert.match(refused.stderr, /fetch-depth: 0/);
    assert.doesNotMatch(refused.stderr, /\n {4}at /);
  }
});

test('two items of one key pass a create, and neither a plan nor an apply', async (context) => {
  const folder = temporaryFolder(context);
  const env = '[{name: A, value: a}, {name: A, value: b}]';
  const pod = `apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n    - {name: c, image: "i:1", env: ${env}}\n`;
  writeFileSync(join(folder, 'p.yaml'), pod);
  assert.equal((await run('kplan', folder, ['validate'])).code, 0);
  const planned = await run('kplan', folder, ['.', '--base', 'none']);
  assert.match(planned.stdout, /✗ KV0049 Pod default\/p: /);
  assert.equal(planned.code, 1);
  assert.equal((await run('kapply', folder, ['.', '--yes'])).code, 3);
  const forced = await run('kapply', folder, ['.', '--yes', '--allow', 'KV0049']);
  assert.match(forced.stdout, /failed to create typed patch object .*duplicate entries for key/s);
  assert.equal(forced.code, 1);
});

test('a plan against a snapshot names what differs from it', async (context) => {
  const shop = shopRepository(context);
  const live = [
    'apiVersion: v1',
    'kind: List',
    'items:',
    '  - apiVersion: v1',
    '    kind: Namespace',
    '    metadata: {name: a}',
    '  - apiVersion: v1',
    '    kind: ConfigMap',
    '    metadata: {name: x, namespace: a}',
    '    data: {k: old}',
    '',
  ].join('\n');
  const folder = temporaryFolder(context);
  writeFileSync(join(folder, 'live.yaml'), live);
  mkdirSync(join(folder, 'app'));
  writeFileSync(join(folder, 'app/x.yaml'), 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, namespace: a}\ndata:\n  k: new\n');
  const { code, stdout } = await run('kplan', folder, ['app', '--snapshot', 'live.yaml', '--detailed-exitcode']);
  assert.equal(code, 2, stdout);
  assert.match(stdout, /^Plan: 1 to update/);
  assert.match(stdout, /\.data\.k +old -> new/);
  cpSync(join(shop, 'shop/web.yaml'), join(folder, 'app/web.yaml'));
  assert.equal((await run('kplan', folder, ['app', '--snapshot', 'live.yaml', '--fail-on', 'never'])).code, 0);
});

test('nothing before: --base none plans the manifests alone', async (context) => {
  const shop = shopRepository(context);
  const { code, stdout } = await run('kplan', shop, ['.', '--base', 'none', '-o', 'json']);
  assert.equal(code, 0);
  assert.equal(listChanges(readReport(stdout)).length, 63);
});

test('a plan is the same to the byte in any folder, zone, locale and width, for both readers of Git', async (context) => {
  const [one, other] = [shopRepository(context), shopRepository(context)];
  for (const shop of [one, other]) breakShop(shop);
  const args = ['.', '--base', 'HEAD', '-o', 'json'];
  const plain = await run('kplan', one, args);
  const strange = await run('kplan', other, [...args, '--git', 'js'], { TZ: 'Pacific/Chatham', LC_ALL: 'tr_TR.UTF-8', COLUMNS: '200' });
  const strip = (text: string): string => text.replaceAll(/\b[0-9a-f]{40}\b|\([0-9a-f]{7}\)/g, '(commit)');
  assert.equal(strip(strange.stdout), strip(plain.stdout));
});

test('formats: markdown, yaml and files next to the text', async (context) => {
  const shop = shopRepository(context);
  breakShop(shop);
  const files = ['json=out.json', 'yaml=out.yaml', 'markdown=out.md'];
  const { code, stdout } = await run('kplan', shop, [
    '.',
    '--base',
    'HEAD',
    '--nodes',
    '3x8cpu,16Gi',
    ...files.flatMap((file) => ['-o', file]),
  ]);
  assert.equal(code, 1);
  assert.match(stdout, /^Plan: 4 to update, 1 to delete/);
  assert.equal(listEffects(readReport(readFileSync(join(shop, 'out.json'), 'utf8'))).length, 8);
  assert.match(readFileSync(join(shop, 'out.yaml'), 'utf8'), /^apiVersion: kplan\.dev\/v1\nkind: PlanReport\n/);
  const markdown = readFileSync(join(shop, 'out.md'), 'utf8');
  assert.ok(Buffer.byteLength(markdown) < 65_535);
  assert.match(markdown, /payments\/network-policies\.yaml:21/);
});

test('GitHub: a command for each finding and effect on its line, and a summary of the job', async (context) => {
  const shop = shopRepository(context);
  breakShop(shop);
  const summary = join(shop, 'summary.md');
  const { stdout } = await run('kplan', shop, ['.', '--base', 'HEAD', '--nodes', '3x8cpu,16Gi', '-o', 'github'], {
    GITHUB_STEP_SUMMARY: summary,
  });
  assert.match(stdout, /^::error file=shop\/web\.yaml,line=44,/m);
  assert.match(stdout, /^::error file=shop\/cart\.yaml,line=1,/m);
  assert.match(stdout, /^::warning file=shop\/deployer\.yaml,line=20,/m);
  assert.ok(existsSync(summary));
});

test('no Secret value is printed, in any format', async (context) => {
  const shop = shopRepository(context);
  const secret = 'hunter2-very-secret';
  const file = join(shop, 'shop/extra-secret.yaml');
  const write = (value: string): void =>
    writeFileSync(
      file,
      `apiVersion: v1\nkind: Secret\nmetadata:\n  name: extra\n  namespace: shop\nstringData: {password: ${value}}\ndata: {other: ${Buffer.from(value).toString('base64')}}\n`,
    );
  write(`${secret}-1`);
  commitAll(shop, 'A secret');
  write(`${secret}-2`);
  for (const format of ['text', 'json', 'yaml', 'markdown', 'github']) {
    const { stdout, stderr } = await run('kplan', shop, ['.', '--base', 'HEAD', '-v', '--all', '-o', format, '--out', `${format}.kplan`]);
    const everything = stdout + stderr + readFileSync(join(shop, `${format}.kplan`), 'utf8');
    assert.doesNotMatch(everything, /hunter2/);
    assert.ok(!everything.includes(Buffer.from(`${secret}-2`).toString('base64').slice(0, 20)));
    if (format !== 'github') assert.match(stdout, /extra/);
  }
});

test('a dump without managedFields is said to hide what was taken out; what another unit owns is seen in a snapshot too', async (context) => {
  const folder = temporaryFolder(context);
  for (const name of ['one', 'two']) {
    mkdirSync(join(folder, name));
    writeFileSync(
      join(folder, name, 'a.yaml'),
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: default}\ndata: {a: b, b: c}\n',
    );
  }
  assert.equal((await run('kapply', folder, ['one', '--unit', 'one', '--yes'])).code, 0);
  await run('kplan', folder, ['snapshot', 'live.yaml']);
  for (const flags of [[], ['--snapshot', 'live.yaml']]) {
    const { code, stdout } = await run('kplan', folder, ['two', '--unit', 'two', ...flags, '-o', 'json']);
    assert.equal(code, 1);
    assert.deepEqual(
      getArray(readReport(stdout), 'findings').map((finding) => getString(finding, 'code')),
      ['KP0108'],
    );
  }
  writeFileSync(
    join(folder, 'dump.yaml'),
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: default, uid: u, resourceVersion: "1"}\ndata: {a: b, b: c}\n',
  );
  writeFileSync(join(folder, 'one/a.yaml'), 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: default}\ndata: {a: b}\n');
  const blind = await run('kplan', folder, ['one', '--unit', 'one', '--snapshot', 'dump.yaml', '-o', 'json']);
  const [blindly, named] = [
    blind,
    await run('kplan', folder, ['one', '--unit', 'one', '--snapshot', 'dump.yaml', '--as', 'jane', '-o', 'json']),
  ].map(({ stdout }) => stringifyJson(readReport(stdout)['notes'] ?? null));
  assert.match(blindly ?? '', /The snapshot has no managedFields/);
  assert.doesNotMatch(blindly ?? '', /may write this/);
  assert.match(named ?? '', /so whether jane may write this is not said/);
  const seeing = await run('kplan', folder, ['one', '--unit', 'one', '--snapshot', 'live.yaml', '-o', 'json']);
  assert.deepEqual(listChanges(readReport(seeing.stdout)), ['update ConfigMap default/a']);
});

test('comments and the configuration waive what the planner finds, too', async (context) => {
  const folder = temporaryFolder(context);
  for (const name of ['one', 'two']) mkdirSync(join(folder, name));
  const object = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: default}\n';
  writeFileSync(join(folder, 'one/a.yaml'), object);
  await run('kapply', folder, ['one', '--unit', 'one', '--yes']);
  writeFileSync(join(folder, 'two/a.yaml'), `# kplan: ignore KP0108 it moves over\n${object}`);
  const byComment = await run('kplan', folder, ['two', '--unit', 'two']);
  assert.equal(byComment.code, 0, byComment.stdout);
  writeFileSync(join(folder, 'two/a.yaml'), object);
  writeFileSync(
    join(folder, 'two/kplan.yaml'),
    'apiVersion: kplan.dev/v1\nkind: Config\nignore:\n  - {code: KP0108, file: "*", reason: it moves over}\n',
  );
  assert.equal((await run('kplan', folder, ['two', '--unit', 'two'])).code, 0);
});
