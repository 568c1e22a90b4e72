import type { KubernetesObject } from '../../../../src/model/index.ts';
import type { JsonObject } from '../../../../src/std/index.ts';
import { binding, role, rule } from '../objects.ts';
import { HOME, object, pod, type ExploitRequest, type Primitive } from './primitive.ts';

/** A Pod that runs as the actor itself, and the account that it needs to be made. */
function running(actor: string, container: JsonObject, more: JsonObject = {}): readonly KubernetesObject[] {
  const spec = { serviceAccountName: actor, containers: [{ name: 'main', image: 'busybox', ...container }], ...more };
  return [object('v1', 'ServiceAccount', actor, {}, HOME), object('v1', 'Pod', `hold-${actor}`, { spec }, HOME)];
}

const EXEC = rule('create', '', 'pods/exec');
const PRIVILEGED: JsonObject = { securityContext: { privileged: true } };

function enter(actor: string): ExploitRequest {
  return { method: 'POST', path: `/api/v1/namespaces/${HOME}/pods/hold-${actor}/exec?command=id&stdout=true`, until: 'authorized' };
}

function logging(actor: string, mount: JsonObject): readonly KubernetesObject[] {
  const volumeMounts = [{ name: 'logs', mountPath: '/logs', ...mount }];
  return running(actor, { volumeMounts }, { volumes: [{ name: 'logs', hostPath: { path: '/var/log/' } }] });
}

/** Somebody may read the Secrets of `prey`. */
function nodeReaders(actor: string, subject: string): readonly KubernetesObject[] {
  const name = `readers-${actor}`;
  return [role('prey', name, [rule('list', '', 'secrets')]), binding('prey', name, `Role ${name}`, subject)];
}

/** What is got by rights together with what is held of a node. */
export const FOOTHOLD_PRIMITIVES: readonly Primitive[] = [
  {
    name: 'pods are drawn to the node that is held',
    wide: [EXEC, rule('patch', '', 'nodes'), rule('delete', '', 'pods')],
    world: (actor) => [...running(actor, PRIVILEGED), object('v1', 'Node', `far-${actor}`, {}, ''), pod(`prey-${actor}`)],
    step: 'node-steal',
    to: () => 'workloads *',
    replay: (actor) => [
      enter(actor),
      { method: 'PATCH', path: `/api/v1/nodes/far-${actor}`, body: { spec: { unschedulable: true } } },
      { method: 'DELETE', path: `/api/v1/namespaces/prey/pods/prey-${actor}?gracePeriodSeconds=0` },
    ],
    twin: { why: 'pods stay where they are', wide: [EXEC, rule('patch', '', 'nodes')] },
  },
  {
    name: 'pods of a namespace are evicted to the node that is held',
    rules: [rule('create', '', 'pods/eviction')],
    wide: [EXEC, rule('patch', '', 'nodes/status')],
    world: (actor) => [...running(actor, PRIVILEGED), object('v1', 'Node', `far-${actor}`, {}, ''), pod(`prey-${actor}`)],
    step: 'node-steal',
    to: () => 'workloads prey',
    replay: (actor) => [
      enter(actor),
      { method: 'PATCH', path: `/api/v1/nodes/far-${actor}/status`, body: { status: { allocatable: { pods: '0' } } } },
      {
        method: 'POST',
        path: `/api/v1/namespaces/prey/pods/prey-${actor}/eviction`,
        body: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: `prey-${actor}`, namespace: 'prey' } },
      },
    ],
    twin: {
      why: 'nodes stay open',
      rules: [rule('create', '', 'pods/eviction')],
      wide: [EXEC, rule('get', '', 'nodes')],
    },
  },
  {
    name: 'a link among the logs is followed',
    wide: [EXEC, rule('get', '', 'pods/log')],
    world: (actor) => logging(actor, {}),
    step: 'log-link',
    to: () => 'node',
    replay: (actor) => [enter(actor), { method: 'GET', path: `/api/v1/namespaces/${HOME}/pods/hold-${actor}/log`, until: 'authorized' }],
    twin: { why: 'the logs are not served', wide: [EXEC] },
  },
  {
    name: 'a link among the logs is followed by who serves those of the node',
    wide: [EXEC, rule('get', '', 'nodes/log')],
    world: (actor) => logging(actor, {}),
    step: 'log-link',
    to: () => 'node',
    replay: (actor) => [enter(actor), { method: 'GET', path: '/api/v1/nodes/absent/log', until: 'authorized' }],
    twin: {
      why: 'no link can be put there',
      wide: [EXEC],
      world: (actor) => logging(actor, { readOnly: true }),
    },
  },
  {
    name: 'whoever has a node acts as its kubelet',
    wide: [EXEC],
    world: (actor) => [...running(actor, PRIVILEGED), ...nodeReaders(actor, 'group system:nodes')],
    step: 'secret-read',
    to: () => 'secrets prey',
    replay: (actor) => [
      enter(actor),
      {
        method: 'GET',
        path: '/api/v1/namespaces/prey/secrets',
        by: { name: `system:node:held-${actor}`, groups: ['system:nodes'] },
        until: { field: ['kind'], is: 'SecretList' },
      },
    ],
    twin: {
      why: 'another group is granted',
      wide: [EXEC],
      world: (actor) => [...running(actor, PRIVILEGED), ...nodeReaders(actor, 'group system:others')],
    },
  },
];
