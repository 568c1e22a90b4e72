import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatRef, type WorldSource } from '../../src/model/index.ts';
import { draftPlan, listQuestions } from '../../src/planner/index.ts';
import type { JsonObject } from '../../src/std/index.ts';
import { manifest, object, stored, toInput } from './scenario.ts';

const LIVE: WorldSource = { kind: 'cluster', description: 'cluster test', kubernetesVersions: ['1.36'] };
const NAMESPACE: JsonObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'new' } };
const DEFAULT: JsonObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } };
const OTHER: JsonObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other' } };
const POD: JsonObject = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'i' }] } };
const QUOTA: JsonObject = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'q' }, spec: { hard: { pods: '1' } } };
const SECRET: JsonObject = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, data: {} };

function config(name: string, value = '1', namespace = 'default'): JsonObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data: { value } };
}

const GOING: JsonObject = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'going', deletionTimestamp: '2026-11-21T00:00:00Z' },
};

function service(spec: JsonObject): JsonObject {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name: 's' }, spec: { ports: [{ port: 80 }], ...spec } };
}

function priority(value: number): JsonObject {
  return { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'p' }, value };
}

function webhook(resources: readonly string[], fields: JsonObject = {}): JsonObject {
  const rules = [{ apiGroups: [''], apiVersions: ['v1'], resources, operations: ['*'] }];
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: { name: 'conf' },
    webhooks: [{ name: 'w.example', sideEffects: 'None', rules, ...fields }],
  };
}

function gadgets(rule: JsonObject): JsonObject {
  const openAPIV3Schema = { type: 'object', properties: { spec: { type: 'object', properties: { size: { type: 'integer', ...rule } } } } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'gadgets.test.example' },
    spec: {
      group: 'test.example',
      scope: 'Namespaced',
      names: { plural: 'gadgets', singular: 'gadget', kind: 'Gadget' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }],
    },
  };
}

const GADGET: JsonObject = {
  apiVersion: 'test.example/v1',
  kind: 'Gadget',
  metadata: { name: 'g', namespace: 'default' },
  spec: { size: 1 },
};
const RULES: JsonObject = { 'x-kubernetes-validations': [{ rule: 'self > 0' }] };

interface Case {
  readonly name: string;
  readonly before?: readonly JsonObject[];
  readonly desired: readonly JsonObject[];
  readonly mode?: 'always';
  readonly foreign?: true;
  readonly want: readonly string[];
}

const cases: readonly Case[] = [
  { name: 'a new object that nobody sees', desired: [config('a')], want: [] },
  { name: 'the same, always', desired: [config('a')], mode: 'always', want: ['ConfigMap default/a'] },
  { name: 'one that does not change, always', before: [config('a')], desired: [config('a')], mode: 'always', want: [] },
  { name: 'a cluster of another version', desired: [config('a')], foreign: true, want: ['ConfigMap default/a'] },
  { name: 'a webhook', before: [webhook(['configmaps'])], desired: [config('a')], want: ['ConfigMap default/a mutated'] },
  { name: 'a webhook of something else', before: [webhook(['pods'])], desired: [config('a')], want: [] },
  {
    name: 'a webhook that is not called in dry runs',
    before: [webhook(['configmaps'], { sideEffects: 'Some' })],
    desired: [config('a')],
    want: ['ConfigMap default/a mutated: the mutating webhook w.example is not called in a dry run'],
  },
  { name: 'a Pod', desired: [POD], want: ['Pod default/p'] },
  { name: 'a quota', before: [QUOTA], desired: [config('a'), QUOTA], want: ['ConfigMap default/a'] },
  { name: 'a quota, and no new object', before: [QUOTA, config('a')], desired: [config('a', '2'), QUOTA], want: [] },
  { name: 'a namespace that is going away', before: [GOING], desired: [GOING, config('a', '1', 'going')], want: ['ConfigMap going/a'] },
  { name: 'a Service', desired: [service({})], want: [] },
  { name: 'a headless one', desired: [service({ clusterIP: 'None' })], want: [] },
  { name: 'one that asks for an address', desired: [service({ clusterIP: '10.96.0.9' })], want: ['Service default/s'] },
  { name: 'one that asks for a port', desired: [service({ ports: [{ port: 80, nodePort: 30080 }] })], want: ['Service default/s'] },
  { name: 'a class of priority for all', desired: [{ ...priority(1), globalDefault: true }], want: ['PriorityClass p'] },
  { name: 'a custom resource with rules', before: [gadgets(RULES)], desired: [gadgets(RULES), GADGET], want: ['Gadget default/g'] },
  { name: 'one without', before: [gadgets({})], desired: [gadgets({}), GADGET], want: [] },
  {
    name: 'one whose definition is made in the same change',
    desired: [gadgets(RULES), GADGET],
    want: [
      'CustomResourceDefinition gadgets.test.example',
      'Gadget default/g: the definition of Gadget is made or changed in the same change, and its rules in CEL are not looked at',
    ],
  },
  {
    name: 'one whose definition changes in its marks only',
    before: [gadgets(RULES)],
    desired: [{ ...gadgets(RULES), metadata: { name: 'gadgets.test.example', labels: { a: 'b' } } }, GADGET],
    want: ['CustomResourceDefinition gadgets.test.example', 'Gadget default/g'],
  },
  {
    name: 'a namespace made in the same change',
    desired: [NAMESPACE, config('a', '1', 'new')],
    mode: 'always',
    want: ['Namespace new', 'ConfigMap new/a: the Namespace new is made in the same change'],
  },
  {
    name: 'one with another namespace to ask in, where the name is free',
    before: [DEFAULT, OTHER, config('a')],
    desired: [DEFAULT, OTHER, config('a'), NAMESPACE, config('a', '1', 'new'), config('b', '1', 'new')],
    mode: 'always',
    want: [
      'Namespace new',
      'ConfigMap new/a: the Namespace new is made in the same change (as in other)',
      'ConfigMap new/b: the Namespace new is made in the same change (as in other)',
    ],
  },
  {
    name: 'one that webhooks select otherwise than any other',
    before: [DEFAULT, OTHER, webhook(['configmaps'], { namespaceSelector: { matchLabels: { hooked: 'yes' } } })],
    desired: [DEFAULT, OTHER, { ...NAMESPACE, metadata: { name: 'new', labels: { hooked: 'yes' } } }, config('a', '1', 'new')],
    want: ['ConfigMap new/a mutated: the Namespace new is made in the same change (validity in default)'],
  },
  {
    name: 'one that they select as they do another',
    before: [
      DEFAULT,
      { ...OTHER, metadata: { name: 'other', labels: { hooked: 'yes' } } },
      webhook(['configmaps'], { namespaceSelector: { matchLabels: { hooked: 'yes' } } }),
    ],
    desired: [{ ...NAMESPACE, metadata: { name: 'new', labels: { hooked: 'yes' } } }, config('a', '1', 'new')],
    want: ['ConfigMap new/a mutated: the Namespace new is made in the same change (as in other)'],
  },
  {
    name: 'one of another Pod Security level, and one with a quota',
    before: [DEFAULT, QUOTA, { ...OTHER, metadata: { name: 'other', labels: { 'pod-security.kubernetes.io/enforce': 'baseline' } } }],
    desired: [QUOTA, NAMESPACE, { ...POD, metadata: { name: 'p', namespace: 'new' } }],
    want: ['Pod new/p: the Namespace new is made in the same change (validity in default)'],
  },
  {
    name: 'a Secret in one',
    before: [DEFAULT, OTHER, webhook(['secrets'])],
    desired: [NAMESPACE, { ...SECRET, metadata: { name: 's', namespace: 'new' } }],
    want: ['Secret new/s mutated: values of Secrets are sent in a dry run only with --server-dry-run always'],
  },
  {
    name: 'a Secret that a webhook sees',
    before: [webhook(['secrets'])],
    desired: [SECRET],
    want: ['Secret default/s mutated: values of Secrets are sent in a dry run only with --server-dry-run always'],
  },
  { name: 'a Secret, always', desired: [SECRET], mode: 'always', want: ['Secret default/s'] },
  { name: 'a replacement', before: [priority(1)], desired: [priority(2)], want: ['PriorityClass p'] },
];

for (const { name, before = [], desired, mode = 'auto', foreign, want } of cases) {
  test(`${name} is asked about: ${want.join('; ') || 'nothing'}`, () => {
    const live = before.map((item) => stored(item));
    const definitions = [...before, ...desired].filter(({ kind }) => kind === 'CustomResourceDefinition').map(object);
    const base = toInput(
      live,
      desired.map((item) => manifest(item)),
    );
    const input = { ...base, beforeSource: LIVE, owned: new Set<never>(), catalog: base.catalog.withCustomResources(definitions) };
    const told = listQuestions(draftPlan(input).plan, input, { mode, isForeign: foreign === true }).map(
      ({ step, mutated, obstacle, standIn }) =>
        [
          formatRef(step.ref),
          mutated ? ' mutated' : '',
          obstacle === undefined ? '' : `: ${obstacle}`,
          standIn === undefined ? '' : ` (${standIn.isAlike ? 'as in' : 'validity in'} ${standIn.namespace})`,
        ].join(''),
    );
    assert.deepEqual(told, want);
  });
}
