import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAdmission, type AdmissionSettings } from '../../../../src/engine/index.ts';
import { describe, World, type KubernetesObject } from '../../../../src/model/index.ts';
import { loadCatalog } from '../../../../src/model/schema/index.ts';
import { createPatcher } from '../../../../src/planner/index.ts';
import type { JsonObject } from '../../../../src/std/index.ts';

const API = 'admissionregistration.k8s.io/v1';
const ON_DEPLOYMENTS = {
  resourceRules: [{ apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['deployments'] }],
};
const policy = (spec: JsonObject, name = 'p', apiVersion = API): KubernetesObject => ({
  apiVersion,
  kind: 'MutatingAdmissionPolicy',
  metadata: { name },
  spec: { matchConstraints: ON_DEPLOYMENTS, ...spec },
});
const binding = (spec: JsonObject = {}, name = 'p'): KubernetesObject => ({
  apiVersion: API,
  kind: 'MutatingAdmissionPolicyBinding',
  metadata: { name },
  spec: { policyName: name, ...spec },
});
const configuration = (expression: string): JsonObject => ({ patchType: 'ApplyConfiguration', applyConfiguration: { expression } });
const patch = (expression: string): JsonObject => ({ patchType: 'JSONPatch', jsonPatch: { expression } });
const web = (replicas: number): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop' },
  spec: {
    replicas,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'web:1' }] } },
  },
});
const UNTOUCHED = web(1);
const shop: KubernetesObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } };
const AT_LEAST_3 = configuration('Object{spec: Object.spec{replicas: object.spec.replicas < 3 ? 3 : object.spec.replicas}}');
const TEAM = patch("[JSONPatch{op: 'add', path: '/metadata/labels', value: {'team': 'shop'}}]");
const changed = (changes: string, name = 'p'): string =>
  `KQ0010 info MutatingAdmissionPolicy ${name} with binding ${name} changes Deployment shop/web: ${changes}`;
const refused = (message: string): string => `KQ0006 error policy 'p' with binding 'p' denied request: ${message}`;

const JANE = { name: 'jane', groups: ['dev', 'system:authenticated'] };
const JANE_MAY: readonly KubernetesObject[] = [
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'deployer' },
    rules: [{ apiGroups: ['apps'], resources: ['deployments'], verbs: ['scale'] }],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'deployer' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'deployer' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'jane' }],
  },
];
const MAY_SCALE = configuration(
  "Object{spec: Object.spec{replicas: authorizer.requestResource.check('scale').allowed() ? object.spec.replicas : 1}}",
);

const CASES: readonly {
  name: string;
  before?: readonly KubernetesObject[];
  after: readonly KubernetesObject[];
  settings?: AdmissionSettings;
  want: readonly string[];
}[] = [
  { name: 'a configuration', after: [policy({ mutations: [AT_LEAST_3] }), binding(), web(1)], want: [changed('spec.replicas: 1 -> 3')] },
  { name: 'one that changes nothing', after: [policy({ mutations: [AT_LEAST_3] }), binding(), web(4)], want: [] },
  { name: 'a patch', after: [policy({ mutations: [TEAM] }), binding(), web(1)], want: [changed('metadata.labels: + {"team":"shop"}')] },
  {
    name: 'an older version of the policy',
    after: [policy({ mutations: [TEAM] }, 'p', 'admissionregistration.k8s.io/v1beta1'), binding(), web(1)],
    want: [changed('metadata.labels: + {"team":"shop"}')],
  },
  { name: 'no binding', after: [policy({ mutations: [TEAM] }), web(1)], want: [] },
  {
    name: 'an object that nobody writes',
    before: [UNTOUCHED],
    after: [policy({ mutations: [TEAM] }), binding(), UNTOUCHED],
    want: [],
  },
  {
    name: 'a list by its keys',
    after: [
      policy({
        mutations: [
          configuration(
            "Object{spec: Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{containers: [Object.spec.template.spec.containers{name: 'web', image: 'web:2'}]}}}}",
          ),
        ],
      }),
      binding(),
      web(1),
    ],
    want: [changed('spec.template.spec.containers[0].image: "web:1" -> "web:2"')],
  },
  {
    name: 'a list that is one value',
    after: [
      policy({
        mutations: [
          configuration(
            "Object{metadata: Object.metadata{finalizers: ['example.com/x']}, spec: Object.spec{selector: Object.spec.selector{}}}",
          ),
        ],
      }),
      binding(),
      web(1),
    ],
    want: [refused('error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: .spec.selector')],
  },
  {
    name: 'a field that is none',
    after: [policy({ mutations: [configuration('Object{spec: Object.spec{replica: 3}}')] }), binding(), web(1)],
    want: [refused('error applying patch: failed to convert patch object to typed object: .spec.replica: field not declared in schema')],
  },
  {
    name: 'a failure that is ignored',
    after: [policy({ failurePolicy: 'Ignore', mutations: [configuration('Object{spec: Object.spec{replica: 3}}')] }), binding(), web(1)],
    want: [],
  },
  {
    name: 'a condition that does not hold',
    after: [policy({ matchConditions: [{ name: 'c', expression: 'object.spec.replicas > 1' }], mutations: [TEAM] }), binding(), web(1)],
    want: [],
  },
  {
    name: 'parameters and variables',
    after: [
      policy({
        paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
        variables: [{ name: 'least', expression: 'int(params.data.least)' }],
        mutations: [configuration('Object{spec: Object.spec{replicas: variables.least}}')],
      }),
      binding({ paramRef: { name: 'least', parameterNotFoundAction: 'Deny' } }),
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'least', namespace: 'shop' }, data: { least: '5' } },
      web(1),
    ],
    want: [changed('spec.replicas: 1 -> 5')],
  },
  {
    name: 'parameters that are not there',
    after: [
      policy({ paramKind: { apiVersion: 'v1', kind: 'ConfigMap' }, mutations: [TEAM] }),
      binding({ paramRef: { name: 'least', parameterNotFoundAction: 'Deny' } }),
      web(1),
    ],
    want: [refused('failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction')],
  },
  {
    name: 'a policy that is asked again',
    after: [
      policy(
        {
          reinvocationPolicy: 'IfNeeded',
          mutations: [configuration("Object{metadata: Object.metadata{annotations: {'replicas': string(object.spec.replicas)}}}")],
        },
        'a',
      ),
      binding({}, 'a'),
      policy({ reinvocationPolicy: 'Never', mutations: [AT_LEAST_3] }, 'b'),
      binding({}, 'b'),
      web(1),
    ],
    want: [
      changed('metadata.annotations.replicas: "1" -> "3"', 'a'),
      changed('metadata.annotations: + {"replicas":"1"}', 'a'),
      changed('spec.replicas: 1 -> 3', 'b'),
    ],
  },
  {
    name: 'a validating policy judges what comes of it',
    after: [
      policy({ mutations: [AT_LEAST_3] }),
      binding(),
      {
        apiVersion: API,
        kind: 'ValidatingAdmissionPolicy',
        metadata: { name: 'v' },
        spec: { matchConstraints: ON_DEPLOYMENTS, validations: [{ expression: 'object.spec.replicas == 3', message: 'not three' }] },
      },
      {
        apiVersion: API,
        kind: 'ValidatingAdmissionPolicyBinding',
        metadata: { name: 'v' },
        spec: { policyName: 'v', validationActions: ['Deny'] },
      },
      web(1),
    ],
    want: [changed('spec.replicas: 1 -> 3')],
  },
  {
    name: 'pods that the controllers make',
    after: [
      shop,
      policy({
        matchConstraints: { resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }] },
        mutations: [configuration('Object{spec: Object.spec{hostname: "h"}}')],
      }),
      binding(),
      web(2),
    ],
    want: ['KQ0010 info MutatingAdmissionPolicy p with binding p changes the pods of Deployment shop/web: spec.hostname: + "h"'],
  },
  {
    name: 'who writes, where that is known',
    settings: { writer: JANE },
    after: [
      policy({ mutations: [patch("[JSONPatch{op: 'add', path: '/metadata/annotations', value: {'by': request.userInfo.username}}]")] }),
      binding(),
      web(1),
    ],
    want: [changed('metadata.annotations: + {"by":"jane"}')],
  },
  {
    name: 'and is not known',
    after: [
      policy({ mutations: [patch("[JSONPatch{op: 'add', path: '/metadata/annotations', value: {'by': request.userInfo.username}}]")] }),
      binding(),
      web(1),
    ],
    want: [],
  },
  {
    name: 'what the writer may do',
    settings: { writer: JANE, knowsRights: true },
    after: [policy({ mutations: [MAY_SCALE] }), binding(), web(5), ...JANE_MAY],
    want: [],
  },
  {
    name: 'and may not',
    settings: { writer: JANE, knowsRights: true },
    after: [policy({ mutations: [MAY_SCALE] }), binding(), web(5)],
    want: [changed('spec.replicas: 5 -> 1')],
  },
  {
    name: 'rights that are not known',
    settings: { writer: JANE },
    after: [policy({ mutations: [MAY_SCALE] }), binding(), web(5)],
    want: [],
  },
  {
    name: 'an expression that does not compile',
    after: [policy({ mutations: [patch("[JSONPatch{opp: 'add'}]")] }), binding()],
    want: ["KQ0008 error p: spec.mutations[0].jsonPatch.expression: compilation failed: ERROR: <input>:1:15: undefined field 'opp'"],
  },
  {
    name: 'values of a Secret are not shown',
    after: [
      policy({
        matchConstraints: { resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['secrets'] }] },
        mutations: [configuration("Object{stringData: {'key': 'hidden'}}")],
      }),
      binding(),
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'shop' }, stringData: { key: 'value' } },
    ],
    want: ['KQ0010 info MutatingAdmissionPolicy p with binding p changes Secret shop/s: stringData.key: *** -> ***'],
  },
];
const PATCHER = createPatcher(loadCatalog('1.36'));
for (const { name, before = [], after, settings = {}, want } of CASES)
  test(`mutating policies: ${name}`, () => {
    const changes = createAdmission({ patcher: PATCHER, ...settings }).compare(World.of(before), World.of(after));
    assert.deepEqual(
      changes
        .filter(({ fact }) => fact.code >= 'KQ0006')
        .map(({ fact }) => `${fact.code} ${fact.severity} ${describe(fact)}`)
        .toSorted(),
      want.toSorted(),
    );
  });
