import { EVENT_ID } from 'js-yaml';
import type { Path } from '../../std/index.ts';
import { endOf, isPlain, startOf, textOf, type YamlEvent } from './events.ts';
import { NOT_FINITE_VALUE, resolvePlain, toKey } from './scalar.ts';

/** A stretch of text: offsets, the end exclusive. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** Where the value at a path (with its key, if it has one) stands in the document that begins at `events[start]`; else the nearest enclosing value. */
export function findPlace(source: string, events: readonly YamlEvent[], start: number, path: Path): Stretch {
  let node = start + 1;
  let from = -1;
  for (const step of path) {
    const child = findChild(source, events, node, step);
    const value = child === undefined ? undefined : events[child.node];
    // An item that is left out (`-`) stands nowhere.
    if (child === undefined || value === undefined || (child.from < 0 && startOf(value) < 0)) break;
    ({ node, from } = child);
  }
  return stretchOf(source, events, node, from);
}

interface Child {
  readonly node: number;
  /** Where its key begins; -1 without a key. */
  readonly from: number;
}

/** What was looked up in the collections of a document, so that many places in a long one cost no more than reading it. */
const childrenOf = new WeakMap<readonly YamlEvent[], Map<number, ReadonlyMap<string | number, Child>>>();

function findChild(source: string, events: readonly YamlEvent[], node: number, step: string | number): Child | undefined {
  let known = childrenOf.get(events);
  if (known === undefined) childrenOf.set(events, (known = new Map()));
  let children = known.get(node);
  if (children === undefined) known.set(node, (children = listChildren(source, events, node)));
  return children.get(events[node]?.type === EVENT_ID.SEQUENCE ? Number(step) : String(step));
}

function listChildren(source: string, events: readonly YamlEvent[], node: number): ReadonlyMap<string | number, Child> {
  const event = events[node];
  if (event?.type === EVENT_ID.SEQUENCE) return listItems(events, node);
  return event?.type === EVENT_ID.MAPPING ? listValues(source, events, node) : new Map();
}

function listItems(events: readonly YamlEvent[], sequence: number): ReadonlyMap<number, Child> {
  const items = new Map<number, Child>();
  for (let at = sequence + 1; !isEnd(events[at]); at = skip(events, at)) items.set(items.size, { node: at, from: -1 });
  return items;
}

/** Of a key that stands twice, the last. */
function listValues(source: string, events: readonly YamlEvent[], mapping: number): ReadonlyMap<string, Child> {
  const values = new Map<string, Child>();
  let at = mapping + 1;
  while (!isEnd(events[at])) {
    const event = events[at];
    const value = skip(events, at);
    const key = event === undefined ? undefined : keyOf(source, event);
    if (event !== undefined && key !== undefined) values.set(key, { node: value, from: startOf(event) });
    at = skip(events, value);
  }
  return values;
}

/** The key that a key's event stands for, as `construct` makes it; undefined if it is none. */
export function keyOf(source: string, event: YamlEvent): string | undefined {
  if (event.type !== EVENT_ID.SCALAR) return undefined;
  const text = textOf(source, event);
  if (!isPlain(event) || event.tagStart >= 0) return text;
  const value = resolvePlain(text);
  return value === NOT_FINITE_VALUE ? undefined : toKey(value);
}

/** The index after the node that begins at `at`. */
function skip(events: readonly YamlEvent[], at: number): number {
  let depth = 0;
  let index = at;
  do {
    const type = events[index++]?.type;
    if (type === EVENT_ID.MAPPING || type === EVENT_ID.SEQUENCE) depth++;
    else if (type === EVENT_ID.POP) depth--;
  } while (depth > 0 && index < events.length);
  return index;
}

function stretchOf(source: string, events: readonly YamlEvent[], node: number, from: number): Stretch {
  const after = skip(events, node);
  const first = events[node];
  const start = from >= 0 ? from : Math.max(0, first === undefined ? 0 : startOf(first));
  let end = start;
  for (let index = node; index < after; index++) {
    const event = events[index];
    if (event !== undefined) end = Math.max(end, endOf(source, event));
  }
  return { start, end: end > start ? end : lineEnd(source, start) };
}

function lineEnd(source: string, start: number): number {
  const end = source.slice(start).search(/[\r\n]|\s*#|:(?:\s|$)/);
  return end < 0 ? source.length : start + Math.max(end, 0);
}

function isEnd(event: YamlEvent | undefined): boolean {
  return event === undefined || event.type === EVENT_ID.POP;
}

/** The path to the innermost value whose key or item begins at an offset, or encloses it; as JSON pointer steps. */
export function pathTo(source: string, events: readonly YamlEvent[], start: number, offset: number): Path {
  const path: (string | number)[] = [];
  let node = start + 1;
  for (;;) {
    const step = stepTowards(source, events, node, offset);
    if (step === undefined) return path;
    path.push(step.step);
    node = step.node;
  }
}

function stepTowards(
  source: string,
  events: readonly YamlEvent[],
  node: number,
  offset: number,
): { readonly step: string | number; readonly node: number } | undefined {
  const type = events[node]?.type;
  if (type !== EVENT_ID.MAPPING && type !== EVENT_ID.SEQUENCE) return undefined;
  let at = node + 1;
  for (let n = 0; !isEnd(events[at]); n++) {
    const event = events[at];
    const value = type === EVENT_ID.MAPPING ? skip(events, at) : at;
    const { end } = stretchOf(source, events, value, event === undefined ? 0 : startOf(event));
    if (event !== undefined && startOf(event) <= offset && offset < end) {
      const step = type === EVENT_ID.MAPPING ? keyOf(source, event) : n;
      return step === undefined ? undefined : { step, node: value };
    }
    at = skip(events, value);
  }
  return undefined;
}
