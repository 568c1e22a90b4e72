import { gvkOf, namespaceOf, refOf, toRefKey, withMetadata, type KubernetesObject, type ObjectRef, type World } from '../../model/index.ts';
import { getNumber, isEqualJson, toKubernetesTime } from '../../std/index.ts';
import { QuotaLedger } from './admission/quota-ledger.ts';
import type { Controller } from './controller.ts';
import { DAEMON_SET } from './daemon-set.ts';
import { DEPLOYMENT } from './deployment.ts';
import { childrenOf } from './ownership.ts';
import { REPLICA_SET } from './replica-set.ts';
import { REPLICATION_CONTROLLER } from './replication-controller.ts';
import { STATEFUL_SET } from './stateful-set.ts';

const STEPPED: readonly Controller[] = [DAEMON_SET, DEPLOYMENT, REPLICA_SET, REPLICATION_CONTROLLER, STATEFUL_SET];

/** What one step of the controllers led to. */
export interface RolloutStep {
  readonly world: World;
  readonly isChanged: boolean;
  /** When (ms) something will be otherwise, if nothing happens before. */
  readonly next?: number;
  /** What quotas refused, in order. */
  readonly refused: readonly RefusedObject[];
}

/** An object that a controller wanted to make for a workload, and why it was not made. */
export interface RefusedObject {
  readonly workload: ObjectRef;
  readonly object: KubernetesObject;
  readonly quota: KubernetesObject;
  readonly why: string;
}

/**
 * Lets the controllers of some workloads look at them once: what they want happens at once, but for what a quota refuses,
 * and deleted pods are gone. Pods are neither placed nor started here.
 */
export function stepRollout(world: World, workloads: readonly ObjectRef[], now: number): RolloutStep {
  const step = new Step(world, now);
  for (const ref of workloads) {
    step.reconcile(ref, ref);
    const workload = step.world.get(ref);
    if (workload === undefined) continue;
    for (const set of childrenOf(step.world, workload, 'apps', 'ReplicaSet')) step.reconcile(refOf(set), ref);
  }
  return step.result();
}

class Step {
  world: World;
  readonly #before: World;
  readonly #now: number;
  readonly #refused: RefusedObject[] = [];
  #next: number | undefined;
  #ledger: QuotaLedger | undefined;

  constructor(world: World, now: number) {
    this.world = world;
    this.#before = world;
    this.#now = now;
  }

  result(): RolloutStep {
    const next = this.#next === undefined ? {} : { next: this.#next };
    return { world: this.world, isChanged: this.world !== this.#before, refused: this.#refused, ...next };
  }

  /** Carries out what the controller of an object wants, up to what a quota refuses. */
  reconcile(ref: ObjectRef, workload: ObjectRef): void {
    const controller = STEPPED.find(({ kind }) => kind.kind === ref.kind && kind.group === ref.group);
    const object = this.world.get(ref);
    if (controller === undefined || object === undefined) return;
    const put: KubernetesObject[] = [];
    const gone: ObjectRef[] = [];
    for (const intent of controller.reconcile(this.world, object, { now: this.#now })) {
      if (intent.type === 'requeueAt') this.#next = Math.min(this.#next ?? intent.time, intent.time);
      else if (intent.type === 'delete') gone.push(intent.ref);
      else if (intent.type !== 'create') put.push(...this.#toUpdated(intent.object, intent.type, put));
      else if (this.#refuses(intent.object, workload)) break;
      else put.push(this.#toMade(intent.object));
    }
    if (put.length > 0) this.world = this.world.with(put);
    if (gone.length === 0) return;
    this.world = this.world.without(gone);
    this.#ledger?.reopen(this.world, new Set(gone.map(({ namespace }) => namespace)));
  }

  #refuses(object: KubernetesObject, workload: ObjectRef): boolean {
    this.#ledger ??= new QuotaLedger(this.world);
    const refusal = this.#ledger.has(namespaceOf(object)) ? this.#ledger.take(object) : undefined;
    if (refusal !== undefined) this.#refused.push({ workload, object, quota: refusal.quota, why: refusal.why });
    return refusal !== undefined;
  }

  #toMade(object: KubernetesObject): KubernetesObject {
    const { namespace = '', name } = refOf(object);
    return withMetadata(object, { uid: `made-${object.kind}-${namespace}-${name}`, creationTimestamp: toKubernetesTime(this.#now) });
  }

  #toUpdated(object: KubernetesObject, type: 'update' | 'updateStatus', put: readonly KubernetesObject[]): readonly KubernetesObject[] {
    const ref = refOf(object);
    const old = put.findLast((item) => toRefKey(refOf(item)) === toRefKey(ref)) ?? this.world.get(ref);
    if (old === undefined) return [];
    const status = (type === 'update' ? old : object)['status'];
    const { status: _, ...rest } = type === 'update' ? object : old;
    const updated = { ...old, ...rest, ...(status === undefined ? {} : { status }) };
    return isEqualJson(old, updated) ? [] : [updated];
  }
}

/** How far a workload's update has come, by its status. */
export interface RolloutProgress {
  readonly isDone: boolean;
  /** How many pods of the new template there are to be. */
  readonly wanted: number;
}

/** Whether the update of a Deployment, StatefulSet or DaemonSet is done, as `kubectl rollout status` judges it. */
export function progressOf(workload: KubernetesObject): RolloutProgress {
  const told = (field: string): number => getNumber(workload, 'status', field) ?? 0;
  const replicas = getNumber(workload, 'spec', 'replicas') ?? 1;
  switch (gvkOf(workload).kind) {
    case 'DaemonSet': {
      const wanted = told('desiredNumberScheduled');
      return { isDone: told('updatedNumberScheduled') >= wanted && told('numberAvailable') >= wanted, wanted };
    }
    case 'StatefulSet': {
      const wanted = Math.max(0, replicas - Math.max(0, partitionOf(workload) - (getNumber(workload, 'spec', 'ordinals', 'start') ?? 0)));
      return { isDone: told('updatedReplicas') >= wanted && told('availableReplicas') >= replicas, wanted };
    }
    default: {
      const updated = told('updatedReplicas');
      return { isDone: updated >= replicas && told('replicas') <= updated && told('availableReplicas') >= updated, wanted: replicas };
    }
  }
}

function partitionOf(set: KubernetesObject): number {
  return getNumber(set, 'spec', 'updateStrategy', 'rollingUpdate', 'partition') ?? 0;
}
