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
  const status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: toKubernetesTime(now) }] };
  for (const pod of world.kind('', 'Pod').inGroup(stageOf, 'placed')) {
    const claim = findAttachment(world, pod);
    if (claim === undefined) started.push({ ...pod, status });
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

/** How far a pod has come that does not run yet. */
function stageOf(pod: KubernetesObject): 'placed' | 'unplaced' | undefined {
  if (isUnplaced(pod)) return 'unplaced';
  return getString(pod, 'status', 'phase') === undefined ? 'placed' : undefined;
}

/** The pods that wait for a node, by namespace and name. */
export function listUnplaced(world: World): readonly KubernetesObject[] {
  return world.kind('', 'Pod').inGroup(stageOf, 'unplaced');
}

/** Whether a pod waits for a node. */
export function isUnplaced(pod: KubernetesObject): boolean {
  return (getString(pod, 'spec', 'nodeName') ?? '') === '';
}
