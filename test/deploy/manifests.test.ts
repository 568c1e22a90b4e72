import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { run, temporaryFolder } from '../cli/program.ts';

const MANIFESTS = fileURLToPath(new URL('../../deploy/kapply.yaml', import.meta.url));
const STRICTEST = ['--fail-on', 'info', '--kubernetes-version', '1.32,1.33,1.34,1.35,1.36'];

test('what kapply is deployed with passes its own checks at their strictest, in every version', async () => {
  const { code, stdout, stderr } = await run('kplan', '/', ['validate', MANIFESTS, ...STRICTEST]);
  assert.equal(code, 0, stdout + stderr);
});

test('what would weaken it is found: privileges, a broken probe, a selector of nothing', async (context) => {
  const folder = temporaryFolder(context);
  const text = readFileSync(MANIFESTS, 'utf8');
  const changes = [
    ['allowPrivilegeEscalation: false', 'allowPrivilegeEscalation: true'],
    ['capabilities: { drop: [ALL] }', 'capabilities: {}'],
    ['runAsNonRoot: true', 'runAsNonRoot: false'],
    ['seccompProfile: { type: RuntimeDefault }', 'seccompProfile: { type: Unconfined }'],
    ['httpGet: { path: /readyz, port: http }', 'httpGet: { path: /readyz, port: web }'],
    ['selector: { app.kubernetes.io/name: kapply }', 'selector: { app.kubernetes.io/name: other }'],
    ['secretName: kapply', 'secretName: elsewhere'],
  ] as const;
  for (const [from, to] of changes) {
    assert.ok(text.includes(from), from);
    writeFileSync(join(folder, 'kapply.yaml'), text.replace(from, to));
    const { code, stdout } = await run('kplan', folder, ['validate', 'kapply.yaml', ...STRICTEST]);
    assert.equal(code, 1, `${to}\n${stdout}`);
  }
});
