import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { getArray, getAt, getString, parseJson } from '../../src/std/index.ts';
import { run, temporaryFolder } from './program.ts';

const MANIFESTS = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec: {template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: i}]}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: db, namespace: shop}
spec: {template: {metadata: {labels: {app: db}}, spec: {containers: [{name: c, image: i}]}}}
---
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec: {selector: app == 'web', ingress: [{action: Deny}]}
---
apiVersion: projectcalico.org/v3
kind: StagedNetworkPolicy
metadata: {name: web, namespace: shop}
spec: {stagedAction: Delete}
---
apiVersion: projectcalico.org/v3
kind: StagedKubernetesNetworkPolicy
metadata: {name: db, namespace: shop}
spec:
  podSelector: {matchLabels: {app: db}}
  ingress: []
---
apiVersion: projectcalico.org/v3
kind: StagedGlobalNetworkPolicy
metadata: {name: quiet}
spec:
  stagedAction: Ignore
  egress: [{action: Deny}]
`;

function makeFolder(context: TestContext): string {
  const folder = temporaryFolder(context);
  writeFileSync(join(folder, 'all.yaml'), MANIFESTS);
  return folder;
}

test('reach diff --staged tells what staged policies would change, at their lines', async (context) => {
  const ran = await run('kplan', makeFolder(context), ['reach', 'diff', '.', '--base', 'none', '--staged', '-o', 'json']);
  const report = parseJson(ran.stdout);
  const changes = getArray(report, 'changes').map((item) =>
    ['change', 'from', 'to'].map((field) => getString(item, field) ?? '').join(' '),
  );
  const expected = [
    'closed any address shop/db',
    'opened any address shop/web',
    'closed shop/db shop/db',
    'opened shop/db shop/web',
    'closed shop/web shop/db',
    'opened shop/web shop/web',
  ];
  assert.deepEqual(changes, expected, ran.stderr);
  const causes = getArray(report, 'changes').flatMap((item) => getArray(item, 'causes'));
  assert.ok(
    causes.some((cause) => getAt(cause, 'ref', 'kind') === 'StagedKubernetesNetworkPolicy' && getAt(cause, 'source', 'line') !== undefined),
  );
  const told = getArray(report, 'findings').filter((finding) => getAt(finding, 'code') === 'KN0308');
  assert.equal(told.length, 3);
});

test('staged policies are of a difference alone', async (context) => {
  const folder = makeFolder(context);
  const list = await run('kplan', folder, ['reach', '.', '--base', 'none', '--staged']);
  assert.equal(list.code, 3, list.stderr);
  const two = await run('kplan', folder, ['reach', 'diff', '.', '.', '--staged']);
  assert.equal(two.code, 3, two.stderr);
});
