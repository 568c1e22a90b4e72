import { refOf, type KubernetesObject, type World } from '../../model/index.ts';
import { getNumber, getString, type JsonObject } from '../../std/index.ts';
import { isOfKind, toDelete, toStatusUpdate, type Controller, type ControllerContext, type Intent } from './controller.ts';
import { findObstacle } from './missing-reference.ts';
import { running, terminated, toPodStatus, waiting, type ContainerState } from './pod-status.ts';
import { durationsOf, fateOf } from './simulated-fate.ts';

/** How long a pod takes to stop (ms), where its grace period is not shorter. */
const STOP = 100;
const BACK_OFF = 10_000;
const MAX_BACK_OFF = 300_000;

/**
 * The kubelets of all nodes: a bound pod starts after a while, gets ready, ends if it is to end, fails if it is told to
 * (`simulated-fate.ts`), waits for what it refers to, and goes when it is deleted or its node is gone.
 */
export const POD: Controller = {
  name: 'pod',
  kind: { group: '', kind: 'Pod' },
  watches: [
    { group: '', kind: 'ConfigMap' },
    { group: '', kind: 'Node' },
    { group: '', kind: 'PersistentVolumeClaim' },
    { group: '', kind: 'Secret' },
  ],
  concerns: (world, changed) => {
    const pods = isOfKind(changed, '', 'Node')
      ? world.byKind('', 'Pod').filter((pod) => nodeOf(pod) === getString(changed.metadata, 'name'))
      : world.kind('', 'Pod').inNamespace(getString(changed.metadata, 'namespace')).filter(isPending);
    return pods.map(refOf);
  },
  reconcile: (world, pod, context) => {
    if (getString(pod.metadata, 'deletionTimestamp') !== undefined) return stop(pod, context);
    const node = nodeOf(pod);
    if (node === '') return [];
    if (world.get({ group: '', kind: 'Node', name: node }) === undefined) return [toDelete(pod, 0)];
    const phase = getString(pod, 'status', 'phase');
    return phase === 'Succeeded' || phase === 'Failed' ? [] : run(world, pod, context);
  },
};

function nodeOf(pod: KubernetesObject): string {
  return getString(pod, 'spec', 'nodeName') ?? '';
}

function isPending(pod: KubernetesObject): boolean {
  return (getString(pod, 'status', 'phase') ?? 'Pending') === 'Pending' && nodeOf(pod) !== '';
}

/** The timestamp of a deletion is when its grace period ends; a simulated pod heeds the signal and stops soon after it. */
function stop(pod: KubernetesObject, { now }: ControllerContext): readonly Intent[] {
  const end = Date.parse(getString(pod.metadata, 'deletionTimestamp') ?? '');
  const asked = end - (getNumber(pod.metadata, 'deletionGracePeriodSeconds') ?? 0) * 1000;
  const isRunning = getString(pod, 'status', 'phase') === 'Running' && nodeOf(pod) !== '';
  const gone = isRunning ? asked + STOP : now;
  return now >= gone ? [toDelete(pod, 0)] : [{ type: 'requeueAt', time: gone }];
}

function run(world: World, pod: KubernetesObject, { now }: ControllerContext): readonly Intent[] {
  const started = getString(pod, 'status', 'startTime');
  const startedAt = started === undefined ? now : Date.parse(started);
  const { containers, next } = stateAt(world, pod, startedAt, now);
  const status: JsonObject = toPodStatus(pod, containers, { startedAt, now });
  return [...toStatusUpdate(pod, status), ...(next === undefined ? [] : [{ type: 'requeueAt' as const, time: next }])];
}

interface Moment {
  readonly containers: ContainerState;
  /** When it will be otherwise, if nothing happens. */
  readonly next?: number;
}

function stateAt(world: World, pod: KubernetesObject, startedAt: number, now: number): Moment {
  const { start, run } = durationsOf(pod);
  const begin = startedAt + start;
  if (getString(pod, 'status', 'phase') !== 'Running') {
    const obstacle = findObstacle(world, pod);
    if (obstacle !== undefined) return { containers: pending(waiting(obstacle.reason, obstacle.message)) };
    if (now < begin) return { containers: pending(waiting('ContainerCreating')), next: begin };
  }
  const fate = fateOf(pod);
  const end = begin + run;
  switch (fate) {
    case 'run':
      return { containers: { phase: 'Running', isReady: true, restarts: 0, state: running(begin) } };
    case 'never-ready':
      return { containers: { phase: 'Running', isReady: false, restarts: 0, state: running(begin) } };
    case 'missing-image':
      return { containers: pending(waiting('ImagePullBackOff', 'Back-off pulling image: not found')) };
    case 'crash':
      return crash(begin, now);
    case 'complete':
    case 'fail': {
      if (now < end) return { containers: { phase: 'Running', isReady: true, restarts: 0, state: running(begin) }, next: end };
      const code = fate === 'fail' ? 1 : 0;
      const phase = fate === 'fail' ? 'Failed' : 'Succeeded';
      return { containers: { phase, isReady: false, restarts: 0, state: terminated(code, begin, end) } };
    }
  }
}

function pending(state: JsonObject): ContainerState {
  return { phase: 'Pending', isReady: false, restarts: 0, state };
}

/** A container that ends at once: restarted after 10 s, 20 s, 40 s ... at most five minutes. */
function crash(begin: number, now: number): Moment {
  let restarts = 0;
  let at = begin;
  let wait = BACK_OFF;
  while (at + wait <= now) {
    at += wait;
    restarts++;
    wait = Math.min(wait * 2, MAX_BACK_OFF);
  }
  const state = waiting('CrashLoopBackOff', `back-off ${wait / 1000}s restarting failed container`);
  return { containers: { phase: 'Running', isReady: false, restarts, state, lastState: terminated(1, at, at) }, next: at + wait };
}
