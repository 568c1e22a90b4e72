import { readTaints, toNodeFace, type KubernetesObject, type NodeFace, type Taint } from '../../model/index.ts';
import { getArray, getBoolean, getNumber } from '../../std/index.ts';
import type { HostPort } from './host-ports.ts';
import type { PodInfo } from './pod-class.ts';
import { toAllocatable } from './pod-requests.ts';

/** One node, with what changes as pods come and go. */
export interface NodeInfo extends NodeFace {
  readonly index: number;
  /** Its name alone: what most placements list. */
  readonly names: readonly string[];
  readonly object: KubernetesObject;
  taints: readonly Taint[];
  isUnschedulable: boolean;
  readonly images: ReadonlyMap<string, number>;
  readonly allocatable: ReadonlyMap<string, number>;
  readonly pods: PodInfo[];
  hostPorts: readonly HostPort[];
  /** Whether it is no longer there, in what is being tried. */
  isLost: boolean;
}

/** Reads a node, without pods. */
export function toNodeInfo(object: KubernetesObject, index: number): NodeInfo {
  const images = new Map<string, number>();
  for (const image of getArray(object, 'status', 'images')) {
    for (const name of getArray(image, 'names')) {
      if (typeof name === 'string' && !images.has(name)) images.set(name, getNumber(image, 'sizeBytes') ?? 0);
    }
  }
  const { name, labels } = toNodeFace(object);
  // Written out: objects that begin as copies of others would each be of a layout of their own.
  return {
    name,
    labels,
    index,
    names: [name],
    object,
    taints: readTaints(object),
    isUnschedulable: getBoolean(object, 'spec', 'unschedulable') === true,
    images,
    allocatable: toAllocatable(object),
    pods: [],
    hostPorts: [],
    isLost: false,
  };
}
