import { nameOf, type KubernetesObject, type World } from '../../model/index.ts';
import { getAt, getBoolean, getNumber, getString } from '../../std/index.ts';
import { concernsOwner, toDelete, type Controller, type ControllerContext, type Intent } from './controller.ts';
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
import { toDeploymentStatus } from './deployment-status.ts';
import { childrenOf } from './ownership.ts';
import { resolveFenceposts } from './rollout-arithmetic.ts';

/** Brings a Deployment's ReplicaSets from the old template to the new one, within surge and availability (`pkg/controller/deployment`). */
export const DEPLOYMENT: Controller = {
  name: 'deployment',
  kind: { group: 'apps', kind: 'Deployment' },
  watches: [{ group: 'apps', kind: 'ReplicaSet' }],
  concerns: concernsOwner('apps', 'Deployment'),
  reconcile: (world, deployment, context) => {
    const state = toState(world, deployment, context);
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

function toState(world: World, deployment: KubernetesObject, { kubernetesVersion }: ControllerContext): DeploymentState {
  const all = childrenOf(world, deployment, 'apps', 'ReplicaSet').toSorted(compareAge);
  const current = findCurrent(deployment, all);
  const replicas = getNumber(deployment, 'spec', 'replicas') ?? 1;
  const isRecreate = getString(deployment, 'spec', 'strategy', 'type') === 'Recreate';
  const fenceposts = isRecreate
    ? { maxSurge: 0, maxUnavailable: 0 }
    : resolveFenceposts(getAt(deployment, 'spec', 'strategy', 'rollingUpdate'), replicas);
  return { deployment, kubernetesVersion, replicas, fenceposts, current, old: all.filter((set) => set !== current), all };
}

function rollOut(world: World, state: DeploymentState): Work {
  const { deployment, all, current, replicas } = state;
  const isScaling = all.some((set) => replicasOf(set) > 0 && (desiredAnnotationOf(set) ?? replicas) !== replicas);
  const isPaused = getBoolean(deployment, 'spec', 'paused') === true;
  if (isPaused || isScaling) {
    const scaling = toScaleIntents(state, scaleProportionally(state));
    return { intents: isPaused ? [...scaling, ...cleanUp(state)] : scaling, created: undefined };
  }
  if (getString(deployment, 'spec', 'strategy', 'type') === 'Recreate') return recreate(world, state);
  if (current === undefined) return create(state, toNewReplicas(state, 0));
  const target = replicasOf(current) > replicas ? replicas : toNewReplicas(state, replicasOf(current));
  const scaling: Scaling = target === replicasOf(current) ? scaleDownOld(state) : new Map([[current, target]]);
  const cleanup = scaling.size === 0 ? cleanUpWhenComplete(state) : [];
  return { intents: [...toScaleIntents(state, scaling), ...cleanup], created: undefined };
}

function recreate(world: World, state: DeploymentState): Work {
  const { current, old, replicas } = state;
  const active = old.filter((set) => replicasOf(set) > 0);
  if (active.length > 0) return { intents: toScaleIntents(state, new Map(active.map((set) => [set, 0]))), created: undefined };
  const isOldRunning = old.some(
    (set) => (getNumber(set, 'status', 'replicas') ?? 0) > 0 || childrenOf(world, set, '', 'Pod').some(isStillThere),
  );
  if (isOldRunning) return { intents: [], created: undefined };
  if (current === undefined) return create(state, replicas);
  return { intents: [...toScaleIntents(state, new Map([[current, replicas]])), ...cleanUpWhenComplete(state)], created: undefined };
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

/** By the status as it is stored: the one that is written now counts in the next step (`DeploymentComplete`). */
function cleanUpWhenComplete(state: DeploymentState): readonly Intent[] {
  const { deployment, replicas } = state;
  const told = (field: string): number => getNumber(deployment, 'status', field) ?? 0;
  const isObserved = told('observedGeneration') >= (getNumber(deployment.metadata, 'generation') ?? 0);
  const isWhole = ['updatedReplicas', 'replicas', 'availableReplicas'].every((field) => told(field) === replicas);
  return isObserved && isWhole ? cleanUp(state) : [];
}

/** Of the oldest ReplicaSets beyond `revisionHistoryLimit`, deletes those that are empty (`cleanupDeployment`). */
function cleanUp({ deployment, old }: DeploymentState): readonly Intent[] {
  const surplus = old.length - (getNumber(deployment, 'spec', 'revisionHistoryLimit') ?? 10);
  return old
    .toSorted((a, b) => revisionOf(a) - revisionOf(b))
    .slice(0, Math.max(0, surplus))
    .filter((set) => replicasOf(set) === 0 && (getNumber(set, 'status', 'replicas') ?? 0) === 0)
    .map((set) => toDelete(set));
}
