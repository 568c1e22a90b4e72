import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { getArray, getString, isObject, parseJson, type JsonObject, type JsonValue } from '../../../src/std/index.ts';
import { run as runProgram, type Ran } from '../../cli/program.ts';
import { kubectl, tryKubectl } from './kubectl.ts';

// The shop, applied to a real API server by a ServiceAccount that has what `kplan rbac --for-kapply` prints, and by none that has less.
const KUBECONFIG = process.env['KUBECONFIG'] ?? '';
const SHOP = fileURLToPath(new URL('../../../fixtures/shop', import.meta.url));
const ACCOUNT = 'system:serviceaccount:default:kapply-shop';
const folder = mkdtempSync(join(tmpdir(), 'kplan-rights-'));
const shop = join(folder, 'shop');
after(async () => {
  await runProgram('kapply', folder, ['delete', '--unit', 'shop', '--yes'], { KUBECONFIG });
  kubectl(['delete', 'clusterrole/kapply-shop', 'clusterrolebinding/kapply-shop', 'storageclass/rights']);
  rmSync(folder, { recursive: true, force: true });
});

const DEFAULT_CLASS = `apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: rights, annotations: {storageclass.kubernetes.io/is-default-class: "true"}}
provisioner: example.com/none
volumeBindingMode: WaitForFirstConsumer
`;

function apply(...args: readonly string[]): Promise<Ran> {
  return runProgram('kapply', folder, ['shop', '--unit', 'shop', '--yes', '--as', ACCOUNT, '--timeout', '20s', ...args], { KUBECONFIG });
}

/** There are no kubelets: workloads of no pods are healthy at once. */
function withoutPods(directory: string): void {
  for (const name of readdirSync(directory)) {
    const path = join(directory, name);
    if (statSync(path).isDirectory()) withoutPods(path);
    else if (name.endsWith('.yaml')) {
      const text = readFileSync(path, 'utf8').replace(/^ {2}replicas: \d+\n/gm, '');
      const documents = text
        .split(/^---$/m)
        .map((document) =>
          /^kind: (Deployment|StatefulSet)$/m.test(document) ? document.replace(/^spec:\n/m, 'spec:\n  replicas: 0\n') : document,
        );
      writeFileSync(path, documents.join('---'));
    }
  }
}

async function readRoles(): Promise<readonly JsonObject[]> {
  const { code, stdout, stderr } = await runProgram('kplan', folder, ['rbac', '--for-kapply', 'shop', '--unit', 'shop', '-o', 'json']);
  assert.equal(code, 0, stderr);
  const roles = getArray(parseJson(stdout), 'items').filter(isObject);
  return roles;
}

describe('the least rights', { concurrency: 1 }, () => {
  let roles: readonly JsonObject[] = [];
  const write = (object: JsonValue): string => kubectl(['apply', '-f', '-'], JSON.stringify(object));
  const isRole = (object: JsonObject): boolean => /^(Cluster)?Role$/.test(getString(object, 'kind') ?? '');

  before(async () => {
    cpSync(SHOP, shop, { recursive: true });
    withoutPods(shop);
    kubectl(['apply', '-f', '-'], DEFAULT_CLASS);
    roles = await readRoles();
  });

  test('are nothing before they are granted', async () => {
    const { code, stderr } = await apply();
    assert.equal(code, 3);
    assert.match(stderr, /may not be listed|Forbidden/);
  });

  test('are enough to apply the shop, to do nothing the second time, and to prune', async () => {
    const yaml = await runProgram('kplan', folder, ['rbac', '--for-kapply', 'shop', '--unit', 'shop']);
    kubectl(['apply', '-f', '-'], yaml.stdout);
    const first = await apply();
    assert.equal(first.code, 0, first.stdout + first.stderr);
    assert.match(first.stdout, /^Apply: 63 applied/m);
    const second = await apply('--detailed-exitcode', '--dry-run');
    assert.equal(second.code, 0, second.stdout);
    assert.equal((await apply('--watch', '--once')).code, 0);
    const limits = readFileSync(join(shop, 'shop/limits.yaml'), 'utf8');
    writeFileSync(join(shop, 'shop/limits.yaml'), '');
    const pruned = await apply();
    assert.equal(pruned.code, 0, pruned.stdout + pruned.stderr);
    assert.equal(tryKubectl(['get', 'limitrange', 'shop', '-n', 'shop']).status, 1);
    writeFileSync(join(shop, 'shop/limits.yaml'), limits);
    const back = await apply();
    assert.equal(back.code, 0, back.stdout + back.stderr);
  });

  test('hold no wildcard, no escalate, no bind, and no writing but by name', () => {
    for (const role of roles.filter(isRole))
      for (const rule of getArray(role, 'rules')) {
        const verbs = getArray(rule, 'verbs');
        const given = `${getString(role, 'metadata', 'namespace') ?? ''} ${JSON.stringify(rule)}`;
        assert.ok(!verbs.includes('*') && !verbs.includes('escalate') && !verbs.includes('bind'), given);
        // What grants more by kind is what the shop's own Role grants; kapply itself never updates.
        const isGranted = verbs.includes('update');
        if (!isGranted && verbs.includes('patch')) assert.ok(getArray(rule, 'resourceNames').length > 0, given);
      }
  });

  test('are not enough with one rule less', async () => {
    const rules = roles.filter(isRole).flatMap((role) => getArray(role, 'rules').map((rule, index) => ({ role, rule, index })));
    // Every third, so that each of reading, writing and granting is among them; all with KPLAN_ALL_RULES.
    const sample = rules.filter((_, place) => process.env['KPLAN_ALL_RULES'] !== undefined || place % 3 === 0);
    const allowed: string[] = [];
    for (const { role, rule, index } of sample) {
      const rest = getArray(role, 'rules').filter((_, place) => place !== index);
      write({ ...role, rules: rest });
      makeNeeded(role, rule);
      const { code } = await apply('--timeout', '3s');
      if (code === 0) allowed.push(`${getString(role, 'metadata', 'namespace') ?? 'cluster'} ${JSON.stringify(rule)}`);
      write(role);
      const mended = await apply();
      assert.equal(mended.code, 0, mended.stdout + mended.stderr);
    }
    console.log(`${sample.length} of ${rules.length} rules taken away, one at a time; ${allowed.length} were not missed`);
    assert.deepEqual(allowed, []);
  });

  test('nor with one verb less', async () => {
    const role = roles.find((item) => isRole(item) && getString(item, 'metadata', 'namespace') === 'monitoring') ?? {};
    const settings = join(shop, 'monitoring/prometheus.yaml');
    const text = readFileSync(settings, 'utf8');
    const needs: Readonly<Record<string, () => void>> = {
      get: () => kubectl(['label', 'configmap/prometheus', '-n', 'monitoring', 'applyset.kubernetes.io/part-of-']),
      patch: () => kubectl(['label', 'configmap/prometheus', '-n', 'monitoring', 'applyset.kubernetes.io/part-of-']),
      create: () => kubectl(['delete', 'configmap/prometheus', '-n', 'monitoring']),
      delete: () => writeFileSync(settings, text.replace(/^apiVersion: v1\nkind: ConfigMap[^]*?---\n/m, '')),
    };
    for (const [verb, need] of Object.entries(needs)) {
      const rules = getArray(role, 'rules').map((rule) => {
        const isOfConfig = getArray(rule, 'resources').includes('configmaps') && getArray(rule, 'resourceNames').includes('prometheus');
        return isObject(rule) && isOfConfig ? { ...rule, verbs: getArray(rule, 'verbs').filter((word) => word !== verb) } : rule;
      });
      write({ ...role, rules });
      need();
      const { code, stdout } = await apply('--allow', 'references');
      assert.notEqual(code, 0, `${verb}: ${stdout}`);
      write(role);
      writeFileSync(settings, text);
      assert.equal((await apply()).code, 0);
    }
  });

  /** Something to do that the rule is for: a member that is none any more, or a role that is to be made again. */
  function makeNeeded(role: JsonObject, rule: JsonValue): void {
    const namespace = getString(role, 'metadata', 'namespace');
    const scope = namespace === undefined ? [] : ['-n', namespace];
    const names = getArray(rule, 'resourceNames');
    const resource = `${getString(rule, 'resources', 0)}.${getString(rule, 'apiGroups', 0)}`.replace(/\.$/, '');
    const isWriting = getArray(rule, 'verbs').includes('create') && names.length > 0;
    if (isWriting && !names.includes('kapply-shop'))
      for (const name of names.map(String)) kubectl(['label', `${resource}/${name}`, ...scope, 'applyset.kubernetes.io/part-of-']);
    else if (getArray(rule, 'resources').includes('storageclasses'))
      kubectl(['delete', 'pvc', 'prometheus-data', '-n', 'monitoring', '--wait=false']);
    else if (names.length === 0) remakeRoles(namespace);
  }

  function remakeRoles(namespace: string | undefined): void {
    if (namespace === undefined) kubectl(['delete', 'clusterrole,clusterrolebinding', 'prometheus', 'node-agent']);
    else if (namespace === 'shop') kubectl(['delete', 'role,rolebinding', 'deployer', '-n', 'shop']);
  }
});
