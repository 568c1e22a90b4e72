import type { listRefusedPods } from '../../../src/engine/controllers/index.ts';
import { nameOf, type KubernetesObject } from '../../../src/model/index.ts';
import { compareStrings, getArray, getNumber, getString, type JsonValue } from '../../../src/std/index.ts';
import { findCreateError, type Outcome, type Scenario } from './run.ts';

/** Why pods of each workload are refused, ours and the API server's words; names of ReplicaSets and pods left out. */
export function showRefusals(
  { workloads }: Scenario,
  refused: ReturnType<typeof listRefusedPods>,
  outcome: Outcome,
): readonly [JsonValue, JsonValue] {
  const ours = workloads.map((workload) => {
    const found = refused.find((item) => nameOf(item.workload) === nameOf(workload) && item.workload.kind === workload.kind);
    return { name: nameOf(workload), why: found === undefined ? '' : toWhy(found.message) };
  });
  const theirs = workloads.map((workload) => ({ name: nameOf(workload), why: toWhy(findRefusal(workload, outcome.objects)) }));
  return [ours, theirs];
}

/** The first message counts: later ones tell what others have used since. */
function findRefusal(workload: KubernetesObject, objects: readonly KubernetesObject[]): string {
  const name = nameOf(workload);
  const sets = objects.filter((object) => object.kind === 'ReplicaSet' && (nameOf(object) === name || isOwned(object, workload)));
  const failure = [workload, ...sets].map((object) => findFailure(objects, object)).find((text) => text !== undefined);
  if (failure !== undefined) return failure;
  const events = objects.filter((object) => object.kind === 'Event' && getString(object, 'reason') === 'FailedCreate');
  const own = events.filter((event) => [name, ...sets.map(nameOf)].includes(getString(event, 'involvedObject', 'name') ?? ''));
  const version = (event: KubernetesObject): number => Number(getString(event.metadata, 'resourceVersion'));
  return getString(own.toSorted((a, b) => version(a) - version(b))[0], 'message') ?? '';
}

function isOwned(object: KubernetesObject, workload: KubernetesObject): boolean {
  return getArray(object.metadata, 'ownerReferences').some((item) => getString(item, 'name') === nameOf(workload));
}

function findFailure(objects: readonly KubernetesObject[], object: KubernetesObject): string | undefined {
  const live = objects.find((item) => item.kind === object.kind && nameOf(item) === nameOf(object));
  if (getNumber(live, 'spec', 'replicas') === 0) return undefined;
  const condition = getArray(live, 'status', 'conditions').find((item) => getString(item, 'type') === 'ReplicaFailure');
  return findCreateError(live) ?? getString(condition, 'message');
}

/** The complaints of several bounds come in any order. */
function toWhy(message: string): string {
  const why = message.replace(/^.*? (is forbidden|is invalid): /, '$1: ');
  const list = /^(.*?: )\[(.*)\]$/.exec(why);
  return list === null ? why : `${list[1]}${(list[2] ?? '').split(', ').toSorted(compareStrings).join('; ')}`;
}
