import type { KubernetesObject } from '../../../src/model/index.ts';
import type { JsonObject, JsonValue } from '../../../src/std/index.ts';

const apiVersion = 'rbac.authorization.k8s.io/v1';

/** A PolicyRule of short lists: `rule('get list', '', 'pods')`. */
export function rule(verbs: string, groups: string, resources: string, names?: string): JsonObject {
  const list = (text: string): string[] => text.split(' ');
  return {
    verbs: list(verbs),
    apiGroups: list(groups),
    resources: list(resources),
    ...(names === undefined ? {} : { resourceNames: list(names) }),
  };
}

export function clusterRole(name: string, rules: readonly JsonValue[], labels: JsonObject = {}): KubernetesObject {
  return { apiVersion, kind: 'ClusterRole', metadata: { name, labels }, rules };
}

export function aggregated(name: string, label: string, rules: readonly JsonValue[] = [], labels: JsonObject = {}): KubernetesObject {
  return { ...clusterRole(name, rules, labels), aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [label]: 'true' } }] } };
}

export function role(namespace: string, name: string, rules: readonly JsonValue[]): KubernetesObject {
  return { apiVersion, kind: 'Role', metadata: { name, namespace }, rules };
}

/** `user jane`, `group ops`, `account shop/web` or `account web`. */
export function subject(text: string): JsonObject {
  const [kind, name = ''] = text.split(' ');
  const apiGroup = 'rbac.authorization.k8s.io';
  if (kind === 'user') return { kind: 'User', apiGroup, name };
  if (kind === 'group') return { kind: 'Group', apiGroup, name };
  const [namespace, account] = name.split('/');
  return account === undefined ? { kind: 'ServiceAccount', name } : { kind: 'ServiceAccount', name: account, namespace: namespace ?? '' };
}

/** A RoleBinding to `Role r` or `ClusterRole r`. */
export function binding(namespace: string, name: string, to: string, ...subjects: readonly string[]): KubernetesObject {
  return { apiVersion, kind: 'RoleBinding', metadata: { name, namespace }, roleRef: toRoleRef(to), subjects: subjects.map(subject) };
}

export function clusterBinding(name: string, to: string, ...subjects: readonly string[]): KubernetesObject {
  return { apiVersion, kind: 'ClusterRoleBinding', metadata: { name }, roleRef: toRoleRef(to), subjects: subjects.map(subject) };
}

function toRoleRef(text: string): JsonObject {
  const [kind = '', name = ''] = text.split(' ');
  return { apiGroup: 'rbac.authorization.k8s.io', kind, name };
}
