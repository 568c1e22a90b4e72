import type { KubernetesObject } from '../../model/index.ts';
import { getArray, getBoolean, getObject, getString, type JsonObject } from '../../std/index.ts';

const PREFIX = 'node.kubernetes.io/';

/** Conditions that close a node while they hold, and the taints that say so. */
const BY_CONDITION: readonly { readonly type: string; readonly status: string; readonly key: string; readonly evicts?: true }[] = [
  { type: 'DiskPressure', status: 'True', key: 'disk-pressure' },
  { type: 'MemoryPressure', status: 'True', key: 'memory-pressure' },
  { type: 'NetworkUnavailable', status: 'True', key: 'network-unavailable' },
  { type: 'PIDPressure', status: 'True', key: 'pid-pressure' },
  { type: 'Ready', status: 'False', key: 'not-ready', evicts: true },
  { type: 'Ready', status: 'Unknown', key: 'unreachable', evicts: true },
];

/** A node with the taints that its conditions and `unschedulable` bring (`pkg/controller/nodelifecycle`); the same object if it has them. */
export function withConditionTaints(node: KubernetesObject): KubernetesObject {
  const taints = getArray(node, 'spec', 'taints');
  const missing = listConditionTaints(node).filter(
    ({ key, effect }) => !taints.some((taint) => getString(taint, 'key') === key && getString(taint, 'effect') === effect),
  );
  return missing.length === 0 ? node : { ...node, spec: { ...getObject(node, 'spec'), taints: [...taints, ...missing] } };
}

function listConditionTaints(node: KubernetesObject): readonly JsonObject[] {
  const conditions = getArray(node, 'status', 'conditions');
  const holding = BY_CONDITION.filter(({ type, status }) =>
    conditions.some((condition) => getString(condition, 'type') === type && getString(condition, 'status') === status),
  );
  const isCordoned = getBoolean(node, 'spec', 'unschedulable') === true;
  return [
    ...holding.flatMap(({ key, evicts }) =>
      evicts === true ? [toTaint(key, 'NoSchedule'), toTaint(key, 'NoExecute')] : [toTaint(key, 'NoSchedule')],
    ),
    ...(isCordoned ? [toTaint('unschedulable', 'NoSchedule')] : []),
  ];
}

function toTaint(name: string, effect: string): JsonObject {
  return { key: `${PREFIX}${name}`, effect };
}
