import { toServiceAccountUser, type ResourceRequest } from '../../src/engine/rbac/index.ts';
import type { KubernetesObject } from '../../src/model/index.ts';
import type { JsonObject } from '../../src/std/index.ts';
import { createRandom } from './corpus.ts';

const NAMESPACES = 200;
const CLUSTER_ROLES = 1000;
const ROLES_OF_NAMESPACE = 20;
const CLUSTER_BINDINGS = 2000;
const BINDINGS_OF_NAMESPACE = 90;
const ACCOUNTS_OF_NAMESPACE = 35;
const USERS = 2000;
const TEAMS = 1000;

const GROUP = 'rbac.authorization.k8s.io';
const VERBS = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'] as const;
const RESOURCES: readonly (readonly [group: string, resource: string])[] = [
  ['', 'configmaps'],
  ['', 'endpoints'],
  ['', 'events'],
  ['', 'persistentvolumeclaims'],
  ['', 'pods'],
  ['', 'pods/exec'],
  ['', 'pods/log'],
  ['', 'secrets'],
  ['', 'serviceaccounts'],
  ['', 'services'],
  ['apps', 'deployments'],
  ['apps', 'deployments/scale'],
  ['apps', 'statefulsets'],
  ['autoscaling', 'horizontalpodautoscalers'],
  ['batch', 'cronjobs'],
  ['batch', 'jobs'],
  ['networking.k8s.io', 'ingresses'],
  ['networking.k8s.io', 'networkpolicies'],
];

/** 5,000 roles, 20,000 bindings and the 10,000 users, groups and ServiceAccounts that they name. Always the same. */
export function makeRbacWorld(): readonly KubernetesObject[] {
  const draw = new Draw(21);
  const namespaces = Array.from({ length: NAMESPACES }, (_, index) => `team-${index}`);
  return [
    ...Array.from({ length: CLUSTER_ROLES }, (_, i) => toObject('ClusterRole', `role-${i}`, undefined, { rules: draw.rules() })),
    ...namespaces.flatMap((namespace) =>
      Array.from({ length: ROLES_OF_NAMESPACE }, (_, i) => toObject('Role', `role-${i}`, namespace, { rules: draw.rules() })),
    ),
    ...Array.from({ length: CLUSTER_BINDINGS }, (_, i) =>
      toObject('ClusterRoleBinding', `binding-${i}`, undefined, draw.binding('ClusterRole', draw.pick(namespaces))),
    ),
    ...namespaces.flatMap((namespace) =>
      Array.from({ length: BINDINGS_OF_NAMESPACE }, (_, i) =>
        toObject('RoleBinding', `binding-${i}`, namespace, draw.binding(draw.isOneOf(3) ? 'ClusterRole' : 'Role', namespace)),
      ),
    ),
  ];
}

/** Requests of those users and ServiceAccounts, mostly in namespaces where something is bound to them. Always the same. */
export function makeRequests(count: number): readonly ResourceRequest[] {
  const draw = new Draw(22);
  return Array.from({ length: count }, (): ResourceRequest => {
    const home = `team-${draw.below(NAMESPACES)}`;
    const user = draw.isOneOf(4)
      ? { name: `user-${draw.below(USERS)}`, groups: [`group-${draw.below(TEAMS)}`, 'system:authenticated'] }
      : toServiceAccountUser(home, `account-${draw.below(ACCOUNTS_OF_NAMESPACE)}`);
    const [group, text] = draw.pick(RESOURCES);
    const [resource = '', subresource = ''] = text.split('/');
    const namespace = draw.isOneOf(5) ? `team-${draw.below(NAMESPACES)}` : home;
    const name = draw.isOneOf(4) ? `name-${draw.below(20)}` : '';
    return { kind: 'resource', user, verb: draw.pick(VERBS), group, resource, subresource, namespace, name };
  });
}

function toObject(kind: string, name: string, namespace: string | undefined, fields: JsonObject): KubernetesObject {
  return { apiVersion: `${GROUP}/v1`, kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) }, ...fields };
}

class Draw {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = createRandom(seed);
  }

  below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  isOneOf(count: number): boolean {
    return this.below(count) === 0;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }

  rules(): readonly JsonObject[] {
    return Array.from({ length: 1 + this.below(3) }, () => {
      const [group, resource] = this.pick(RESOURCES);
      const others = RESOURCES.filter(([own]) => own === group).map(([, text]) => text);
      const names = this.isOneOf(6) ? { resourceNames: [`name-${this.below(20)}`] } : {};
      const resources = this.isOneOf(50) ? ['*'] : [...new Set([resource, this.pick(others)])];
      const verbs = this.isOneOf(20) ? ['*'] : [...new Set([this.pick(VERBS), this.pick(VERBS), this.pick(VERBS)])];
      return { apiGroups: [group], resources, verbs, ...names };
    });
  }

  binding(kind: 'ClusterRole' | 'Role', namespace: string): JsonObject {
    const name = `role-${this.below(kind === 'ClusterRole' ? CLUSTER_ROLES : ROLES_OF_NAMESPACE)}`;
    const subjects = Array.from({ length: 1 + this.below(2) }, () => this.#subject(namespace));
    return { roleRef: { apiGroup: GROUP, kind, name }, subjects };
  }

  #subject(namespace: string): JsonObject {
    if (this.isOneOf(5)) return { kind: 'User', apiGroup: GROUP, name: `user-${this.below(USERS)}` };
    if (this.isOneOf(5)) return { kind: 'Group', apiGroup: GROUP, name: `group-${this.below(TEAMS)}` };
    return { kind: 'ServiceAccount', namespace, name: `account-${this.below(ACCOUNTS_OF_NAMESPACE)}` };
  }
}
