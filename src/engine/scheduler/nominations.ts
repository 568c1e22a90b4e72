import type { ChangeLog, ClusterChange } from './change-log.ts';
import type { NodeInfo } from './node-info.ts';
import type { PodInfo } from './pod-class.ts';

/**
 * The pods that wait for room that is made for them on a node (`status.nominatedNodeName`; `nominator` of the scheduling queue). What
 * changes is noted in the cluster's log.
 */
export class Nominations {
  readonly #log: ChangeLog;
  readonly #nodes = new Map<string, NodeInfo>();
  readonly #pods = new Map<NodeInfo, readonly PodInfo[]>();

  constructor(log: ChangeLog) {
    this.#log = log;
  }

  /** The node that a pod is nominated to, if that is there. */
  nodeOf(pod: PodInfo): NodeInfo | undefined {
    const node = this.#nodes.get(pod.key);
    return node?.isLost === true ? undefined : node;
  }

  /** The pods nominated to a node that another pod must leave room for: those of at least its priority. */
  rivalsOf(pod: PodInfo, node: NodeInfo): readonly PodInfo[] {
    return this.#pods.get(node)?.filter((other) => isRival(other, pod)) ?? NOBODY;
  }

  /** Whether a pod is nominated itself or must leave room for others anywhere. */
  concern(pod: PodInfo): boolean {
    if (this.#nodes.size === 0) return false;
    return this.#nodes.has(pod.key) || [...this.#pods.values()].some((others) => others.some((other) => isRival(other, pod)));
  }

  /** Nominates a pod to a node. */
  add(pod: PodInfo, node: NodeInfo): void {
    this.#change(pod, node, 1);
    this.#log.note({ node, nominee: pod, by: 1 });
  }

  /** Ends the nomination of a pod, if it has one. */
  remove(pod: PodInfo): void {
    if (this.#nodes.size === 0) return;
    const node = this.#nodes.get(pod.key);
    if (node === undefined) return;
    this.#change(pod, node, -1);
    this.#log.note({ node, nominee: pod, by: -1 });
  }

  /** Ends the nominations to a node of pods that come after another: their room is taken. */
  removeBelow(pod: PodInfo, node: NodeInfo): void {
    for (const other of this.#pods.get(node) ?? []) if (other.class.priority < pod.class.priority) this.remove(other);
  }

  /** Takes back a change that the log tells of. */
  revert({ nominee, node, by }: Extract<ClusterChange, { readonly nominee: PodInfo }>): void {
    this.#change(nominee, node, by === 1 ? -1 : 1);
  }

  #change(pod: PodInfo, node: NodeInfo, by: 1 | -1): void {
    const others = (this.#pods.get(node) ?? []).filter(({ key }) => key !== pod.key);
    const left = by === 1 ? [...others, pod] : others;
    if (left.length === 0) this.#pods.delete(node);
    else this.#pods.set(node, left);
    if (by === 1) this.#nodes.set(pod.key, node);
    else this.#nodes.delete(pod.key);
  }
}

const NOBODY: readonly PodInfo[] = [];

function isRival(other: PodInfo, pod: PodInfo): boolean {
  return other.class.priority >= pod.class.priority && other.key !== pod.key;
}
