import type { Origin, SourceRange } from '../../model/index.ts';
import { getOrAdd, toPointer, type Path } from '../../std/index.ts';
import { isFault, type YamlEvent } from './events.ts';
import { readEvents } from './read-events.ts';
import { findPlace, type Stretch } from './place.ts';
import type { TextSource } from './text-source.ts';

/** Where a document stands: which part of the file, which document of that part (`...` may end one early), and which item of a List. */
export interface DocumentPlace extends Stretch {
  readonly document: number;
  readonly line: number;
  /** The index of the document's first event when its part is parsed again. */
  readonly event: number;
  /** The path to the object within the document: `items, 3` in a List. */
  readonly base: Path;
}

/** An origin that keeps offsets and parses its document again when a position is asked for. */
export class DocumentOrigin implements Origin {
  readonly file: string;
  readonly document: number;
  readonly line: number;
  readonly #source: TextSource;
  readonly #place: DocumentPlace;
  readonly #memo: EventMemo;
  /** By pointer: of what is found again and again while a file stays as it is. */
  #located: Map<string, SourceRange> | undefined;

  constructor(source: TextSource, place: DocumentPlace, memo: EventMemo) {
    this.file = source.file;
    this.document = place.document;
    this.line = place.line;
    this.#source = source;
    this.#place = place;
    this.#memo = memo;
  }

  locate(path: Path): SourceRange {
    const { line } = this.#place;
    // The text of a remembered document may be gone by now: its line is still known.
    if (this.#source.text === '') return { file: this.file, line, column: 1, endLine: line, endColumn: 1 };
    return getOrAdd((this.#located ??= new Map()), toPointer(path), () => this.#find(path));
  }

  #find(path: Path): SourceRange {
    const { start, end, event, base } = this.#place;
    const chunk = this.#source.text.slice(start, end);
    const events = this.#memo.read(this.#source, start, chunk);
    const place = findPlace(chunk, events, event, [...base, ...path]);
    return this.#source.rangeOf(start + place.start, start + place.end);
  }
}

/** Remembers the events of the document that was asked for last: findings come document by document. */
export class EventMemo {
  readonly #depth: number;
  #source: TextSource | undefined;
  #start = -1;
  #events: readonly YamlEvent[] = [];

  constructor(depth: number) {
    this.#depth = depth;
  }

  read(source: TextSource, start: number, chunk: string): readonly YamlEvent[] {
    if (this.#source === source && this.#start === start) return this.#events;
    const events = readEvents(chunk, this.#depth);
    this.#source = source;
    this.#start = start;
    this.#events = isFault(events) ? [] : events;
    return this.#events;
  }
}
