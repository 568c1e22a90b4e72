import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameOf, type Plan } from '../../../src/model/index.ts';
import type { JsonObject } from '../../../src/std/index.ts';
import { manifest, plan, stored } from '../scenario.ts';

function item(apiVersion: string, kind: string, name = 'x', annotations: JsonObject = {}, rest: JsonObject = {}): JsonObject {
  return { apiVersion, kind, metadata: { name, annotations }, ...rest };
}

const crd = (annotations: JsonObject = {}): JsonObject =>
  item('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'xs.ex.io', annotations, {
    spec: { group: 'ex.io', scope: 'Namespaced', names: { kind: 'X', plural: 'xs' }, versions: [] },
  });

function workload(name: string, spec: JsonObject = {}, annotations: JsonObject = {}): JsonObject {
  return item('apps/v1', 'Deployment', name, annotations, { spec: { template: { spec: { containers: [], ...spec } } } });
}

function waves(what: Plan): readonly string[] {
  return what.waves.map(({ label, steps }) => `${label}: ${steps.map(({ ref }) => `${ref.kind}/${ref.name}`).join(' ')}`);
}

function orderOf(...objects: readonly JsonObject[]): readonly string[] {
  return waves(
    plan(
      [],
      objects.map((object) => manifest(object)),
    ),
  );
}

test('where the tools’ lists disagree', () => {
  const cases = [
    {
      name: 'definitions before everything that is not a Namespace',
      objects: [item('v1', 'ConfigMap'), crd(), item('v1', 'Namespace')],
      want: ['namespaces: Namespace/x', 'definitions: CustomResourceDefinition/xs.ex.io', 'config: ConfigMap/x'],
    },
    {
      name: 'a NetworkPolicy before the pods that it restricts',
      objects: [workload('w'), item('networking.k8s.io/v1', 'NetworkPolicy')],
      want: ['config: NetworkPolicy/x', 'workloads: Deployment/w'],
    },
    {
      name: 'a PriorityClass before the pods that name it',
      objects: [workload('w'), item('scheduling.k8s.io/v1', 'PriorityClass')],
      want: ['classes: PriorityClass/x', 'workloads: Deployment/w'],
    },
    {
      name: 'Secret and ConfigMap side by side',
      objects: [item('v1', 'Secret'), item('v1', 'ConfigMap')],
      want: ['config: ConfigMap/x Secret/x'],
    },
    {
      name: 'webhooks last, after what serves them',
      objects: [
        item('admissionregistration.k8s.io/v1', 'MutatingWebhookConfiguration'),
        item('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration'),
        workload('w'),
        item('networking.k8s.io/v1', 'Ingress'),
      ],
      want: ['workloads: Deployment/w', 'rest: Ingress/x', 'webhooks: MutatingWebhookConfiguration/x ValidatingWebhookConfiguration/x'],
    },
    {
      name: 'kinds that nobody lists after the workloads that serve them',
      objects: [item('ex.io/v1', 'X'), workload('w'), item('v1', 'Service')],
      want: ['services: Service/x', 'workloads: Deployment/w', 'rest: X/x'],
    },
    {
      name: 'a binding after the policy that it binds',
      objects: [
        item('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicyBinding', 'b', {}, { spec: { policyName: 'p' } }),
        item('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicy', 'p'),
      ],
      want: ['webhooks: ValidatingAdmissionPolicy/p', 'webhooks: ValidatingAdmissionPolicyBinding/b'],
    },
    {
      name: 'a binding after the role that it binds',
      objects: [
        item('rbac.authorization.k8s.io/v1', 'RoleBinding', 'b', {}, { roleRef: { kind: 'Role', name: 'r' } }),
        item('rbac.authorization.k8s.io/v1', 'Role', 'r'),
        item('v1', 'ServiceAccount'),
      ],
      want: ['rbac: ServiceAccount/x Role/r', 'rbac: RoleBinding/b'],
    },
  ];
  for (const { name, objects, want } of cases) assert.deepEqual(orderOf(...objects), want, name);
});

test('waves are asked for by annotations', () => {
  const cases = [
    {
      name: 'ours before Argo CD’s before Helm’s',
      objects: [
        item('v1', 'ConfigMap', 'a', { 'kapply.kplan.dev/wave': '2', 'argocd.argoproj.io/sync-wave': '-5' }),
        item('v1', 'ConfigMap', 'b', { 'argocd.argoproj.io/sync-wave': '-1', 'helm.sh/hook-weight': '9' }),
        item('v1', 'ConfigMap', 'c', { 'helm.sh/hook-weight': '5' }),
        item('v1', 'ConfigMap', 'd'),
      ],
      want: ['wave -1: ConfigMap/b', 'config: ConfigMap/d', 'wave 2: ConfigMap/a', 'wave 5: ConfigMap/c'],
    },
    {
      name: 'a Namespace is drawn forward to its first object',
      objects: [item('v1', 'Namespace', 'default', { 'kapply.kplan.dev/wave': '7' }), item('v1', 'ConfigMap')],
      want: ['namespaces: Namespace/default', 'config: ConfigMap/x'],
    },
    {
      name: 'a definition to its first resource',
      objects: [crd({ 'kapply.kplan.dev/wave': '7' }), item('ex.io/v1', 'X', 'x', { 'kapply.kplan.dev/wave': '-1' })],
      want: ['wave -1: CustomResourceDefinition/xs.ex.io', 'wave -1: X/x'],
    },
    {
      name: 'a config to the first pods that read it',
      objects: [
        item('v1', 'ConfigMap', 'c', { 'kapply.kplan.dev/wave': '7' }),
        workload('w', { volumes: [{ name: 'v', configMap: { name: 'c' } }] }),
      ],
      want: ['config: ConfigMap/c', 'workloads: Deployment/w'],
    },
    {
      name: 'depends-on puts off',
      objects: [
        item('v1', 'ConfigMap', 'a', { 'kapply.kplan.dev/depends-on': 'apps/namespaces/default/Deployment/w' }),
        workload('w'),
        workload('v', {}, { 'config.kubernetes.io/depends-on': 'apps/namespaces/default/Deployment/w' }),
      ],
      want: ['workloads: Deployment/w', 'workloads: ConfigMap/a Deployment/v'],
    },
  ];
  for (const { name, objects, want } of cases) assert.deepEqual(orderOf(...objects), want, name);
});

test('what cannot be followed is a finding at the annotation', () => {
  const on = (target: string): JsonObject => ({ 'kapply.kplan.dev/depends-on': target });
  const cases = [
    { name: 'no integer', objects: [item('v1', 'ConfigMap', 'a', { 'argocd.argoproj.io/sync-wave': 'first' })], want: ['KP0112'] },
    { name: 'no such object', objects: [item('v1', 'ConfigMap', 'a', on('/namespaces/default/Pod/p'))], want: ['KP0111'] },
    { name: 'no reference', objects: [item('v1', 'ConfigMap', 'a', on('Pod/p'))], want: ['KP0111'] },
    {
      name: 'a cycle',
      objects: [
        item('v1', 'ConfigMap', 'a', on('/namespaces/default/ConfigMap/b')),
        item('v1', 'ConfigMap', 'b', on('/namespaces/default/ConfigMap/a')),
      ],
      want: ['KP0110'],
    },
    {
      name: 'a Namespace that waits for its content',
      objects: [item('v1', 'Namespace', 'default', on('/namespaces/default/ConfigMap/a')), item('v1', 'ConfigMap', 'a')],
      want: ['KP0110'],
    },
  ];
  for (const { name, objects, want } of cases) {
    const { findings } = plan(
      [],
      objects.map((object) => manifest(object)),
    );
    assert.deepEqual(
      findings.map(({ code }) => code),
      want,
      name,
    );
    assert.match(findings[0]?.source?.file ?? '', /metadata\/annotations/, name);
  }
});

test('an object in the cluster satisfies a dependency', () => {
  const own = item('v1', 'ConfigMap', 'b');
  const next = item('v1', 'ConfigMap', 'a', { 'kapply.kplan.dev/depends-on': '/namespaces/default/ConfigMap/b' });
  assert.deepEqual(plan([stored(own)], [manifest(own), manifest(next)]).findings, []);
});

test('objects are deleted at the end, in reverse', () => {
  const gone = [item('v1', 'Namespace', 'n'), item('v1', 'ConfigMap'), workload('w'), crd()].map((object) => stored(object));
  const result = plan(gone, [manifest(item('v1', 'ConfigMap', 'new'))]);
  assert.deepEqual(waves(result), [
    'config: ConfigMap/new',
    'prune: Deployment/w',
    'prune: ConfigMap/x',
    'prune: CustomResourceDefinition/xs.ex.io',
    'prune: Namespace/n',
  ]);
});

const ARGO = 'argocd.argoproj.io/hook';
const HELM = 'helm.sh/hook';
const job = (name: string, annotations: JsonObject): JsonObject =>
  item('batch/v1', 'Job', name, annotations, { spec: { template: { spec: { containers: [], restartPolicy: 'Never' } } } });

test('hooks come before and after everything else, and after what nothing can do without', () => {
  const cases = [
    {
      name: 'before all but Namespaces and definitions, whatever their waves',
      objects: [
        job('pre', { [ARGO]: 'PreSync' }),
        item('v1', 'ConfigMap', 'c', { 'argocd.argoproj.io/sync-wave': '-7' }),
        item('v1', 'Namespace', 'n', { 'argocd.argoproj.io/sync-wave': '3' }),
        crd(),
      ],
      want: ['namespaces: Namespace/n', 'definitions: CustomResourceDefinition/xs.ex.io', 'hooks before: Job/pre', 'wave -7: ConfigMap/c'],
    },
    {
      name: 'what a hook needs comes before it',
      objects: [
        item(
          'batch/v1',
          'Job',
          'pre',
          { [HELM]: 'pre-install,pre-upgrade' },
          { spec: { template: { spec: { serviceAccountName: 'a' } } } },
        ),
        item('v1', 'ServiceAccount', 'a'),
        item('v1', 'ServiceAccount', 'b'),
      ],
      want: ['rbac: ServiceAccount/a', 'hooks before: Job/pre', 'rbac: ServiceAccount/b'],
    },
    {
      name: 'after all',
      objects: [
        job('post', { [HELM]: 'post-install', 'helm.sh/hook-weight': '-5' }),
        job('late', { [ARGO]: 'PostSync', 'argocd.argoproj.io/sync-wave': '2' }),
        item('v1', 'ConfigMap', 'c', { 'kapply.kplan.dev/wave': '9' }),
      ],
      want: ['wave 9: ConfigMap/c', 'hooks after: Job/post', 'hooks after: Job/late'],
    },
    {
      name: 'with the others',
      objects: [job('sync', { [ARGO]: 'Sync' }), crd({ [HELM]: 'crd-install' }), workload('w')],
      want: ['definitions: CustomResourceDefinition/xs.ex.io', 'workloads: Deployment/w Job/sync'],
    },
    {
      name: 'of several moments the first, and Argo CD’s word before Helm’s',
      objects: [job('a', { [ARGO]: 'PostSync, PreSync' }), job('b', { [ARGO]: 'PostSync', [HELM]: 'pre-install' }), workload('w')],
      want: ['hooks before: Job/a', 'workloads: Deployment/w', 'hooks after: Job/b'],
    },
  ];
  for (const { name, objects, want } of cases) assert.deepEqual(orderOf(...objects), want, name);
});

test('hooks of other moments are not applied, and the finding says so', () => {
  const cases = [
    { annotation: HELM, value: 'test', severity: 'info' },
    { annotation: HELM, value: 'test-success', severity: 'info' },
    { annotation: HELM, value: 'pre-rollback,post-rollback', severity: 'info' },
    { annotation: ARGO, value: 'Skip', severity: 'info' },
    { annotation: ARGO, value: 'PreSync,Skip', severity: 'info' },
    { annotation: ARGO, value: 'PreDelete,Skip', severity: 'info' },
    { annotation: HELM, value: 'test,presync', severity: 'warning' },
    { annotation: ARGO, value: 'presync', severity: 'warning' },
  ];
  for (const { annotation, value, severity } of cases) {
    const { findings, waves: none, unchanged } = plan([], [manifest(job('x', { [annotation]: value }))]);
    assert.deepEqual([none, unchanged], [[], []], value);
    assert.deepEqual(
      findings.map((finding) => [finding.code, finding.severity, finding.data['annotation'], finding.data['value']]),
      [['KP0114', severity, annotation, value]],
    );
    assert.match(findings[0]?.source?.file ?? '', /metadata\/annotations/);
  }
});

test('a hook that is not applied any more is neither changed nor deleted while its manifest stands', () => {
  const before = stored(job('x', { app: 'a' }));
  const others = [manifest(item('v1', 'ConfigMap'))];
  const hook = manifest(job('x', { [HELM]: 'test' }));
  const codes = (what: Plan): readonly string[] => what.findings.map(({ code }) => code);
  const kept = plan([before], [...others, hook]);
  assert.deepEqual([waves(kept), codes(kept)], [['config: ConfigMap/x'], ['KP0114']]);
  assert.match(JSON.stringify(kept.findings[0]?.data), /the one in the cluster stays as it is/);
  assert.deepEqual(waves(plan([before], others)), ['config: ConfigMap/x', 'prune: Job/x']);
  const revision = plan([hook.object], [...others], { mode: 'revision' });
  assert.deepEqual(waves(revision), ['config: ConfigMap/x']);
});

test('a hook that is applied says that it is so once', () => {
  const { findings } = plan([], [manifest(job('x', { [ARGO]: 'PostSync' })), manifest(job('y', { [ARGO]: 'Sync' }))]);
  assert.deepEqual(
    findings.map(({ code, severity, data }) => [code, severity, data['when']]),
    [['KP0115', 'info', 'applied after the others, anew with each change of the unit']],
  );
});

test('hooks of a failure or of a removal are not applied, and the plan carries them', () => {
  const times = {
    failure: 'run where an apply fails',
    before: 'run before the unit is removed (kapply delete)',
    after: 'run once the others of the unit are removed (kapply delete)',
  };
  const cases = [
    { annotation: ARGO, value: 'SyncFail', when: times.failure },
    { annotation: ARGO, value: 'PreDelete', when: times.before },
    { annotation: ARGO, value: 'PostDelete', when: times.after },
    { annotation: HELM, value: 'test,pre-delete', when: times.before },
    { annotation: HELM, value: 'pre-delete, post-delete', when: `${times.before}, and ${times.after}` },
    { annotation: 'kapply.kplan.dev/hook', value: 'failure', when: times.failure },
    { annotation: 'kapply.kplan.dev/hook', value: 'before-delete', when: times.before },
    { annotation: 'kapply.kplan.dev/hook', value: 'after-delete', when: times.after },
  ];
  for (const { annotation, value, when } of cases) {
    const hook = manifest(job('x', { [annotation]: value }));
    const result = plan([], [hook]);
    assert.deepEqual([result.waves, result.hooks?.map(nameOf)], [[], ['x']], value);
    assert.deepEqual(
      result.findings.map(({ code, data }) => [code, data['when']]),
      [['KP0115', when]],
    );
    assert.equal(plan([], [hook], { mode: 'revision' }).hooks, undefined);
  }
});

test('a hook of an apply may be one of its failure or of a removal, too', () => {
  const hook = manifest(job('x', { [ARGO]: 'PostSync,SyncFail' }));
  const result = plan([], [hook]);
  assert.deepEqual([waves(result), result.hooks?.map(nameOf)], [['hooks after: Job/x'], ['x']]);
  assert.deepEqual(
    result.findings.map(({ data }) => data['when']),
    ['applied after the others, anew with each change of the unit, and run where an apply fails'],
  );
});

test('a Secret that only a removal would need is not kept for it', () => {
  const hook = (value: string): readonly string[] =>
    plan([], [manifest(item('v1', 'Secret', 'x', { [HELM]: value }))]).findings.map(({ code }) => code);
  assert.deepEqual([hook('pre-delete'), hook('pre-install,pre-delete')], [['KP0114'], ['KP0115']]);
});
