import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameOf, World } from '../../../src/model/index.ts';
import { listVersions } from '../../../src/model/schema/index.ts';
import { whoCan, withBootstrapPolicy } from '../../../src/engine/rbac/index.ts';
import { listBootstrapPolicy } from '../../../src/engine/rbac/bootstrap.ts';
import { clusterBinding, clusterRole, rule } from './objects.ts';

const has = (version: string, name: string): boolean => listBootstrapPolicy(version).some((object) => nameOf(object) === name);

test('each version that is known has its own default roles and bindings', () => {
  for (const version of listVersions()) assert.ok(has(version, 'cluster-admin'), version);
  const counts = listVersions().map((version) => listBootstrapPolicy(version).length);
  assert.ok(new Set(counts).size > 1, counts.join());
});

test('a version that is not known has those of the newest', () => {
  assert.deepEqual(listBootstrapPolicy('9.99'), listBootstrapPolicy('1.36'));
});

test('a question is answered by the defaults of its version', () => {
  const anyone = (version: string): readonly string[] =>
    whoCan(withBootstrapPolicy(World.EMPTY, version), {
      kind: 'resource',
      verb: 'list',
      group: 'resource.k8s.io',
      resource: 'resourceclaims',
      subresource: '',
      namespace: 'n',
      name: '',
    }).map(({ subject }) => subject.name);
  assert.ok(anyone('1.36').includes('resource-claim-controller'));
  assert.ok(!anyone('1.32').includes('resource-claim-controller'));
});

test('what the world says wins, and what was read of a server is whole', () => {
  const own = World.of([clusterRole('view', [rule('get', '', 'widgets')]), clusterBinding('b', 'ClusterRole view', 'user jane')]);
  const view = withBootstrapPolicy(own, '1.35')
    .byKind('rbac.authorization.k8s.io', 'ClusterRole')
    .filter((object) => nameOf(object) === 'view');
  assert.deepEqual(view, own.byKind('rbac.authorization.k8s.io', 'ClusterRole'));
  const server = World.of([clusterRole('only', [], { 'kubernetes.io/bootstrapping': 'rbac-defaults' })]);
  assert.equal(withBootstrapPolicy(server, '1.35').byKind('rbac.authorization.k8s.io', 'ClusterRole').length, 1);
});
