import type { Context } from './api/context.ts';
import { create } from './api/write.ts';
import { KplanError, type KubernetesObject } from '../model/index.ts';
import { getObject, toKubernetesTime, type JsonObject } from '../std/index.ts';

const NAMESPACES = ['kube-system', 'default', 'kube-public', 'kube-node-lease'];
const SYSTEM_CLASSES = [
  {
    name: 'system-cluster-critical',
    value: 2_000_000_000,
    description: 'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
  },
  {
    name: 'system-node-critical',
    value: 2_000_001_000,
    description: 'Used for system critical pods that must not be moved from their current node.',
  },
];

/** Three nodes of 4 CPUs and 16 GiB, one in each of the zones a, b and c. */
export function defaultNodes(): readonly KubernetesObject[] {
  return ['a', 'b', 'c'].map((zone, index) => {
    const name = `node-${index + 1}`;
    const capacity = { cpu: '4', memory: '16Gi', 'ephemeral-storage': '100Gi', pods: '110' };
    const labels = {
      'kubernetes.io/arch': 'amd64',
      'kubernetes.io/hostname': name,
      'kubernetes.io/os': 'linux',
      'topology.kubernetes.io/region': 'local',
      'topology.kubernetes.io/zone': zone,
    };
    return { apiVersion: 'v1', kind: 'Node', metadata: { name, labels }, spec: {}, status: { capacity, allocatable: capacity } };
  });
}

/** Makes what every new cluster has: namespaces, the API server's service, system priority classes, a StorageClass and the nodes. */
export function bootstrap(context: Context, nodes: readonly KubernetesObject[]): void {
  for (const name of NAMESPACES) make(context, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  make(context, apiService());
  for (const { name, value, description } of SYSTEM_CLASSES) {
    make(context, { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name }, value, description });
  }
  make(context, storageClass());
  for (const node of nodes) makeNode(context, node);
}

function make(context: Context, object: KubernetesObject): KubernetesObject {
  const result = create(context, object);
  if (result.kind === 'ok') return result.object;
  throw new KplanError('REFUSED', `the embedded cluster cannot be set up: ${result.message}`);
}

function makeNode(context: Context, node: KubernetesObject): void {
  const made = make(context, node);
  const status = getObject(node, 'status');
  if (status === undefined) return;
  context.draft.put({ ...made, status: { ...readyStatus(context.draft.now), ...status } });
}

function readyStatus(now: number): JsonObject {
  const time = toKubernetesTime(now);
  const condition = { lastHeartbeatTime: time, lastTransitionTime: time };
  return {
    conditions: [
      {
        ...condition,
        type: 'MemoryPressure',
        status: 'False',
        reason: 'KubeletHasSufficientMemory',
        message: 'kubelet has sufficient memory available',
      },
      { ...condition, type: 'DiskPressure', status: 'False', reason: 'KubeletHasNoDiskPressure', message: 'kubelet has no disk pressure' },
      {
        ...condition,
        type: 'PIDPressure',
        status: 'False',
        reason: 'KubeletHasSufficientPID',
        message: 'kubelet has sufficient PID available',
      },
      { ...condition, type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' },
    ],
  };
}

function apiService(): KubernetesObject {
  const labels = { component: 'apiserver', provider: 'kubernetes' };
  const spec = { clusterIP: '10.96.0.1', ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 6443 }], type: 'ClusterIP' };
  return { apiVersion: 'v1', kind: 'Service', metadata: { name: 'kubernetes', namespace: 'default', labels }, spec };
}

function storageClass(): KubernetesObject {
  const annotations = { 'storageclass.kubernetes.io/is-default-class': 'true' };
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'standard', annotations },
    provisioner: 'kplan.dev/embedded',
    reclaimPolicy: 'Delete',
    volumeBindingMode: 'WaitForFirstConsumer',
  };
}
