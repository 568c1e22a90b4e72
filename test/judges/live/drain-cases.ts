import type { KubernetesObject } from '../../../src/model/index.ts';
import type { JsonObject } from '../../../src/std/index.ts';

/** One drain of a real cluster: what is there, and how kubectl is asked. Pods land on the nodes that are open at first. */
export interface DrainCase {
  readonly name: string;
  /** Letters of its nodes; those of `open` take pods from the start, the others once all pods run. */
  readonly nodes: string;
  readonly open: string;
  readonly drained: string;
  readonly flags: readonly string[];
  readonly objects: readonly KubernetesObject[];
  /** Apps of which one pod is made not ready before the drain. */
  readonly unready?: readonly string[];
  /** Set where chance says which of several equal pods goes: owners are compared, not pods. */
  readonly byOwner?: true;
}

const DAEMONS = '--ignore-daemonsets';
const LOCAL = { volumes: [{ name: 'scratch', emptyDir: {} }] };

function template(app: string, spec: JsonObject, cpu: string): JsonObject {
  const container = { name: 'main', image: 'app:1', resources: { requests: { cpu } } };
  return { metadata: { labels: { app } }, spec: { containers: [container], ...spec } };
}

function workload(
  kind: 'DaemonSet' | 'Deployment' | 'StatefulSet',
  app: string,
  replicas: number,
  spec: JsonObject = {},
  cpu = '100m',
): KubernetesObject {
  const counted = kind === 'DaemonSet' ? {} : { replicas };
  const body = { ...counted, selector: { matchLabels: { app } }, template: template(app, spec, cpu) };
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name: app },
    spec: kind === 'StatefulSet' ? { ...body, podManagementPolicy: 'Parallel', serviceName: app } : body,
  };
}

function bare(name: string, spec: JsonObject = {}): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Pod', ...template(name, spec, '100m'), metadata: { name, labels: { app: name } } };
}

function job(name: string): KubernetesObject {
  const spec = { ...template(name, { restartPolicy: 'Never' }, '100m') };
  return { apiVersion: 'batch/v1', kind: 'Job', metadata: { name }, spec: { parallelism: 2, completions: 2, template: spec } };
}

function budget(name: string, app: string | undefined, spec: JsonObject): KubernetesObject {
  const selector = app === undefined ? {} : { matchLabels: { app } };
  return { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name }, spec: { selector, ...spec } };
}

const app = (replicas: number, spec: JsonObject = {}, cpu = '100m'): KubernetesObject => workload('Deployment', 'app', replicas, spec, cpu);
const agent = workload('DaemonSet', 'agent', 0);

function toCase(name: string, objects: readonly KubernetesObject[], more: Partial<DrainCase> = {}): DrainCase {
  return { name, objects, nodes: 'ab', open: 'a', drained: 'a', flags: [], ...more };
}

/** What the drains of the real kubectl and ours are compared on. */
export const DRAIN_CASES: readonly DrainCase[] = [
  toCase('a deployment without a budget', [app(3)]),
  toCase('one at a time: minAvailable 2 of 3', [app(3), budget('b', 'app', { minAvailable: 2 })]),
  toCase('half of three, rounded up', [app(3), budget('b', 'app', { maxUnavailable: '50%' })]),
  toCase('minAvailable 34% of three, rounded up', [app(3), budget('b', 'app', { minAvailable: '34%' })]),
  toCase('nobody may go: maxUnavailable 0', [app(2), budget('b', 'app', { maxUnavailable: 0 })]),
  toCase('nobody may go: minAvailable 100%', [app(2), budget('b', 'app', { minAvailable: '100%' })]),
  toCase('nobody may go: more wanted than there are', [app(2), budget('b', 'app', { minAvailable: 5 })]),
  toCase('an empty selector holds the whole namespace', [
    app(1),
    workload('Deployment', 'other', 1),
    budget('b', undefined, { maxUnavailable: 0 }),
  ]),
  toCase('two budgets for one pod', [
    app(2),
    workload('Deployment', 'other', 1),
    budget('b', 'app', { maxUnavailable: 1 }),
    budget('c', 'app', { minAvailable: 0 }),
  ]),
  toCase('a bare pod, and others', [bare('lone'), app(1)]),
  toCase('a bare pod by force', [bare('lone'), app(1)], { flags: ['--force'] }),
  toCase('local data', [app(1, LOCAL), workload('Deployment', 'other', 1)]),
  toCase('local data that may go', [app(1, LOCAL), bare('lone', LOCAL)], { flags: ['--delete-emptydir-data', '--force'] }),
  toCase('a DaemonSet', [agent, app(1)]),
  toCase('a DaemonSet that may stay', [agent, app(2)], { flags: [DAEMONS] }),
  toCase('everything is refused at once', [agent, bare('lone'), app(1, LOCAL)]),
  toCase('no room elsewhere', [app(2, {}, '1500m'), budget('b', 'app', { minAvailable: 1 })], { nodes: 'a', byOwner: true }),
  toCase('a pod that is not ready may go: the others are enough', [app(3), budget('b', 'app', { minAvailable: 2 })], { unready: ['app'] }),
  toCase('a pod that is not ready is held: too few are', [app(1), budget('b', 'app', { minAvailable: 1 })], { unready: ['app'] }),
  toCase(
    'a pod that is not ready always may go',
    [app(1), budget('b', 'app', { minAvailable: 1, unhealthyPodEvictionPolicy: 'AlwaysAllow' })],
    { unready: ['app'] },
  ),
  toCase('a StatefulSet, one at a time', [workload('StatefulSet', 'app', 3), budget('b', 'app', { maxUnavailable: 1 })]),
  toCase('pods that have ended', [job('done'), app(1)]),
  toCase(
    'a share of a DaemonSet and a bare pod cannot be told',
    [bare('lone'), app(1), budget('b', undefined, { maxUnavailable: '50%' })],
    { flags: ['--force'] },
  ),
  toCase('some pods only', [app(2), workload('Deployment', 'other', 2)], { flags: ['--pod-selector', 'app=other'] }),
  toCase('deletion asks no budget', [app(2), budget('b', 'app', { maxUnavailable: 0 })], { flags: ['--disable-eviction'] }),
  toCase('two nodes, one after the other', [app(4), budget('b', 'app', { maxUnavailable: 2 })], {
    nodes: 'abc',
    open: 'ab',
    drained: 'ab',
  }),
  toCase(
    'two nodes, of which one is refused',
    [
      app(4, {
        topologySpreadConstraints: [
          {
            maxSkew: 1,
            topologyKey: 'kubernetes.io/hostname',
            whenUnsatisfiable: 'ScheduleAnyway',
            labelSelector: { matchLabels: { app: 'app' } },
          },
        ],
      }),
      bare('lone'),
    ],
    {
      nodes: 'abc',
      open: 'ab',
      drained: 'ab',
    },
  ),
];
