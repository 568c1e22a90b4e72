import assert from 'node:assert/strict';
import { test } from 'node:test';
import { World } from '../../../src/model/index.ts';
import { listPermissions, toServiceAccountUser, whoCan, type Action } from '../../../src/engine/rbac/index.ts';
import { binding, clusterBinding, clusterRole, role, rule } from './objects.ts';

const world = World.of([
  clusterRole('reader', [rule('get list', '', 'widgets')]),
  role('shop', 'writer', [rule('*', '', 'widgets'), rule('get', '', 'widgets')]),
  clusterBinding('a', 'ClusterRole reader', 'group ops', 'user jane'),
  binding('shop', 'b', 'Role writer', 'account web'),
  binding('other', 'b', 'ClusterRole reader', 'user joe'),
]);

function get(namespace: string, verb = 'get'): Action {
  return { kind: 'resource', verb, group: '', resource: 'widgets', subresource: '', namespace, name: '' };
}

const questions: readonly { readonly name: string; readonly action: Action; readonly want: readonly string[] }[] = [
  { name: 'cluster-wide', action: get(''), want: ['Group ops by a', 'User jane by a', 'Group system:masters by cluster-admin'] },
  {
    name: 'in a namespace',
    action: get('shop'),
    want: ['Group ops by a', 'User jane by a', 'Group system:masters by cluster-admin', 'ServiceAccount web by b'],
  },
  {
    name: 'with a verb that fewer hold',
    action: get('shop', 'delete'),
    want: ['Group system:masters by cluster-admin', 'ServiceAccount web by b'],
  },
];

for (const { name, action, want } of questions) {
  test(`who can: ${name}`, () => {
    const subjects = whoCan(world, action).filter(({ grant }) => !grant.binding.ref.name.startsWith('system:'));
    assert.deepEqual(
      subjects.map(({ subject, grant }) => `${subject.kind} ${subject.name} by ${grant.binding.ref.name}`),
      want,
    );
  });
}

test('a list of permissions leaves out what another covers', () => {
  const user = { ...toServiceAccountUser('shop', 'web'), groups: ['ops'] };
  const list = listPermissions(world, user, 'shop').map(({ permission, namespace }) => `${namespace}: ${permission.verb}`);
  assert.deepEqual(list, [': get', ': list', 'shop: *']);
});
