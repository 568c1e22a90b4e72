import { isSelected, labelsOf, nameOf, namespaceOf, type KubernetesObject, type Selector, type World } from '../../../model/index.ts';
import { compareBy, compareStrings, getArray, getBoolean, getObject, getString, type JsonValue } from '../../../std/index.ts';

/** What a drain may do; the flags of `kubectl drain` of the same names. */
export interface DrainOptions {
  readonly force: boolean;
  readonly ignoreDaemonSets: boolean;
  readonly deleteEmptyDirData: boolean;
  /** Deletes in place of evicting: budgets are not asked. */
  readonly disableEviction: boolean;
  /** Only these pods leave. */
  readonly podSelector?: Selector;
}

/** A sentence of kubectl's, and the pods (`namespace/name`) that it is said of. */
export interface PodRemark {
  readonly message: string;
  readonly pods: readonly string[];
}

/** What a drain of a node makes of its pods. With any refusal none leaves. */
export interface LeavingPods {
  readonly leave: readonly KubernetesObject[];
  readonly refusals: readonly PodRemark[];
  readonly warnings: readonly PodRemark[];
}

type Status =
  | { readonly kind: 'leave'; readonly warning?: string }
  | { readonly kind: 'stay'; readonly warning?: string }
  | { readonly kind: 'refuse'; readonly message: string };

const LEAVE: Status = { kind: 'leave' };

/**
 * Sorts the pods of a node as `kubectl drain` does (`k8s.io/kubectl/pkg/drain/filters.go`), in its words: of several filters the
 * last one that a pod passes has the say, so that some warnings are never heard.
 */
export function sortPods(pods: readonly KubernetesObject[], world: World, options: DrainOptions): LeavingPods {
  const leave: KubernetesObject[] = [];
  const refusals = new Map<string, string[]>();
  const warnings = new Map<string, string[]>();
  const note = (remarks: Map<string, string[]>, message: string, pod: KubernetesObject): void => {
    remarks.set(message, [...(remarks.get(message) ?? []), podKeyOf(pod)]);
  };
  for (const pod of pods.toSorted(compareBy(podKeyOf))) {
    if (options.podSelector !== undefined && !isSelected(options.podSelector, labelsOf(pod))) continue;
    const status = judge(pod, world, options);
    if (status.kind === 'refuse') note(refusals, status.message, pod);
    else if (status.warning !== undefined) note(warnings, status.warning, pod);
    if (status.kind === 'leave') leave.push(pod);
  }
  return { leave, refusals: toRemarks(refusals), warnings: toRemarks(warnings) };
}

/** `namespace/name`. */
export function podKeyOf(pod: KubernetesObject): string {
  return `${namespaceOf(pod) ?? 'default'}/${nameOf(pod)}`;
}

/** Whether a pod has ended. */
export function isFinished(pod: KubernetesObject): boolean {
  const phase = getString(pod, 'status', 'phase');
  return phase === 'Succeeded' || phase === 'Failed';
}

/** What controls a pod, as its owner reference says. */
export function controllerOf(pod: KubernetesObject): JsonValue | undefined {
  return getArray(pod.metadata, 'ownerReferences').find((reference) => getBoolean(reference, 'controller') === true);
}

function toRemarks(remarks: ReadonlyMap<string, readonly string[]>): readonly PodRemark[] {
  return [...remarks].toSorted(([a], [b]) => compareStrings(a, b)).map(([message, pods]) => ({ message, pods }));
}

function judge(pod: KubernetesObject, world: World, options: DrainOptions): Status {
  let status = LEAVE;
  for (const filter of [judgeDaemonSet, judgeMirror, judgeLocalStorage, judgeController]) {
    status = filter(pod, options, world);
    if (status.kind !== 'leave') return status;
  }
  return status;
}

function judgeDaemonSet(pod: KubernetesObject, options: DrainOptions, world: World): Status {
  const controller = controllerOf(pod);
  if (!isDaemonSet(controller) || isFinished(pod)) return LEAVE;
  const name = getString(controller, 'name') ?? '';
  const namespace = namespaceOf(pod);
  if (world.get({ group: 'apps', kind: 'DaemonSet', name, ...(namespace === undefined ? {} : { namespace }) }) === undefined) {
    const missing = `daemonsets.apps "${name}" not found`;
    return options.force ? { kind: 'leave', warning: missing } : { kind: 'refuse', message: missing };
  }
  if (options.ignoreDaemonSets) return { kind: 'stay', warning: 'ignoring DaemonSet-managed Pods' };
  return { kind: 'refuse', message: 'DaemonSet-managed Pods (use --ignore-daemonsets to ignore)' };
}

function isDaemonSet(reference: JsonValue | undefined): boolean {
  return getString(reference, 'kind') === 'DaemonSet' && getString(reference, 'apiVersion') === 'apps/v1';
}

function judgeMirror(pod: KubernetesObject): Status {
  return getString(pod.metadata, 'annotations', 'kubernetes.io/config.mirror') === undefined ? LEAVE : { kind: 'stay' };
}

function judgeLocalStorage(pod: KubernetesObject, options: DrainOptions): Status {
  const hasLocal = getArray(pod, 'spec', 'volumes').some((volume) => getObject(volume, 'emptyDir') !== undefined);
  if (!hasLocal || isFinished(pod)) return LEAVE;
  if (options.deleteEmptyDirData) return { kind: 'leave', warning: 'deleting Pods with local storage' };
  return { kind: 'refuse', message: 'Pods with local storage (use --delete-emptydir-data to override)' };
}

function judgeController(pod: KubernetesObject, options: DrainOptions): Status {
  if (isFinished(pod) || controllerOf(pod) !== undefined) return LEAVE;
  if (options.force) return { kind: 'leave', warning: 'deleting Pods that declare no controller' };
  return { kind: 'refuse', message: 'Pods that declare no controller (use --force to override)' };
}
