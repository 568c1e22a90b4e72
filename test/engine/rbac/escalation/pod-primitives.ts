import type { KubernetesObject } from '../../../../src/model/index.ts';
import { getString, type JsonObject } from '../../../../src/std/index.ts';
import { binding, clusterRole, role, rule } from '../objects.ts';
import { deployment, guarded, HOME, LOG, object, pod, POD_SPEC, runs, STRONG, type ExploitRequest, type Primitive } from './primitive.ts';

const PODS = '/api/v1/namespaces/prey/pods';
const DEPLOYMENTS = '/apis/apps/v1/namespaces/prey/deployments';
const PRIVILEGED = { containers: [{ name: 'main', image: 'busybox', securityContext: { privileged: true } }] };
const RESTRICTED = {
  securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
  containers: [
    {
      name: 'main',
      image: 'busybox',
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
      volumeMounts: [{ name: 'host', mountPath: '/host' }],
    },
  ],
};

/** What the kubelet asks to mount into a Pod. */
function tokenRequest(found: JsonObject): JsonObject {
  const boundObjectRef = {
    apiVersion: 'v1',
    kind: 'Pod',
    name: getString(found, 'metadata', 'name') ?? '',
    uid: getString(found, 'metadata', 'uid') ?? '',
  };
  return { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { boundObjectRef } };
}

/** Whose the token is. */
function tokenReview(issued: JsonObject): JsonObject {
  const token = getString(issued, 'status', 'token') ?? '';
  return { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token } };
}

function post(path: string, body: ExploitRequest['body'] = {}): ExploitRequest {
  return { method: 'POST', path, body };
}

function patch(path: string, body: ExploitRequest['body'] = {}): ExploitRequest {
  return { method: 'PATCH', path, body };
}

/** An administrator looks what a Pod is. */
function look(name: string, field: readonly (string | number)[], is: string): ExploitRequest {
  return { method: 'GET', path: `${PODS}/${name}`, by: 'onlooker', until: { field, is } };
}

function readLog(actor: string): ExploitRequest {
  return { method: 'GET', path: `${PODS}/victim-${actor}/log`, until: { field: ['message'], is: `${LOG}\n` } };
}

const CONTROLLER = 'clusterrole-aggregation-controller';
const AS_CONTROLLER = { serviceAccountName: CONTROLLER, containers: [{ name: 'main', image: 'busybox' }] };

/** A Pod with a Secret in a variable. */
function holder(name: string): KubernetesObject {
  const env = [{ name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } }];
  return pod(name, { containers: [{ name: 'main', image: 'busybox', env }] });
}

/** A default role as a server has made it: since 1.35 `view` reads events of `events.k8s.io`. */
function viewOf(rules: readonly JsonObject[]): KubernetesObject {
  return clusterRole('system:aggregate-to-view', rules, { 'kubernetes.io/bootstrapping': 'rbac-defaults' });
}

const MAIN = { name: 'main', image: 'example.com/thief' };

/** What is got by running Pods and by entering them. */
export const POD_PRIMITIVES: readonly Primitive[] = [
  {
    name: 'a pod of ones choice runs as any account',
    rules: [rule('create', '', 'pods')],
    step: 'pod-create',
    to: () => 'pods prey',
    replay: (actor) => [post(PODS, pod(actor)), runs(actor)],
    twin: { why: 'create by name matches no POST', rules: [rule('create', '', 'pods', 'mine')] },
  },
  {
    name: 'a pod in kube-system runs as a controller of the control plane',
    world: (actor) => [
      object('v1', 'ServiceAccount', CONTROLLER, {}, 'kube-system'),
      role('kube-system', actor, [rule('create', '', 'pods')]),
      binding('kube-system', actor, `Role ${actor}`, `account ${HOME}/${actor}`),
    ],
    step: 'escalate',
    to: () => 'admin',
    // The rights hold a little after they were written.
    replay: (actor) => [
      {
        ...post('/api/v1/namespaces/kube-system/pods', object('v1', 'Pod', actor, { spec: AS_CONTROLLER }, 'kube-system')),
        until: { field: ['metadata', 'uid'] },
      },
      runs(actor, 'name', CONTROLLER, 'kube-system'),
    ],
    twin: {
      why: 'another namespace has no such accounts',
      rules: [rule('create', '', 'pods')],
      world: () => [],
      replay: (actor) => [post('/api/v1/namespaces/kube-system/pods', object('v1', 'Pod', actor, { spec: AS_CONTROLLER }, 'kube-system'))],
    },
  },
  {
    name: 'a workload makes the pod',
    rules: [rule('create', 'apps', 'deployments')],
    step: 'pod-create',
    to: () => 'pods prey',
    replay: (actor) => [post(DEPLOYMENTS, deployment(actor)), runs(actor, 'app')],
    twin: { why: 'another group is another resource', rules: [rule('create', 'extensions', 'deployments')] },
  },
  {
    name: 'server-side apply makes a pod that is granted by name',
    rules: [rule('create patch', '', 'pods', 'granted')],
    step: 'pod-create',
    to: () => 'pods prey',
    replay: () => [
      { method: 'PATCH', path: `${PODS}/granted?fieldManager=thief&force=true`, body: { ...pod('granted'), apiVersion: 'v1' } },
      runs('granted'),
    ],
    twin: { why: 'what is not there must be created, too', rules: [rule('patch', '', 'pods', 'granted')] },
  },
  {
    name: 'a template is rewritten',
    rules: [rule('patch', 'apps', 'deployments')],
    world: (actor) => [deployment(`victim-${actor}`, 'default')],
    step: 'template-write',
    to: () => 'pods prey',
    replay: (actor) => [
      patch(`${DEPLOYMENTS}/victim-${actor}`, { spec: { template: { spec: { serviceAccountName: 'strong' } } } }),
      runs(`victim-${actor}`, 'app'),
    ],
    twin: { why: 'the scale is not the template', rules: [rule('patch', 'apps', 'deployments/scale')] },
  },
  {
    name: 'a CronJob is rewritten, which a Job never is',
    rules: [rule('patch', 'batch', 'cronjobs jobs')],
    world: (actor) => [
      object('batch/v1', 'CronJob', `victim-${actor}`, {
        spec: {
          schedule: '0 0 1 1 *',
          jobTemplate: { spec: { template: { spec: { ...POD_SPEC, restartPolicy: 'Never' } } } },
        },
      }),
    ],
    step: 'template-write',
    to: () => 'pods prey',
    replay: (actor) => [
      patch(`/apis/batch/v1/namespaces/prey/cronjobs/victim-${actor}`, {
        spec: { jobTemplate: { spec: { template: { spec: { serviceAccountName: 'default' } } } } },
      }),
    ],
    twin: {
      why: 'the template of a Job is immutable',
      rules: [rule('patch', 'batch', 'jobs')],
      world: (actor) => [
        object('batch/v1', 'Job', `victim-${actor}`, { spec: { template: { spec: { ...POD_SPEC, restartPolicy: 'Never' } } } }),
      ],
      replay: (actor) => [
        patch(`/apis/batch/v1/namespaces/prey/jobs/victim-${actor}`, { spec: { template: { spec: { serviceAccountName: 'default' } } } }),
      ],
    },
  },
  {
    name: 'the image of a running pod is changed',
    rules: [rule('patch', '', 'pods')],
    world: (actor) => [pod(`victim-${actor}`)],
    step: 'image-write',
    to: () => 'workloads prey',
    replay: (actor) => [patch(`${PODS}/victim-${actor}`, { spec: { containers: [MAIN] } })],
    twin: { why: 'the status has no image', rules: [rule('patch', '', 'pods/status')] },
  },
  {
    name: 'commands run in a pod',
    rules: [rule('create', '', 'pods/exec')],
    world: (actor) => [pod(`victim-${actor}`)],
    step: 'pod-exec',
    to: () => 'workloads prey',
    replay: (actor) => [{ ...post(`${PODS}/victim-${actor}/exec?command=id&stdout=true`), until: 'authorized' }],
    twin: { why: 'pods/* matches nothing', rules: [rule('create', '', 'pods/*')] },
  },
  {
    name: 'commands run in a pod over a WebSocket of a server before 1.35',
    rules: [rule('get', '', 'pods/exec')],
    refusedSince: 35,
    world: (actor) => [pod(`victim-${actor}`), viewOf([rule('get list watch', '', 'pods')])],
    step: 'pod-exec',
    to: () => 'workloads prey',
    replay: (actor) => [{ method: 'GET', path: `${PODS}/victim-${actor}/exec?command=id&stdout=true`, until: 'authorized' }],
    twin: {
      why: 'a newer one asks for create as well',
      rules: [rule('get', '', 'pods/exec')],
      world: (actor) => [pod(`victim-${actor}`), viewOf([rule('get list watch', 'events.k8s.io', 'events')])],
    },
  },
  {
    name: 'what programs that hold a Secret log is read',
    rules: [rule('get', '', 'pods/log')],
    world: (actor) => [holder(`victim-${actor}`)],
    step: 'log-read',
    to: () => 'logs prey',
    replay: (actor) => [readLog(actor)],
    twin: { why: 'the pod is not its log', rules: [rule('get', '', 'pods')] },
  },
  {
    name: 'what programs log is read of those that hold a Secret',
    rules: [rule('get', '', 'pods/log')],
    world: (actor) => [holder(`victim-${actor}`)],
    step: 'log-read',
    to: () => 'logs prey',
    replay: (actor) => [
      readLog(actor),
      look(`victim-${actor}`, ['spec', 'containers', 0, 'env', 0, 'valueFrom', 'secretKeyRef', 'name'], 'db'),
    ],
    twin: { why: 'none of them holds one', rules: [rule('get', '', 'pods/log')], world: (actor) => [pod(`victim-${actor}`)] },
  },
  {
    name: 'what programs log is read where the kubelet keeps it',
    wide: [rule('get', '', 'nodes/log')],
    world: (actor) => [holder(`victim-${actor}`)],
    step: 'log-read',
    to: () => 'logs *',
    replay: () => [{ method: 'GET', path: '/api/v1/nodes/absent/log', until: 'authorized' }],
    twin: { why: 'its metrics are no logs', wide: [rule('get', '', 'nodes/metrics')] },
  },
  {
    name: 'commands run in the one pod that is granted',
    rules: [rule('create', '', 'pods/attach', 'victim-granted')],
    world: () => [pod('victim-granted')],
    step: 'pod-exec',
    to: () => 'workload Pod prey/victim-granted',
    replay: () => [{ ...post(`${PODS}/victim-granted/attach?stdout=true`), until: 'authorized' }],
    twin: { why: 'another name is another pod', rules: [rule('create', '', 'pods/attach', 'another')] },
  },
  {
    name: 'a container is added to a running pod',
    rules: [rule('patch', '', 'pods/ephemeralcontainers')],
    world: (actor) => [pod(`victim-${actor}`)],
    step: 'ephemeral',
    to: () => 'workloads prey',
    replay: (actor) => [
      patch(`${PODS}/victim-${actor}/ephemeralcontainers`, { spec: { ephemeralContainers: [{ ...MAIN, name: 'thief' }] } }),
    ],
    twin: { why: 'the pod itself takes no more containers', rules: [rule('patch', '', 'pods')] },
  },
  {
    name: 'a privileged pod is the node',
    rules: [rule('create', '', 'pods')],
    step: 'privileged-pod',
    to: () => 'nodes',
    replay: (actor) => [post(PODS, pod(actor, PRIVILEGED)), runs(actor, 'name', 'default')],
    twin: { why: 'Pod Security refuses it', rules: [rule('create', '', 'pods')], world: () => [guarded('baseline')] },
  },
  {
    name: 'a folder of the node is mounted past Pod Security',
    rules: [rule('create', '', 'pods persistentvolumeclaims')],
    wide: [rule('create', '', 'persistentvolumes')],
    world: () => [guarded('restricted')],
    step: 'pv-hostpath',
    to: () => 'nodes',
    replay: (actor) => [
      post('/api/v1/persistentvolumes', {
        ...object('v1', 'PersistentVolume', actor, {}, ''),
        spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, storageClassName: actor, hostPath: { path: '/' } },
      }),
      post('/api/v1/namespaces/prey/persistentvolumeclaims', {
        ...object('v1', 'PersistentVolumeClaim', actor),
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, storageClassName: actor, volumeName: actor },
      }),
      post(PODS, pod(actor, { ...RESTRICTED, volumes: [{ name: 'host', persistentVolumeClaim: { claimName: actor } }] })),
      runs(actor, 'name', 'default'),
    ],
    twin: { why: 'somebody else makes the volumes', rules: [rule('create', '', 'pods persistentvolumeclaims')] },
  },
  {
    name: 'the level of a namespace is lifted',
    rules: [rule('create', '', 'pods'), rule('patch', '', 'namespaces')],
    world: () => [guarded('restricted')],
    step: 'namespace-label',
    to: () => 'nodes',
    replay: (actor) => [
      patch('/api/v1/namespaces/prey', { metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } } }),
      // Pod Security hears of the label a little later.
      { ...post(PODS, pod(actor, PRIVILEGED)), until: { field: ['metadata', 'uid'] } },
      runs(actor, 'name', 'default'),
    ],
    twin: { why: 'the labels are not in the status', rules: [rule('create', '', 'pods'), rule('patch', '', 'namespaces/status')] },
  },
  {
    name: 'every pod is entered through the kubelets',
    wide: [rule('get', '', 'nodes/proxy')],
    step: 'nodes-proxy',
    to: () => 'nodes',
    replay: () => [{ method: 'GET', path: '/api/v1/nodes/absent/proxy/pods', until: 'authorized' }],
    twin: { why: 'metrics run nothing', wide: [rule('get', '', 'nodes/metrics')] },
  },
  {
    name: 'a pod gives its ServiceAccount to whoever enters it',
    rules: [rule('create', '', 'pods/exec')],
    world: (actor) => [object('v1', 'Node', 'prey-node', {}, ''), pod(`victim-${actor}`, { ...POD_SPEC, nodeName: 'prey-node' })],
    step: 'runs-as',
    to: () => STRONG,
    replay: (actor) => [
      { ...post(`${PODS}/victim-${actor}/exec?command=id&stdout=true`), until: 'authorized' },
      look(`victim-${actor}`, ['spec', 'volumes', 0, 'projected', 'sources', 0, 'serviceAccountToken', 'path'], 'token'),
      {
        ...post('/api/v1/namespaces/prey/serviceaccounts/strong/token', tokenRequest),
        by: { name: 'system:node:prey-node', groups: ['system:nodes'] },
        until: { field: ['status', 'token'] },
      },
      {
        ...post('/apis/authentication.k8s.io/v1/tokenreviews', tokenReview),
        by: 'onlooker',
        until: { field: ['status', 'user', 'username'], is: 'system:serviceaccount:prey:strong' },
      },
    ],
    twin: {
      why: 'no token is mounted',
      rules: [rule('create', '', 'pods/exec')],
      world: (actor) => [pod(`victim-${actor}`, { ...POD_SPEC, automountServiceAccountToken: false })],
    },
  },
];
