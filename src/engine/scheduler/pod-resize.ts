import type { KubernetesObject } from '../../model/index.ts';
import { getArray, getAt, getObject, getString, isEqualJson, type JsonObject, type JsonValue } from '../../std/index.ts';

/** What a resize in place has come to, where that is not what the spec asks for: parts of a pod's status. */
export interface PodResize extends JsonObject {
  /** Whether the node will never be able to give what the spec asks for (`IsPodResizeInfeasible`). */
  readonly isInfeasible: boolean;
  /** By the names of containers and sidecars. */
  readonly containers: Readonly<Record<string, ResourceState>>;
  readonly pod: ResourceState | null;
}

/** Lists of resources: what is in force, and what the kubelet has set aside. */
export interface ResourceState extends JsonObject {
  readonly actuated: JsonValue;
  readonly allocated: JsonValue;
}

/** The first minor version in which a pod is resized as a whole (`InPlacePodLevelResourcesVerticalScaling`). */
const FIRST_WITH_PODS = 36;

/** Reads of a pod on a node what it holds there beside what its spec asks for, as a minor version (36) does; undefined where these are the same. */
export function readResize(pod: KubernetesObject, minor: number): PodResize | undefined {
  const status = getObject(pod, 'status');
  if (status === undefined || (getString(pod, 'spec', 'nodeName') ?? '') === '') return undefined;
  const specs = [...getArray(pod, 'spec', 'containers'), ...getArray(pod, 'spec', 'initContainers').filter(isSidecar)];
  const states = [...getArray(status, 'containerStatuses'), ...getArray(status, 'initContainerStatuses')];
  const containers: Record<string, ResourceState> = {};
  for (const spec of specs) {
    const name = getString(spec, 'name') ?? '';
    const state = states.findLast((item) => getString(item, 'name') === name);
    if (isResized(spec, state)) containers[name] = toState(state);
  }
  const own = minor >= FIRST_WITH_PODS && getObject(pod, 'spec', 'resources') !== undefined && isResized(getObject(pod, 'spec'), status);
  if (Object.keys(containers).length === 0 && !own) return undefined;
  const pending = getArray(status, 'conditions').find((item) => getString(item, 'type') === 'PodResizePending');
  return { isInfeasible: getString(pending, 'reason') === 'Infeasible', containers, pod: own ? toState(status) : null };
}

function isSidecar(container: JsonValue): boolean {
  return getString(container, 'restartPolicy') === 'Always';
}

/** Without `resources` nothing is known of what is in force, and the spec counts. */
function isResized(spec: JsonValue | undefined, state: JsonValue | undefined): boolean {
  if (getObject(state, 'resources') === undefined) return false;
  // The API copies a limit to a request that is not given.
  const asked = { ...getObject(spec, 'resources', 'limits'), ...getObject(spec, 'resources', 'requests') };
  const { actuated, allocated } = toState(state);
  return !isEqualJson(actuated, asked) || !isEqualJson(allocated, asked);
}

function toState(state: JsonValue | undefined): ResourceState {
  return { actuated: getAt(state, 'resources', 'requests') ?? {}, allocated: getAt(state, 'allocatedResources') ?? {} };
}
