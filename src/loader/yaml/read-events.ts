import { COLLECTION_STYLE, EVENT_ID, parseEvents, YAMLException } from 'js-yaml';
import { endOf, isFault, isQuoted, startOf, type ScalarEvent, type SyntaxFault, type YamlEvent } from './events.ts';
import { extentsOf } from './extents.ts';
import { findUnclosed, listSpanning, type Spanning } from './spanning.ts';

/**
 * The events of a text that holds one document or several; a fault for text that is not YAML. As kubectl, it lets the lines
 * within brackets and quotation marks begin at any column.
 */
export function readEvents(text: string, depth: number): readonly YamlEvent[] | SyntaxFault {
  const read = parse(text, depth);
  const joined = isFault(read) && read.reason === DEFICIENT ? readJoined(text, depth, read) : read;
  return isFault(joined) ? explain(text, joined) : joined;
}

const DEFICIENT = 'deficient indentation';

// Where a bracket is not closed, the parser stumbles over a later line, and says what is odd there.
function explain(text: string, fault: SyntaxFault): SyntaxFault {
  const { reason } = fault;
  const isMismatch = reason.startsWith('missed comma') && /[\]}]/.test(text.charAt(fault.offset));
  if (reason !== DEFICIENT && !isMismatch && !reason.startsWith('unexpected end of the stream within')) return fault;
  const offset = findUnclosed(text);
  return offset === undefined || offset > fault.offset ? fault : { ...fault, offset, isUnclosed: true };
}

function parse(text: string, depth: number): readonly YamlEvent[] | SyntaxFault {
  try {
    return parseEvents(text, { maxDepth: depth });
  } catch (error) {
    // The parser's patterns overflow their stack on a tag or an anchor of megabytes.
    if (error instanceof RangeError) return { reason: 'a word in it is too long to be read', offset: 0, isTooDeep: false };
    if (!(error instanceof YAMLException)) throw error;
    const reason = error.reason.replace(/ \(\d+\)$/, '');
    return { reason, offset: error.mark?.position ?? 0, isTooDeep: reason.startsWith('nesting exceeded') };
  }
}

/**
 * Reads the text with spaces for line breaks, tabs and comments within brackets and quotation marks, where both mean the same.
 * Offsets stay, and values are taken from the text as it is. Where the parser sees other brackets and marks than those,
 * nothing is gained.
 */
function readJoined(text: string, depth: number, fault: SyntaxFault): readonly YamlEvent[] | SyntaxFault {
  const spanning = listSpanning(text);
  const events = parse(join(text, spanning), depth);
  if (isFault(events)) return events.offset > fault.offset ? events : fault;
  if (!spanning.every(isWholeIn(text, events)) || hasSpanningKey(text, events)) return fault;
  return events.map((event) => (isScalar(event) && spansLines(text, event) ? { ...event, fast: false } : event));
}

function join(text: string, spanning: readonly Spanning[]): string {
  let joined = '';
  let at = 0;
  for (const { start, end } of spanning.flatMap(({ gaps }) => gaps)) {
    joined += text.slice(at, start) + ' '.repeat(end - start);
    at = end;
  }
  return joined + text.slice(at);
}

/** Whether one node begins where a stretch does, and all that begins within the stretch is part of it. */
function isWholeIn(text: string, events: readonly YamlEvent[]): (spanning: Spanning) => boolean {
  const { after } = extentsOf(text, events);
  const starts = new Map(events.flatMap((event, index): (readonly [number, number])[] => (isFlow(event) ? [[startOf(event), index]] : [])));
  return ({ start, end }) => {
    const index = starts.get(start);
    const event = index === undefined ? undefined : events[index];
    if (index === undefined || event === undefined || (isScalar(event) && endOf(text, event) !== end)) return false;
    let next = after[index] ?? events.length;
    while (next < events.length && firstOffset(events[next]) < 0) next++;
    return next === events.length || firstOffset(events[next]) >= end;
  };
}

function firstOffset(event: YamlEvent | undefined): number {
  return event === undefined ? -1 : startOf(event);
}

function isFlow(event: YamlEvent): boolean {
  if (isScalar(event)) return isQuoted(event);
  return (event.type === EVENT_ID.MAPPING || event.type === EVENT_ID.SEQUENCE) && event.style === COLLECTION_STYLE.FLOW;
}

function isScalar(event: YamlEvent): event is ScalarEvent {
  return event.type === EVENT_ID.SCALAR;
}

function spansLines(text: string, event: ScalarEvent): boolean {
  return event.valueStart >= 0 && /[\r\n]/.test(text.slice(event.valueStart, event.valueEnd));
}

/** Whether a key and its colon stand on two lines, which only keys after `?` may. */
function hasSpanningKey(text: string, events: readonly YamlEvent[]): boolean {
  const { after } = extentsOf(text, events);
  for (const [index, event] of events.entries()) {
    if (event.type !== EVENT_ID.MAPPING) continue;
    for (let at = index + 1; isNode(events[at]); at = after[after[at] ?? events.length] ?? events.length) {
      const key = events[at];
      if (key !== undefined && isScalar(key) && isApartFromColon(text, key)) return true;
    }
  }
  return false;
}

function isNode(event: YamlEvent | undefined): boolean {
  return event !== undefined && event.type !== EVENT_ID.POP;
}

function isApartFromColon(text: string, key: ScalarEvent): boolean {
  if (key.valueStart < 0) return false;
  if (spansLines(text, key)) return true;
  let at = endOf(text, key);
  while (/[ \t]/.test(text.charAt(at))) at++;
  return /[#\r\n]/.test(text.charAt(at));
}
