import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { getString } from '../../../src/std/index.ts';
import { run as runProgram, type Ran } from '../../cli/program.ts';
import { kubectl, kubectlGet, tryKubectl } from './kubectl.ts';

// What kapply can do besides applying, run by a ServiceAccount that has what `kplan rbac --for-kapply` prints and nothing else.
const KUBECONFIG = process.env['KUBECONFIG'] ?? '';
const ACCOUNT = 'system:serviceaccount:default:kapply-lean';
const folder = mkdtempSync(join(tmpdir(), 'kplan-lean-'));
after(async () => {
  await runProgram('kapply', folder, ['delete', '--unit', 'lean', '--yes', '--no-hooks'], { KUBECONFIG });
  tryKubectl(['delete', 'clusterrole/kapply-lean', 'clusterrolebinding/kapply-lean', '--ignore-not-found']);
  rmSync(folder, { recursive: true, force: true });
});

const API = 'admissionregistration.k8s.io/v1';
const MANIFESTS = (value: string): string => `apiVersion: v1
kind: Namespace
metadata: {name: lean}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: lean}
data: {value: ${value}}
---
apiVersion: v1
kind: Secret
metadata: {name: password, namespace: lean}
stringData: {value: ${value}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: lean}
spec:
  replicas: 0
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: "a:1"}]}}
---
apiVersion: batch/v1
kind: Job
metadata: {name: backup, namespace: lean, annotations: {kapply.kplan.dev/hook: "before-delete,after-delete"}}
spec: {completions: 0, template: {spec: {restartPolicy: Never, containers: [{name: c, image: "a:1"}]}}}
`;
const POLICY = `apiVersion: ${API}
kind: ValidatingAdmissionPolicy
metadata: {name: lean}
spec:
  paramKind: {apiVersion: v1, kind: ConfigMap}
  matchConstraints: {resourceRules: [{apiGroups: [""], apiVersions: [v1], resources: [configmaps], operations: [CREATE]}]}
  validations: [{expression: "true"}]
---
apiVersion: ${API}
kind: ValidatingAdmissionPolicyBinding
metadata: {name: lean}
spec:
  policyName: lean
  validationActions: [Audit]
  paramRef: {name: settings, namespace: lean, parameterNotFoundAction: Allow}
  matchResources: {namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: lean}}}
`;

const git = (...args: readonly string[]): string =>
  execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', ...args], { cwd: folder, encoding: 'utf8' });

function commit(text: string): void {
  writeFileSync(join(folder, 'app.yaml'), text);
  git('add', '-A');
  git('commit', '-qm', 'change');
}

/** Runs kapply as the account. */
function lean(...args: readonly string[]): Promise<Ran> {
  return runProgram('kapply', folder, [...args, '--unit', 'lean', '--yes', '--as', ACCOUNT], { KUBECONFIG });
}

async function grant(...flags: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await runProgram('kplan', folder, ['rbac', '--for-kapply', '.', '--unit', 'lean', ...flags], {
    KUBECONFIG,
  });
  assert.equal(code, 0, stderr);
  kubectl(['apply', '-f', '-'], stdout);
}

const valueOf = (): string | undefined => getString(kubectlGet('configmap/settings', '-n', 'lean'), 'data', 'value');

function succeed({ code, stdout, stderr }: Ran): string {
  assert.equal(code, 0, stdout + stderr);
  return stdout;
}

describe('with the least rights', { concurrency: 1 }, () => {
  before(() => {
    git('init', '-q', '-b', 'main');
    commit(MANIFESTS('one'));
  });

  test('what kubectl applied is taken over, with the updates that --adopt adds', async () => {
    await grant();
    kubectl(['apply', '-f', '-'], MANIFESTS('one').replace(/---\napiVersion: batch[^]*/, ''));
    const refused = await lean('adopt', '.');
    assert.equal(refused.code, 1, refused.stdout + refused.stderr);
    assert.match(refused.stdout, /cannot update resource/);
    await grant('--adopt');
    succeed(await lean('adopt', '.'));
    assert.match(succeed(await lean('.')), /^Plan: nothing to change/);
    await grant();
  });

  test('a revision is gone back to', async () => {
    commit(MANIFESTS('two'));
    succeed(await lean('.'));
    assert.equal(valueOf(), 'two');
    succeed(await lean('.', '--to', 'HEAD~1'));
    assert.equal(valueOf(), 'one');
  });

  test('a policy is written by who may read its parameters, and by nobody else', async () => {
    commit(`${MANIFESTS('one')}---\n${POLICY}`);
    await grant();
    const role = kubectl(['get', 'clusterrole/kapply-lean', '-o', 'json']);
    kubectl(['replace', '-f', '-'], role.replace(/\{[^{}]*"configmaps"[^{}]*\},?/, ''));
    const refused = await lean('.', '--allow', 'KA0301', '--allow', 'KP0301');
    assert.equal(refused.code, 1, refused.stdout + refused.stderr);
    assert.match(refused.stdout.replaceAll(/\s+/g, ' '), /must have "get" permission on all objects of the referenced paramKind/);
    await grant();
    succeed(await lean('.'));
    commit(MANIFESTS('one'));
    succeed(await lean('.'));
  });

  test('the unit is removed, with its hooks', async () => {
    const { code, stdout, stderr } = await lean('delete');
    assert.equal(code, 0, stdout + stderr);
    assert.match(
      stderr,
      /Job lean\/backup: applied[^]*Deployment lean\/web: applied[^]*Job lean\/backup: applied[^]*Namespace lean: applied/,
    );
    for (const name of ['namespace/lean', 'configmap/kapply-lean']) assert.equal(tryKubectl(['get', name]).status, 1, name);
  });
});
