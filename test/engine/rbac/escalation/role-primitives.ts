import type { KubernetesObject } from '../../../../src/model/index.ts';
import type { JsonObject } from '../../../../src/std/index.ts';
import { binding, role, rule } from '../objects.ts';
import { HOME, type Primitive } from './primitive.ts';

const GROUP = 'rbac.authorization.k8s.io';
const BINDINGS = `/apis/${GROUP}/v1/namespaces/prey/rolebindings`;
const ROLES = `/apis/${GROUP}/v1/namespaces/prey/roles`;
const SECRETS = '/api/v1/namespaces/prey/secrets';
const EVERYTHING: JsonObject = { apiGroups: ['*'], resources: ['*'], verbs: ['*'] };

function bound(actor: string, to: string): KubernetesObject {
  return binding('prey', `made-by-${actor}`, to, `account ${HOME}/${actor}`);
}

/** What is got by writing roles and bindings. */
export const ROLE_PRIMITIVES: readonly Primitive[] = [
  {
    name: 'any role is bound',
    rules: [rule('bind', GROUP, 'clusterroles'), rule('create', GROUP, 'rolebindings')],
    step: 'bind',
    to: () => 'control prey',
    replay: (actor) => [
      { method: 'POST', path: BINDINGS, body: bound(actor, 'ClusterRole cluster-admin') },
      { method: 'GET', path: SECRETS, until: { field: ['kind'] } },
    ],
    twin: { why: 'what is not held is not granted', rules: [rule('create', GROUP, 'rolebindings')] },
  },
  {
    name: 'one role is bound',
    rules: [rule('bind', GROUP, 'clusterroles', 'edit'), rule('create', GROUP, 'rolebindings')],
    step: 'secret-read',
    to: () => 'secrets prey',
    replay: (actor) => [
      { method: 'POST', path: BINDINGS, body: bound(actor, 'ClusterRole edit') },
      { method: 'GET', path: SECRETS, until: { field: ['kind'] } },
    ],
    twin: { why: 'another role is granted', rules: [rule('bind', GROUP, 'clusterroles', 'view'), rule('create', GROUP, 'rolebindings')] },
  },
  {
    name: 'a cluster admin is made',
    wide: [rule('bind', GROUP, 'clusterroles'), rule('create', GROUP, 'clusterrolebindings')],
    step: 'bind',
    to: () => 'admin',
    replay: (actor) => [
      {
        method: 'POST',
        path: `/apis/${GROUP}/v1/clusterrolebindings`,
        body: { ...bound(actor, 'ClusterRole cluster-admin'), kind: 'ClusterRoleBinding', metadata: { name: `made-by-${actor}` } },
      },
    ],
    twin: { why: 'to bind without bindings is nothing', wide: [rule('bind', GROUP, 'clusterroles')] },
  },
  {
    name: 'a binding takes one more',
    rules: [rule('bind', GROUP, 'clusterroles', 'edit'), rule('patch', GROUP, 'rolebindings')],
    world: (actor) => [binding('prey', `made-by-${actor}`, 'ClusterRole edit', 'user somebody')],
    step: 'binding-edit',
    to: (actor) => `bound user system:serviceaccount:${HOME}:${actor} ClusterRole edit prey`,
    replay: (actor) => [
      { method: 'PATCH', path: `${BINDINGS}/made-by-${actor}`, body: { subjects: bound(actor, 'ClusterRole edit')['subjects'] ?? [] } },
      { method: 'GET', path: SECRETS, until: { field: ['kind'] } },
    ],
    twin: { why: 'the role is not held', rules: [rule('patch', GROUP, 'rolebindings')] },
  },
  {
    name: 'the own role is rewritten',
    rules: [rule('escalate patch', GROUP, 'roles')],
    step: 'escalate',
    to: () => 'control prey',
    replay: (actor) => [
      { method: 'PATCH', path: `${ROLES}/${actor}`, body: { rules: [EVERYTHING] } },
      { method: 'GET', path: SECRETS, until: { field: ['kind'] } },
    ],
    twin: { why: 'without escalate nothing is added', rules: [rule('patch', GROUP, 'roles')] },
  },
  {
    name: 'the own ClusterRole is rewritten',
    wide: [rule('escalate patch', GROUP, 'clusterroles')],
    step: 'escalate',
    to: () => 'admin',
    replay: (actor) => [
      { method: 'PATCH', path: `/apis/${GROUP}/v1/clusterroles/${actor}`, body: { rules: [EVERYTHING] } },
      { method: 'GET', path: '/api/v1/secrets', until: { field: ['kind'] } },
    ],
    twin: {
      why: 'the role that is granted is bound to nobody',
      wide: [rule('escalate patch', GROUP, 'clusterroles', 'unbound')],
    },
  },
  {
    name: 'an aggregated role takes up a new one',
    wide: [rule('escalate create', GROUP, 'clusterroles')],
    world: (actor) => [binding('prey', `view-${actor}`, 'ClusterRole view', `account ${HOME}/${actor}`)],
    step: 'aggregate',
    to: () => 'control prey',
    replay: (actor) => [
      {
        method: 'POST',
        path: `/apis/${GROUP}/v1/clusterroles`,
        body: {
          apiVersion: `${GROUP}/v1`,
          kind: 'ClusterRole',
          metadata: { name: `made-by-${actor}`, labels: { [`${GROUP}/aggregate-to-view`]: 'true' } },
          rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['list'] }],
        },
      },
      { method: 'GET', path: SECRETS, until: { field: ['kind'] } },
    ],
    twin: { why: 'what is not held is not granted', wide: [rule('create', GROUP, 'clusterroles')] },
  },
  {
    name: 'every Role of a namespace is bound',
    rules: [rule('bind', GROUP, 'roles'), rule('create', GROUP, 'rolebindings')],
    world: (actor) => [role('prey', `keeper-${actor}`, [rule('list', '', 'secrets')])],
    step: 'secret-read',
    to: () => 'secrets prey',
    replay: (actor) => [
      { method: 'POST', path: BINDINGS, body: bound(actor, `Role keeper-${actor}`) },
      { method: 'GET', path: SECRETS, until: { field: ['kind'] } },
    ],
    twin: {
      why: 'the verb is on the roles, not on the bindings',
      rules: [rule('bind create', GROUP, 'rolebindings')],
    },
  },
];
