import type { DeleteOptions, StatusError, WriteResult } from '../../cluster/index.ts';
import { nameOf, specOf, withMetadata, type Kind, type KubernetesObject, type ObjectRef } from '../../model/index.ts';
import { getArray, getNumber, getString, toKubernetesTime } from '../../std/index.ts';
import { timeOf, type Context } from './context.ts';
import { locateRef } from './locate.ts';
import { deleteConflict, forbidden, notFound, notServed } from './status-errors.ts';
import { isFinished } from './write.ts';

export const FOREGROUND = 'foregroundDeletion';
export const ORPHAN = 'orphan';
const POD_GRACE_SECONDS = 30;
const IMMORTAL: ReadonlySet<string> = new Set(['default', 'kube-public', 'kube-system']);

/** How the control plane deletes: a kubelet whose containers have ended gives a grace period of 0. */
interface RemoveOptions extends DeleteOptions {
  readonly gracePeriodSeconds?: number;
}

/**
 * Deletes an object, or marks it as being deleted where finalizers, a grace period or the contents of a namespace hold
 * it back (`operation` is then `updated`). Dependents are left to the garbage collector.
 */
export function remove(context: Context, ref: ObjectRef, options: RemoveOptions): WriteResult {
  const located = locateRef(context, ref);
  if (located === undefined) return notServed();
  const { kind, live } = located;
  if (live === undefined) return notFound(kind, ref.name);
  if (isNamespace(kind) && IMMORTAL.has(ref.name)) return forbidden(kind, ref.name, 'this namespace may not be deleted');
  const failed = checkPreconditions(kind, live, options);
  if (failed !== undefined) return failed;
  const marked = mark(context, kind, withPropagation(kind, live, options.propagation), options.gracePeriodSeconds);
  if (isFinished(marked)) return { kind: 'ok', object: context.draft.remove(live), operation: 'deleted' };
  if (marked === live) return { kind: 'ok', object: live, operation: 'unchanged' };
  return { kind: 'ok', object: context.draft.put(marked), operation: 'updated' };
}

function checkPreconditions(kind: Kind, live: KubernetesObject, options: DeleteOptions): StatusError | undefined {
  const name = nameOf(live);
  const uid = getString(live.metadata, 'uid') ?? '';
  if (options.uid !== undefined && options.uid !== uid) {
    const why = `the UID in the precondition (${options.uid}) does not match the UID in record (${uid})`;
    return deleteConflict(kind, name, `${why}. The object might have been deleted and then recreated`);
  }
  const version = getString(live.metadata, 'resourceVersion') ?? '';
  if (options.resourceVersion !== undefined && options.resourceVersion !== version) {
    const why = `the ResourceVersion in the precondition (${options.resourceVersion}) does not match the ResourceVersion in record (${version})`;
    return deleteConflict(kind, name, `${why}. The object might have been modified`);
  }
  return undefined;
}

/** Kinds whose dependents outlive them unless told otherwise (`DefaultGarbageCollectionPolicy`). */
const ORPHANING: ReadonlySet<string> = new Set(['/ReplicationController', 'batch/Job']);

function withPropagation(kind: Kind, live: KubernetesObject, asked: DeleteOptions['propagation']): KubernetesObject {
  const finalizers = getArray(live.metadata, 'finalizers').flatMap((item) => (typeof item === 'string' ? [item] : []));
  const propagation = asked ?? (ORPHANING.has(`${kind.group}/${kind.kind}`) ? 'Orphan' : undefined);
  if (propagation === undefined) return live;
  const others = finalizers.filter((item) => item !== FOREGROUND && item !== ORPHAN);
  const wanted = propagation === 'Foreground' ? [...others, FOREGROUND] : propagation === 'Orphan' ? [...others, ORPHAN] : others;
  const isSame = wanted.length === finalizers.length && wanted.every((item) => finalizers.includes(item));
  return isSame ? live : withMetadata(live, { finalizers: wanted.length === 0 ? undefined : wanted });
}

function mark(context: Context, kind: Kind, object: KubernetesObject, grace?: number): KubernetesObject {
  const isPod = kind.group === '' && kind.kind === 'Pod';
  if (isGoing(object)) return isPod && grace === 0 ? withMetadata(object, { deletionGracePeriodSeconds: 0 }) : object;
  const seconds = isPod ? (grace ?? podGracePeriod(object)) : 0;
  const generation = getNumber(object.metadata, 'generation');
  const marked = withMetadata(object, {
    deletionTimestamp: seconds === 0 ? timeOf(context) : toKubernetesTime(context.draft.now + seconds * 1000),
    ...(isNamespace(kind) ? {} : { deletionGracePeriodSeconds: seconds }),
    ...(generation === undefined ? {} : { generation: generation + 1 }),
  });
  return isNamespace(kind) ? { ...marked, status: { phase: 'Terminating' } } : marked;
}

function isNamespace(kind: Kind): boolean {
  return kind.group === '' && kind.kind === 'Namespace';
}

function isGoing(object: KubernetesObject): boolean {
  return object.metadata['deletionTimestamp'] !== undefined;
}

/** Pods that no node runs need no time to end (`podStrategy.CheckGracefulDelete`). */
function podGracePeriod(pod: KubernetesObject): number {
  const phase = getString(pod, 'status', 'phase');
  if (getString(pod, 'spec', 'nodeName') === undefined || phase === 'Failed' || phase === 'Succeeded') return 0;
  return getNumber(specOf(pod), 'terminationGracePeriodSeconds') ?? POD_GRACE_SECONDS;
}
