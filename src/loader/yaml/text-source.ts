import type { SourceRange } from '../../model/index.ts';

/** The text of one file of the repository, and the lines and columns of its offsets. The text is fetched when first asked for. */
export class TextSource {
  readonly file: string;
  readonly #read: () => string;
  #text: string | undefined;
  #lineStarts: readonly number[] | undefined;

  constructor(file: string, text: string | (() => string)) {
    this.file = file;
    this.#text = typeof text === 'string' ? text : undefined;
    this.#read = typeof text === 'string' ? () => text : text;
  }

  get text(): string {
    this.#text ??= this.#read();
    return this.#text;
  }

  /** The range of the offsets from `start` to `end` (exclusive). */
  rangeOf(start: number, end: number): SourceRange {
    const from = this.#placeOf(start);
    const to = this.#placeOf(Math.max(start, end));
    return { file: this.file, line: from.line, column: from.column, endLine: to.line, endColumn: to.column };
  }

  /** The 1-based line of an offset. */
  lineOf(offset: number): number {
    return this.#placeOf(offset).line;
  }

  /** Where the 1-based line begins. */
  startOfLine(line: number): number {
    return this.#starts()[line - 1] ?? this.text.length;
  }

  #placeOf(offset: number): { readonly line: number; readonly column: number } {
    const starts = this.#starts();
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  }

  #starts(): readonly number[] {
    this.#lineStarts ??= findLineStarts(this.text);
    return this.#lineStarts;
  }
}

function findLineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}
