import type { Engine, NodeFilling, World } from '../model/index.ts';
import type { AccessDecision, AccessQuestion } from '../cel/index.ts';
import { createAdmissionEngine, createMutatedView, type MutatedSetting, type Patcher } from './admission/index.ts';
import {
  boundReplicas,
  createBudgetEngine,
  CRON_ENGINE,
  expandWorld,
  listRefusedManifests,
  listRefusedObjects,
  listRefusedPods,
  listScheduledPods,
  progressOf,
  removeOrphans,
  resourceNameOf,
  scaleByAutoscaler,
  startRollout,
  stepRollout,
} from './controllers/index.ts';
import { createNetworkEngine, NETWORK_LEAVES_OUT, NO_NETWORK_SETTINGS, type NetworkSettings } from './network/index.ts';
import { decide, RBAC_LEAVES_OUT, rbacEngine, toServiceAccountUser, type UserInfo } from './rbac/index.ts';
import { createRolloutEngine, ROLLOUT_LEAVES_OUT } from './rollout/index.ts';
import {
  compareFilling,
  CONTROLLER_LENS,
  createPlacer,
  createSchedulerEngine,
  NOT_SIMULATED,
  schedulingKnown,
  type SchedulerChoice,
} from './scheduler/index.ts';

/** What the controllers make of worlds that they see alike is made once, whoever asks. */
const show = (world: World): World => CONTROLLER_LENS.show(world);

/** Whether updates can finish, by the controllers and the scheduler. */
function rolloutEngineOf(scheduler: SchedulerChoice): Engine {
  return createRolloutEngine({
    bound: (world) => boundReplicas(show(world)).world,
    expand: expandWorld,
    listRefused: listRefusedPods,
    place: createPlacer(scheduler),
    knowsNodes: schedulingKnown,
    start: startRollout,
    scale: scaleByAutoscaler,
    sweep: removeOrphans,
    step: stepRollout,
    progress: progressOf,
  });
}

/** What admission policies are told; what is left out is not known, and what depends on it is not said. */
export interface AdmissionSettings {
  readonly patcher?: Patcher;
  /** Who applies. */
  readonly writer?: UserInfo;
  /** Whether all roles and bindings of the cluster are known. */
  readonly knowsRights?: boolean;
  /** Whether the world before is of a cluster: its objects are as policies have left them. */
  readonly isStored?: boolean;
}

/** What the API server lets nobody make, changes, or warns of. */
export function createAdmission(settings: AdmissionSettings = {}): Engine {
  const { isStored, ...setting } = toPolicySetting(settings);
  return createAdmissionEngine({
    listRefused: (world) => [...listRefusedPods(show(world)), ...listRefusedManifests(world)],
    listRefusedObjects: (world) => listRefusedObjects(show(world)),
    expand: (world) => expandWorld(show(world)),
    listScheduled: (world) => listScheduledPods(show(world)),
    showMutated: createMutatedView({ ...setting, isStored }),
    ...setting,
  });
}

/**
 * These engines, told what a cluster stores: objects with what MutatingAdmissionPolicies make of them. Admission stays as it is: it
 * tells of what was asked for, too.
 */
export function withMutations(engines: readonly Engine[], settings: AdmissionSettings): readonly Engine[] {
  const showMutated = createMutatedView(toPolicySetting(settings));
  const toMutated = (engine: Engine): Engine => ({
    name: engine.name,
    compare: (asked, wanted) => {
      const { before, after } = showMutated(asked, wanted);
      return engine.compare(before, after);
    },
  });
  return engines.map((engine) => (engine.name === 'admission' ? engine : toMutated(engine)));
}

function toPolicySetting({ patcher, writer, knowsRights = false, isStored = false }: AdmissionSettings): MutatedSetting {
  return {
    resourceNameOf,
    isStored,
    ...(patcher === undefined ? {} : { patcher }),
    ...(writer === undefined ? {} : { writer }),
    ...(knowsRights ? { authorize: answerQuestion } : {}),
  };
}

/** What the authorizer says to an expression. */
function answerQuestion(world: World, writer: UserInfo, question: AccessQuestion): AccessDecision {
  const { verb, path, serviceAccount, group = '', resource = '', subresource = '', namespace = '', name = '' } = question;
  const user = serviceAccount === undefined ? writer : toServiceAccountUser(serviceAccount.namespace, serviceAccount.name);
  const asked = { user, verb };
  const { allowed, reason } = decide(
    world,
    path === undefined ? { ...asked, kind: 'resource', group, resource, subresource, namespace, name } : { ...asked, kind: 'path', path },
  );
  return { isAllowed: allowed, reason };
}

export const admissionEngine: Engine = createAdmission();

/** The engines whose facts make effects, in the order in which reports show them. Pods go where the newest scheduler puts them by default. */
export function createEngines(
  scheduler: SchedulerChoice = {},
  network: NetworkSettings = NO_NETWORK_SETTINGS,
  admission: Engine = admissionEngine,
): readonly Engine[] {
  return [
    createSchedulerEngine({ expand: expandWorld, listOverlarge: (world) => boundReplicas(world).overlarge }, scheduler),
    CRON_ENGINE,
    createBudgetEngine((world) => expandWorld(show(world))),
    admission,
    rolloutEngineOf(scheduler),
    createNetworkEngine(network),
    rbacEngine,
  ];
}

/** How full the nodes are before and after a change. Pods go where the newest scheduler puts them by default. */
export function compareNodeFilling(
  worlds: { readonly before: World; readonly after: World },
  scheduler: SchedulerChoice = {},
): readonly NodeFilling[] {
  return compareFilling(worlds, expandWorld, scheduler);
}

/** These engines with the default profile. */
export const ENGINES: readonly Engine[] = createEngines();

/** What each engine does not look at yet, a phrase each. */
export const LEFT_OUT: Readonly<Record<'network' | 'rbac' | 'rollout' | 'scheduler', readonly string[]>> = {
  network: NETWORK_LEAVES_OUT,
  rbac: RBAC_LEAVES_OUT,
  rollout: ROLLOUT_LEAVES_OUT,
  scheduler: NOT_SIMULATED,
};
