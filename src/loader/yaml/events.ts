import { EVENT_ID, getScalarValue, SCALAR_STYLE, type Event } from 'js-yaml';

/** One parsed node or end of a node, with offsets into the text; js-yaml's. */
export type YamlEvent = Event;
export type ScalarEvent = Extract<Event, { type: typeof EVENT_ID.SCALAR }>;
export type MappingEvent = Extract<Event, { type: typeof EVENT_ID.MAPPING }>;
export type SequenceEvent = Extract<Event, { type: typeof EVENT_ID.SEQUENCE }>;

/** Text that is not YAML, or more than is allowed: why, and the offset. The reason never quotes the text. */
export interface SyntaxFault {
  readonly reason: string;
  readonly offset: number;
  readonly isTooDeep: boolean;
  /** True where a bracket or quotation mark that opens at the offset is not closed. */
  readonly isUnclosed?: boolean;
}

/** True for what `readEvents` could not read. */
export function isFault(events: readonly YamlEvent[] | SyntaxFault): events is SyntaxFault {
  return !Array.isArray(events);
}

/** The text of a scalar, unquoted, unfolded and unescaped. */
export function textOf(source: string, event: ScalarEvent): string {
  return event.fast ? source.slice(event.valueStart, event.valueEnd) : getScalarValue(source, event);
}

/** True for a scalar without quotes and not a block: the only kind whose text decides its type. */
export function isPlain(event: ScalarEvent): boolean {
  return event.style === SCALAR_STYLE.PLAIN;
}

/** Where the source of a node begins, quotes included; -1 for a value that is left out (`key:`). */
export function startOf(event: YamlEvent): number {
  switch (event.type) {
    case EVENT_ID.SCALAR:
      return event.valueStart < 0 ? event.valueStart : event.valueStart - (isQuoted(event) ? 1 : 0);
    case EVENT_ID.MAPPING:
    case EVENT_ID.SEQUENCE:
      return event.start;
    case EVENT_ID.ALIAS:
      return event.anchorStart - 1;
    case EVENT_ID.DOCUMENT:
    case EVENT_ID.POP:
      return -1;
  }
}

/** Where the source of a scalar or alias ends (exclusive), quotes included and a block's last line breaks left out; -1 where it has none. */
export function endOf(source: string, event: YamlEvent): number {
  if (event.type === EVENT_ID.ALIAS) return event.anchorEnd;
  if (event.type !== EVENT_ID.SCALAR || event.valueStart < 0) return -1;
  if (isQuoted(event)) return event.valueEnd + 1;
  let end = event.valueEnd;
  while (end > event.valueStart && isSpace(source.charCodeAt(end - 1))) end--;
  return end;
}

/** True for a scalar in double quotation marks, which alone has escapes. */
export function isDouble(event: ScalarEvent): boolean {
  return event.style === SCALAR_STYLE.DOUBLE_QUOTED;
}

/** True for a scalar in quotation marks. */
export function isQuoted(event: ScalarEvent): boolean {
  return event.style === SCALAR_STYLE.SINGLE_QUOTED || isDouble(event);
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}
