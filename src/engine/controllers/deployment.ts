import { nameOf, type KubernetesObject, type World } from '../../model/index.ts';
import { getAt, getBoolean, getNumber, getString } from '../../std/index.ts';
import { concernsOwner, toDelete, type Controller, type Intent } from './controller.ts';
import {
  compareAge,
  desiredAnnotationOf,
  findCurrent,
  nextRevision,
  revisionOf,
  scaled,
  toNewReplicaSet,
  withRevision,
  type DeploymentState,
} from './deployment-revisions.ts';
import { replicasOf, scaleDownOld, scaleProportionally, toNewReplicas, type Scaling } from './deployment-scaling.ts';
import { countPods, isComplete, toDeploymentStatus } from './deployment-status.ts';
import { childrenOf } from './ownership.ts';
import { resolveFenceposts } from './rollout-arithmetic.ts';

/** Brings a Deployment's ReplicaSets from the old template to the new one, within surge and availability (`pkg/controller/deployment`). */
export const DEPLOYMENT: Controller = {
  name: 'deployment',
  kind: { group: 'apps', kind: 'Deployment' },
  watches: [{ group: 'apps', kind: 'ReplicaSet' }],
  concerns: concernsOwner('apps', 'Deployment'),
  reconcile: (world, deployment, context) => {
    const state = toState(world, deployment);
    const isGoing = getString(deployment.metadata, 'deletionTimestamp') !== undefined;
    const work = isGoing ? { intents: [], created: undefined } : rollOut(world, state);
    return [...work.intents, ...toDeploymentStatus(state, work.created, context)];
  },
};

interface Work {
  readonly intents: readonly Intent[];
  /** The name of a ReplicaSet that is created now. */
  readonly created: string | undefined;
}

function toState(world: World, deployment: KubernetesObject): DeploymentState {
  const all = childrenOf(world, deployment, 'apps', 'ReplicaSet').toSorted(compareAge);
  const current = findCurrent(deployment, all);
  const replicas = getNumber(deployment, 'spec', 'replicas') ?? 1;
  const isRecreate = getString(deployment, 'spec', 'strategy', 'type') === 'Recreate';
  const fenceposts = isRecreate
    ? { maxSurge: 0, maxUnavailable: 0 }
    : resolveFenceposts(getAt(deployment, 'spec', 'strategy', 'rollingUpdate'), replicas);
  return { deployment, replicas, fenceposts, current, old: all.filter((set) => set !== current), all };
}

function rollOut(world: World, state: DeploymentState): Work {
  const { deployment, all, current, replicas } = state;
  const isScaling = all.some((set) => replicasOf(set) > 0 && (desiredAnnotationOf(set) ?? replicas) !== replicas);
  if (getBoolean(deployment, 'spec', 'paused') === true || isScaling)
    return { intents: toScaleIntents(state, scaleProportionally(state)), created: undefined };
  if (getString(deployment, 'spec', 'strategy', 'type') === 'Recreate') return recreate(world, state);
  if (current === undefined) return create(state, toNewReplicas(state, 0));
  const target = replicasOf(current) > replicas ? replicas : toNewReplicas(state, replicasOf(current));
  const scaling: Scaling = target === replicasOf(current) ? scaleDownOld(state) : new Map([[current, target]]);
  return { intents: [...toScaleIntents(state, scaling), ...cleanUp(state)], created: undefined };
}

function recreate(world: World, state: DeploymentState): Work {
  const { current, old, replicas } = state;
  const active = old.filter((set) => replicasOf(set) > 0);
  if (active.length > 0) return { intents: toScaleIntents(state, new Map(active.map((set) => [set, 0]))), created: undefined };
  const isOldRunning = old.some((set) => childrenOf(world, set, '', 'Pod').some(isStillThere));
  if (isOldRunning) return { intents: [], created: undefined };
  if (current === undefined) return create(state, replicas);
  return { intents: [...toScaleIntents(state, new Map([[current, replicas]])), ...cleanUp(state)], created: undefined };
}

function isStillThere(pod: KubernetesObject): boolean {
  const phase = getString(pod, 'status', 'phase');
  return phase !== 'Succeeded' && phase !== 'Failed';
}

function create(state: DeploymentState, replicas: number): Work {
  const set = toNewReplicaSet(state, replicas);
  return { intents: [{ type: 'create', object: set }, ...toRevisionIntent(state, nextRevision(state))], created: nameOf(set) };
}

/** One update for every ReplicaSet that differs in size, in annotations or, for the current one, in revision. */
function toScaleIntents(state: DeploymentState, scaling: Scaling): readonly Intent[] {
  const revision = nextRevision(state);
  const updates = state.all.flatMap((set): Intent[] => {
    const isCurrent = set === state.current;
    const size = scaling.get(set);
    const sized = size === undefined && !isCurrent ? set : scaled(set, size ?? replicasOf(set), state);
    const object = isCurrent && revisionOf(set) < revision ? withRevision(sized, revision) : sized;
    return object === set ? [] : [{ type: 'update', object }];
  });
  const current = state.current === undefined ? 0 : Math.max(revision, revisionOf(state.current));
  return [...updates, ...(current === 0 ? [] : toRevisionIntent(state, current))];
}

function toRevisionIntent({ deployment }: DeploymentState, revision: number): readonly Intent[] {
  return revisionOf(deployment) === revision ? [] : [{ type: 'update', object: withRevision(deployment, revision) }];
}

/** Deletes the oldest empty ReplicaSets beyond `revisionHistoryLimit`, once the rollout is complete. */
function cleanUp(state: DeploymentState): readonly Intent[] {
  if (!isComplete(state, countPods(state))) return [];
  const limit = getNumber(state.deployment, 'spec', 'revisionHistoryLimit') ?? 10;
  const empty = state.old.filter((set) => replicasOf(set) === 0 && (getNumber(set, 'status', 'replicas') ?? 0) === 0);
  const surplus = empty.length - limit;
  return surplus <= 0
    ? []
    : empty
        .toSorted((a, b) => revisionOf(a) - revisionOf(b))
        .slice(0, surplus)
        .map((set) => toDelete(set));
}
