import type { NodeInfo } from './node-info.ts';
import type { PodInfo } from './pod-class.ts';

/**
 * One change of the cluster: a pod came or went, a node was lost, a node was closed (with what it was like before), or a pod was
 * nominated to a node or is no more.
 */
export type ClusterChange =
  | { readonly node: NodeInfo; readonly pod: PodInfo; readonly by: 1 | -1; readonly isVictim?: true }
  | { readonly node: NodeInfo; readonly pod?: undefined; readonly was?: undefined; readonly nominee?: undefined }
  | {
      readonly node: NodeInfo;
      readonly pod?: undefined;
      readonly was: Pick<NodeInfo, 'isUnschedulable' | 'taints'>;
      readonly nominee?: undefined;
    }
  | { readonly node: NodeInfo; readonly pod?: undefined; readonly nominee: PodInfo; readonly by: 1 | -1 };

/** A place in the log: how many changes there were. */
export type Mark = number & { readonly isMark: true };

/** Somebody who has read the log up to a place and is told when the log becomes shorter. */
export interface LogReader {
  /** The changes from `mark` on are about to be taken back. */
  rewind(mark: Mark): void;
}

/**
 * All changes of a cluster in their order. Readers catch up with it when they need to. A pod that comes, which is what happens most,
 * is noted as itself.
 */
export class ChangeLog {
  readonly #changes: (ClusterChange | PodInfo)[] = [];
  /** The index of each change's node; its complement where the node itself changed. */
  #nodes = new Int32Array(1024);
  readonly #readers = new Set<LogReader>();

  /** The place after the last change. */
  mark(): Mark {
    // A number is a mark only if it was made here.
    return this.#changes.length as Mark;
  }

  /** By place: the index of the node of the change, or its complement (`~`) where it was the node itself that changed. */
  get nodes(): Int32Array {
    return this.#nodes;
  }

  note(change: ClusterChange): void {
    this.#push(change, change.pod === undefined ? ~change.node.index : change.node.index);
  }

  /** Notes that a pod came to the node of an index. */
  noteArrival(pod: PodInfo, node: number): void {
    this.#push(pod, node);
  }

  /** Takes away the changes since a mark and answers them, the last first. Nodes are told by their indexes. */
  rewind(mark: Mark, nodes: readonly NodeInfo[]): readonly ClusterChange[] {
    if (mark === this.#changes.length) return [];
    for (const reader of this.#readers) reader.rewind(mark);
    const taken = this.#changes.splice(mark).flatMap((change, i): ClusterChange | [] => {
      if (!('key' in change)) return change;
      const node = nodes[this.#nodes[mark + i] ?? 0];
      return node === undefined ? [] : { node, pod: change, by: 1 };
    });
    return taken.toReversed();
  }

  /** Tells a reader of changes that are taken back, until `leave`. */
  join(reader: LogReader): void {
    this.#readers.add(reader);
  }

  leave(reader: LogReader): void {
    this.#readers.delete(reader);
  }

  #push(change: ClusterChange | PodInfo, node: number): void {
    const place = this.#changes.push(change) - 1;
    if (place === this.#nodes.length) {
      const more = new Int32Array(2 * place);
      more.set(this.#nodes);
      this.#nodes = more;
    }
    this.#nodes[place] = node;
  }
}
