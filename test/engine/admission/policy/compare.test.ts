import assert from 'node:assert/strict';
import { test } from 'node:test';
import { admissionEngine } from '../../../../src/engine/index.ts';
import { describe, World, type KubernetesObject } from '../../../../src/model/index.ts';
import { getObject, type JsonObject } from '../../../../src/std/index.ts';

const made = (apiVersion: string, kind: string, metadata: JsonObject, fields: JsonObject): KubernetesObject => ({
  apiVersion,
  kind,
  metadata,
  ...fields,
});
const policy = (spec: JsonObject): KubernetesObject =>
  made(
    'admissionregistration.k8s.io/v1',
    'ValidatingAdmissionPolicy',
    { name: 'p' },
    {
      spec: {
        matchConstraints: {
          resourceRules: [{ apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['deployments'] }],
        },
        ...spec,
      },
    },
  );
const binding = (spec: JsonObject = {}): KubernetesObject =>
  made(
    'admissionregistration.k8s.io/v1',
    'ValidatingAdmissionPolicyBinding',
    { name: 'b' },
    {
      spec: { policyName: 'p', validationActions: ['Deny'], ...spec },
    },
  );
const web = (replicas: number, metadata: JsonObject = {}): KubernetesObject =>
  made('apps/v1', 'Deployment', { name: 'web', namespace: 'shop', ...metadata }, { spec: { replicas } });
const shop = (labels: JsonObject = {}): KubernetesObject => made('v1', 'Namespace', { name: 'shop', labels }, {});
const limits = (most: string, metadata: JsonObject = {}): KubernetesObject =>
  made('v1', 'ConfigMap', { name: 'limits', namespace: 'shop', ...metadata }, { data: { most } });
const AT_MOST_3 = policy({ validations: [{ expression: 'object.spec.replicas <= 3' }] });
const BY_PARAMS = policy({
  paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
  validations: [{ expression: 'object.spec.replicas <= int(params.data.most)', message: 'too many' }],
});
const denied = (why: string): string =>
  `KQ0006 error deployments.apps "web" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: ${why}`;
const FAILED = 'failed expression: object.spec.replicas <= 3';

const ON_PODS = policy({
  matchConstraints: { resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }] },
  validations: [{ expression: "object.spec.containers.all(c, c.image.startsWith('registry.example.com/'))", message: 'not ours' }],
});
const running = (image: string, replicas = 2): KubernetesObject =>
  made(
    'apps/v1',
    'Deployment',
    { name: 'web', namespace: 'shop' },
    {
      spec: {
        replicas,
        selector: { matchLabels: { a: 'b' } },
        template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'web', image }] } },
      },
    },
  );
const nightly = (image: string, spec: JsonObject = {}): KubernetesObject =>
  made(
    'batch/v1',
    'CronJob',
    { name: 'nightly', namespace: 'shop' },
    {
      spec: {
        schedule: '0 3 * * *',
        jobTemplate: { spec: { template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'run', image }] } } } },
        ...spec,
      },
    },
  );
const deniedRuns = (why: string): string =>
  `KQ0006 error pods "nightly-" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: ${why}`;
/** The policy with another expression. */
const saying = (expression: string): KubernetesObject => ({
  ...ON_PODS,
  spec: { ...getObject(ON_PODS['spec']), validations: [{ expression }] },
});
const deniedPods = `KQ0006 error pods "web-" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: not ours`;

const CASES: readonly {
  name: string;
  before?: readonly KubernetesObject[];
  after: readonly KubernetesObject[];
  want: readonly string[];
}[] = [
  { name: 'what holds', after: [AT_MOST_3, binding(), web(3)], want: [] },
  { name: 'what does not', after: [AT_MOST_3, binding(), web(4)], want: [denied(FAILED)] },
  { name: 'nothing is bound', after: [AT_MOST_3, web(4)], want: [] },
  {
    name: 'pods that the controllers make, once for all of them',
    after: [shop(), ON_PODS, binding(), running('evil/web')],
    want: [deniedPods],
  },
  { name: 'pods that it lets pass', after: [shop(), ON_PODS, binding(), running('registry.example.com/web')], want: [] },
  { name: 'no pod is made', after: [shop(), ON_PODS, binding(), running('evil/web', 0)], want: [] },
  {
    name: 'pods that were refused before',
    before: [shop(), ON_PODS, binding(), running('evil/web')],
    after: [shop(), ON_PODS, binding(), running('evil/web', 3)],
    want: [],
  },
  {
    name: 'what pods are called is not known',
    after: [
      shop(),
      {
        ...ON_PODS,
        spec: { ...getObject(ON_PODS['spec']), validations: [{ expression: "object.metadata.name == 'x' && request.name == 'x'" }] },
      },
      binding(),
      running('evil/web'),
    ],
    want: [],
  },
  {
    name: 'pods of the Jobs that a CronJob will make',
    after: [shop(), ON_PODS, binding(), nightly('evil/run')],
    want: [deniedRuns('not ours')],
  },
  {
    name: 'pods of a CronJob that were refused before',
    before: [shop(), ON_PODS, binding(), nightly('evil/run')],
    after: [shop(), ON_PODS, binding(), nightly('evil/run', { schedule: '0 4 * * *' })],
    want: [],
  },
  {
    name: 'a new policy of what a CronJob will make',
    before: [shop(), nightly('evil/run')],
    after: [shop(), ON_PODS, binding(), nightly('evil/run')],
    want: [deniedRuns('not ours')],
  },
  { name: 'pods of a CronJob that it lets pass', after: [shop(), ON_PODS, binding(), nightly('registry.example.com/run')], want: [] },
  { name: 'a CronJob that is suspended makes none', after: [shop(), ON_PODS, binding(), nightly('evil/run', { suspend: true })], want: [] },
  {
    name: 'conditions look at the pods of a CronJob',
    after: [
      shop(),
      {
        ...ON_PODS,
        spec: { ...getObject(ON_PODS['spec']), matchConditions: [{ name: 'a', expression: "object.metadata.labels['a'] != 'b'" }] },
      },
      binding(),
      nightly('evil/run'),
    ],
    want: [],
  },
  {
    name: 'by which labels Jobs know their pods is known, not what they say',
    after: [shop(), saying("object.metadata.labels['job-name'] == 'x'"), binding(), nightly('evil/run')],
    want: [],
  },
  {
    name: 'the other labels of pods are known',
    after: [shop(), saying("object.metadata.labels['a'] == 'x'"), binding(), nightly('evil/run')],
    want: [deniedRuns("failed expression: object.metadata.labels['a'] == 'x'")],
  },
  { name: 'another kind', after: [AT_MOST_3, binding(), { ...web(4), kind: 'StatefulSet' }], want: [] },
  {
    name: 'a warning',
    after: [AT_MOST_3, binding({ validationActions: ['Warn', 'Audit'] }), web(4)],
    want: [`KQ0007 warning Validation failed for ValidatingAdmissionPolicy 'p' with binding 'b': ${FAILED}`],
  },
  {
    name: 'an entry of the audit log',
    after: [AT_MOST_3, binding({ validationActions: ['Audit'] }), web(4)],
    want: [`KQ0007 info Validation failed for ValidatingAdmissionPolicy 'p' with binding 'b': ${FAILED}`],
  },
  {
    name: 'a namespace that the binding selects',
    after: [AT_MOST_3, binding({ matchResources: { namespaceSelector: { matchLabels: { env: 'prod' } } } }), shop({ env: 'prod' }), web(4)],
    want: [denied(FAILED)],
  },
  {
    name: 'one that it does not select',
    after: [AT_MOST_3, binding({ matchResources: { namespaceSelector: { matchLabels: { env: 'prod' } } } }), shop(), web(4)],
    want: [],
  },
  {
    name: 'one whose labels nobody knows',
    after: [AT_MOST_3, binding({ matchResources: { namespaceSelector: { matchLabels: { env: 'prod' } } } }), web(4)],
    want: [],
  },
  {
    name: 'parameters by name',
    after: [BY_PARAMS, binding({ paramRef: { name: 'limits' } }), limits('2'), web(3)],
    want: [denied('too many')],
  },
  {
    name: 'each parameter that is selected',
    after: [
      BY_PARAMS,
      binding({ paramRef: { selector: { matchLabels: { a: 'b' } } } }),
      limits('2', { labels: { a: 'b' } }),
      limits('5', { name: 'more', labels: { a: 'b' } }),
      limits('1', { name: 'other' }),
      web(3),
    ],
    want: [denied('too many')],
  },
  {
    name: 'parameters that are not there',
    after: [BY_PARAMS, binding({ paramRef: { name: 'limits', parameterNotFoundAction: 'Deny' } }), web(3)],
    want: [denied('failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction')],
  },
  {
    name: 'and need not be',
    after: [BY_PARAMS, binding({ paramRef: { name: 'limits', parameterNotFoundAction: 'Allow' } }), web(3)],
    want: [],
  },
  {
    name: 'what changes against what was',
    before: [
      policy({ validations: [{ expression: 'oldObject == null || object.spec.replicas >= oldObject.spec.replicas' }] }),
      binding(),
      web(4),
    ],
    after: [
      policy({ validations: [{ expression: 'oldObject == null || object.spec.replicas >= oldObject.spec.replicas' }] }),
      binding(),
      web(2),
    ],
    want: [denied('failed expression: oldObject == null || object.spec.replicas >= oldObject.spec.replicas')],
  },
  {
    name: 'who asks is not known',
    after: [
      policy({
        validations: [
          { expression: "request.userInfo.username == 'jane'" },
          { expression: "authorizer.path('/x').check('get').allowed()" },
        ],
      }),
      binding(),
      web(1),
    ],
    want: [],
  },
  {
    name: 'nor is what the server sets',
    after: [
      policy({ validations: [{ expression: "object.metadata.uid == ''" }, { expression: 'has(object.status)' }] }),
      binding(),
      web(1),
    ],
    want: [],
  },
  {
    name: 'an expression that fails is a refusal',
    after: [policy({ validations: [{ expression: 'object.spec.nothing > 1' }] }), binding(), web(1)],
    want: [denied("expression 'object.spec.nothing > 1' resulted in error: no such key: nothing")],
  },
  {
    name: 'an expression that does not compile',
    after: [policy({ validations: [{ expression: 'object.spec.replicas <' }] })],
    want: ['KQ0008 error p: spec.validations[0].expression: compilation failed: ERROR: <input>:1:23: Syntax error: mismatched input'],
  },
];
for (const { name, before = [], after, want } of CASES)
  test(`admission policies: ${name}`, () => {
    const changes = admissionEngine.compare(World.of(before), World.of(after)).filter(({ fact }) => fact.code >= 'KQ0006');
    const told = changes.map(({ fact }) => `${fact.code} ${fact.severity} ${describe(fact)}`);
    assert.deepEqual(
      told.map((text) => text.replace(/(mismatched input).*/, '$1')),
      want,
    );
  });

test('a policy that is new finds what is there, and says nothing again of what it refused before', () => {
  const there = web(4);
  const before = World.of([there]);
  const after = before.with([AT_MOST_3, binding()]);
  const list = (a: World, b: World): readonly string[] => admissionEngine.compare(a, b).map(({ fact }) => fact.code);
  assert.deepEqual(list(before, after), ['KQ0006']);
  assert.deepEqual(list(after, after.with([binding({ validationActions: ['Deny', 'Audit'] })])), []);
});
