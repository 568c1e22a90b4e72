import { containersOf, nameOf, type KubernetesObject } from '../../model/index.ts';
import { getArray, getObject, getString, sha256, toKubernetesTime, type JsonObject, type JsonValue } from '../../std/index.ts';
import { qualityOfService } from './admission/quality-of-service.ts';
import { withCondition, type Condition } from './conditions.ts';

/** What every container of a simulated pod is doing. */
export interface ContainerState {
  readonly phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed';
  readonly isReady: boolean;
  readonly restarts: number;
  readonly state: JsonObject;
  readonly lastState?: JsonObject;
}

/** The status that a kubelet would report. `startedAt` is in ms; its fraction is kept, as the simulation counts in ms. */
export function toPodStatus(
  pod: KubernetesObject,
  containers: ContainerState,
  at: { readonly startedAt: number; readonly now: number },
): JsonObject {
  const node = getString(pod, 'spec', 'nodeName') ?? '';
  const address = toAddress(`${getString(pod.metadata, 'uid') ?? ''}${getString(pod.metadata, 'namespace') ?? ''}/${nameOf(pod)}`);
  const isEnded = containers.phase === 'Succeeded' || containers.phase === 'Failed';
  const hasAddress = containers.phase !== 'Pending';
  return {
    phase: containers.phase,
    conditions: toConditions(pod, containers, at.now),
    hostIP: toHostAddress(node),
    ...(hasAddress ? { podIP: address, podIPs: [{ ip: address }] } : {}),
    startTime: new Date(at.startedAt).toISOString(),
    ...toContainerStatuses(pod, containers, { isEnded }),
    qosClass: getString(pod, 'status', 'qosClass') ?? qualityOfService(getObject(pod, 'spec') ?? {}),
  };
}

function toConditions(pod: KubernetesObject, { phase, isReady }: ContainerState, now: number): readonly JsonValue[] {
  const ready: Pick<Condition, 'status' | 'reason' | 'message'> = isReady
    ? { status: 'True' }
    : phase === 'Succeeded'
      ? { status: 'False', reason: 'PodCompleted' }
      : { status: 'False', reason: 'ContainersNotReady', message: `containers with unready status: [${listNames(pod).join(' ')}]` };
  const list: readonly Condition[] = [
    { type: 'PodReadyToStartContainers', status: phase === 'Pending' ? 'False' : 'True' },
    { type: 'Initialized', status: 'True' },
    { type: 'Ready', ...ready },
    { type: 'ContainersReady', ...ready },
    { type: 'PodScheduled', status: 'True' },
  ];
  return list.reduce<readonly JsonValue[]>(
    (conditions, condition) => withCondition(conditions, condition, now, { lastProbeTime: null }),
    getArray(pod, 'status', 'conditions'),
  );
}

function listNames(pod: KubernetesObject): readonly string[] {
  return containersOf(getObject(pod, 'spec') ?? {}).flatMap(({ type, name }) => (type === 'container' ? [name] : []));
}

function toContainerStatuses(pod: KubernetesObject, containers: ContainerState, { isEnded }: { readonly isEnded: boolean }): JsonObject {
  const { isReady, restarts, state, lastState } = containers;
  const entries = containersOf(getObject(pod, 'spec') ?? {}).filter(({ type }) => type === 'container');
  return {
    containerStatuses: entries.map(({ name, container }) => {
      const image = getString(container, 'image') ?? '';
      return {
        name,
        image,
        imageID: containers.phase === 'Pending' ? '' : `sha256:${sha256(image)}`,
        state,
        lastState: lastState ?? {},
        ready: isReady,
        started: containers.phase === 'Running' && !isEnded,
        restartCount: restarts,
      };
    }),
  };
}

function toAddress(seed: string): string {
  const digest = sha256(seed);
  const byte = (at: number): number => Number.parseInt(digest.slice(at, at + 2), 16);
  return `10.${64 + (byte(0) % 64)}.${byte(2)}.${1 + (byte(4) % 254)}`;
}

function toHostAddress(node: string): string {
  const digest = sha256(node);
  return `172.18.${Number.parseInt(digest.slice(0, 2), 16)}.${1 + (Number.parseInt(digest.slice(2, 4), 16) % 254)}`;
}

/** A state of a running container. */
export function running(startedAt: number): JsonObject {
  return { running: { startedAt: toKubernetesTime(startedAt) } };
}

/** A state of a container that waits. */
export function waiting(reason: string, message?: string): JsonObject {
  return { waiting: { reason, ...(message === undefined ? {} : { message }) } };
}

/** A state of a container that has ended. */
export function terminated(exitCode: number, startedAt: number, finishedAt: number): JsonObject {
  return {
    terminated: {
      exitCode,
      reason: exitCode === 0 ? 'Completed' : 'Error',
      startedAt: toKubernetesTime(startedAt),
      finishedAt: toKubernetesTime(finishedAt),
    },
  };
}
