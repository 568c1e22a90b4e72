/** Called with a line, undefined if it is too long, and its number from 1. */
type Take = (line: string | undefined, number: number) => void;

const NEWLINE = 0x0a;

/** Cuts bytes that come in pieces into the lines of a text, holding no more than one line. */
export class TextLines {
  readonly #most: number;
  #parts: Buffer[] = [];
  #size = 0;
  #count = 0;

  /** Lines of more than `most` bytes are dropped as they come. */
  constructor(most: number) {
    this.#most = most;
  }

  /** The number of lines so far; one that has not ended counts once `end` was called. */
  get count(): number {
    return this.#count;
  }

  take(chunk: Buffer, take: Take): void {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      if (this.#size === 0) take(end - start > this.#most ? undefined : chunk.toString('utf8', start, end), ++this.#count);
      else {
        this.#keep(chunk.subarray(start, end));
        this.end(take);
      }
      start = end + 1;
    }
    if (start < chunk.length) this.#keep(chunk.subarray(start));
  }

  /** Takes the last line where the text does not end it. */
  end(take: Take): void {
    if (this.#size === 0) return;
    const line = this.#size > this.#most ? undefined : Buffer.concat(this.#parts).toString();
    this.#parts = [];
    this.#size = 0;
    take(line, ++this.#count);
  }

  #keep(part: Buffer): void {
    this.#size += part.length;
    if (this.#size <= this.#most) this.#parts.push(part);
    else this.#parts = [];
  }
}
