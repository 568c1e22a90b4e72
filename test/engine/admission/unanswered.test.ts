import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expandWorld } from '../../../src/engine/controllers/index.ts';
import { compareUnanswered } from '../../../src/engine/admission/unanswered.ts';
import { describe, World, type KubernetesObject } from '../../../src/model/index.ts';

const at = { namespace: 'guard', name: 'guard' };
const hook = (failurePolicy: string): KubernetesObject => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'MutatingWebhookConfiguration',
  metadata: { name: 'guard' },
  webhooks: [{ name: 'a.guard.example', failurePolicy, clientConfig: { service: at } }],
});
const service = (app: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: at,
  spec: { selector: { app }, ports: [{ port: 443 }] },
});
const deployment = (replicas: number): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: at,
  spec: { replicas, template: { metadata: { labels: { app: 'guard' } }, spec: { containers: [{ name: 'c', image: 'x' }] } } },
});

const SAID =
  'webhook a.guard.example of MutatingWebhookConfiguration guard refuses all that it is asked about: Service guard/guard leads to no pod any more';
const FAIL = hook('Fail');
const GUARD = [service('guard'), deployment(2)];

const CASES: readonly (readonly [
  name: string,
  before: readonly KubernetesObject[],
  after: readonly KubernetesObject[],
  want: readonly string[],
])[] = [
  ['no replicas any more', [FAIL, ...GUARD], [FAIL, service('guard'), deployment(0)], [SAID]],
  ['no workload any more', [FAIL, ...GUARD], [FAIL, service('guard')], [SAID]],
  ['a selector of nobody', [FAIL, ...GUARD], [FAIL, service('other'), deployment(2)], [SAID]],
  ['fewer replicas', [FAIL, ...GUARD], [FAIL, service('guard'), deployment(1)], []],
  ['no Service any more, which is told as a reference', [FAIL, ...GUARD], [FAIL, deployment(2)], []],
  ['nobody before either', [FAIL, service('guard')], [FAIL, service('guard')], []],
  ['a webhook that may fail', [hook('Ignore'), ...GUARD], [hook('Ignore'), service('guard')], []],
  ['a webhook that goes too', [FAIL, ...GUARD], [service('guard')], []],
];

for (const [name, before, after, want] of CASES)
  test(`webhooks that nobody answers any more: ${name}`, () => {
    const changes = compareUnanswered(World.of(before), World.of(after), expandWorld);
    assert.deepEqual(
      changes.map(({ fact }) => describe(fact)),
      want,
    );
  });
