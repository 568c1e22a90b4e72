import { EVENT_ID } from 'js-yaml';
import type { Path } from '../../std/index.ts';
import { isPlain, startOf, textOf, type YamlEvent } from './events.ts';
import { extentsOf } from './extents.ts';
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
  readonly step: string | number | undefined;
  readonly node: number;
  /** Where its key begins; -1 without a key. */
  readonly from: number;
}

interface Children {
  /** Of a key that stands twice, the last. */
  readonly bySteps: ReadonlyMap<string | number, Child>;
  /** Those that stand somewhere, in the order of the text. */
  readonly placed: readonly Stretch[];
  readonly steps: readonly Child[];
}

/** What was looked up in the collections of a document, so that many places in a long one cost no more than reading it. */
const childrenOf = new WeakMap<readonly YamlEvent[], Map<number, Children>>();

function childrenAt(source: string, events: readonly YamlEvent[], node: number): Children {
  let known = childrenOf.get(events);
  if (known === undefined) childrenOf.set(events, (known = new Map()));
  let children = known.get(node);
  if (children === undefined) known.set(node, (children = listChildren(source, events, node)));
  return children;
}

function findChild(source: string, events: readonly YamlEvent[], node: number, step: string | number): Child | undefined {
  const { bySteps } = childrenAt(source, events, node);
  return bySteps.get(events[node]?.type === EVENT_ID.SEQUENCE ? Number(step) : String(step));
}

function listChildren(source: string, events: readonly YamlEvent[], node: number): Children {
  const type = events[node]?.type;
  const bySteps = new Map<string | number, Child>();
  const placed: Stretch[] = [];
  const steps: Child[] = [];
  if (type !== EVENT_ID.MAPPING && type !== EVENT_ID.SEQUENCE) return { bySteps, placed, steps };
  const { after } = extentsOf(source, events);
  for (let at = node + 1; !isEnd(events[at]);) {
    const child = type === EVENT_ID.MAPPING ? toValue(source, events, at, after) : { step: bySteps.size, node: at, from: -1 };
    if (child.step !== undefined) bySteps.set(child.step, child);
    const first = events[at];
    if (first !== undefined && startOf(first) >= 0) {
      placed.push(stretchOf(source, events, child.node, startOf(first)));
      steps.push(child);
    }
    at = after[child.node] ?? events.length;
  }
  return { bySteps, placed, steps };
}

function toValue(source: string, events: readonly YamlEvent[], at: number, after: Int32Array): Child {
  const key = events[at];
  return {
    step: key === undefined ? undefined : keyOf(source, key),
    node: after[at] ?? at + 1,
    from: key === undefined ? -1 : startOf(key),
  };
}

/** The key that a key's event stands for, as `construct` makes it; undefined if it is none. */
export function keyOf(source: string, event: YamlEvent): string | undefined {
  if (event.type !== EVENT_ID.SCALAR) return undefined;
  const text = textOf(source, event);
  if (!isPlain(event) || event.tagStart >= 0) return text;
  const value = resolvePlain(text);
  return value === NOT_FINITE_VALUE ? undefined : toKey(value);
}

function stretchOf(source: string, events: readonly YamlEvent[], node: number, from: number): Stretch {
  const first = events[node];
  const start = from >= 0 ? from : Math.max(0, first === undefined ? 0 : startOf(first));
  const end = extentsOf(source, events).ends[node] ?? -1;
  return { start, end: end > start ? end : lineEnd(source, start) };
}

function lineEnd(source: string, start: number): number {
  const found = source.slice(start).search(/[\r\n#]|:(?:\s|$)/);
  let end = found < 0 ? source.length : start + found;
  while (end > start && /\s/.test(source.charAt(end - 1))) end--;
  return end;
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
    if (step?.step === undefined) return path;
    path.push(step.step);
    node = step.node;
  }
}

function stepTowards(source: string, events: readonly YamlEvent[], node: number, offset: number): Child | undefined {
  const { placed, steps } = childrenAt(source, events, node);
  let low = 0;
  let high = placed.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((placed[middle]?.start ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  const last = placed[low - 1];
  return last !== undefined && offset < last.end ? steps[low - 1] : undefined;
}
