import { nameOf, namespaceOf, type KubernetesObject, type World } from '../../model/index.ts';
import { getArray, getBoolean, getObject, getString, toKubernetesTime } from '../../std/index.ts';
import { findAttachment } from './attachment.ts';
import type { Placements } from './tools.ts';

/** Pods that have a place, and why others have none: by `namespace/name`. */
export interface Placed {
  readonly world: World;
  readonly messages: ReadonlyMap<string, string>;
  /** Pods that wait for a volume that is attached to another node, and which. */
  readonly waiting: ReadonlyMap<string, string>;
}

/** Gives pods their nodes and starts them: at once, but for those whose volume another node holds. */
export function placePods(world: World, answer: Placements, now: number): Placed {
  const evicted = new Set(answer.preempted.map(({ pod }) => pod));
  const moved: KubernetesObject[] = [];
  const messages = new Map<string, string>();
  for (const { pod: key, node, message } of answer.placements) {
    evicted.delete(key);
    const pod = findPod(world, key);
    if (pod === undefined) continue;
    if (node === null) messages.set(key, message);
    const known = getString(pod, 'spec', 'nodeName') ?? '';
    if (known !== (node ?? '')) moved.push(toPlaced(pod, node));
  }
  const gone = [...evicted].flatMap((key) => findPod(world, key) ?? []).filter((pod) => !isControlled(pod));
  const bound = moved.length + gone.length === 0 ? world : world.without(gone.map(toPodRef)).with(moved);
  return { messages, ...startPods(bound, now) };
}

/** Starts what is not running yet and has all that it needs. */
function startPods(world: World, now: number): Omit<Placed, 'messages'> {
  const waiting = new Map<string, string>();
  const started: KubernetesObject[] = [];
  for (const pod of world.byKind('', 'Pod')) {
    if ((getString(pod, 'spec', 'nodeName') ?? '') === '' || getString(pod, 'status', 'phase') !== undefined) continue;
    const claim = findAttachment(world, pod);
    if (claim === undefined) started.push(toReady(pod, now));
    else waiting.set(keyOf(pod), claim);
  }
  return { world: started.length === 0 ? world : world.with(started), waiting };
}

function toPlaced(pod: KubernetesObject, node: string | null): KubernetesObject {
  const { nodeName: _, ...spec } = getObject(pod, 'spec') ?? {};
  const { status: __, ...bare } = pod;
  return {
    ...bare,
    apiVersion: pod.apiVersion,
    kind: pod.kind,
    metadata: pod.metadata,
    spec: { ...spec, ...(node === null ? {} : { nodeName: node }) },
  };
}

function toReady(pod: KubernetesObject, now: number): KubernetesObject {
  const conditions = [{ type: 'Ready', status: 'True', lastTransitionTime: toKubernetesTime(now) }];
  return { ...pod, status: { phase: 'Running', conditions } };
}

/** `namespace/name`. */
export function keyOf(pod: KubernetesObject): string {
  return `${namespaceOf(pod) ?? ''}/${nameOf(pod)}`;
}

function findPod(world: World, key: string): KubernetesObject | undefined {
  const [namespace = '', name = ''] = key.split('/');
  return world.get({ group: '', kind: 'Pod', namespace, name });
}

function toPodRef(pod: KubernetesObject): { group: string; kind: string; namespace: string; name: string } {
  return { group: '', kind: 'Pod', namespace: namespaceOf(pod) ?? '', name: nameOf(pod) };
}

function isControlled(pod: KubernetesObject): boolean {
  return getArray(pod.metadata, 'ownerReferences').some((reference) => getBoolean(reference, 'controller') === true);
}

/** Whether any pod waits for a node. */
export function hasUnplaced(world: World): boolean {
  return world.kind('', 'Pod').derive(someUnplaced);
}

function someUnplaced(pods: readonly KubernetesObject[]): boolean {
  return pods.some(isUnplaced);
}

/** Whether a pod waits for a node. */
export function isUnplaced(pod: KubernetesObject): boolean {
  return (getString(pod, 'spec', 'nodeName') ?? '') === '';
}
