import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { run, shopRepository, temporaryFolder } from './program.ts';

const CONFIG = 'apiVersion: kplan.dev/v1\nkind: Config\npractices: { profiles: [security, conventions] }\n';
const BUDGET = `# one budget
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: web }
spec:
  maxUnavailable: 1 # at a time
`;
const BUDGETS = 'apiVersion: kplan.dev/v1\nkind: Config\npractices: { codes: [KB0210] }\n';

test('practices are off until the configuration turns them on', async (context) => {
  const folder = temporaryFolder(context);
  writeFileSync(join(folder, 'a.yaml'), BUDGET);
  assert.doesNotMatch((await run('kplan', folder, ['validate'])).stdout, /KB/);
  writeFileSync(join(folder, 'kplan.yaml'), BUDGETS);
  assert.match((await run('kplan', folder, ['validate'])).stdout, /KB0210 [^]* +a\.yaml:5:1/);
});

test('--diff prints a patch and writes nothing', async (context) => {
  const folder = temporaryFolder(context);
  writeFileSync(join(folder, 'kplan.yaml'), BUDGETS);
  writeFileSync(join(folder, 'a.yaml'), BUDGET);
  const { code, stdout } = await run('kplan', folder, ['validate', '--diff']);
  assert.equal(code, 0);
  assert.equal(
    stdout,
    [
      '--- a/a.yaml',
      '+++ b/a.yaml',
      '@@ -3,4 +3,5 @@',
      ' kind: PodDisruptionBudget',
      ' metadata: { name: web }',
      ' spec:',
      '   maxUnavailable: 1 # at a time',
      '+  unhealthyPodEvictionPolicy: AlwaysAllow',
      '',
    ].join('\n'),
  );
  assert.equal(readFileSync(join(folder, 'a.yaml'), 'utf8'), BUDGET);
});

test('--fix writes into the text, says so, and has nothing to do again', async (context) => {
  const folder = temporaryFolder(context);
  writeFileSync(join(folder, 'kplan.yaml'), BUDGETS);
  writeFileSync(join(folder, 'a.yaml'), BUDGET);
  const { stdout } = await run('kplan', folder, ['validate', '--fix']);
  assert.match(stdout, /mended 1 finding in 1 file/);
  assert.doesNotMatch(stdout, /KB0210/);
  const mended = `${BUDGET}  unhealthyPodEvictionPolicy: AlwaysAllow\n`;
  assert.equal(readFileSync(join(folder, 'a.yaml'), 'utf8'), mended);
  assert.match((await run('kplan', folder, ['validate', '--fix'])).stdout, /nothing was mended/);
  assert.equal(readFileSync(join(folder, 'a.yaml'), 'utf8'), mended);
});

test('what a comment waives is not mended', async (context) => {
  const folder = temporaryFolder(context);
  const text = BUDGET.replace('spec:', '# kplan: ignore KB0210 on purpose\nspec:');
  writeFileSync(join(folder, 'kplan.yaml'), BUDGETS);
  writeFileSync(join(folder, 'a.yaml'), text);
  assert.match((await run('kplan', folder, ['validate', '--fix'])).stdout, /nothing was mended/);
  assert.equal(readFileSync(join(folder, 'a.yaml'), 'utf8'), text);
});

test('every line of the shop stays where it was, with new ones between them', async (context) => {
  const shop = shopRepository(context);
  writeFileSync(join(shop, 'kplan.yaml'), CONFIG);
  const files = readdirSync(shop, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.yaml') && statSync(join(shop, name)).isFile());
  const before = files.map((name) => readFileSync(join(shop, name), 'utf8').split('\n'));
  const { stdout } = await run('kplan', shop, ['validate', '--fix', '-o', 'json']);
  const report: { readonly findings: readonly { readonly code: string; readonly severity: string }[] } = JSON.parse(stdout);
  assert.ok(
    report.findings.every(({ code, severity }) => code.startsWith('KB') || severity === 'info'),
    stdout,
  );
  assert.ok(!report.findings.some(({ code }) => code === 'KB0101'), 'all of these are mended');
  let fresh = 0;
  for (const [index, name] of files.entries()) {
    const left = [...(before[index] ?? [])];
    for (const line of readFileSync(join(shop, name), 'utf8').split('\n')) {
      if (line === left[0]) left.shift();
      else fresh += 1;
    }
    assert.deepEqual(left, [], name);
  }
  assert.ok(fresh > 0);
});

test('standard input and revisions cannot be mended', async (context) => {
  const folder = temporaryFolder(context);
  for (const rest of [['-'], ['--ref', 'HEAD']]) {
    const { code, stderr } = await run('kplan', folder, ['validate', '--fix', ...rest]);
    assert.equal(code, 3);
    assert.match(stderr, /--fix needs files that can be written/);
  }
});
