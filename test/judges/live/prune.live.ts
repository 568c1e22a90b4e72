import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { getArray, getNumber, getString, parseJson, type JsonValue } from '../../../src/std/index.ts';
import { membershipLabel } from '../../../src/reconcile/index.ts';
import { run as runProgram, type Ran } from '../../cli/program.ts';
import { kubectl, kubectlGet, tryKubectl } from './kubectl.ts';

// What kapply owns and removes on a real API server, seen with the kubectl of the same version.
const KUBECONFIG = process.env['KUBECONFIG'] ?? '';
const folder = mkdtempSync(join(tmpdir(), 'kplan-prune-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const NAMESPACE = 'apiVersion: v1\nkind: Namespace\nmetadata: {name: prune}\n---\n';
const config = (name: string, more = ''): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, namespace: prune${more}}\ndata: {k: v}\n---\n`;
const ROLE = 'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: prune}\nrules: []\n---\n';
const APPLYSET = { KUBECTL_APPLYSET: 'true' };

async function apply(text: string, ...args: readonly string[]): Promise<Ran> {
  writeFileSync(join(folder, 'app.yaml'), text);
  return runProgram('kapply', folder, ['app.yaml', '--unit', 'prune', '--yes', ...args], { KUBECONFIG });
}

describe('pruning', { concurrency: 1 }, () => {
  test('a kubectl of the same version lists the unit as its ApplySet, member for member', async () => {
    const { code, stdout, stderr } = await apply(NAMESPACE + config('a') + config('b') + ROLE);
    assert.equal(code, 0, stdout + stderr);
    const { key, value } = membershipLabel('prune');
    const parents = getArray(kubectlGet('configmaps', '-A', '-l', `applyset.kubernetes.io/id=${value}`), 'items');
    assert.deepEqual(parents.map(nameOf), ['kapply-prune']);
    const kinds = getString(parents[0], 'metadata', 'annotations', 'applyset.kubernetes.io/contains-group-kinds') ?? '';
    assert.equal(kinds, 'ClusterRole.rbac.authorization.k8s.io,ConfigMap,Namespace');
    const members = getArray(kubectlGet(kinds, '-A', '-l', `${key}=${value}`), 'items');
    assert.deepEqual(members.map(nameOf).toSorted(), ['a', 'b', 'prune', 'prune']);
    const refused = tryKubectl(
      ['apply', '--prune', '--applyset=configmaps/kapply-prune', '-n', 'default', '-f', '-'],
      config('a'),
      APPLYSET,
    );
    assert.match(refused.stderr, /managed by.*kapply/s);
  });

  // kubectl prunes only sets whose tooling it is: so the parent is said to be kubectl's for as long as it is asked. It also wants
  // all that it applies to be of the parent's namespace, or of none; what it prunes may be of others.
  test('and would prune exactly what kapply would', () => {
    const annotate = (tool: string): string =>
      kubectl(['annotate', '--overwrite', 'configmap/kapply-prune', `applyset.kubernetes.io/tooling=${tool}`]);
    annotate('kubectl/v1.36');
    try {
      const flags = [
        '--server-side',
        '--force-conflicts',
        '--prune',
        '--applyset=configmaps/kapply-prune',
        '--dry-run=server',
        '-n',
        'default',
      ];
      const pruned = kubectl(['apply', ...flags, '-f', '-'], NAMESPACE, APPLYSET);
      const lines = pruned.split('\n').filter((line) => line.includes('pruned'));
      assert.deepEqual(lines.toSorted(), [
        'clusterrole.rbac.authorization.k8s.io/prune pruned (server dry run)',
        'configmap/a pruned (server dry run)',
        'configmap/b pruned (server dry run)',
      ]);
    } finally {
      annotate('kapply/v1');
    }
  });

  test('what is marked prune: never stays, and what hangs at a finalizer is told of with who set it', async () => {
    const kept = config('kept', ', annotations: {kapply.kplan.dev/prune: never}');
    assert.equal((await apply(NAMESPACE + config('a') + config('b') + kept)).code, 0);
    kubectl([
      'patch',
      'configmap/b',
      '-n',
      'prune',
      '--field-manager=an-operator',
      '-p',
      '{"metadata":{"finalizers":["example.com/hold"]}}',
    ]);
    const { code, stdout, stderr } = await apply(NAMESPACE + config('a'), '--timeout', '4s');
    assert.equal(code, 1, stdout + stderr);
    assert.match(stdout.replace(/\s+/g, ' '), /the finalizer example\.com\/hold holds it until "an-operator" removes it/);
    assert.equal(nameOf(kubectlGet('configmap/kept', '-n', 'prune')), 'kept');
    kubectl(['patch', 'configmap/b', '-n', 'prune', '--type=merge', '-p', '{"metadata":{"finalizers":null}}']);
    assert.equal(tryKubectl(['get', 'configmap/b', '-n', 'prune']).status, 1);
    kubectl(['delete', 'configmap/kept', '-n', 'prune']);
  });

  test('most of a unit, a Namespace, a definition, a volume and a claim go only with a yes by name', async () => {
    const many = ['c', 'd', 'e', 'f', 'g', 'h', 'i'].map((name) => config(name)).join('');
    const claim = `apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: claim, namespace: prune}\nspec: {accessModes: [ReadWriteOnce], storageClassName: prune, resources: {requests: {storage: 1Gi}}}\n---\napiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: prune}\nprovisioner: example.com/none\nvolumeBindingMode: WaitForFirstConsumer\n---\n`;
    const volume = `apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: prune}\nspec: {accessModes: [ReadWriteOnce], capacity: {storage: 1Gi}, storageClassName: manual, hostPath: {path: /x}}\n---\n`;
    const definition = `apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: prunes.prune.example}\nspec: {group: prune.example, scope: Cluster, names: {plural: prunes, singular: prune, kind: Prune, listKind: PruneList}, versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]}\n---\n`;
    const all = NAMESPACE + many + claim + volume + definition;
    const applied = await apply(all);
    assert.equal(applied.code, 0, applied.stdout + applied.stderr);
    const cases: readonly (readonly [what: string, text: string, code: string])[] = [
      ['Namespace', all.replace(NAMESPACE, ''), 'KP0105'],
      ['PersistentVolumeClaim', all.replace(claim.slice(0, claim.indexOf('---')), ''), 'KP0105'],
      ['PersistentVolume', all.replace(volume, ''), 'KP0105'],
      ['CustomResourceDefinition', all.replace(definition, ''), 'KP0105'],
      ['most of the unit', NAMESPACE + claim + volume + definition, 'KP0104'],
    ];
    for (const [what, text, want] of cases) {
      const { code, stdout } = await apply(text, '-o', 'json');
      assert.equal(code, 3, what);
      assert.equal(stdout, '');
      const plan = await runProgram('kplan', folder, ['app.yaml', '--unit', 'prune', '-o', 'json', '--fail-on', 'never'], { KUBECONFIG });
      const errors = getArray(parseJson(plan.stdout), 'findings').filter((finding) => getString(finding, 'severity') === 'error');
      assert.deepEqual([...new Set(errors.map((finding) => getString(finding, 'code')))], [want], what);
    }
    const deleted = await runProgram('kapply', folder, ['delete', '--unit', 'prune', '--yes', '-o', 'json'], { KUBECONFIG });
    assert.equal(deleted.code, 0, deleted.stdout + deleted.stderr);
    assert.equal(getNumber(parseJson(deleted.stdout), 'summary', 'findings', 'error'), 0);
  });
});

function nameOf(object: JsonValue): string {
  return getString(object, 'metadata', 'name') ?? '';
}
