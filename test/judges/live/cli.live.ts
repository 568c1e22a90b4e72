import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { getArray, getNumber, getObject, getString, parseJson, type JsonValue } from '../../../src/std/index.ts';
import { run as runProgram, type Ran } from '../../cli/program.ts';

// The programs as users run them, against the cluster of KUBECONFIG: a real API server with its controllers, without kubelets.
const KUBECONFIG = process.env['KUBECONFIG'] ?? '';
const folder = mkdtempSync(join(tmpdir(), 'kplan-live-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const SECRET = 'c2VjcmV0LXZhbHVl';

const APP = (colour: string): string => `apiVersion: v1
kind: Namespace
metadata: {name: live}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: gadgets.live.example}
spec:
  group: live.example
  scope: Namespaced
  names: {plural: gadgets, singular: gadget, kind: Gadget, listKind: GadgetList}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {size: {type: integer, default: 3}}}}}}
---
apiVersion: live.example/v1
kind: Gadget
metadata: {name: one, namespace: live}
spec: {}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: live}
data: {colour: ${colour}}
---
apiVersion: v1
kind: Secret
metadata: {name: password, namespace: live}
data: {value: ${SECRET}}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: live}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: live}
spec:
  replicas: 0
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      hostNetwork: false
      containers:
      - name: web
        image: registry.example/web:1
        ports: [{containerPort: 8080}]
        resources: {requests: {cpu: 0.5, memory: 1Gi}}
        envFrom: [{configMapRef: {name: settings}}]
`;

async function run(program: 'kplan' | 'kapply', ...args: readonly string[]): Promise<Ran> {
  const outcome = await runProgram(program, folder, args, { KUBECONFIG });
  assert.ok(!`${outcome.stdout}${outcome.stderr}`.includes(SECRET), `${program} ${args.join(' ')} tells a Secret`);
  return outcome;
}

async function plan(...args: readonly string[]): Promise<JsonValue> {
  const { code, stdout, stderr } = await run('kplan', 'app.yaml', '--unit', 'live', '-o', 'json', '--fail-on', 'never', ...args);
  assert.equal(code, 0, stderr);
  return parseJson(stdout);
}

function countOf(report: JsonValue, action: string): number | undefined {
  return getNumber(report, 'summary', 'changes', action);
}

function write(text: string): void {
  writeFileSync(join(folder, 'app.yaml'), text);
}

describe('a live cluster', { concurrency: 1 }, () => {
  test('is planned, applied, planned again, and drift is healed', async () => {
    write(APP('red'));
    const first = await plan();
    assert.equal(getString(first, 'before', 'kind'), 'cluster');
    assert.equal(countOf(first, 'create'), 7);
    const applied = await run('kapply', 'app.yaml', '--unit', 'live', '--yes');
    assert.equal(applied.code, 0, applied.stdout + applied.stderr);
    const again = await plan();
    assert.deepEqual([countOf(again, 'none'), getArray(again, 'changes')], [7, []]);
    write(APP('blue'));
    const changed = await plan();
    assert.equal(countOf(changed, 'update'), 1);
    assert.equal(getString(changed, 'changes', 0, 'ref', 'name'), 'settings');
    const healed = await run('kapply', 'app.yaml', '--unit', 'live', '--yes');
    assert.equal(healed.code, 0, healed.stdout + healed.stderr);
    assert.equal((await run('kapply', 'status', '--unit', 'live')).code, 0);
  });

  test('a snapshot of it gives the same plan', async () => {
    assert.equal((await run('kplan', 'snapshot', 'live.yaml')).code, 0);
    assert.ok(!readFileSync(join(folder, 'live.yaml'), 'utf8').includes(SECRET));
    write(APP('green'));
    const [live, offline] = [await plan(), await plan('--snapshot', 'live.yaml')];
    assert.deepEqual(getArray(offline, 'changes'), getArray(live, 'changes'));
    assert.deepEqual(getObject(offline, 'summary'), getObject(live, 'summary'));
  });

  test('a saved plan is applied exactly, and refused once the cluster has moved on', async () => {
    write(APP('yellow'));
    assert.equal((await run('kplan', 'app.yaml', '--unit', 'live', '--out', 'one.kplan', '--fail-on', 'never')).code, 0);
    assert.equal((await run('kplan', 'app.yaml', '--unit', 'live', '--out', 'two.kplan', '--fail-on', 'never')).code, 0);
    const applied = await run('kapply', 'one.kplan', '--yes');
    assert.equal(applied.code, 0, applied.stdout + applied.stderr);
    write(APP('violet'));
    assert.equal((await run('kapply', 'app.yaml', '--unit', 'live', '--yes')).code, 0);
    assert.equal((await run('kapply', 'two.kplan', '--yes')).code, 3);
  });

  test('says what is wrong with a context, an identity and a server', async () => {
    const cases: readonly (readonly [args: readonly string[], message: RegExp])[] = [
      [['--context', 'judges'], /context "judges" does not exist\n {2}did you mean "judge"/],
      [['--as', 'nobody'], /Forbidden \(403\): .* User "nobody" cannot list resource/],
      [['--kubeconfig', 'none.yaml'], /none\.yaml/],
    ];
    for (const [args, message] of cases) {
      const { stdout, stderr } = await run('kplan', 'app.yaml', '--unit', 'live', ...args);
      assert.match(stdout + stderr, message);
      assert.doesNotMatch(stderr, /^\s+at /m);
    }
    const config = readFileSync(KUBECONFIG, 'utf8').replace(/https:\/\/127\.0\.0\.1:\d+/, 'https://127.0.0.1:9');
    writeFileSync(join(folder, 'dead.yaml'), config, { mode: 0o600 });
    const dead = await run('kplan', 'app.yaml', '--kubeconfig', 'dead.yaml');
    assert.equal(dead.code, 3);
    assert.match(
      dead.stderr,
      /^kplan: cluster judge: the API server https:\/\/127\.0\.0\.1:9 cannot be reached: nothing listens there\n {2}/m,
    );
  });

  test('what is taken out is pruned, and delete removes the rest', async () => {
    write(APP('violet').replace(/---\napiVersion: v1\nkind: Service[^]*?(?=---)/, ''));
    const pruned = await run('kapply', 'app.yaml', '--unit', 'live', '--yes', '--allow', 'KP0105');
    assert.equal(pruned.code, 0, pruned.stdout + pruned.stderr);
    assert.equal(countOf(await plan(), 'none'), 6);
    const deleted = await run('kapply', 'delete', '--unit', 'live', '--yes');
    assert.equal(deleted.code, 0, deleted.stdout + deleted.stderr);
    const status = await run('kapply', 'status', '-o', 'json');
    assert.deepEqual(getArray(parseJson(status.stdout), 'units'), []);
  });
});
