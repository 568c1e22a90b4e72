import type { EscalationGraph } from './graph.ts';
import { lengthOf } from './step.ts';

/** Ways to a goal from everywhere: the length of the shortest, and the edge that it begins with. */
export interface Ways {
  /** By place; -1 where there is none. */
  readonly length: Int32Array;
  readonly next: Int32Array;
}

/** The shortest ways to some places. Of equally short ones that whose edge was added first; steps without length never lead in a circle. */
export function findWays(graph: EscalationGraph, goals: readonly number[]): Ways {
  const length = new Int32Array(graph.places.length).fill(-1);
  const next = new Int32Array(graph.places.length).fill(-1);
  for (const goal of goals) length[goal] = 0;
  let layer = [...goals];
  for (let distance = 0; layer.length > 0; distance++) {
    const later: number[] = [];
    for (let i = 0; i < layer.length; i++) {
      const to = layer[i] ?? 0;
      if (length[to] !== distance) continue;
      for (const index of graph.incoming[to] ?? []) {
        const edge = graph.edges[index];
        if (edge === undefined) continue;
        const cost = distance + lengthOf(edge.step);
        const known = length[edge.from] ?? -1;
        if (known >= 0 && (known < cost || (known === cost && (next[edge.from] ?? -1) <= index))) continue;
        if (known === 0 && next[edge.from] === -1) continue;
        next[edge.from] = index;
        if (known === cost) continue;
        length[edge.from] = cost;
        (cost === distance ? layer : later).push(edge.from);
      }
    }
    layer = later;
  }
  return { length, next };
}

/** The first of the shortest ways from one place to some goals, as edges; undefined if there is none. */
export function findPath(graph: EscalationGraph, from: number, isGoal: (place: number) => boolean): readonly number[] | undefined {
  const arrival = new Map<number, number>([[from, -1]]);
  const length = new Map<number, number>([[from, 0]]);
  let layer = [from];
  for (let distance = 0; layer.length > 0; distance++) {
    const later: number[] = [];
    for (let i = 0; i < layer.length; i++) {
      const place = layer[i] ?? 0;
      if (length.get(place) !== distance) continue;
      if (place !== from && isGoal(place)) return toEdges(graph, arrival, place);
      for (const index of graph.outgoing[place] ?? []) {
        const edge = graph.edges[index];
        if (edge === undefined) continue;
        const cost = distance + lengthOf(edge.step);
        if ((length.get(edge.to) ?? Infinity) <= cost) continue;
        length.set(edge.to, cost);
        arrival.set(edge.to, index);
        (cost === distance ? layer : later).push(edge.to);
      }
    }
    layer = later;
  }
  return undefined;
}

/**
 * A shortest way from one place to the goals that `ways` lead to over the edges that are open alone, as edges; undefined if there is none.
 * Places are looked at by the length that is behind them and, were everything open, ahead of them (A*), and a way whose edges are open is
 * followed at once, so that the cost is that of the places around what is closed.
 */
export function findOpenPath(
  graph: EscalationGraph,
  from: number,
  ways: Ways,
  isOpen: (edge: number) => boolean,
): readonly number[] | undefined {
  const ahead = (place: number): number => ways.length[place] ?? -1;
  if (ahead(from) < 0) return undefined;
  const arrival = new Map<number, number>([[from, -1]]);
  const behind = new Map<number, number>([[from, 0]]);
  const seen = new Set<number>();
  const waiting: number[][] = [];
  waiting[ahead(from)] = [from];
  for (let sum = ahead(from); sum < waiting.length; sum++) {
    const layer = (waiting[sum] ??= []);
    for (let place = layer.pop(); place !== undefined; place = layer.pop()) {
      if (seen.has(place)) continue;
      seen.add(place);
      const rest = follow(graph, ways, place);
      if (rest.every(isOpen)) return [...toEdges(graph, arrival, place), ...rest];
      for (const index of graph.outgoing[place] ?? []) {
        const edge = graph.edges[index];
        if (edge === undefined || ahead(edge.to) < 0 || !isOpen(index)) continue;
        const cost = (behind.get(place) ?? 0) + lengthOf(edge.step);
        if ((behind.get(edge.to) ?? Infinity) <= cost) continue;
        behind.set(edge.to, cost);
        arrival.set(edge.to, index);
        (waiting[cost + ahead(edge.to)] ??= []).push(edge.to);
      }
    }
  }
  return undefined;
}

/** The shortest way from a place, as edges; none where it is a goal itself, or no way leads to one. */
export function follow(graph: EscalationGraph, { next }: Ways, from: number): readonly number[] {
  const edges: number[] = [];
  for (let index = next[from] ?? -1; index >= 0; index = next[graph.edges[index]?.to ?? 0] ?? -1) edges.push(index);
  return edges;
}

function toEdges(graph: EscalationGraph, arrival: ReadonlyMap<number, number>, goal: number): readonly number[] {
  const edges: number[] = [];
  for (let index = arrival.get(goal) ?? -1; index >= 0;) {
    edges.push(index);
    index = arrival.get(graph.edges[index]?.from ?? 0) ?? -1;
  }
  return edges.toReversed();
}
