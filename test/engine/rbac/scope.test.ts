import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isEffective } from '../../../src/engine/rbac/scope.ts';

const cases: readonly { readonly name: string; readonly right: string; readonly inNamespace: boolean; readonly everywhere?: boolean }[] = [
  { name: 'what lies in namespaces', right: 'get /pods', inNamespace: true },
  { name: 'what lies in none', right: 'get /nodes', inNamespace: false },
  { name: 'its subresources', right: 'get /nodes/proxy', inNamespace: false },
  { name: 'a Namespace, whose requests carry its name', right: 'delete /namespaces', inNamespace: true },
  { name: 'all Namespaces', right: 'list /namespaces', inNamespace: false },
  { name: 'a ClusterRole itself', right: 'update rbac.authorization.k8s.io/clusterroles', inNamespace: false },
  { name: 'a ClusterRole that is bound there', right: 'bind rbac.authorization.k8s.io/clusterroles', inNamespace: true },
  { name: 'a ServiceAccount as whom one acts', right: 'impersonate /serviceaccounts', inNamespace: true },
  { name: 'a user as whom one acts', right: 'impersonate /users', inNamespace: false },
  { name: 'what matches nothing', right: 'get /pods/*', inNamespace: false, everywhere: false },
];

for (const { name, right, inNamespace, everywhere = true } of cases) {
  test(`bound in a namespace: ${name}`, () => {
    const [verb = '', what = ''] = right.split(' ');
    const [group = '', ...resource] = what.split('/');
    const permission = { kind: 'resource', verb, group, resource: resource.join('/') } as const;
    assert.equal(isEffective(permission, 'shop'), inNamespace);
    assert.equal(isEffective(permission, ''), everywhere);
  });
}
