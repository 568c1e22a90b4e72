import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubernetesObject } from '../../../src/model/index.ts';
import { judgeNamespaceLabels, readPodSecuritySettings } from '../../../src/model/pod-security/index.ts';
import type { JsonObject } from '../../../src/std/index.ts';

const labels = (level: string, version = 'latest'): ReadonlyMap<string, string> =>
  new Map([
    ['pod-security.kubernetes.io/enforce', level],
    ['pod-security.kubernetes.io/enforce-version', version],
  ]);
const pod = (name: string, spec: JsonObject): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'shop' },
  spec: { containers: [], ...spec },
});
const PODS = [
  pod('web-2', { hostPID: true }),
  pod('web-1', { hostPID: true }),
  pod('db-0', {}),
  pod('log', { hostIPC: true, volumes: [{ name: 'v', hostPath: {} }] }),
];
const SAID = [
  'existing pods in namespace "shop" violate the new PodSecurity enforce level "baseline:latest"',
  'log: host namespaces, hostPath volumes',
  'web-1 (and 1 other pod): host namespaces',
];

const CASES: readonly {
  name: string;
  before: ReadonlyMap<string, string>;
  after: ReadonlyMap<string, string>;
  settings?: JsonObject;
  want: readonly string[];
}[] = [
  { name: 'the first level', before: new Map(), after: labels('baseline'), want: SAID },
  { name: 'a stricter level', before: labels('privileged'), after: labels('baseline'), want: SAID },
  { name: 'a level that is relaxed', before: labels('restricted'), after: labels('baseline'), want: [] },
  { name: 'one that is relaxed in another version', before: labels('restricted', 'v1.30'), after: labels('baseline'), want: SAID },
  { name: 'the same level', before: labels('baseline'), after: labels('baseline'), want: [] },
  { name: 'no level any more', before: labels('baseline'), after: new Map(), want: [] },
  {
    name: 'an exempt namespace',
    before: new Map(),
    after: labels('baseline'),
    settings: { exemptions: { namespaces: ['shop'] } },
    want: ['namespace "shop" is exempt from Pod Security, and the policy (enforce=baseline:latest) will be ignored'],
  },
];
for (const { name, before, after, settings = {}, want } of CASES)
  test(`labels of a namespace change: ${name}`, () => {
    const site = { namespace: 'shop', labels: after, settings: readPodSecuritySettings(settings) };
    assert.deepEqual(judgeNamespaceLabels(before, site, PODS).warnings, want);
  });

test('labels that mean nothing are refused once, not again where they were there', () => {
  const site = { namespace: 'shop', labels: labels('strict'), settings: readPodSecuritySettings({}) };
  assert.equal(judgeNamespaceLabels(undefined, site, []).faults.length, 1);
  assert.equal(judgeNamespaceLabels(labels('baseline'), site, []).faults.length, 1);
  assert.equal(judgeNamespaceLabels(labels('strict'), site, []).faults.length, 0);
});
