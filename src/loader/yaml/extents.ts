import { EVENT_ID } from 'js-yaml';
import { endOf, type YamlEvent } from './events.ts';

/** Of every node, by the index of its first event: the index after its last, and where its text ends (-1 for none). */
export interface Extents {
  readonly after: Int32Array;
  readonly ends: Int32Array;
}

const known = new WeakMap<readonly YamlEvent[], Extents>();

/** The extents of all nodes of a text, measured in one pass and kept as long as its events are. */
export function extentsOf(source: string, events: readonly YamlEvent[]): Extents {
  let extents = known.get(events);
  if (extents === undefined) known.set(events, (extents = measure(source, events)));
  return extents;
}

function measure(source: string, events: readonly YamlEvent[]): Extents {
  const after = new Int32Array(events.length);
  const ends = new Int32Array(events.length).fill(-1);
  const open: number[] = [];
  for (const [index, event] of events.entries()) {
    after[index] = index + 1;
    if (event.type === EVENT_ID.DOCUMENT || event.type === EVENT_ID.MAPPING || event.type === EVENT_ID.SEQUENCE) {
      open.push(index);
      continue;
    }
    const node = event.type === EVENT_ID.POP ? (open.pop() ?? index) : index;
    const end = node === index ? endOf(source, event) : (ends[node] ?? -1);
    after[node] = index + 1;
    ends[node] = end;
    const parent = open.at(-1);
    if (parent !== undefined) ends[parent] = Math.max(ends[parent] ?? -1, end);
  }
  return { after, ends };
}
