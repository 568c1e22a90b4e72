import { refOf, type KubernetesObject, type World } from '../../../model/index.ts';
import { getObject, getString } from '../../../std/index.ts';
import type { CandidateShape } from './shape-spec.ts';
import { toNewNode } from './template-nodes.ts';
import type { Expand } from './tools.ts';

/** So many new nodes of one shape. */
export interface FleetPart {
  readonly shape: CandidateShape;
  readonly nodes: number;
}

/** What makes pods, but for DaemonSets: left out where only the nodes' own pods are wanted. */
const WORKLOADS = [
  ['', 'Pod'],
  ['', 'ReplicationController'],
  ['apps', 'Deployment'],
  ['apps', 'ReplicaSet'],
  ['apps', 'StatefulSet'],
  ['batch', 'CronJob'],
  ['batch', 'Job'],
] as const;

/**
 * A world of new nodes in the place of the old ones, with the DaemonSets' pods on them and no other pods. The nodes are
 * named by their shape and their place in it.
 */
export function toFleetWorld(world: World, parts: readonly FleetPart[], expand: Expand): World {
  const nodes = parts.flatMap(({ shape, nodes: count }, part) =>
    Array.from({ length: count }, (_, ordinal) => toNewNode(shape, nameNewNode(part, ordinal), ordinal)),
  );
  return withoutWorkloads(world).with([...nodes, ...listOwnPods(world, nodes, expand)]);
}

/** The DaemonSets' pods of new nodes, each on its node. */
export function listOwnPods(world: World, nodes: readonly KubernetesObject[], expand: Expand): readonly KubernetesObject[] {
  return expand(withoutWorkloads(world).with(nodes)).byKind('', 'Pod').flatMap(toBound);
}

function withoutWorkloads(world: World): World {
  const gone = WORKLOADS.flatMap(([group, kind]) => world.byKind(group, kind));
  return world.without([...gone, ...world.byKind('', 'Node')].map(refOf));
}

/** The name of a new node: parts and ordinals are padded, so that the order of names is that of the fleet. */
export function nameNewNode(part: number, ordinal: number): string {
  return `new-${String(part).padStart(3, '0')}-${String(ordinal).padStart(6, '0')}`;
}

/** A DaemonSet's pod on the node that it is held to. */
function toBound(pod: KubernetesObject): readonly KubernetesObject[] {
  const node = heldNodeOf(pod);
  return node === undefined ? [] : [{ ...pod, spec: { ...getObject(pod, 'spec'), nodeName: node } }];
}

/** The one node that a pod's node affinity names, as a DaemonSet's does. */
function heldNodeOf(pod: KubernetesObject): string | undefined {
  const path = ['spec', 'affinity', 'nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution', 'nodeSelectorTerms', 0] as const;
  return getString(pod, ...path, 'matchFields', 0, 'values', 0);
}
