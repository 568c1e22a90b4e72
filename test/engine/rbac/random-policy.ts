import * as fc from 'fast-check';
import type { KubernetesObject } from '../../../src/model/index.ts';
import { toServiceAccountUser, type AccessRequest, type UserInfo } from '../../../src/engine/rbac/index.ts';
import { binding, clusterBinding, clusterRole, role, rule } from './objects.ts';

export const JANE: UserInfo = { name: 'jane', groups: ['ops', 'system:authenticated'] };
export const WEB: UserInfo = toServiceAccountUser('shop', 'web');

/** `get apps/deployments/scale shop/web` by a user; the group is `-` for core. */
export function ask(user: UserInfo, verb: string, what: string, where = ''): AccessRequest {
  if (what.startsWith('/')) return { kind: 'path', user, verb, path: what };
  const [group = '', resource = '', subresource = ''] = what.split('/');
  const [namespace = '', name = ''] = where.split('/');
  return { kind: 'resource', user, verb, group: group === '-' ? '' : group, resource, subresource, namespace, name };
}

const VERBS = ['get', 'list', '*'];
const GROUPS = ['', 'apps', '*'];
const RESOURCES = ['pods', 'pods/log', 'deployments', 'deployments/scale', '*', '*/scale', 'pods/*'];
const WHO = [
  'user jane',
  'user system:serviceaccount:shop:web',
  'group ops',
  'group system:serviceaccounts',
  'account shop/web',
  'account web',
];
const few = (values: readonly string[]): fc.Arbitrary<string> =>
  fc.subarray([...values], { minLength: 1, maxLength: 2 }).map((list) => list.join(' '));
const anyRule = fc.oneof(
  fc.tuple(few(VERBS), few(GROUPS), few(RESOURCES), fc.option(few(['a', 'b']), { nil: undefined })).map((parts) => rule(...parts)),
  fc
    .tuple(few(VERBS), few(['/a', '/a*', '*', '/a/b']))
    .map(([verbs, urls]) => ({ verbs: verbs.split(' '), nonResourceURLs: urls.split(' ') })),
);
const anyRules = fc.array(anyRule, { maxLength: 2 });
const anySubjects = fc.subarray(WHO, { maxLength: 2 });
const anyRole = fc.constantFrom('ClusterRole c', 'ClusterRole d', 'ClusterRole gone', 'Role r');
/** Roles and bindings, cluster-wide and of two namespaces, of so few words that they meet. */
export const anyPolicy: fc.Arbitrary<readonly KubernetesObject[]> = fc
  .tuple(
    anyRules,
    anyRules,
    anyRules,
    fc.array(fc.tuple(anyRole, anySubjects), { maxLength: 3 }),
    fc.array(fc.tuple(anyRole, anySubjects), { maxLength: 3 }),
  )
  .map(([c, d, r, cluster, local]) => [
    clusterRole('c', c),
    clusterRole('d', d),
    role('shop', 'r', r),
    ...cluster.map(([to, who], i) => clusterBinding(`cb${i}`, to, ...who)),
    ...local.map(([to, who], i) => binding(i % 2 === 0 ? 'shop' : 'other', `b${i}`, to, ...who)),
  ]);
/** A request of a user or a ServiceAccount in the same words. */
export const anyAccess: fc.Arbitrary<AccessRequest> = fc
  .tuple(
    fc.constantFrom(JANE, WEB),
    fc.constantFrom(...VERBS),
    fc.constantFrom('-/pods', '-/pods/log', 'apps/deployments', 'apps/deployments/scale', '/a', '/a/b', '/b'),
    fc.constantFrom('', 'shop', 'shop/a', 'other/b'),
  )
  .map((parts) => ask(...parts));
