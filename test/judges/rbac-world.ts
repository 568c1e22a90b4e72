import { getArray, getString, type JsonObject, type JsonValue } from '../../src/std/index.ts';
import { isKubernetesObject, nameOf, namespaceOf, type KubernetesObject } from '../../src/model/index.ts';
import type { Random } from './random.ts';

/** Where roles and bindings are, and what is asked about. */
export const NAMESPACES: readonly string[] = ['shop', 'kube-system'];
const GROUPS = ['', 'apps', 'extensions', '*', 'rbac.authorization.k8s.io'];
const RESOURCES = [
  'pods',
  'pods/log',
  'pods/*',
  '*',
  '*/scale',
  '*/*',
  'deployments',
  'deployments/scale',
  'secrets',
  'namespaces',
  'roles',
  'clusterroles',
  '',
];
const VERBS = ['get', 'list', 'create', 'update', 'deletecollection', '*', 'use', 'Get', 'impersonate', 'bind', 'escalate'];
const NAMES = ['a', 'b', '*', 'c0', 'r0', 'view'];
const URLS = ['*', '/healthz', '/healthz/*', '/metrics*', '/a/*/b', '/logs/**', '/', '/api/*', '//'];
const PATHS = ['/healthz', '/healthz/etcd', '/metrics', '/metricsx', '/a/x/b', '/a/*/b', '/logs/x', '/logs/', '/', '//', '/version', '*'];
const USERS = ['jane', 'joe', '*', 'system:serviceaccount:shop:default', 'system:anonymous', 'system:kube-scheduler'];
const TEAMS = ['ops', 'system:authenticated', 'system:serviceaccounts', 'system:serviceaccounts:shop', '*', 'system:unauthenticated'];
const AGGREGATES = ['to-view', 'to-own', 'to-other'];
const apiVersion = 'rbac.authorization.k8s.io/v1';

/** Some roles and bindings, beside those that every cluster has; ClusterRoles may select each other, also in circles. */
export function makePolicy(random: Random): readonly JsonObject[] {
  const object = (kind: string, metadata: JsonObject, fields: JsonObject): JsonObject => ({ apiVersion, kind, metadata, ...fields });
  return [
    ...random.list(1 + random.below(5), (i) =>
      object(
        'ClusterRole',
        { name: random.once(12) ? random.pick(['view', 'edit']) : `c${i}`, labels: makeLabels(random) },
        makeClusterRules(random),
      ),
    ),
    ...random.list(random.below(3), (i) =>
      object('Role', { name: `r${i}`, namespace: random.pick(NAMESPACES) }, { rules: makeRules(random, false) }),
    ),
    ...random.list(random.below(4), (i) =>
      object('ClusterRoleBinding', { name: `cb${i}` }, { ...toReference('ClusterRole', random), subjects: makeSubjects(random, true) }),
    ),
    ...random.list(random.below(5), (i) =>
      object(
        'RoleBinding',
        { name: `b${i}`, namespace: random.pick(NAMESPACES) },
        {
          ...toReference(random.pick(['Role', 'ClusterRole']), random),
          subjects: makeSubjects(random, false),
        },
      ),
    ),
  ];
}

function makeLabels(random: Random): JsonObject {
  return Object.fromEntries(AGGREGATES.filter(() => random.once(4)).map((name) => [toLabel(name), 'true']));
}

function toLabel(name: string): string {
  return `rbac.authorization.k8s.io/aggregate-${name}`;
}

function makeClusterRules(random: Random): JsonObject {
  if (!random.once(4)) return { rules: makeRules(random, true) };
  const clusterRoleSelectors = random.list(1 + random.below(2), () => ({ matchLabels: { [toLabel(random.pick(AGGREGATES))]: 'true' } }));
  return { aggregationRule: { clusterRoleSelectors }, rules: random.once(2) ? makeRules(random, true) : [] };
}

/** A role or a binding that somebody writes. */
export function makeGrant(random: Random): JsonObject {
  const namespace = random.pick(NAMESPACES);
  switch (random.below(4)) {
    case 0:
      return { apiVersion, kind: 'ClusterRole', metadata: { name: 'c0' }, ...makeClusterRules(random) };
    case 1:
      return { apiVersion, kind: 'Role', metadata: { name: 'r0', namespace }, rules: makeRules(random, false) };
    case 2:
      return {
        apiVersion,
        kind: 'ClusterRoleBinding',
        metadata: { name: 'cb0' },
        ...toReference('ClusterRole', random),
        subjects: makeSubjects(random, true),
      };
    default: {
      const kind = random.pick(['Role', 'ClusterRole']);
      return {
        apiVersion,
        kind: 'RoleBinding',
        metadata: { name: 'b0', namespace },
        ...toReference(kind, random),
        subjects: makeSubjects(random, false),
      };
    }
  }
}

function toReference(kind: string, random: Random): JsonObject {
  const own =
    kind === 'Role' ? ['r0', 'r1', 'gone'] : ['c0', 'c1', 'c2', 'c0', 'c1', 'c2', 'gone', 'view', 'admin', 'cluster-admin', 'system:node'];
  return { roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name: random.pick(own) } };
}

/** Rules of a role; those of a ClusterRole may be about paths too. */
export function makeRules(random: Random, withUrls: boolean): JsonValue {
  return random.list(1 + random.below(3), () => {
    if (withUrls && random.once(4)) return { verbs: few(random, ['get', 'post', '*']), nonResourceURLs: few(random, URLS) };
    const named = random.once(4) ? { resourceNames: few(random, NAMES) } : {};
    return { verbs: few(random, VERBS), apiGroups: few(random, GROUPS), resources: few(random, RESOURCES), ...named };
  });
}

function few<T>(random: Random, items: readonly T[]): readonly T[] {
  return random.list(1 + random.below(2), () => random.pick(items));
}

/** Up to two subjects of a binding. */
export function makeSubjects(random: Random, needsNamespace: boolean): JsonValue {
  return random.list(random.below(3), () => {
    const apiGroup = 'rbac.authorization.k8s.io';
    if (random.once(3)) return { kind: 'User', apiGroup, name: random.pick(USERS) };
    if (random.once(2)) return { kind: 'Group', apiGroup, name: random.pick(TEAMS) };
    const namespace = needsNamespace || random.once(2) ? { namespace: random.pick(NAMESPACES) } : {};
    return { kind: 'ServiceAccount', name: random.pick(['default', 'ci']), ...namespace };
  });
}

/** Somebody who asks, in the form of both sides. */
export function makeUser(random: Random): JsonObject {
  const home = random.pick(NAMESPACES);
  const account = random.pick(['default', 'ci', 'deployment-controller', 'namespace-controller']);
  switch (random.below(8)) {
    case 0:
    case 1:
    case 2:
      return {
        name: `system:serviceaccount:${home}:${account}`,
        groups: ['system:serviceaccounts', `system:serviceaccounts:${home}`, 'system:authenticated'],
      };
    case 3:
      return { name: 'system:anonymous', groups: ['system:unauthenticated'] };
    case 4:
      return { name: 'root', groups: random.once(2) ? ['system:masters', 'system:authenticated'] : [] };
    default:
      return { name: random.pick(USERS), groups: random.once(2) ? ['system:authenticated'] : few(random, TEAMS) };
  }
}

/** A request of somebody, for a resource or a path. */
export function makeRequest(random: Random): JsonObject {
  const user = makeUser(random);
  if (random.once(5))
    return {
      user,
      verb: random.pick(['get', 'post', 'Get', '*']),
      path: random.pick(PATHS),
    };
  const [resource = '', subresource = ''] = random.pick(RESOURCES).split('/');
  return {
    user,
    verb: random.pick(VERBS),
    group: random.pick(GROUPS),
    resource,
    subresource,
    namespace: random.pick(['', ...NAMESPACES]),
    name: random.pick(['', ...NAMES]),
  };
}

/** The objects of a case; undefined where one is such as no server stores: without a name, or in no namespace. */
export function readObjects(value: JsonValue): readonly KubernetesObject[] | undefined {
  const objects = getArray(value).filter(isKubernetesObject);
  return objects.length === getArray(value).length && objects.every(isComplete) ? objects : undefined;
}

function isComplete(object: KubernetesObject): boolean {
  const isNamed = nameOf(object) !== '' && getArray(object, 'subjects').every((subject) => (getString(subject, 'name') ?? '') !== '');
  return isNamed && (object.kind.startsWith('Cluster') || (namespaceOf(object) ?? '') !== '');
}

/** A user of a case. */
export function readUser(value: JsonValue): { readonly name: string; readonly groups: readonly string[] } {
  return { name: getString(value, 'name') ?? '', groups: getArray(value, 'groups').filter((item) => typeof item === 'string') };
}
