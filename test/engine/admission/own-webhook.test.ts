import assert from 'node:assert/strict';
import { test } from 'node:test';
import { admissionEngine } from '../../../src/engine/index.ts';
import { describe, World, type KubernetesObject } from '../../../src/model/index.ts';
import type { JsonObject } from '../../../src/std/index.ts';

const webhook = (fields: JsonObject): KubernetesObject => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingWebhookConfiguration',
  metadata: { name: 'guard' },
  webhooks: [
    {
      name: 'pods.guard.example',
      sideEffects: 'None',
      clientConfig: { service: { namespace: 'guard', name: 'guard' } },
      rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
      ...fields,
    },
  ],
});
const namespace: KubernetesObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'guard', labels: { team: 'sec' } } };
const service: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'guard', namespace: 'guard' },
  spec: { selector: { app: 'guard' }, ports: [{ port: 443 }] },
};
const deployment = (app: string): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'guard', namespace: 'guard' },
  spec: { template: { metadata: { labels: { app } }, spec: { containers: [{ name: 'c', image: 'x' }] } } },
});

const SAID =
  'webhook pods.guard.example is asked about the pods of Deployment guard/guard, which answer for it through Service guard/guard: once none runs, none can start';
const CASES: readonly { name: string; fields: JsonObject; app?: string; want: readonly string[] }[] = [
  { name: 'one that sees all pods', fields: {}, want: [SAID] },
  { name: 'one that may fail', fields: { failurePolicy: 'Ignore' }, want: [] },
  { name: 'one of other pods', fields: {}, app: 'other', want: [] },
  {
    name: 'one that leaves its namespace out',
    fields: { namespaceSelector: { matchExpressions: [{ key: 'team', operator: 'DoesNotExist' }] } },
    want: [],
  },
  {
    name: 'one that leaves out its namespace by name',
    fields: { namespaceSelector: { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: ['guard'] }] } },
    want: [],
  },
  {
    name: 'one that leaves its pods out',
    fields: { objectSelector: { matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['guard'] }] } },
    want: [],
  },
  {
    name: 'one of Deployments',
    fields: { rules: [{ apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['deployments'] }] },
    want: [],
  },
  {
    name: 'one whose conditions are not known',
    fields: { matchConditions: [{ name: 'a', expression: "object.spec.nodeName != ''" }] },
    want: [],
  },
];
for (const { name, fields, app = 'guard', want } of CASES)
  test(`webhooks that wait for themselves: ${name}`, () => {
    const world = World.of([webhook(fields), namespace, service, deployment(app)]);
    const changes = admissionEngine.compare(World.EMPTY, world).filter(({ fact }) => fact.code === 'KQ0009');
    assert.deepEqual(
      changes.map(({ fact }) => describe(fact)),
      want,
    );
    assert.deepEqual(admissionEngine.compare(world, world), []);
  });
