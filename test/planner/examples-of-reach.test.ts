import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keepEnforced, listPolicyChecks, listUnenforced } from '../../src/engine/network/index.ts';
import { findEntry, World } from '../../src/model/index.ts';
import { added, complete, configOf, join, OTHER, replaced, testExamples, type ExampleCase } from './example-world.ts';

const workload = (app: string, namespace = 'shop'): string =>
  `kind: Deployment\nmetadata: {name: ${app}, namespace: ${namespace}}\nspec: {template: {metadata: {labels: {app: ${app}}}, spec: {containers: [{name: main, ports: [{name: main, containerPort: 5432}]}]}}}`;
const WEB = workload('web');
const DB = workload('db');
const BOTH = join(WEB, DB);
const ARCHIVE = workload('archive');
const DNS = join(
  workload('dns', 'kube-system').replace('labels: {', 'labels: {k8s-app: kube-dns, '),
  'kind: Service\nmetadata: {name: kube-dns, namespace: kube-system}\nspec: {selector: {k8s-app: kube-dns}, ports: [{name: dns, port: 53, protocol: UDP}]}',
);
const CONTROLLER = workload('ingress-nginx', 'ingress-nginx').replace(
  'labels: {app: ingress-nginx}',
  'labels: {app.kubernetes.io/name: ingress-nginx, app.kubernetes.io/component: controller}',
);

const cases: readonly ExampleCase[] = [
  { code: 'KN0101', sides: replaced('[{}]', '[]', BOTH) },
  { code: 'KN0102', sides: added(BOTH) },
  { code: 'KN0103', sides: added(OTHER) },
  { code: 'KN0104', sides: added(DB) },
  { code: 'KN0105', sides: replaced('ClusterIP', 'LoadBalancer', DB) },
  { code: 'KN0106', sides: replaced('web2', 'web') },
  { code: 'KN0107', sides: replaced('selector: {app: archive}', 'selector: {app: db}', join(DB, ARCHIVE)) },
  { code: 'KN0201', sides: added(BOTH) },
  { code: 'KN0202', sides: replaced('[{}]', '[]', join(BOTH, ARCHIVE)) },
  { code: 'KN0203', sides: added(join(BOTH, DNS)) },
  { code: 'KN0204', sides: added(DB) },
  { code: 'KN0205', sides: added(join(DB, CONTROLLER)) },
  { code: 'KN0206', sides: added(workload('prometheus', 'monitoring')) },
];

/** What is said of policies as they are, by `kplan reach`. */
const CHECKS = ['KN0301', 'KN0302', 'KN0303', 'KN0304', 'KN0305', 'KN0306', 'KN0307', 'KN0308', 'KN0309', 'KN0310'];

testExamples(/^KN/, cases, CHECKS);

for (const code of CHECKS) {
  test(`the example of ${code} has it`, () => {
    const text = join(findEntry(code).example, BOTH);
    const { network } = configOf(text).reach;
    const world = World.of(complete(text));
    const found = [...listUnenforced(world, network), ...listPolicyChecks(keepEnforced(world, network))].map((fact) => fact.code);
    assert.ok(found.includes(code), found.join(' '));
  });
}
