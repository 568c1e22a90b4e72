import type { StatusError } from '../../cluster/index.ts';
import { nameOf, namespaceOf, toRefKey, type KubernetesObject, type ObjectRef, type RefKey } from '../../model/index.ts';
import { getArray, getObject, getString } from '../../std/index.ts';
import { timeOf, type Context } from '../api/context.ts';
import { create, updateStatus } from '../api/write.ts';

const FAILURE = 'ReplicaFailure';
const REASON = 'FailedCreate';

/** A pod that the API refused to a controller. */
export interface RefusedPod {
  readonly pod: KubernetesObject;
  readonly error: StatusError;
}

/**
 * Leaves the traces that kube-controller-manager leaves of a pod that it could not make: an Event on its owner and, on
 * ReplicaSets and ReplicationControllers, the condition ReplicaFailure (`calculateStatus`). Both go once pods can be made.
 */
export function noteRefusedPod(context: Context, key: RefKey, refused: RefusedPod | undefined): void {
  const owner = context.draft.get(key);
  if (owner === undefined) return;
  const isReplicas = /^Replica(Set|tionController)$/.test(owner.kind);
  if (isReplicas) noteCondition(context, owner, refused);
  const event = context.draft.get(toRefKey(eventRef(owner)));
  if (refused === undefined && event !== undefined) context.draft.remove(event);
  if (refused !== undefined && event === undefined) create(context, toEvent(context, owner, refused));
}

function noteCondition(context: Context, owner: KubernetesObject, refused: RefusedPod | undefined): void {
  const conditions = getArray(owner, 'status', 'conditions');
  const others = conditions.filter((condition) => getString(condition, 'type') !== FAILURE);
  if ((refused === undefined) === (others.length === conditions.length)) return;
  const failure =
    refused === undefined
      ? []
      : [{ type: FAILURE, status: 'True', lastTransitionTime: timeOf(context), reason: REASON, message: tellError(owner, refused) }];
  const { conditions: _, ...status } = getObject(owner, 'status') ?? {};
  const next = [...others, ...failure];
  updateStatus(context, { ...owner, status: next.length === 0 ? status : { ...status, conditions: next } });
}

function eventRef(owner: KubernetesObject): ObjectRef {
  const namespace = namespaceOf(owner) ?? '';
  return { group: '', version: 'v1', kind: 'Event', namespace, name: `${nameOf(owner)}.${getString(owner.metadata, 'uid') ?? ''}` };
}

function toEvent(context: Context, owner: KubernetesObject, refused: RefusedPod): KubernetesObject {
  const { namespace = '', name } = eventRef(owner);
  const time = timeOf(context);
  const { apiVersion, kind } = owner;
  const involvedObject = { apiVersion, kind, namespace, name: nameOf(owner), uid: getString(owner.metadata, 'uid') ?? '' };
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name, namespace },
    involvedObject,
    type: 'Warning',
    reason: REASON,
    message: tellEvent(owner, refused),
    source: { component: context.fieldManager },
    count: 1,
    firstTimestamp: time,
    lastTimestamp: time,
  };
}

function tellEvent(owner: KubernetesObject, refused: RefusedPod): string {
  const error = tellError(owner, refused);
  if (owner.kind !== 'StatefulSet') return `Error creating: ${error}`;
  return `create Pod ${nameOf(refused.pod)} in StatefulSet ${nameOf(owner)} failed error: ${error}`;
}

/** All but StatefulSets leave the end of the name to the server, which refuses before it is chosen. */
function tellError(owner: KubernetesObject, { pod, error }: RefusedPod): string {
  const name = nameOf(pod);
  return owner.kind === 'StatefulSet' ? error.message : error.message.replaceAll(`"${name}"`, `"${name.replace(/[^-]*$/, '')}"`);
}
