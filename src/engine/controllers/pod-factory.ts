import { namespaceOf, type KubernetesObject } from '../../model/index.ts';
import { getArray, getObject, getString, type JsonObject, type JsonValue } from '../../std/index.ts';
import { toControllerReference } from './ownership.ts';
import { admitPod, type PodAdmission } from './admission/pod-admission.ts';

/** What sets one pod of a workload apart. */
export interface PodIdentity {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** How a controller changes the spec of a template for one pod: before admission sees it, and in what nothing of admission hangs on. */
export interface PodAdaption {
  readonly before?: (spec: JsonObject) => JsonObject;
  readonly after?: (spec: JsonObject) => JsonObject;
}

/** A pod as its controller would create it and admission store it. Pods of one template share their spec. */
export function toPod(
  owner: KubernetesObject,
  template: JsonObject,
  identity: PodIdentity,
  admission: PodAdmission,
  { before = keep, after = keep }: PodAdaption = {},
): KubernetesObject {
  const namespace = namespaceOf(owner);
  const spec = after(admitPod(before(getObject(template, 'spec') ?? {}), namespace, admission).spec);
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

const DAEMONS = new WeakMap<JsonObject, JsonObject>();

/** A DaemonSet's pod spec with the tolerations that all of its pods have (`AddOrUpdateDaemonPodTolerations`). The same value for the same spec. */
export function toDaemonPodSpec(spec: JsonObject): JsonObject {
  const known = DAEMONS.get(spec);
  if (known !== undefined) return known;
  const added = DAEMON_TOLERATIONS.concat(spec['hostNetwork'] === true ? [['network-unavailable', 'NoSchedule']] : []).map(
    ([name, effect]) => ({ key: `node.kubernetes.io/${name}`, operator: 'Exists', effect }),
  );
  const own = getArray(spec, 'tolerations').filter((toleration) => !added.some((item) => isSameToleration(toleration, item)));
  const daemon = { ...spec, tolerations: [...own, ...added] };
  DAEMONS.set(spec, daemon);
  return daemon;
}

const DAEMON_TOLERATIONS: readonly (readonly [string, string])[] = [
  ['not-ready', 'NoExecute'],
  ['unreachable', 'NoExecute'],
  ['disk-pressure', 'NoSchedule'],
  ['memory-pressure', 'NoSchedule'],
  ['pid-pressure', 'NoSchedule'],
  ['unschedulable', 'NoSchedule'],
];

function isSameToleration(toleration: JsonValue, added: JsonObject): boolean {
  return ['key', 'operator', 'effect'].every((field) => getString(toleration, field) === getString(added, field));
}

/** A DaemonSet pod's spec, held to one node (`ReplaceDaemonSetPodNodeNameNodeAffinity`). */
function holdToNode(spec: JsonObject, node: string): JsonObject {
  const affinity = getObject(spec, 'affinity');
  const nodeAffinity = getObject(affinity, 'nodeAffinity');
  const term = { matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] };
  const required = { nodeSelectorTerms: [term] };
  return {
    ...spec,
    affinity: { ...affinity, nodeAffinity: { ...nodeAffinity, requiredDuringSchedulingIgnoredDuringExecution: required } },
  };
}

/** A DaemonSet's pod for one node. */
export function toDaemonPod(
  set: KubernetesObject,
  template: JsonObject,
  identity: PodIdentity & { readonly node: string },
  admission: PodAdmission,
): KubernetesObject {
  return toPod(set, template, identity, admission, { before: toDaemonPodSpec, after: (spec) => holdToNode(spec, identity.node) });
}
