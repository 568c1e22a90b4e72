import { formatRef, nameOf, podTemplateOf, refOf, toRefKey, type KubernetesObject, type ObjectRef, type World } from '../../model/index.ts';
import { getArray, getString } from '../../std/index.ts';
import { isUnplaced, keyOf } from './placing.ts';
import type { Rest } from './simulate.ts';

/** What an update waits for in vain. */
export type ObstacleKind = 'anti-affinity' | 'host-port' | 'not-ready' | 'quota' | 'room' | 'spread' | 'volume' | 'attachment';

/** Why an update goes no further. */
export interface Obstacle {
  readonly kind: ObstacleKind;
  /** What the scheduler, the API server or the kubelet says. */
  readonly message: string;
  /** Where in the workload it may stand, within the pod spec; empty where it is all of it. */
  readonly field: readonly string[];
  readonly quota?: ObjectRef;
}

/** Reasons of the scheduler, the most telling first. */
const REASONS: readonly (readonly [string, ObstacleKind, readonly string[]])[] = [
  ['pod anti-affinity rules', 'anti-affinity', ['affinity', 'podAntiAffinity']],
  ['anti-affinity rules', 'anti-affinity', ['affinity', 'podAntiAffinity']],
  ['free ports', 'host-port', ['containers']],
  ['ReadWriteOncePod', 'volume', ['volumes']],
  ['topology spread constraints', 'spread', ['topologySpreadConstraints']],
];

/** Why a workload's update is where it is; undefined where nobody can tell (another scheduler, gates). */
export function findObstacle(workload: KubernetesObject, rest: Rest): Obstacle | undefined {
  const refusal = rest.refused.find((item) => toRefKey(item.workload) === toRefKey(refOf(workload)));
  if (refusal !== undefined) return { kind: 'quota', message: refusal.why, field: [], quota: refOf(refusal.quota) };
  const pods = podsOf(workload, rest.world);
  const unplaced = pods.filter(isUnplaced);
  const [pending] = unplaced;
  if (pending !== undefined) {
    const message = unplaced.map((pod) => rest.messages.get(keyOf(pod))).find((text) => text !== undefined);
    return message === undefined ? undefined : toObstacle(message);
  }
  const held = pods.find((pod) => rest.waiting.has(keyOf(pod)));
  if (held !== undefined) return toAttachment(held, rest.waiting.get(keyOf(held)) ?? '');
  const unready = pods.filter((pod) => !isReady(pod));
  const names = unready.map(nameOf).join(', ');
  return unready.length === 0 ? undefined : { kind: 'not-ready', message: `not ready: ${names}`, field: [] };
}

function toObstacle(message: string): Obstacle {
  const found = REASONS.find(([text]) => message.includes(text));
  return found === undefined ? { kind: 'room', message, field: ['containers'] } : { kind: found[1], message, field: found[2] };
}

function toAttachment(pod: KubernetesObject, claim: string): Obstacle {
  const node = getString(pod, 'spec', 'nodeName') ?? '';
  const volume = `PersistentVolumeClaim ${claim} is attached to another node than ${node}`;
  return { kind: 'attachment', message: volume, field: ['volumes'] };
}

/** Whether a pod serves. */
export function isReady(pod: KubernetesObject): boolean {
  return getArray(pod, 'status', 'conditions').some((item) => getString(item, 'type') === 'Ready' && getString(item, 'status') === 'True');
}

/** The pods of a workload, by itself or by its ReplicaSets. */
export function podsOf(workload: KubernetesObject, world: World): readonly KubernetesObject[] {
  const { namespace } = refOf(workload);
  const sets = world
    .kind('apps', 'ReplicaSet')
    .inNamespace(namespace)
    .filter((set) => isOwnedBy(set, workload));
  return world
    .kind('', 'Pod')
    .inNamespace(namespace)
    .filter((pod) => [workload, ...sets].some((owner) => isOwnedBy(pod, owner)));
}

function isOwnedBy(object: KubernetesObject, owner: KubernetesObject): boolean {
  return getArray(object.metadata, 'ownerReferences').some(
    (reference) => getString(reference, 'kind') === owner.kind && getString(reference, 'name') === owner.metadata['name'],
  );
}

/** The path of a field of the pod spec. */
export function toFieldPath(workload: KubernetesObject, field: readonly string[]): readonly (string | number)[] {
  return [...(podTemplateOf(workload)?.path ?? []), 'spec', ...field];
}

/** What would let the update go on: a sentence. */
export function describeRemedy(workload: KubernetesObject, { kind, quota }: Obstacle): string {
  switch (kind) {
    case 'anti-affinity':
      return `${giveWay(workload)}, add a node, or prefer to keep pods apart instead of requiring it`;
    case 'host-port':
      return `${giveWay(workload)}, or add a node on which the ports are free`;
    case 'room':
      return `${giveWay(workload)}, ask for less, or add a node`;
    case 'quota':
      return `${giveWay(workload)}, or raise ${quota === undefined ? 'the quota' : formatRef(quota)}`;
    case 'spread':
      return `Count each revision by itself (matchLabelKeys: [pod-template-hash]), or ${lower(giveWay(workload))}`;
    case 'volume':
    case 'attachment':
      return workload.kind === 'Deployment'
        ? 'Set spec.strategy.type to Recreate: the old pod gives up its volume before the new one needs it'
        : giveWay(workload);
    case 'not-ready':
      return 'Mend or delete the pods that are not ready first';
  }
}

function giveWay({ kind }: KubernetesObject): string {
  if (kind === 'Deployment') return 'Let an old pod go first (maxSurge: 0, maxUnavailable: 1)';
  return kind === 'DaemonSet' ? 'Let the old pod go first (maxSurge: 0)' : 'Scale it down first';
}

function lower(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}
