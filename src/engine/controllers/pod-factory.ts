import { namespaceOf, type KubernetesObject } from '../../model/index.ts';
import { getObject, type JsonObject, type JsonValue } from '../../std/index.ts';
import { toControllerReference } from './ownership.ts';
import { admitPod, type PodAdmission } from './admission/pod-admission.ts';

/** What sets one pod of a workload apart. */
export interface PodIdentity {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A pod as its controller would create it and admission store it. Pods of one template share their spec. */
export function toPod(
  owner: KubernetesObject,
  template: JsonObject,
  identity: PodIdentity,
  admission: PodAdmission,
  adapt: (spec: JsonObject) => JsonObject = keep,
): KubernetesObject {
  const namespace = namespaceOf(owner);
  const spec = adapt(admitPod(getObject(template, 'spec') ?? {}, namespace, admission).spec);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: identity.name,
      ...(namespace === undefined ? {} : { namespace }),
      ...toMap('labels', getObject(template, 'metadata', 'labels'), identity.labels),
      ...toMap('annotations', getObject(template, 'metadata', 'annotations'), identity.annotations),
      ownerReferences: [toControllerReference(owner)],
    },
    spec,
  };
}

function keep(spec: JsonObject): JsonObject {
  return spec;
}

function toMap(field: string, of: JsonObject | undefined, more: Readonly<Record<string, string>> | undefined): Record<string, JsonValue> {
  const merged = { ...of, ...more };
  return Object.keys(merged).length === 0 ? {} : { [field]: merged };
}

/** Tolerations that every DaemonSet pod has (`AddOrUpdateDaemonPodTolerations`). */
export function toDaemonPodSpec(spec: JsonObject): JsonObject {
  const keys: readonly (readonly [string, string])[] = [
    ['node.kubernetes.io/not-ready', 'NoExecute'],
    ['node.kubernetes.io/unreachable', 'NoExecute'],
    ['node.kubernetes.io/disk-pressure', 'NoSchedule'],
    ['node.kubernetes.io/memory-pressure', 'NoSchedule'],
    ['node.kubernetes.io/pid-pressure', 'NoSchedule'],
    ['node.kubernetes.io/unschedulable', 'NoSchedule'],
    ...(spec['hostNetwork'] === true ? [['node.kubernetes.io/network-unavailable', 'NoSchedule'] as const] : []),
  ];
  const own = (Array.isArray(spec['tolerations']) ? spec['tolerations'] : []) as readonly JsonValue[];
  return { ...spec, tolerations: [...own, ...keys.map(([key, effect]) => ({ key, operator: 'Exists', effect }))] };
}

/** A DaemonSet pod's spec, held to one node (`ReplaceDaemonSetPodNodeNameNodeAffinity`). */
export function holdToNode(spec: JsonObject, node: string): JsonObject {
  const affinity = getObject(spec, 'affinity');
  const nodeAffinity = getObject(affinity, 'nodeAffinity');
  const term = { matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] };
  const required = { nodeSelectorTerms: [term] };
  return {
    ...spec,
    affinity: { ...affinity, nodeAffinity: { ...nodeAffinity, requiredDuringSchedulingIgnoredDuringExecution: required } },
  };
}
