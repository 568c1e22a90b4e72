import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listChecks } from '../../src/engine/rbac/index.ts';
import { findEntry, World } from '../../src/model/index.ts';
import { added, bind, bindAll, complete, join, replaced, testExamples, type ExampleCase } from './example-world.ts';
import { CATALOG } from './scenario.ts';

const guard = (name: string): string =>
  `kind: Namespace\nmetadata: {name: ${name}, labels: {pod-security.kubernetes.io/enforce: restricted}}`;
const DEPLOYER = join(
  guard('shop'),
  guard('pay'),
  'kind: ServiceAccount\nmetadata: {name: deployer}',
  'kind: Role\nmetadata: {name: reader, namespace: pay}\nrules: [{apiGroups: [""], resources: [secrets], verbs: [get]}]',
  bind('reader', 'Role', '{kind: ServiceAccount, name: deployer, namespace: shop}', 'pay'),
);
const MOUNTS = join(guard('shop'), 'kind: Pod\nspec: {containers: [{name: main}], volumes: [{name: db, secret: {secretName: db}}]}');
const SELECTED = join(guard('shop'), 'kind: NetworkPolicy\nspec: {podSelector: {}}', 'kind: Pod\nspec: {containers: [{name: main}]}');
const OPERATOR = 'kind: ServiceAccount\nmetadata: {name: operator, namespace: kube-system}';
const GUARDED = 'kind: ValidatingAdmissionPolicyBinding\nspec: {policyName: p, validationActions: [Deny]}';
const MAPS = join(
  'kind: ClusterRole\nmetadata: {name: view, labels: {kubernetes.io/bootstrapping: rbac-defaults}}',
  'kind: Role\nrules: [{apiGroups: [""], resources: [configmaps], verbs: ["*"]}]',
  'kind: ConfigMap\ndata: {a: b}',
  bind('role', 'Role'),
);

const cases: readonly ExampleCase[] = [
  { code: 'KA0101', sides: added() },
  { code: 'KA0102', sides: replaced('subjects: []', 'subjects: [{kind: User, name: jane}]') },
  { code: 'KA0103', sides: added(bind('role', 'Role')) },
  { code: 'KA0104', sides: replaced('[configmaps]', '[configmaps, secrets]', bind('role', 'Role')) },
  { code: 'KA0105', sides: replaced('[configmaps, services]', '[configmaps]', bind('role', 'Role')) },
  { code: 'KA0106', sides: replaced('[configmaps]', '[configmaps, services]', bind('role', 'Role')) },
  { code: 'KA0107', sides: added(bind('edit', 'ClusterRole')) },
  {
    code: 'KA0108',
    sides: replaced('labels: {}', 'labels: {rbac.authorization.k8s.io/aggregate-to-edit: "true"}', bind('edit', 'ClusterRole')),
  },
  { code: 'KA0109', sides: added(bind('role', 'Role')) },
  { code: 'KA0201', sides: added() },
  {
    code: 'KA0301',
    sides: (example) => ({ before: MAPS, after: join(example, MAPS.replace('{a: b}', '{a: c}')) }),
    options: { mode: 'live', applier: { name: 'jane', groups: ['system:authenticated'] } },
  },
  { code: 'KA0302', sides: replaced('name: view', 'name: edit') },
  { code: 'KA0401', sides: added(OPERATOR) },
  { code: 'KA0402', sides: added(bind('role', 'Role')) },
  { code: 'KA0403', sides: added(join(DEPLOYER, bind('tokens', 'Role'))) },
  { code: 'KA0404', sides: added(join(MOUNTS, bind('enter', 'Role'))) },
  { code: 'KA0405', sides: added(join(guard('shop'), bind('role', 'Role'))) },
  { code: 'KA0406', sides: added(join(GUARDED, bindAll('clusterrole'))) },
  { code: 'KA0407', sides: added(join(SELECTED, bind('role', 'Role'))) },
  { code: 'KA0408', sides: added(bindAll('clusterrole')) },
  { code: 'KA0409', sides: added(bind('role', 'Role')) },
  { code: 'KA0501', sides: added(bind('role', 'Role')) },
  { code: 'KA0502', sides: added(join('kind: ServiceAccount\nmetadata: {name: deployer}', bind('role', 'Role'))) },
];

/** What is said of roles and bindings as they are, by `kplan rbac`. */
const CHECKS: ReadonlyMap<string, (example: string) => string> = new Map([
  ['KA0202', (example) => example],
  ['KA0601', (example) => example],
  ['KA0602', (example) => join(example, bind('role', 'Role'))],
  ['KA0603', (example) => example],
  ['KA0604', (example) => example],
  ['KA0605', (example) => example],
  ['KA0606', (example) => example],
  ['KA0607', (example) => example],
  ['KA0608', (example) => example],
  ['KA0609', (example) => example],
  ['KA0610', (example) => example],
  ['KA0611', (example) => example],
  ['KA0612', (example) => example],
  ['KA0613', (example) => example],
  ['KA0614', (example) => example.replaceAll(', ...', Array.from({ length: 1000 }, (_, index) => `, r${index}`).join(''))],
  ['KA0615', (example) => example],
]);

testExamples(/^KA/, cases, [...CHECKS.keys()]);

for (const [code, toText] of CHECKS) {
  test(`the example of ${code} has it`, () => {
    const codes = listChecks(World.of(complete(toText(findEntry(code).example))), CATALOG).map((fact) => fact.code);
    assert.ok(codes.includes(code), codes.join(' '));
  });
}
