import { gvkOf, type KubernetesObject } from '../../model/index.ts';
import { assessGeneric, assessOutdated, assessReady } from './generic.ts';
import { describeDeletion } from './deletion.ts';
import { NOT_FOUND, type Health, type HealthContext } from './health.ts';
import { assessJob, assessJobStrictly } from './jobs.ts';
import { assessPod, assessPodStrictly } from './pods.ts';
import {
  assessAlwaysReady,
  assessApiServiceStrictly,
  assessAutoscalerStrictly,
  assessClaim,
  assessClaimStrictly,
  assessDefinition,
  assessService,
  assessServiceStrictly,
  assessUnconsumedClaim,
} from './resources.ts';
import {
  assessDaemonSet,
  assessDeployment,
  assessDeploymentStrictly,
  assessPodDisruptionBudget,
  assessReplicaSet,
  assessReplicaSetStrictly,
  assessStatefulSet,
} from './workloads.ts';

type Rule = (object: KubernetesObject, context: HealthContext) => Health;

/** The kinds that kstatus has rules for (cli-utils pkg/kstatus/status/core.go), by `group/Kind`. */
const KSTATUS_RULES: Readonly<Record<string, Rule>> = {
  '/ConfigMap': assessAlwaysReady,
  '/PersistentVolumeClaim': assessClaim,
  '/Pod': assessPod,
  '/Secret': assessAlwaysReady,
  '/Service': assessService,
  'apiextensions.k8s.io/CustomResourceDefinition': assessDefinition,
  'apps/DaemonSet': assessDaemonSet,
  'apps/Deployment': assessDeployment,
  'apps/ReplicaSet': assessReplicaSet,
  'apps/StatefulSet': assessStatefulSet,
  'batch/CronJob': assessAlwaysReady,
  'batch/Job': assessJob,
  'extensions/DaemonSet': assessDaemonSet,
  'extensions/Deployment': assessDeployment,
  'extensions/ReplicaSet': assessReplicaSet,
  'policy/PodDisruptionBudget': assessPodDisruptionBudget,
};

/** Where the strict answers differ. */
const STRICT_RULES: Readonly<Record<string, Rule>> = {
  '/PersistentVolumeClaim': assessClaimStrictly,
  '/Pod': assessPodStrictly,
  '/Service': assessServiceStrictly,
  'apiregistration.k8s.io/APIService': assessApiServiceStrictly,
  'apps/Deployment': assessDeploymentStrictly,
  'apps/ReplicaSet': assessReplicaSetStrictly,
  'autoscaling/HorizontalPodAutoscaler': assessAutoscalerStrictly,
  'batch/Job': assessJobStrictly,
  'extensions/Deployment': assessDeploymentStrictly,
  'extensions/ReplicaSet': assessReplicaSetStrictly,
};

/**
 * How an object is, judged by its status alone; `NotFound` where there is none. In mode `kstatus` the answers, reasons
 * and messages are those of kubernetes-sigs/cli-utils pkg/kstatus; mode `strict` differs where kstatus calls
 * something done that people would not: running Jobs, failed Pods, load balancers without an address, paused
 * Deployments, deletions that say what they wait for, ReplicaSets and autoscalers that fail. A kind that the user has a rule
 * for is judged by that, once its controller has seen its last change.
 */
export function assessHealth(object: KubernetesObject | undefined, context: HealthContext): Health {
  if (object === undefined) return NOT_FOUND;
  const custom = context.custom?.get(`${object.apiVersion}/${object.kind}`);
  const generic = custom === undefined ? assessGeneric(object) : assessOutdated(object);
  if (generic?.status === 'Terminating' && context.mode === 'strict') return { ...generic, message: describeDeletion(object) };
  if (generic !== undefined) return generic;
  if (custom !== undefined) return custom(object);
  const { group, kind } = gvkOf(object);
  const key = `${group}/${kind}`;
  if (key === '/PersistentVolumeClaim') {
    const unconsumed = assessUnconsumedClaim(object, context);
    if (unconsumed !== undefined) return unconsumed;
  }
  const rule = (context.mode === 'strict' ? STRICT_RULES[key] : undefined) ?? KSTATUS_RULES[key];
  return rule === undefined ? assessReady(object, context.mode) : rule(object, context);
}
