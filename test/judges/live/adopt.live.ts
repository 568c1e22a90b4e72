import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { getArray, getNumber, getObject, getString, parseJson, type JsonValue } from '../../../src/std/index.ts';
import { run as runProgram, type Ran } from '../../cli/program.ts';
import { kubectl, kubectlGet } from './kubectl.ts';

// Objects that others have applied to a real API server, taken over: nothing changes but who they belong to.
const KUBECONFIG = process.env['KUBECONFIG'] ?? '';
const folder = mkdtempSync(join(tmpdir(), 'kplan-adopt-'));
after(async () => {
  for (const unit of [...WAYS.map(({ name }) => name), 'left', 'hand']) await kapply('delete', '--unit', unit, '--yes');
  rmSync(folder, { recursive: true, force: true });
});

const APP = (namespace: string, labels = '', marks = ''): string => `apiVersion: v1
kind: Namespace
metadata: {name: ${namespace}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: ${namespace}, labels: {app: web${labels}}${marks}}
data: {colour: red}
---
apiVersion: v1
kind: Secret
metadata: {name: password, namespace: ${namespace}, labels: {app: web${labels}}${marks}}
stringData: {value: very-secret}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: ${namespace}, labels: {app: web${labels}}${marks}}
spec: {selector: {app: web}, ports: [{port: 80, name: http}, {port: 80, protocol: UDP, name: quic}]}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent, namespace: ${namespace}, labels: {app: agent${labels}}${marks}}
spec:
  selector: {matchLabels: {app: agent}}
  template:
    metadata: {labels: {app: agent}}
    spec: {containers: [{name: agent, image: registry.example/agent:1, env: [{name: A, value: b}], securityContext: {}}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: ${namespace}, labels: {app: web${labels}}${marks}}
spec:
  replicas: 0
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: web
        image: registry.example/web:1
        ports: [{containerPort: 8080}, {containerPort: 8443, name: tls}]
        resources: {requests: {cpu: 0.5, memory: 1Gi}}
        envFrom: [{configMapRef: {name: settings}}]
        volumeMounts: [{name: data, mountPath: /data}]
      volumes: [{name: data, emptyDir: {}}]
`;

const kinds = ['configmap', 'secret', 'service', 'daemonset', 'deployment'];

interface Way {
  readonly name: string;
  /** How the tool applies: arguments of kubectl that make the API server see what that tool sends. */
  readonly apply: readonly string[];
  readonly labels?: string;
  readonly marks?: string;
  readonly tool: string;
  readonly known?: string;
}

const WAYS: readonly Way[] = [
  { name: 'kubectl-client', apply: ['apply'], tool: 'kubectl' },
  { name: 'kubectl-server', apply: ['apply', '--server-side'], tool: 'kubectl' },
  {
    name: 'helm',
    apply: ['create', '--field-manager=helm'],
    labels: ', app.kubernetes.io/managed-by: Helm',
    marks: ', annotations: {meta.helm.sh/release-name: web, meta.helm.sh/release-namespace: helm}',
    tool: 'Helm',
    known: 'Helm release helm/web',
  },
  {
    name: 'flux',
    apply: ['apply', '--server-side', '--field-manager=kustomize-controller'],
    labels: ', kustomize.toolkit.fluxcd.io/name: apps, kustomize.toolkit.fluxcd.io/namespace: flux-system',
    tool: 'Flux',
    known: 'Flux Kustomization flux-system/apps',
  },
  {
    name: 'argo',
    apply: ['apply', '--field-manager=argocd-controller'],
    marks: ', annotations: {argocd.argoproj.io/tracking-id: "apps:apps/Deployment:argo/web"}',
    tool: 'Argo CD',
    known: 'Argo CD application apps',
  },
];

async function kapply(...args: readonly string[]): Promise<Ran> {
  const ran = await runProgram('kapply', folder, args, { KUBECONFIG });
  assert.ok(!/very-secret|dmVyeS1zZWNyZXQ/.test(ran.stdout + ran.stderr));
  return ran;
}

async function planOf(file: string, unit: string): Promise<JsonValue> {
  const { stdout } = await runProgram('kplan', folder, [file, '--unit', unit, '-o', 'json', '--fail-on', 'never'], { KUBECONFIG });
  return parseJson(stdout);
}

function managersOf(object: JsonValue): readonly string[] {
  return getArray(object, 'metadata', 'managedFields').flatMap((entry) =>
    getString(entry, 'subresource') === undefined ? [`${getString(entry, 'manager')} ${getString(entry, 'operation')}`] : [],
  );
}

function itemsOf(namespace: string): readonly JsonValue[] {
  return getArray(kubectlGet(kinds.join(','), '-n', namespace, '-l', 'app'), 'items');
}

describe('taking over', { concurrency: 1 }, () => {
  for (const { name, apply, labels, marks, tool, known } of WAYS) {
    test(`from ${name}: no value changes, and nothing is left to apply`, async () => {
      writeFileSync(join(folder, `${name}.yaml`), APP(name));
      kubectl(['apply', '-f', '-'], `apiVersion: v1\nkind: Namespace\nmetadata: {name: ${name}}\n`);
      const rest = APP(name, labels, marks).replace(/^[^]*?---\n/, '');
      kubectl([...apply, '-f', '-'], rest);
      const before = itemsOf(name);
      const dry = await kapply('adopt', `${name}.yaml`, '--unit', name, '--dry-run', '--detailed-exitcode', '-o', 'json');
      assert.equal(dry.code, 2, dry.stderr);
      const entries = getArray(parseJson(dry.stdout), 'objects').filter((entry) => getString(entry, 'ref', 'kind') !== 'Namespace');
      for (const entry of entries) {
        assert.equal(getString(entry, 'from', 0, 'tool'), tool);
        assert.ok((getNumber(entry, 'from', 0, 'fields') ?? 0) > 0);
        assert.deepEqual(getArray(entry, 'left'), [], getString(entry, 'ref', 'kind'));
        assert.deepEqual(getArray(entry, 'differs'), [], getString(entry, 'ref', 'kind'));
        if (known !== undefined) assert.ok(getArray(entry, 'known').includes(known));
      }
      assert.equal(entries.length, kinds.length);
      const adopted = await kapply('adopt', `${name}.yaml`, '--unit', name, '--yes');
      assert.equal(adopted.code, 0, adopted.stdout + adopted.stderr);
      const now = itemsOf(name);
      for (const [index, object] of now.entries()) {
        const was = before[index] ?? null;
        for (const part of ['spec', 'data', 'stringData']) assert.deepEqual(getObject(object, part), getObject(was, part));
        assert.equal(getString(object, 'metadata', 'uid'), getString(was, 'metadata', 'uid'));
        assert.deepEqual(
          managersOf(object).filter((manager) => !manager.startsWith('kube-controller-manager')),
          ['kapply Apply'],
        );
        const kept = Object.keys(getObject(object, 'metadata', 'annotations') ?? {});
        assert.deepEqual(
          kept.filter((key) => /kubectl|helm|argocd/.test(key)),
          [],
        );
      }
      const report = await planOf(`${name}.yaml`, name);
      assert.deepEqual([getNumber(report, 'summary', 'changes', 'none'), getArray(report, 'changes')], [6, []]);
      const versions = now.map((object) => getString(object, 'metadata', 'resourceVersion'));
      const applied = await kapply(`${name}.yaml`, '--unit', name, '--yes');
      assert.equal(applied.code, 0, applied.stdout + applied.stderr);
      const still = itemsOf(name).filter(
        (object) => getString(object, 'kind') !== 'DaemonSet' && getString(object, 'kind') !== 'Deployment',
      );
      for (const object of still) assert.ok(versions.includes(getString(object, 'metadata', 'resourceVersion')));
      const again = await kapply('adopt', `${name}.yaml`, '--unit', name, '--yes');
      assert.match(again.stdout, /^Adopt: 6 already kapply's/);
    });
  }

  test('a field that only kubectl holds stays, is told of, and goes with the next apply', async () => {
    const manifest = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: left, namespace: default}\ndata: {one: x, two: z}\n`;
    kubectl(['apply', '-f', '-'], manifest);
    writeFileSync(join(folder, 'left.yaml'), manifest.replace(', two: z', '').replace('one: x', 'one: z'));
    const { stdout } = await kapply('adopt', 'left.yaml', '--unit', 'left', '--yes', '-o', 'json');
    const [entry = null] = getArray(parseJson(stdout), 'objects');
    assert.deepEqual(
      [getString(entry, 'outcome'), getArray(entry, 'left'), getArray(entry, 'differs')],
      ['adopted', ['/data/two'], ['/data/one']],
    );
    assert.deepEqual(getObject(kubectlGet('configmap', 'left'), 'data'), { one: 'x', two: 'z' });
    const applied = await kapply('left.yaml', '--unit', 'left', '--yes');
    assert.equal(applied.code, 0, applied.stdout + applied.stderr);
    assert.deepEqual(getObject(kubectlGet('configmap', 'left'), 'data'), { one: 'z' });
  });

  test('what people wrote by hand, and what is of another unit, is not taken', async () => {
    const manifest = (name: string): string =>
      `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ${name}}\nspec:\n  replicas: 0\n  selector: {matchLabels: {app: h}}\n  template: {metadata: {labels: {app: h}}, spec: {containers: [{name: c, image: "n:1"}]}}\n`;
    kubectl(['apply', '-f', '-'], manifest('hand'));
    kubectl(['rollout', 'restart', 'deployment/hand']);
    writeFileSync(join(folder, 'hand.yaml'), manifest('hand'));
    assert.equal((await kapply('adopt', 'hand.yaml', '--unit', 'hand', '--yes')).code, 0);
    const hand = kubectlGet('deployment', 'hand');
    assert.ok(managersOf(hand).includes('kubectl-rollout Update'), managersOf(hand).join());
    assert.notEqual(getObject(hand, 'spec', 'template', 'metadata', 'annotations'), undefined);
    assert.deepEqual(getArray(await planOf('hand.yaml', 'hand'), 'changes'), []);
    const other = await kapply('adopt', 'hand.yaml', '--unit', 'other', '--yes');
    assert.equal(other.code, 1);
    assert.match(other.stdout, /belongs to the unit hand/);
  });
});
