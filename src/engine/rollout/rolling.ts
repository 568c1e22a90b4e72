import {
  gvkOf,
  podTemplateOf,
  refOf,
  toRefKey,
  withMetadata,
  type KubernetesObject,
  type ObjectRef,
  type World,
} from '../../model/index.ts';
import { getBoolean, getNumber, getString, isEqualJson } from '../../std/index.ts';

const STEPPED: readonly (readonly [string, string])[] = [
  ['', 'ReplicationController'],
  ['apps', 'DaemonSet'],
  ['apps', 'Deployment'],
  ['apps', 'ReplicaSet'],
  ['apps', 'StatefulSet'],
];
const ROLLED: ReadonlySet<string> = new Set(['apps/DaemonSet', 'apps/Deployment', 'apps/StatefulSet']);

/** What a change asks of the controllers. */
export interface Rolling {
  /** Workloads whose pods are replaced one after the other. */
  readonly updated: readonly ObjectRef[];
  /** These and all others that are new or different: they take room, or give it up, at the same time. */
  readonly stirred: readonly ObjectRef[];
}

/** The workloads that differ between two worlds. */
export function findRolling(before: World, after: World): Rolling {
  const updated: ObjectRef[] = [];
  const stirred: ObjectRef[] = [];
  for (const [group, kind] of STEPPED) {
    const [known, index] = [before.kind(group, kind), after.kind(group, kind)];
    if (known === index) continue;
    for (const workload of index.objects) {
      const was = known.byKey.get(toRefKey(refOf(workload)));
      if (was === workload || (was !== undefined && isEqualJson(was['spec'], workload['spec']))) continue;
      stirred.push(refOf(workload));
      if (was !== undefined && isUpdated(was, workload)) updated.push(refOf(workload));
    }
  }
  return { updated, stirred };
}

/** Whether the controller replaces pods by itself for this change. */
function isUpdated(was: KubernetesObject, workload: KubernetesObject): boolean {
  const { group, kind } = gvkOf(workload);
  if (!ROLLED.has(`${group}/${kind}`) || getBoolean(workload, 'spec', 'paused') === true) return false;
  if (getString(workload, 'spec', 'updateStrategy', 'type') === 'OnDelete') return false;
  const [old, template] = [podTemplateOf(was), podTemplateOf(workload)];
  return !isEqualJson(old?.spec ?? null, template?.spec ?? null) || !isEqualJson(old?.metadata ?? null, template?.metadata ?? null);
}

/** The world in which the change has just been applied: nothing has been done about it yet. */
export function applyChange(settled: World, { before, after }: { readonly before: World; readonly after: World }): World {
  const put: KubernetesObject[] = [];
  const gone: ObjectRef[] = [];
  for (const { group, kind } of after.kinds()) {
    const known = before.kind(group, kind);
    if (known === after.kind(group, kind)) continue;
    for (const object of after.byKind(group, kind)) {
      if (known.byKey.get(toRefKey(refOf(object))) !== object) put.push(toApplied(settled.get(refOf(object)), object));
    }
  }
  for (const { group, kind } of before.kinds()) {
    const index = after.kind(group, kind);
    if (before.kind(group, kind) === index) continue;
    for (const object of before.byKind(group, kind)) if (!index.byKey.has(toRefKey(refOf(object)))) gone.push(refOf(object));
  }
  return settled.without(gone).with(put);
}

/** What is applied keeps its identity and status, and has a new generation. */
function toApplied(known: KubernetesObject | undefined, object: KubernetesObject): KubernetesObject {
  if (known === undefined) return object;
  const generation = (getNumber(known.metadata, 'generation') ?? 1) + 1;
  const uid = getString(known.metadata, 'uid');
  const applied = withMetadata(object, { generation, ...(uid === undefined ? {} : { uid }) });
  return known['status'] === undefined ? applied : { ...applied, status: known['status'] };
}
