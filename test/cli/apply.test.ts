import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, test, type TestContext } from 'node:test';
import { getArray, getObject, getString } from '../../src/std/index.ts';
import { breakShop, git, run, shopRepository, temporaryFolder } from './program.ts';
import { listChanges, listEffects, readReport } from './report-schema.ts';

const DOCUMENT = (value: string): string => `apiVersion: v1
kind: Namespace
metadata: {name: a}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: x, namespace: a}
data: {k: ${value}}
---
apiVersion: v1
kind: Secret
metadata: {name: s, namespace: a}
stringData: {password: very-secret-${value}}
`;

function smallRepository(context: TestContext): string {
  const folder = temporaryFolder(context);
  writeFileSync(join(folder, 'app.yaml'), DOCUMENT('one'));
  return folder;
}

/** Past what is unhealthy for good, as a path and as a saved plan; what is not healthy is told of again without the flag. */
async function checkNoWait(folder: string, apply: readonly string[]): Promise<void> {
  const dry = await run('kapply', folder, [...apply, '--no-wait', '--dry-run']);
  assert.equal(dry.code, 0);
  const other = join(folder, 'cluster');
  cpSync(join(folder, '.kplan/cluster'), other, { recursive: true });
  await run('kplan', folder, ['.', '--out', 'p.kplan', '--embedded', other]);
  for (const words of [['p.kplan', ...apply.slice(1), '--embedded', other], apply]) {
    const { code, stdout } = await run('kapply', folder, [...words, '--no-wait']);
    assert.equal(code, 0, stdout);
    assert.match(stdout, /^Apply: 1 applied/m);
    assert.match(stdout, /Health was not waited for \(--no-wait\)/);
  }
  rmSync(join(folder, 'p.kplan'));
  const { code } = await run('kapply', folder, apply);
  assert.equal(code, 1, 'still not healthy');
}

test('an unhealthy object that does not change is told of, and holds up what depends on it', async (context) => {
  const folder = temporaryFolder(context);
  const write = (annotations: string): void =>
    writeFileSync(
      join(folder, 'app.yaml'),
      `apiVersion: apps/v1
kind: Deployment
metadata: {name: slow}
spec:
  progressDeadlineSeconds: 20
  selector: {matchLabels: {app: slow}}
  template:
    metadata: {labels: {app: slow}}
    spec: {containers: [{name: c, image: "n:1", resources: {requests: {cpu: "100"}}}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: later${annotations}}
`,
    );
  write(', annotations: {kapply.kplan.dev/depends-on: apps/namespaces/default/Deployment/slow}');
  const apply = ['.', '--yes', '--allow', 'scheduler'];
  for (let time = 0; time < 2; time++) {
    const { code, stdout } = await run('kapply', folder, apply);
    assert.equal(code, 1);
    assert.match(stdout, /ConfigMap default\/later {2}skipped/);
    assert.match(stdout, /1 not healthy, 1 not begun: .* go on all the same with --no-wait\.\n$/);
  }
  await checkNoWait(folder, apply);
  write('');
  assert.equal((await run('kapply', folder, apply)).code, 1);
  const nothing = await run('kapply', folder, apply);
  assert.equal(nothing.code, 1);
  assert.match(nothing.stdout, /^Plan: nothing to change/);
  assert.match(nothing.stdout, /^Apply: 1 unchanged, 1 failed/m);
  assert.match(nothing.stdout, /Deployment default\/slow {2}failed · Failed · Progress deadline exceeded/);
  const report = readReport((await run('kapply', folder, [...apply, '-o', 'json'])).stdout);
  assert.deepEqual(
    getArray(report, 'changes').map((change) => [getString(change, 'action'), getString(change, 'outcome')]),
    [['none', 'failed']],
  );
  assert.equal((await run('kapply', folder, [...apply, '--watch', '--once'])).code, 1);
});

test('a workload whose pods the API refuses is told of in the words of the API, and gets well once it can', async (context) => {
  const folder = temporaryFolder(context);
  const workload = (apiVersion: string, kind: string, spec: string): string =>
    `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: ${kind.toLowerCase()}}\nspec:\n  ${spec}\n---\n`;
  const template = (kind: string, more: string): string =>
    `{metadata: {labels: {app: ${kind}}}, spec: {priorityClassName: nope, containers: [{name: c, image: "n:1"}]${more}}}`;
  const refused = [
    workload('apps/v1', 'Deployment', `progressDeadlineSeconds: 20\n  selector: {matchLabels: {app: d}}\n  template: ${template('d', '')}`),
    workload('batch/v1', 'Job', `template: ${template('j', ', restartPolicy: Never')}`),
  ];
  writeFileSync(join(folder, 'app.yaml'), refused.join(''));
  const { code, stdout } = await run('kapply', folder, ['.', '--yes', '--allow', 'reference', '--timeout', '30s', '-o', 'json']);
  assert.equal(code, 1);
  const words = (message: string | undefined): string | undefined =>
    /(pods ".*)$/.exec(message ?? '')?.[1]?.replace(/-[a-z0-9]{10}-/, '-HASH-');
  const want = [
    'pods "deployment-HASH-" is forbidden: no PriorityClass with name nope was found',
    'pods "job-" is forbidden: no PriorityClass with name nope was found',
  ];
  assert.deepEqual(
    getArray(readReport(stdout), 'changes').map((change) => words(getString(change, 'message'))),
    want,
  );
  const status = await run('kapply', folder, ['status', '-o', 'json']);
  assert.deepEqual(
    getArray(getArray(readReport(status.stdout), 'units')[0], 'objects').map((object) => words(getString(object, 'message'))),
    want,
  );
  writeFileSync(join(folder, 'class.yaml'), 'apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: {name: nope}\nvalue: 1\n');
  assert.equal((await run('kapply', folder, ['.', '--yes'])).code, 0);
});

test('what a missing owner is named for is garbage, and said to be so', async (context) => {
  const folder = temporaryFolder(context);
  const owned = (uid: string): string =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n  ownerReferences: [{apiVersion: v1, kind: Namespace, name: default, uid: ${uid}}]\n`;
  writeFileSync(join(folder, 'app.yaml'), owned('"123"'));
  const refused = await run('kapply', folder, ['.', '--yes']);
  assert.equal(refused.code, 3);
  assert.match(refused.stdout, /KP0116/);
  assert.match((await run('kapply', folder, ['.', '--yes', '--allow', 'KP0116'])).stdout, /^Apply: /m);
  assert.match((await run('kplan', folder, ['.'])).stdout, /^Plan: 1 to create/);
  const snapshot = await run('kplan', folder, ['snapshot']);
  const uid = /kind: Namespace\n {4}metadata:\n(?: {6}.*\n)*? {6}name: default\n(?: {6}.*\n)*? {6}uid: (\S+)/.exec(snapshot.stdout)?.[1];
  writeFileSync(join(folder, 'app.yaml'), owned(uid ?? 'none'));
  assert.equal((await run('kapply', folder, ['.', '--yes'])).code, 0);
  assert.match((await run('kplan', folder, ['.'])).stdout, /^Plan: nothing to change/);
});

describe('the shop', () => {
  let shop = '';
  const cleanUp: (() => void)[] = [];
  after(() => cleanUp.forEach((clean) => clean()));
  before(async () => {
    shop = shopRepository({ after: (clean) => cleanUp.push(clean) });
    const { code, stdout, stderr } = await run('kapply', shop, ['.', '--yes']);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^Apply: 63 applied/m);
    assert.match(stderr, /\[63\/63\] create /);
  });

  test('is healthy once it is applied, and needs nothing more', async () => {
    const status = await run('kapply', shop, ['status', '-o', 'json']);
    assert.equal(status.code, 0);
    const [unit] = getArray(readReport(status.stdout), 'units');
    assert.equal(getArray(unit, 'objects').length, 63);
    assert.deepEqual(new Set(getArray(unit, 'objects').map((object) => getString(object, 'health'))), new Set(['Current']));
    const again = await run('kplan', shop, ['.', '--detailed-exitcode']);
    assert.equal(again.code, 0);
    assert.match(again.stdout, /^Plan: nothing to change \(63 objects as they should be\)/);
    const applied = await run('kapply', shop, ['.', '-o', 'json']);
    assert.equal(applied.code, 0, 'nothing is asked where there is nothing to do');
    assert.deepEqual(readReport(applied.stdout)['changes'], []);
  });

  test('is planned against its cluster, and a plan with errors is refused until it is allowed', async (context) => {
    const changed = join(temporaryFolder(context), 'shop');
    cpSync(shop, changed, { recursive: true });
    breakShop(changed);
    const plan = await run('kplan', changed, ['.', '-o', 'json']);
    assert.equal(plan.code, 1);
    assert.deepEqual(listEffects(readReport(plan.stdout)).toSorted(), [
      'KA0103 shop/deployer.yaml:20',
      'KA0103 shop/deployer.yaml:20',
      'KN0101 payments/network-policies.yaml:20',
      'KN0101 payments/network-policies.yaml:20',
      'KN0101 payments/network-policies.yaml:20',
      'KP0201 shop/web.yaml:45',
      'KR0001 missed at shop/cart.yaml:30',
      'KS0001 shop/web.yaml:44',
    ]);
    const refused = await run('kapply', changed, ['.', '--yes']);
    assert.equal(refused.code, 3);
    assert.match(refused.stderr, /nothing was done: KS0001, KR0001 stand in the way\n.*with --allow KS0001 --allow KR0001\n/);
    const partly = await run('kapply', changed, ['.', '--yes', '--allow', 'scheduler']);
    assert.match(partly.stderr, /nothing was done: KR0001 stands in the way\n.*with --allow scheduler --allow KR0001\n/);
    const planned = await run('kplan', changed, ['.', '--out', 'p.kplan']);
    assert.match(planned.stdout, /`kapply\s+p\.kplan\s+--allow\s+KS0001\s+--allow\s+KR0001`\s+would\s+go\s+on\s+all\s+the\s+same\.\n$/);
    const shown = await run('kplan', changed, ['show', 'p.kplan']);
    assert.match(shown.stdout, /`kapply\s+p\.kplan\s+--allow\s+KS0001\s+--allow\s+KR0001`\s+would\s+go\s+on\s+all\s+the\s+same\.\n$/);
    rmSync(join(changed, 'p.kplan'));
    assert.match((await run('kplan', changed, ['.'])).stdout, /^Plan: 4 to update, 1 to delete/);
    const unhealthy = await run('kapply', changed, [
      '.',
      '--yes',
      '--allow',
      'KR0001',
      '--allow',
      'scheduler',
      '--timeout',
      '20s',
      '-o',
      'json',
    ]);
    assert.equal(unhealthy.code, 1, unhealthy.stderr);
    const outcomes = getArray(readReport(unhealthy.stdout), 'changes').map(
      (change) => `${getString(change, 'ref', 'name')} ${getString(change, 'outcome')}`,
    );
    assert.ok(outcomes.includes('deployer applied'), outcomes.join());
    assert.ok(outcomes.includes('web failed'), outcomes.join());
  });

  test('a snapshot of the cluster gives the same plan as the cluster, and holds no Secret', async (context) => {
    const changed = join(temporaryFolder(context), 'shop');
    cpSync(shop, changed, { recursive: true });
    assert.equal((await run('kplan', changed, ['snapshot', 'live.json'])).code, 0);
    const text = readFileSync(join(changed, 'live.json'), 'utf8');
    rmSync(join(changed, 'live.json'));
    writeFileSync(join(changed, '../live.json'), text);
    for (const value of ['c3RvcmVmcm9udA', 'cGFzc3dvcmQ']) assert.ok(!text.includes(value));
    breakShop(changed);
    const [live, offline] = await Promise.all([
      run('kplan', changed, ['.', '-o', 'json']),
      run('kplan', changed, ['.', '--snapshot', '../live.json', '-o', 'json']),
    ]);
    assert.deepEqual(listChanges(readReport(offline.stdout)), listChanges(readReport(live.stdout)));
    assert.deepEqual(listEffects(readReport(offline.stdout)), listEffects(readReport(live.stdout)));
  });

  test('what is limited to a namespace or labels leaves the rest alone', async (context) => {
    const changed = join(temporaryFolder(context), 'shop');
    cpSync(shop, changed, { recursive: true });
    breakShop(changed);
    const byNamespace = await run('kplan', changed, ['.', '-n', 'payments', '-o', 'json']);
    assert.deepEqual(listChanges(readReport(byNamespace.stdout)), ['update NetworkPolicy payments/api-from-shop-backends']);
    const byLabel = await run('kplan', changed, ['.', '-l', 'no=such', '-o', 'json']);
    assert.deepEqual([readReport(byLabel.stdout)['changes'], readReport(byLabel.stdout)['effects']], [[], []]);
  });
});

describe('a plan file', () => {
  test('is shown and applied exactly, and again changes nothing', async (context) => {
    const folder = smallRepository(context);
    assert.equal((await run('kplan', folder, ['app.yaml', '--out', 'p.kplan'])).code, 0);
    const shown = await run('kplan', folder, ['show', 'p.kplan', '-o', 'json']);
    assert.deepEqual(listChanges(readReport(shown.stdout)), ['create Namespace a', 'create ConfigMap a/x', 'create Secret a/s']);
    const applied = await run('kapply', folder, ['p.kplan', '--yes']);
    assert.equal(applied.code, 0, applied.stderr);
    const again = await run('kapply', folder, ['p.kplan', '--yes', '-o', 'json']);
    assert.equal(again.code, 0, 'a plan that was cut off can be run again');
    const outcomes = getArray(readReport(again.stdout), 'changes').map((change) => getString(change, 'outcome'));
    assert.deepEqual(new Set(outcomes), new Set(['unchanged']));
    assert.equal((await run('kplan', folder, ['app.yaml', '--detailed-exitcode'])).code, 0);
  });

  test('that somebody has changed is refused', async (context) => {
    const folder = smallRepository(context);
    await run('kplan', folder, ['app.yaml', '--out', 'p.kplan']);
    const file = join(folder, 'p.kplan');
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll('one', 'two'));
    const { code, stderr } = await run('kapply', folder, ['p.kplan', '--yes']);
    assert.equal(code, 3);
    assert.match(stderr, /^kapply: p\.kplan: /);
  });

  test('is refused where an object that it leaves as it is has gone or changed', async (context) => {
    const folder = temporaryFolder(context);
    const config = (name: string, value: string): string =>
      `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {k: "${value}"}\n---\n`;
    const write = (...documents: readonly string[]): void => writeFileSync(join(folder, 'app.yaml'), documents.join(''));
    write(config('a', '1'), config('b', '1'), config('c', '1'));
    await run('kapply', folder, ['app.yaml', '--yes']);
    write(config('a', '2'), config('b', '1'), config('c', '1'));
    await run('kplan', folder, ['app.yaml', '--out', 'p.kplan']);
    write(config('a', '1'), config('c', '2'));
    assert.equal((await run('kapply', folder, ['app.yaml', '--yes'])).code, 0);
    const { code, stdout } = await run('kapply', folder, ['p.kplan', '--yes']);
    assert.equal(code, 3);
    assert.match(stdout, /ConfigMap default\/b {2}refused · ConfigMap default\/b no longer exists/);
    assert.match(stdout, /ConfigMap default\/c {2}refused · ConfigMap default\/c was changed since the plan was made/);
    const rest = await run('kapply', folder, ['p.kplan', '--yes', '--apply-fresh', '-o', 'json']);
    assert.equal(rest.code, 1);
    const changes = getArray(readReport(rest.stdout), 'changes').map((change) => [
      getString(change, 'action'),
      getString(change, 'outcome'),
    ]);
    assert.deepEqual(changes, [
      ['update', 'applied'],
      ['none', 'refused'],
      ['none', 'refused'],
    ]);
  });

  test('that was made for another cluster is refused', async (context) => {
    const folder = smallRepository(context);
    await run('kplan', folder, ['app.yaml', '--embedded', 'one', '--out', 'p.kplan']);
    await run('kplan', folder, ['app.yaml', '--embedded', 'two']);
    const { code, stderr } = await run('kapply', folder, ['p.kplan', '--embedded', 'two', '--yes']);
    assert.equal(code, 3);
    assert.match(stderr, /made for another cluster/);
  });

  test('gone stale in part is refused whole, object by object, unless the rest is asked for', async (context) => {
    const folder = smallRepository(context);
    assert.equal((await run('kapply', folder, ['app.yaml', '--unit', 'u', '--yes'])).code, 0);
    writeFileSync(
      join(folder, 'app.yaml'),
      `${DOCUMENT('two')}---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: new, namespace: a}\n`,
    );
    assert.equal((await run('kplan', folder, ['app.yaml', '--unit', 'u', '--out', 'p.kplan'])).code, 0);
    writeFileSync(join(folder, 'meanwhile.yaml'), DOCUMENT('three'));
    assert.equal((await run('kapply', folder, ['meanwhile.yaml', '--unit', 'u', '--yes'])).code, 0);
    const refused = await run('kapply', folder, ['p.kplan', '--yes', '-o', 'json']);
    assert.equal(refused.code, 3, refused.stderr);
    assert.match(refused.stdout + refused.stderr, /ConfigMap a\/x|"x"/);
    const rest = await run('kapply', folder, ['p.kplan', '--yes', '--apply-fresh', '-o', 'json']);
    const outcomes = getArray(readReport(rest.stdout), 'changes').map(
      (change) => `${getString(change, 'ref', 'name')} ${getString(change, 'outcome')}`,
    );
    assert.ok(outcomes.includes('new applied') && outcomes.includes('x refused'), outcomes.join());
  });
});

test('a dry run writes nothing', async (context) => {
  const folder = smallRepository(context);
  const { code } = await run('kapply', folder, ['app.yaml', '--dry-run', '--detailed-exitcode']);
  assert.equal(code, 2);
  const status = await run('kapply', folder, ['status', '-o', 'json']);
  assert.deepEqual(readReport(status.stdout)['units'], []);
});

test('what is taken out of the repository is pruned, what must not go in passing is asked for, and delete removes a unit', async (context) => {
  const folder = smallRepository(context);
  await run('kapply', folder, ['app.yaml', '--yes', '--unit', 'u']);
  writeFileSync(join(folder, 'app.yaml'), DOCUMENT('one').replace(/---\napiVersion: v1\nkind: Secret[^]*$/, ''));
  assert.equal((await run('kapply', folder, ['app.yaml', '--yes', '--unit', 'u'])).code, 0);
  const status = readReport((await run('kapply', folder, ['status', '-o', 'json'])).stdout);
  assert.deepEqual(
    getArray(getArray(status, 'units')[0], 'objects').map((object) => getString(getObject(object, 'ref'), 'kind')),
    ['ConfigMap', 'Namespace'],
  );
  writeFileSync(join(folder, 'app.yaml'), 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other, namespace: default}\n');
  const refused = await run('kapply', folder, ['app.yaml', '--yes', '--unit', 'u']);
  assert.equal(refused.code, 3, 'a namespace is not deleted in passing');
  assert.match(refused.stderr, /nothing was done: KP0104, KP0105 stand in the way/);
  const unknown = await run('kapply', folder, ['status', '--unit', 'v']);
  assert.equal(unknown.code, 3);
  assert.match(unknown.stderr, /has no unit v\n {2}there is u\n/);
  const deleted = await run('kapply', folder, ['delete', '--unit', 'u', '--yes']);
  assert.equal(deleted.code, 0, deleted.stderr);
  assert.deepEqual(readReport((await run('kapply', folder, ['status', '-o', 'json'])).stdout)['units'], []);
});

test('a dry run of delete says what would go and what is kept, and deletes nothing', async (context) => {
  const folder = smallRepository(context);
  const keep =
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: kept, namespace: default, annotations: {helm.sh/resource-policy: keep}}\n';
  writeFileSync(join(folder, 'app.yaml'), `${keep}---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: gone, namespace: default}\n`);
  assert.equal((await run('kapply', folder, ['app.yaml', '--yes', '--unit', 'u'])).code, 0);
  for (let time = 0; time < 2; time++) {
    const { code, stdout } = await run('kapply', folder, ['delete', '--unit', 'u', '--dry-run', '--all']);
    assert.equal(code, 0);
    assert.match(stdout, /default\/gone .* would be deleted\n/);
    assert.match(stdout, /default\/kept .* kept: helm\.sh\/resource-policy: keep\n/);
    assert.match(stdout, /1 object would be deleted, 1 kept\./);
  }
});

test('no value of a Secret is in the cluster reports, the plan file or the log', async (context) => {
  const folder = smallRepository(context);
  const runs = [
    await run('kplan', folder, ['app.yaml', '--out', 'p.kplan', '-v', '--all']),
    await run('kapply', folder, ['p.kplan', '--yes', '-v']),
    await run('kapply', folder, ['status', '--all']),
    await run('kplan', folder, ['snapshot']),
  ];
  writeFileSync(join(folder, 'app.yaml'), DOCUMENT('two'));
  runs.push(await run('kplan', folder, ['app.yaml', '--all']), await run('kapply', folder, ['app.yaml', '--yes', '-o', 'yaml']));
  for (const { stdout, stderr } of runs) {
    const said = `${stdout}${stderr}${readFileSync(join(folder, 'p.kplan'), 'utf8')}`;
    assert.doesNotMatch(said, /very-secret/);
    assert.ok(!said.includes(Buffer.from('very-secret-one').toString('base64').slice(0, 12)));
  }
  assert.match(runs[4]?.stdout ?? '', /Secret a\/s/);
});

test('two paths of one repository are two units, however alike they are named: neither prunes the other', async (context) => {
  const folder = join(temporaryFolder(context), 'repo');
  const paths = ['team-a', 'team/a', 'team.a', 'svc', 'svc.yaml'];
  for (const [index, path] of paths.entries()) {
    const file = path.endsWith('.yaml') ? join(folder, path) : join(folder, path, 'a.yaml');
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: of-${index}, namespace: default}\n`);
  }
  git(folder, 'init', '-q');
  for (const path of paths) assert.equal((await run('kapply', folder, [path, '--yes'])).code, 0, path);
  const units = getArray(readReport((await run('kapply', folder, ['status', '-o', 'json'])).stdout), 'units');
  assert.deepEqual(
    units.map((unit) => `${getString(unit, 'unit')?.replace(/-[0-9a-f]{8}$/, '-(hash)')} ${getArray(unit, 'objects').length}`),
    ['repo.svc 1', 'repo.svc-yaml-(hash) 1', 'repo.team-a 1', 'repo.team-a-(hash) 1', 'repo.team.a 1'],
  );
});

test('a plan that is limited is saved and applied as it was shown; a saved plan takes no limits', async (context) => {
  const folder = temporaryFolder(context);
  for (const name of ['shop', 'pay'])
    writeFileSync(
      join(folder, `${name}.yaml`),
      `apiVersion: v1\nkind: Namespace\nmetadata: {name: ${name}}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, namespace: ${name}}\n`,
    );
  await run('kplan', folder, ['.', '-n', 'shop', '--out', 'p.kplan']);
  const refused = await run('kapply', folder, ['p.kplan', '-n', 'shop', '--yes']);
  assert.equal(refused.code, 3);
  assert.match(refused.stderr, /a saved plan is applied as it is: it does not take --namespace/);
  const applied = await run('kapply', folder, ['p.kplan', '--yes', '-o', 'json']);
  assert.deepEqual(listChanges(readReport(applied.stdout)), ['create Namespace shop', 'create ConfigMap shop/shop']);
});

test('the daemon takes no limits, and --once ends as kapply would', async (context) => {
  const folder = temporaryFolder(context);
  mkdirSync(join(folder, 'm'));
  for (const flags of [['--dry-run'], ['-n', 'shop'], ['-l', 'a=b']]) {
    const { code, stderr } = await run('kapply', folder, ['--watch', 'm', '--once', ...flags]);
    assert.equal(code, 3, flags.join(' '));
    assert.match(stderr, /--watch keeps a whole unit as it should be: it does not take --/);
  }
  writeFileSync(join(folder, 'm/a.yaml'), 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\nimmutable: 1\n');
  assert.equal((await run('kapply', folder, ['--watch', 'm', '--once'])).code, 3, 'held');
  writeFileSync(join(folder, 'm/a.yaml'), 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n');
  assert.equal((await run('kapply', folder, ['--watch', 'm', '--once'])).code, 0);
});

test('the Secrets of a saved plan come from its path, seen from here or from the plan, with its default namespace; else it is refused', async (context) => {
  const folder = temporaryFolder(context);
  for (const name of ['m', 'elsewhere']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'm/kplan.yaml'), 'apiVersion: kplan.dev/v1\nkind: Config\ndefaultNamespace: shop\n');
  writeFileSync(
    join(folder, 'm/a.yaml'),
    'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {a: b}\n',
  );
  assert.equal((await run('kplan', folder, ['m', '--out', 'p.kplan'])).code, 0);
  cpSync(join(folder, 'p.kplan'), join(folder, 'elsewhere/p.kplan'));
  const refused = await run('kapply', join(folder, 'elsewhere'), ['p.kplan', '--embedded', '../.kplan/cluster', '--yes']);
  assert.equal(refused.code, 3);
  assert.match(refused.stderr, /nothing was done: the plan writes Secrets, whose values it takes from m, which is not here/);
  const applied = await run('kapply', join(folder, 'elsewhere'), ['../p.kplan', '--embedded', '../.kplan/cluster', '--yes']);
  assert.equal(applied.code, 0, applied.stdout + applied.stderr);
});
