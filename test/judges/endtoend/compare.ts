import { expandWorld, listRefusedPods } from '../../../src/engine/controllers/index.ts';
import { nameOf, World, type KubernetesObject } from '../../../src/model/index.ts';
import { compareStrings, getArray, getNumber, getString, stringifyJson, type JsonValue } from '../../../src/std/index.ts';
import type { Comparison, Difference } from '../judge.ts';
import { compareFates } from './fates.ts';
import { followBindings } from './follow.ts';
import { listFixpointDifferences } from './fixpoint.ts';
import { showPods } from './pods.ts';
import { showRefusals } from './refusals.ts';
import type { Outcome, Scenario } from './run.ts';

/** Compares what has come of a scenario with what the engines say of its manifests, and of what is there. */
export function compareOutcome(scenario: Scenario, outcome: Outcome): Comparison {
  const manifests = World.of(listManifests(scenario, outcome));
  const expanded = expandWorld(manifests);
  const real = World.of(outcome.objects.filter(({ kind }) => kind !== 'Event'));
  const followed = followBindings(real, outcome.bound);
  const coverage = [
    ...new Set([
      ...listKinds(scenario),
      ...followed.coverage,
      ...listRefusedPods(manifests).map(({ quota }) => (quota === undefined ? 'refused by bounds' : 'refused by quota')),
    ]),
  ];
  const checks: readonly (() => Difference | undefined)[] = [
    () => differ('the taints of nodes', showTaints(expanded), showTaints(real)),
    () =>
      hasJobs(real) || isStuck(real)
        ? undefined
        : differ('what is refused', ...showRefusals(scenario, listRefusedPods(manifests), outcome)),
    () => differ('what pods are like', ...showPods(expanded, real)),
    () => followed.difference,
    () => compareFates(expanded, real, followed.hasTies || hasJobs(real) || isStuckByQuota(real) || isPickedByChance(manifests)),
    () => listFixpointDifferences(real, outcome)[0],
  ];
  for (const check of checks) {
    const difference = check();
    if (difference !== undefined) return { coverage, difference };
  }
  return { coverage };
}

/** Pods of Jobs come and go: what they took is free again. */
function hasJobs(real: World): boolean {
  return real.byKind('batch', 'Job').length > 0;
}

/** Of the nodes of a DaemonSet that a quota lets have only some of its pods, the controller takes any (the order of a Go map). */
function isPickedByChance(manifests: World): boolean {
  return listRefusedPods(manifests).some(({ workload, quota }) => quota !== undefined && workload.kind === 'DaemonSet');
}

function isStuckByQuota(real: World): boolean {
  return isStuck(real) && real.byKind('', 'ResourceQuota').length > 0;
}

/** Whether pods are never asked for, since one before them does not get ready: quotas are not used as they would be in the end. */
function isStuck(real: World): boolean {
  const ordered = real.byKind('apps', 'StatefulSet').filter((set) => getString(set, 'spec', 'podManagementPolicy') !== 'Parallel');
  return ordered.some((set) => (getNumber(set, 'status', 'readyReplicas') ?? 0) < (getNumber(set, 'spec', 'replicas') ?? 1));
}

function listManifests({ namespace, nodes, rules, workloads }: Scenario, { refused }: Outcome): readonly KubernetesObject[] {
  const home: KubernetesObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
  return [home, ...nodes, ...rules, ...workloads].filter((object) => !refused.has(`${object.kind} ${nameOf(object)}`));
}

function listKinds({ rules, workloads }: Scenario): readonly string[] {
  return [...rules, ...workloads].map(({ kind }) => kind);
}

function showTaints(world: World): JsonValue {
  return world.byKind('', 'Node').map((node) => {
    const taints = getArray(node, 'spec', 'taints').map((taint) => `${getString(taint, 'key') ?? ''}:${getString(taint, 'effect') ?? ''}`);
    return { node: nameOf(node), taints: taints.toSorted(compareStrings) };
  });
}

/** Two things that ought to be the same, as JSON. */
export function differ(what: string, ours: JsonValue, servers: JsonValue): Difference | undefined {
  const [a, b] = [stringifyJson(ours), stringifyJson(servers)];
  return a === b ? undefined : { signature: `${what} differs`, ours: a, servers: b };
}
