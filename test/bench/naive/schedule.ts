/** What the naive scheduler knows of a node; amounts in any unit, as long as it is that of the pods. */
export interface NaiveNode {
  readonly name: string;
  readonly zone: string;
  readonly cpu: number;
  readonly memory: number;
}

/** A pod; the empty zone goes anywhere. */
export interface NaivePod {
  readonly name: string;
  readonly zone: string;
  readonly cpu: number;
  readonly memory: number;
}

/** kube-scheduler by the book, for pods with requests and a zone: every pod asks every node, and takes the first of the best. */
export function scheduleNaively(nodes: readonly NaiveNode[], pods: readonly NaivePod[]): ReadonlyMap<string, string | null> {
  const used = nodes.map(() => ({ cpu: 0, memory: 0 }));
  const placed = new Map<string, string | null>();
  const order = nodes.map((_, index) => index).toSorted((a, b) => ((nodes[a]?.name ?? '') < (nodes[b]?.name ?? '') ? -1 : 1));
  for (const pod of pods) {
    let best = -1;
    let bestScore = -1;
    for (const index of order) {
      const [node, now] = [nodes[index], used[index]];
      if (node === undefined || now === undefined || (pod.zone !== '' && pod.zone !== node.zone)) continue;
      const after = { cpu: now.cpu + pod.cpu, memory: now.memory + pod.memory };
      if (after.cpu > node.cpu || after.memory > node.memory) continue;
      const score = leastAllocated(node, after) + balanced(node, now, after);
      if (score > bestScore) [best, bestScore] = [index, score];
    }
    const chosen = used[best];
    if (chosen !== undefined) [chosen.cpu, chosen.memory] = [chosen.cpu + pod.cpu, chosen.memory + pod.memory];
    placed.set(pod.name, nodes[best]?.name ?? null);
  }
  return placed;
}

interface Amounts {
  readonly cpu: number;
  readonly memory: number;
}

function leastAllocated(node: Amounts, after: Amounts): number {
  const of = (capacity: number, used: number): number => Math.trunc(((capacity - used) * 100) / capacity);
  return Math.trunc((of(node.cpu, after.cpu) + of(node.memory, after.memory)) / 2);
}

// Since 1.36: how much better balanced the node is with the pod than without.
function balanced(node: Amounts, before: Amounts, after: Amounts): number {
  const of = (used: Amounts): number => Math.trunc((1 - Math.abs(used.cpu / node.cpu - used.memory / node.memory) / 2) * 100);
  return 50 + Math.trunc((50 + of(after) - of(before)) / 2);
}
