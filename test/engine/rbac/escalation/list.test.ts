import assert from 'node:assert/strict';
import { test } from 'node:test';
import { World } from '../../../../src/model/index.ts';
import { comparePaths, listPaths } from '../../../../src/engine/rbac/index.ts';
import { shuffle } from '../../../../src/std/index.ts';
import { binding, clusterBinding, role, rule } from '../objects.ts';
import { deployment, guarded } from './primitive.ts';

const OBJECTS = [
  guarded('baseline'),
  binding('prey', 'editors', 'ClusterRole edit', 'user jane', 'account strong'),
  binding('kube-system', 'ops', 'ClusterRole edit', 'group ops'),
  role('pay', 'reader', [rule('get', '', 'secrets')]),
  binding('pay', 'readers', 'Role reader', 'account prey/strong'),
  clusterBinding('root', 'ClusterRole cluster-admin', 'user root'),
  deployment('web'),
];

test('one path of each who is no admin yet, to the worst it reaches; workloads come no further than their account', () => {
  const paths = listPaths(World.of(OBJECTS));
  assert.deepEqual(
    paths.map(({ subject, goal, reaches, steps }) => [subject, goal, reaches, steps.map(({ step }) => step).join()].join(' | ')),
    [
      'Group ops | admin | cluster admin | pod-create,escalate',
      'User jane | namespaces | the namespace pay | token-create,secret-read',
      'ServiceAccount prey/strong | traffic | the traffic of others | port-forward',
    ],
  );
  assert.deepEqual(paths[0]?.steps[0]?.grants, ['RoleBinding "ops/kube-system" of ClusterRole "edit" to Group "ops"']);
  assert.deepEqual(
    paths.map(({ closedBy }) => closedBy.map(({ ref, path }) => `${ref.name}${path}`)),
    [['ops/subjects/0'], ['editors/subjects/0'], ['editors/subjects/1']],
  );
  assert.deepEqual(listPaths(World.of(shuffle(OBJECTS, 11))), paths);
});

test('what a change opens and closes, each with the grants that close it', () => {
  const joe = binding('prey', 'more', 'ClusterRole edit', 'user joe');
  const [before, after] = [World.of(OBJECTS), World.of([...OBJECTS.filter(({ metadata }) => metadata['name'] !== 'ops'), joe])];
  const tell = ({ opened, closed }: ReturnType<typeof comparePaths>): readonly string[] => [
    ...opened.map(({ subject, reaches, closedBy }) => `+ ${subject}: ${reaches} | ${closedBy.map(({ text }) => text).join()}`),
    ...closed.map(({ subject, reaches, closedBy }) => `- ${subject}: ${reaches} | ${closedBy.map(({ text }) => text).join()}`),
  ];
  assert.deepEqual(tell(comparePaths(before, after)), [
    '+ User joe: the namespace pay | RoleBinding "more/prey" of ClusterRole "edit" to User "joe"',
    '- Group ops: cluster admin | RoleBinding "ops/kube-system" of ClusterRole "edit" to Group "ops"',
  ]);
  assert.deepEqual(tell(comparePaths(after, after)), []);
});

test('what the API server grants again whenever it starts closes no path', () => {
  const wide = clusterBinding('all', 'ClusterRole edit', 'user jane');
  const paths = listPaths(World.of([wide, binding('kube-system', 'own', 'ClusterRole edit', 'user jane')]));
  assert.deepEqual(
    paths.map(({ reaches, steps, closedBy }) => [
      reaches,
      steps.map(({ step }) => step).join(),
      closedBy.map(({ ref }) => ref.name).join(),
    ]),
    [['cluster admin', 'pod-create,escalate', 'all,own']],
  );
});
