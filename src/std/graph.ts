/** A directed graph over the indexes 0..n-1: `edges[i]` are the nodes that i must come after. */
export type Dependencies = readonly (readonly number[])[];

/** Nodes in layers: each node comes in a later layer than all it depends on; or the cycles that forbid it. */
export type Layering =
  | { readonly kind: 'layers'; readonly layers: readonly (readonly number[])[] }
  | { readonly kind: 'cycle'; readonly nodes: readonly number[] };

/** Layers by longest path (Kahn's algorithm); within a layer the order of the indexes. A cycle is given as its nodes in order. */
export function toLayers(dependencies: Dependencies): Layering {
  const depth = dependencies.map(() => 0);
  const waiting = dependencies.map((list) => new Set(list).size);
  const dependents: number[][] = dependencies.map(() => []);
  for (const [node, list] of dependencies.entries()) for (const before of new Set(list)) dependents[before]?.push(node);
  let ready = waiting.flatMap((count, node) => (count === 0 ? [node] : []));
  let done = 0;
  const layers: number[][] = [];
  while (ready.length > 0) {
    const next: number[] = [];
    for (const node of ready) {
      done++;
      (layers[depth[node] ?? 0] ??= []).push(node);
      for (const dependent of dependents[node] ?? []) {
        depth[dependent] = Math.max(depth[dependent] ?? 0, (depth[node] ?? 0) + 1);
        waiting[dependent] = (waiting[dependent] ?? 0) - 1;
        if (waiting[dependent] === 0) next.push(dependent);
      }
    }
    ready = next;
  }
  if (done < dependencies.length) return { kind: 'cycle', nodes: findCycle(dependencies, waiting) };
  return { kind: 'layers', layers: layers.map((layer) => layer.toSorted((a, b) => a - b)) };
}

function findCycle(dependencies: Dependencies, waiting: readonly number[]): number[] {
  const start = waiting.findIndex((count) => count > 0);
  const seen = new Map<number, number>();
  const trail: number[] = [];
  let at = start;
  while (!seen.has(at)) {
    seen.set(at, trail.length);
    trail.push(at);
    at = (dependencies[at] ?? []).find((node) => (waiting[node] ?? 0) > 0) ?? at;
  }
  return trail.slice(seen.get(at));
}
