import { Bitset } from '../../../std/index.ts';
import type { EscalationGraph } from './graph.ts';
import { namespaceOfPlace, type Place } from './place.ts';

/** The namespaces that are entered, and those whose Secrets are had, on the ways from places. */
export interface Entries {
  /** By number of the namespace; undefined for a place that was not asked for. */
  of(place: number): { readonly namespaces: Bitset; readonly secrets: Bitset } | undefined;
}

interface Component {
  readonly namespaces: Bitset;
  readonly secrets: Bitset;
}

/**
 * What namespaces are entered from each place that is asked for, whatever the way; computed once for each set of places that
 * all lead to each other (Tarjan's algorithm), so that the cost grows with the steps and not with the pairs.
 */
export function listEntries(graph: EscalationGraph, namespaces: readonly string[], isAsked: (place: number) => boolean): Entries {
  const numbers = new Map(namespaces.map((name, number) => [name, number]));
  const size = namespaces.length;
  const components: (Component | undefined)[] = graph.places.map(() => undefined);
  for (const members of listComponents(graph, isAsked)) {
    const component = { namespaces: new Bitset(size), secrets: new Bitset(size) };
    for (const member of members) {
      const place = graph.places[member];
      if (place !== undefined) addOwn(component, place, numbers);
      for (const index of graph.outgoing[member] ?? []) {
        const next = components[graph.edges[index]?.to ?? 0];
        if (next === undefined) continue;
        component.namespaces.addAll(next.namespaces);
        component.secrets.addAll(next.secrets);
      }
    }
    for (const member of members) components[member] = component;
  }
  return { of: (place) => components[place] };
}

function addOwn(component: Component, place: Place, numbers: ReadonlyMap<string, number>): void {
  const entered = numbers.get(namespaceOfPlace(place) ?? '');
  if (entered !== undefined) component.namespaces.add(entered);
  const read = numbers.get(place.kind === 'secrets' ? place.scope : place.kind === 'secret' ? place.namespace : '');
  if (read !== undefined) component.secrets.add(read);
}

/** Sets of places that lead to each other, each after those that it leads to. */
function* listComponents(graph: EscalationGraph, isAsked: (place: number) => boolean): Generator<readonly number[]> {
  const order = new Int32Array(graph.places.length).fill(-1);
  const low = new Int32Array(graph.places.length);
  const open: number[] = [];
  const isOpen = new Uint8Array(graph.places.length);
  let count = 0;
  for (let root = 0; root < graph.places.length; root++) {
    if ((order[root] ?? 0) >= 0 || !isAsked(root)) continue;
    const trail: { readonly place: number; at: number }[] = [{ place: root, at: 0 }];
    order[root] = low[root] = count++;
    open.push(root);
    isOpen[root] = 1;
    for (let top = trail.at(-1); top !== undefined; top = trail.at(-1)) {
      const { place } = top;
      const index = graph.outgoing[place]?.[top.at++];
      if (index !== undefined) {
        const to = graph.edges[index]?.to ?? 0;
        if ((order[to] ?? 0) < 0) {
          order[to] = low[to] = count++;
          open.push(to);
          isOpen[to] = 1;
          trail.push({ place: to, at: 0 });
        } else if (isOpen[to] === 1) low[place] = Math.min(low[place] ?? 0, order[to] ?? 0);
        continue;
      }
      trail.pop();
      const outer = trail.at(-1)?.place;
      if (outer !== undefined) low[outer] = Math.min(low[outer] ?? 0, low[place] ?? 0);
      if (low[place] !== order[place]) continue;
      const members = open.splice(open.lastIndexOf(place));
      for (const member of members) isOpen[member] = 0;
      yield members;
    }
  }
}
