import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { getArray, getNumber, getObject, getString, parseJson, type JsonObject, type JsonValue } from '../../../src/std/index.ts';
import { openAccess, openApiCluster } from '../../../src/cluster/index.ts';
import { isKubernetesObject, refOf } from '../../../src/model/index.ts';
import { REAL_CLOCK } from '../../sim/embedded.ts';
import { run as runProgram } from '../../cli/program.ts';
import { readReport } from '../../cli/report-schema.ts';
import { FaultProxy } from './fault-proxy.ts';
import { kubectl, kubectlGet } from './kubectl.ts';
import { WebhookServer } from './webhook-server.ts';

// What a plan says of a cluster with webhooks, policies and other writers, against a real API server that has them.
const KUBECONFIG = process.env['KUBECONFIG'] ?? '';
const folder = mkdtempSync(join(tmpdir(), 'kplan-plan-'));
const hooks = new WebhookServer(folder);
const ADMISSION = ['mutatingwebhookconfigurations', 'validatingwebhookconfigurations', 'validatingadmissionpolicies'];
const SECRET = 'planted-secret-value';

function toYaml(...objects: readonly JsonObject[]): string {
  return objects.map((object) => JSON.stringify(object)).join('\n---\n');
}

function config(name: string, data: JsonObject, namespace = 'hooked', metadata: JsonObject = {}): JsonObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace, ...metadata }, data };
}

function secret(data: JsonObject): JsonObject {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'password', namespace: 'hooked' }, stringData: data };
}

function deployment(replicas: number, namespace = 'hooked'): JsonObject {
  const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'registry.example/web:1' }] } };
  const spec = { replicas, selector: { matchLabels: { app: 'web' } }, template };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace }, spec };
}

function namespace(name: string, labels: JsonObject = {}): JsonObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
}

const API = 'admissionregistration.k8s.io/v1';
const HOOKED: JsonObject = { namespaceSelector: { matchLabels: { hooked: 'yes' } } };
const DEPLOYMENTS: JsonObject = { apiGroups: ['apps'], apiVersions: ['v1'], resources: ['deployments'], operations: ['CREATE', 'UPDATE'] };

function webhook(kind: 'Mutating' | 'Validating', fields: JsonObject, resources: readonly string[], name = kind.toLowerCase()): JsonObject {
  const operations = ['CREATE', 'UPDATE', ...(kind === 'Validating' ? ['DELETE'] : [])];
  const rules = [{ apiGroups: [''], apiVersions: ['v1'], resources, operations }];
  const webhooks = [{ name: `${name}.plan.example`, sideEffects: 'None', admissionReviewVersions: ['v1'], rules, ...HOOKED, ...fields }];
  return { apiVersion: API, kind: `${kind}WebhookConfiguration`, metadata: { name: `plan-${name}` }, webhooks };
}

const POLICY: readonly JsonObject[] = [
  {
    apiVersion: API,
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: 'plan-few' },
    spec: {
      matchConstraints: { resourceRules: [DEPLOYMENTS] },
      validations: [{ expression: 'object.spec.replicas <= 5', message: 'too many replicas' }],
    },
  },
  {
    apiVersion: API,
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: 'plan-few' },
    spec: { policyName: 'plan-few', validationActions: ['Deny'], matchResources: HOOKED },
  },
];

function gadgets(openAPIV3Schema: JsonObject): JsonObject {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'gadgets.plan.example' },
    spec: {
      group: 'plan.example',
      scope: 'Namespaced',
      names: { plural: 'gadgets', singular: 'gadget', kind: 'Gadget', listKind: 'GadgetList' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }],
    },
  };
}

const SIZED = gadgets({
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: { size: { type: 'integer', 'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'stays' }] } },
    },
  },
});
const gadget = (size: number): JsonObject => ({
  apiVersion: 'plan.example/v1',
  kind: 'Gadget',
  metadata: { name: 'one', namespace: 'hooked' },
  spec: { size },
});

async function plan(objects: readonly JsonObject[], ...args: readonly string[]): Promise<JsonObject> {
  writeFileSync(join(folder, 'app.yaml'), toYaml(...objects));
  const given = ['app.yaml', '--unit', 'planned', '-o', 'json', '--fail-on', 'never', ...args];
  const { code, stdout, stderr } = await runProgram('kplan', folder, given, { KUBECONFIG });
  assert.equal(code, 0, stderr);
  assert.ok(!`${stdout}${stderr}`.includes(SECRET), 'a Secret is told');
  return readReport(stdout);
}

async function text(...args: readonly string[]): Promise<string> {
  const { stdout } = await runProgram('kplan', folder, ['app.yaml', '--unit', 'planned', ...args], { KUBECONFIG });
  assert.ok(!stdout.includes(SECRET), 'a Secret is told');
  return stdout;
}

async function apply(objects: readonly JsonObject[], ...args: readonly string[]): Promise<void> {
  writeFileSync(join(folder, 'app.yaml'), toYaml(...objects));
  const given = ['app.yaml', '--unit', 'planned', '--yes', '--no-wait', '--allow', 'KP0104', ...args];
  const { code, stdout, stderr } = await runProgram('kapply', folder, given, { KUBECONFIG });
  assert.equal(code, 0, stdout + stderr);
}

/** Replaces an object's data, while the webhook goes on answering: kubectl would be waited for. */
async function writeAs(manager: string, object: JsonObject): Promise<void> {
  const access = await openAccess({ env: process.env, cwd: folder, now: Date.now, warn: () => undefined });
  assert.ok(access !== undefined && isKubernetesObject(object));
  const cluster = openApiCluster(access, REAL_CLOCK);
  try {
    const live = await cluster.get(refOf(object));
    assert.ok(live !== undefined);
    const result = await cluster.update({ ...live, data: object['data'] ?? null }, { fieldManager: manager });
    assert.equal(result.kind, 'ok');
  } finally {
    await cluster.close();
  }
}

/** `KP0301 app.yaml:3 ConfigMap: message` for each finding. */
function findings(report: JsonValue): readonly string[] {
  return getArray(report, 'findings').map(
    (item) =>
      `${getString(item, 'code')} ${getString(item, 'source', 'file')}:${getNumber(item, 'source', 'line')} ${getString(item, 'message')}`,
  );
}

function changes(report: JsonValue): readonly string[] {
  return getArray(report, 'changes').map((change) => {
    const state =
      getString(change, 'unconfirmed') ?? (change !== null && typeof change === 'object' && 'confirmed' in change ? 'confirmed' : '');
    return `${getString(change, 'action')} ${getString(change, 'ref', 'kind')} ${getString(change, 'ref', 'name')}: ${state}`;
  });
}

before(async () => {
  await hooks.listen();
  const mutating = webhook('Mutating', { clientConfig: hooks.clientConfig('/mutate') }, ['configmaps']);
  const validating = webhook('Validating', { clientConfig: hooks.clientConfig('/check') }, ['configmaps', 'secrets']);
  kubectl(['apply', '--server-side', '-f', '-'], toYaml(namespace('hooked', { hooked: 'yes' }), namespace('plain'), SIZED));
  kubectl(['wait', '--for=condition=Established', 'crd/gadgets.plan.example']);
  kubectl(['apply', '--server-side', '-f', '-'], toYaml(mutating, validating, ...POLICY));
  await untilEnforced();
});

// Policies and webhooks come into force a moment after they are stored.
async function untilEnforced(): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const found = findings(await plan([deployment(9), config('probe', { bad: 'x' })]));
    if (found.filter((item) => item.startsWith('KP0301')).length === 2) return;
  }
  assert.fail('the policy is not enforced');
}

after(async () => {
  for (const resource of ADMISSION)
    for (const item of getArray(kubectlGet(resource), 'items')) {
      const name = getString(item, 'metadata', 'name') ?? '';
      if (name.startsWith('plan-')) kubectl(['delete', resource, name]);
    }
  kubectl(['delete', 'validatingadmissionpolicybinding', 'plan-few', '--ignore-not-found']);
  await runProgram('kapply', folder, ['delete', '--unit', 'planned', '--yes'], { KUBECONFIG });
  kubectl(['delete', 'crd', 'gadgets.plan.example', '--ignore-not-found']);
  kubectl(['delete', 'namespace', 'hooked', 'plain', '--ignore-not-found', '--wait=false']);
  hooks.close();
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(() => {
  hooks.asked.length = 0;
  hooks.bodies.length = 0;
});

describe('a plan against a cluster that has a say', { concurrency: 1 }, () => {
  test('shows what a webhook changes, and what is applied is what was shown', async () => {
    const report = await plan([config('a', { k: '1' })]);
    assert.deepEqual(changes(report), ['create ConfigMap a: confirmed']);
    assert.deepEqual(getArray(report, 'changes', 0, 'fields'), [
      { path: '/metadata/annotations', after: { injected: 'yes' }, by: 'admission' },
    ]);
    assert.deepEqual(
      getArray(report, 'admission').map((item) => `${getString(item, 'kind')} ${getString(item, 'name')}`),
      ['MutatingWebhook mutating.plan.example', 'ValidatingWebhook validating.plan.example'],
    );
    assert.deepEqual(new Set(hooks.asked), new Set(['dry CREATE hooked/a /mutate', 'dry CREATE hooked/a /check']));
    assert.match(await text(), /\.metadata\.annotations +\(none\) -> \{"injected":"yes"\} {2}set by admission\n/);
    await apply([config('a', { k: '1' })]);
    assert.equal(getString(kubectlGet('configmap', 'a', '-n', 'hooked'), 'metadata', 'annotations', 'injected'), 'yes');
    assert.deepEqual(changes(await plan([config('a', { k: '1' })])), []);
    const changed = await plan([config('a', { k: '2' })]);
    assert.deepEqual(getArray(changed, 'changes', 0, 'fields'), [{ path: '/data/k', before: '1', after: '2' }]);
  });

  test('tells a refusal of a webhook and of a policy at the manifest, in their words', async () => {
    const report = await plan([config('a', { k: '1' }), config('wolf', { bad: 'wolf' }), deployment(7)]);
    const denied =
      "deployments.apps \"web\" is forbidden: ValidatingAdmissionPolicy 'plan-few' with binding 'plan-few' denied request: too many replicas";
    assert.deepEqual(findings(report), [
      'KP0301 app.yaml:3 the API server refuses this in a dry run: admission webhook "validating.plan.example" denied the request: bad is wolf',
      `KP0301 app.yaml:5 the API server refuses this in a dry run: ${denied}`,
    ]);
    assert.deepEqual(findings(await plan([config('a', { k: '1' }), deployment(5)])), []);
  });

  test('asks nothing where that is said, everything where that is said, and only what is in doubt by itself', async () => {
    const plain = config('p', { k: '1' }, 'plain');
    const objects = [config('a', { k: '1' }), config('b', { bad: 'x' }), plain];
    const never = await plan(objects, '--server-dry-run', 'never');
    assert.deepEqual([changes(never), findings(never), hooks.asked], [['create ConfigMap b: ', 'create ConfigMap p: '], [], []]);
    assert.equal(getArray(never, 'admission').length, 2);
    assert.deepEqual(changes(await plan(objects)), ['create ConfigMap b: ', 'create ConfigMap p: ']);
    assert.deepEqual(changes(await plan(objects, '--server-dry-run', 'always')), ['create ConfigMap b: ', 'create ConfigMap p: confirmed']);
  });

  test('tells rules in CEL, quotas and immutable fields as the server decides them', async () => {
    const quota = {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'q', namespace: 'plain' },
      spec: { hard: { configmaps: '1' } },
    };
    const priority = (value: number): JsonObject => ({
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name: 'planned' },
      value,
    });
    await apply([config('a', { k: '1' }), gadget(1), quota, priority(1)]);
    const report = await plan([config('a', { k: '1' }), gadget(2), quota, priority(2), config('more', {}, 'plain')]);
    assert.deepEqual(changes(report), ['replace PriorityClass planned: confirmed', 'create ConfigMap more: ', 'update Gadget one: ']);
    const [gadgetRefused = '', quotaExceeded = ''] = findings(report)
      .filter((item) => item.startsWith('KP0301'))
      .toSorted();
    assert.match(gadgetRefused, /app\.yaml:3 .*Gadget\.plan\.example "one" is invalid: spec\.size: Invalid value: .*stays/);
    assert.match(quotaExceeded, /app\.yaml:9 .*configmaps "more" is forbidden: exceeded quota: q, requested: configmaps=1/);
  });

  test('says what could not be confirmed, since the same change makes what it stands on', async () => {
    const made = [namespace('later', { hooked: 'yes' }), config('a', { bad: 'x' }, 'later'), config('a', { k: '1' }), gadget(1)];
    const report = await plan(made);
    assert.ok(changes(report).includes('create ConfigMap a: the Namespace later is made in the same change'), changes(report).join('\n'));
    assert.match(
      getArray(report, 'notes').map(String).join('\n'),
      /^Not confirmed by the API server: 1 change, since the Namespace later is made in the same change\.$/m,
    );
    assert.deepEqual(
      findings(report).filter((item) => item.startsWith('KP0301')),
      [],
    );
  });

  test('asks about a Namespace to come in one that is like it, and says so', async () => {
    const objects = [namespace('soon', { hooked: 'yes' }), config('fresh', { k: '1' }, 'soon'), config('b', { bad: 'wolf' }, 'soon')];
    const report = await plan([...objects, config('a', { k: '1' }), gadget(1)]);
    const told = 'the Namespace soon is made in the same change';
    assert.deepEqual(
      changes(report).filter((change) => change.startsWith('create ConfigMap')),
      [
        `create ConfigMap b: ${told}; in the Namespace hooked, which they select alike, admission webhook "validating.plan.example" denied the request: bad is wolf`,
        `create ConfigMap fresh: ${told}: what is told was answered for the Namespace hooked, which they select alike`,
      ],
    );
    const fresh = getArray(report, 'changes').find((change) => getString(change, 'ref', 'name') === 'fresh');
    assert.deepEqual(getArray(fresh, 'fields'), [{ path: '/metadata/annotations', after: { injected: 'yes' }, by: 'admission' }]);
    assert.ok(!hooks.asked.some((request) => request.startsWith('wet')), hooks.asked.join());
    const plain = await plan(
      [namespace('unseen'), config('c', { k: '1' }, 'unseen'), config('a', { k: '1' }), gadget(1)],
      '--server-dry-run',
      'always',
    );
    assert.ok(changes(plain).includes('create ConfigMap c: confirmed'), changes(plain).join('\n'));
    await apply([namespace('soon', { hooked: 'yes' }), config('fresh', { k: '1' }, 'soon'), config('a', { k: '1' }), gadget(1)]);
    assert.equal(getString(kubectlGet('configmap', 'fresh', '-n', 'soon'), 'metadata', 'annotations', 'injected'), 'yes');
    // Its deletion takes a while, and would be a change of the plans to come; kubectl waits, and the webhooks could not answer.
    kubectl(['label', 'namespace/soon', 'applyset.kubernetes.io/part-of-', 'hooked-']);
    kubectl(['delete', 'namespace', 'soon']);
  });

  test('says of a kind that the cluster does not serve, a version that is gone and a kind that nobody knows what to do', async () => {
    const unserved = [
      {
        apiVersion: 'resource.k8s.io/v1alpha3',
        kind: 'DeviceTaintRule',
        metadata: { name: 'off' },
        spec: { taint: { key: 'a', effect: 'NoSchedule' } },
      },
      { apiVersion: 'policy/v1beta1', kind: 'PodDisruptionBudget', metadata: { name: 'gone', namespace: 'plain' }, spec: {} },
      { apiVersion: 'nobody.example/v1', kind: 'Thing', metadata: { name: 'strange', namespace: 'plain' } },
    ];
    const told = findings(await plan([config('a', { k: '1' }), gadget(1), ...unserved])).join('\n');
    assert.match(told, /^KP0303 app\.yaml:5 this cluster does not serve DeviceTaintRule of resource\.k8s\.io\/v1alpha3$/m);
    assert.match(told, /^KV0004 .*Kubernetes 1\.25 stopped serving it; use policy\/v1$/m);
    assert.match(told, /^KV0003 .*no matches for kind "Thing" in version "nobody\.example\/v1"$/m);
  });

  test('sends Secrets only where that is asked for, and tells a refusal of them without words', async () => {
    const objects = [config('a', { k: '1' }), gadget(1), secret({ bad: SECRET })];
    const values = [SECRET, Buffer.from(SECRET).toString('base64')];
    const leaks = (): boolean => hooks.bodies.some((body) => values.some((value) => body.includes(value)));
    const auto = await plan(objects);
    assert.ok(changes(auto).includes('create Secret password: values of Secrets are sent in a dry run only with --server-dry-run always'));
    assert.equal(leaks(), false);
    const always = await plan(objects, '--server-dry-run', 'always');
    assert.equal(leaks(), true);
    const refusal = findings(always).find((item) => item.startsWith('KP0301'));
    assert.match(refusal ?? '', /app\.yaml:5 the API server refuses this in a dry run: \w+ \(its words are left out/);
    const allowed = await plan([config('a', { k: '1' }), gadget(1), secret({ good: SECRET })], '--server-dry-run', 'always');
    assert.ok(changes(allowed).includes('create Secret password: confirmed'));
  });

  test('asks about deletions too', async () => {
    await apply([config('a', { k: '1' }), config('kept', { keep: 'me' }), gadget(1)]);
    const report = await plan([config('a', { k: '1' }), gadget(1)]);
    assert.deepEqual(changes(report), ['delete ConfigMap kept: ']);
    assert.match(findings(report).join('\n'), /KP0301 .*admission webhook "validating\.plan\.example" denied the request: keep it/);
    await apply([config('a', { k: '1' }), config('kept', { free: 'me' }), gadget(1)]);
    assert.deepEqual(changes(await plan([config('a', { k: '1' }), gadget(1)])), ['delete ConfigMap kept: confirmed']);
    await apply([config('a', { k: '1' }), gadget(1)]);
  });

  test('shows what a mutating policy changes', async () => {
    const rule = { apiGroups: [''], apiVersions: ['v1'], resources: ['services'], operations: ['CREATE', 'UPDATE'] };
    const expression = '[JSONPatch{op: "add", path: "/metadata/labels/added", value: "yes"}]';
    const spec = {
      matchConstraints: { resourceRules: [rule] },
      reinvocationPolicy: 'Never',
      mutations: [{ patchType: 'JSONPatch', jsonPatch: { expression } }],
    };
    const policy = { apiVersion: API, kind: 'MutatingAdmissionPolicy', metadata: { name: 'plan-label' }, spec };
    const binding = { apiVersion: API, kind: 'MutatingAdmissionPolicyBinding', metadata: { name: 'plan-label' } };
    kubectl(
      ['apply', '--server-side', '-f', '-'],
      toYaml(policy, { ...binding, spec: { policyName: 'plan-label', matchResources: HOOKED } }),
    );
    const service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', namespace: 'hooked' },
      spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
    };
    try {
      let fields: readonly JsonValue[] = [];
      // It comes into force a moment after it is stored.
      for (let attempt = 0; attempt < 100 && fields.length === 0; attempt++)
        fields = getArray(await plan([config('a', { k: '1' }), gadget(1), service]), 'changes', 0, 'fields');
      assert.deepEqual(fields, [{ path: '/metadata/labels/added', after: 'yes', by: 'admission' }]);
      assert.match(await text('--fail-on', 'never'), /mutating policy plan-label {2}sees Service hooked\/web/);
    } finally {
      kubectl(['delete', 'mutatingadmissionpolicy,mutatingadmissionpolicybinding', 'plan-label']);
    }
  });

  test('warns of a webhook that nobody answers for', async () => {
    const clientConfig = { service: { namespace: 'plain', name: 'nobody' }, caBundle: hooks.clientConfig('/check')['caBundle'] ?? '' };
    kubectl(
      ['apply', '--server-side', '-f', '-'],
      toYaml(webhook('Validating', { clientConfig, timeoutSeconds: 2 }, ['configmaps'], 'dead')),
    );
    try {
      const report = await plan([config('a', { k: '2' }), gadget(1)]);
      const told = findings(report);
      assert.match(
        told.find((item) => item.startsWith('KP0302')) ?? '',
        /the validating webhook dead\.plan\.example of plan-dead is asked about 1 of these changes .*its Service plain\/nobody does not exist/,
      );
      assert.match(told.find((item) => item.startsWith('KP0301')) ?? '', /failed calling webhook "dead\.plan\.example"/);
    } finally {
      kubectl(['delete', 'validatingwebhookconfiguration', 'plan-dead']);
    }
  });

  test('keeps drift apart from what the manifest changes, and names who, when and which field', async () => {
    await apply([config('a', { k: '1', other: '1' }), gadget(1)]);
    await writeAs('somebody', config('a', { k: 'changed', other: '1' }));
    const report = await plan([config('a', { k: '1', other: '2' }), gadget(1)]);
    const [drifted, changed] = getArray(report, 'changes', 0, 'fields');
    assert.deepEqual(changed, { path: '/data/other', before: '1', after: '2' });
    assert.equal(getString(drifted, 'drift', 'manager'), 'somebody');
    const time = getString(drifted, 'drift', 'time') ?? '';
    assert.ok(Date.now() - Date.parse(time) < 60_000, time);
    assert.deepEqual(
      findings(report).map((item) => item.replace(time, 'TIME')),
      ['KP0101 app.yaml:1 conflict with "somebody" using v1: .data.k, last written TIME'],
    );
    assert.match(await text('--fail-on', 'never'), /\nDrift [^]*\.data\.k +changed -> "1" {2}"somebody" at\s+20/);
    const kept = await plan([config('a', { k: '1', other: '2' }), gadget(1)], '--force-conflicts-with', 'helm');
    assert.equal(findings(kept).length, 1);
    const forced = await plan([config('a', { k: '1', other: '2' }), gadget(1)], '--force-conflicts-with', 'somebody');
    assert.deepEqual([changes(forced), findings(forced)], [['update ConfigMap a: confirmed'], []]);
    assert.equal(getString(forced, 'changes', 0, 'fields', 0, 'drift', 'manager'), 'somebody');
    await apply([config('a', { k: '1' }), gadget(1)], '--force-conflicts-with', 'helm', '--force-conflicts-with', 'somebody');
  });

  test('keeps what somebody took out apart from what the manifest changes, though it leaves no trace', async () => {
    const label = { labels: { team: 'a' }, annotations: { note: 'ours' } };
    const wanted = (data: JsonObject): readonly JsonObject[] => [config('torn', data, 'plain', label), config('a', { k: '1' }), gadget(1)];
    await apply(wanted({ k: '1', l: '2' }));
    const patch = { metadata: { labels: { team: null }, annotations: { note: null } }, data: { l: null } };
    kubectl(['patch', 'configmap/torn', '-n', 'plain', '--type=merge', '-p', JSON.stringify(patch)]);
    const driftOf = (report: JsonObject): readonly string[] =>
      getArray(report, 'changes', 0, 'fields').map(
        (field) => `${getString(field, 'path')}${getObject(field, 'drift') === undefined ? '' : ' drifted'}`,
      );
    assert.deepEqual(driftOf(await plan(wanted({ k: '1', l: '2' }))), [
      '/data/l drifted',
      '/metadata/annotations drifted',
      '/metadata/labels/team drifted',
    ]);
    assert.match(await text(), /Drift \(others changed[^]*\.data\.l +\(none\) -> "?2"? +not known by whom/);
    const changed = await plan(wanted({ k: '2', l: '2' }));
    assert.ok(
      driftOf(changed).every((field) => !field.includes('drifted')),
      driftOf(changed).join(),
    );
    await apply(wanted({ k: '1', l: '2' }));
    assert.deepEqual(changes(await plan(wanted({ k: '1', l: '2' }))), []);
    await apply([config('a', { k: '1' }), gadget(1)]);
  });

  test('tells those who may read and not write what could not be confirmed', async () => {
    const rules = [{ apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list', 'watch'] }];
    const name = 'plan-reader';
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name };
    const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name }];
    const rbac = 'rbac.authorization.k8s.io/v1';
    const role = { apiVersion: rbac, kind: 'ClusterRole', metadata: { name }, rules };
    kubectl(['apply', '-f', '-'], toYaml(role, { apiVersion: rbac, kind: 'ClusterRoleBinding', metadata: { name }, roleRef, subjects }));
    try {
      const report = await plan([config('a', { k: '2' }), gadget(1)], '--as', name);
      assert.deepEqual(changes(report), [
        'update ConfigMap a: the identity of the kubeconfig may not patch configmaps, not even in a dry run',
      ]);
      assert.deepEqual(findings(report), []);
    } finally {
      kubectl(['delete', 'clusterrole,clusterrolebinding', name]);
    }
  });

  test('takes fewer than 60 requests for 2,000 objects of which 10 differ, each of them confirmed', async () => {
    const objects = Array.from({ length: 2000 }, (_, n) => config(`many-${n}`, { n: `${n}` }));
    const kept = [config('a', { k: '1' }), gadget(1)];
    await apply([...kept, ...objects]);
    const differing = objects.map((object, n) => (n % 200 === 0 ? { ...object, data: { n: 'other' } } : object));
    const access: JsonValue = parseJson(readFileSync(KUBECONFIG, 'utf8'));
    const server = new URL(getString(access, 'clusters', 0, 'cluster', 'server') ?? '');
    const ca = readFileSync(getString(access, 'clusters', 0, 'cluster', 'certificate-authority') ?? '', 'utf8');
    const token = getString(access, 'users', 0, 'user', 'token') ?? '';
    const proxy = new FaultProxy({ port: Number(server.port), ca, token }, () => 1, {});
    const kubeconfig = await proxy.listen();
    try {
      const report = await plan([...kept, ...differing], '--kubeconfig', kubeconfig);
      assert.equal(changes(report).filter((item) => item.endsWith(': confirmed')).length, 10);
      const total = proxy.counts.get('none') ?? 0;
      console.log(`# ${total} requests for 2,000 objects of which 10 differ`);
      assert.ok(total > 10 && total < 60, `${total} requests`);
    } finally {
      proxy.close();
    }
  });
});
