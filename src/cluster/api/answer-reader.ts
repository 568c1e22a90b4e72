/** One whole answer of HTTP/1.1. */
export interface RawAnswer {
  readonly status: number;
  /** By name in lower case; of repeated ones the values, joined by `, `. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
  /** Whether the connection may be used again. */
  readonly keepsAlive: boolean;
}

const LONGEST_HEAD = 65_536;
const LONGEST_LINE = 4_096;
const END_OF_HEAD = '\r\n\r\n';
const NOTHING = Buffer.alloc(0);

/** What is read next. `size`: of a chunk; `skip`: what ends a chunk; `trailer`: lines after the last one. */
type Part = 'head' | 'length' | 'size' | 'chunk' | 'skip' | 'trailer' | 'rest' | 'done';

interface Head {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly isPersistent: boolean;
}

/**
 * Reads one answer of HTTP/1.1 (RFC 9112) from the bytes of a connection, as they come. Throws an error with the code
 * `EPROTO` for bytes that are no such answer, or that go on after it.
 */
export class AnswerReader {
  #part: Part = 'head';
  #bytes: Buffer = NOTHING;
  #head: Head | undefined;
  /** How much of the body, or of a chunk, is still to come. */
  #left = 0;
  readonly #body: Buffer[] = [];

  /** Takes the next bytes; the answer, once it is whole. */
  take(bytes: Buffer): RawAnswer | undefined {
    this.#bytes = this.#bytes.length === 0 ? bytes : Buffer.concat([this.#bytes, bytes]);
    while (this.#part !== 'done' && this.#step());
    if (this.#part !== 'done' || this.#head === undefined) return undefined;
    if (this.#bytes.length > 0) throw toFault('more comes than was asked for');
    return this.#toAnswer(this.#head, this.#head.isPersistent);
  }

  /** The connection has ended: the answer, if its end was to tell that it is whole. */
  end(): RawAnswer | undefined {
    return this.#part === 'rest' && this.#head !== undefined ? this.#toAnswer(this.#head, false) : undefined;
  }

  #toAnswer({ status, headers }: Head, keepsAlive: boolean): RawAnswer {
    const [only = NOTHING] = this.#body;
    return { status, headers, body: this.#body.length > 1 ? Buffer.concat(this.#body) : only, keepsAlive };
  }

  /** Reads one part; false where there are too few bytes for it. */
  #step(): boolean {
    switch (this.#part) {
      case 'head':
        return this.#readHead();
      case 'length':
        return this.#readBody('done');
      case 'chunk':
        return this.#readBody('skip');
      case 'size':
        return this.#readLine((line) => this.#beginChunk(line));
      case 'skip':
        return this.#readLine(endChunk);
      case 'trailer':
        return this.#readLine((line) => (line === '' ? 'done' : 'trailer'));
      case 'rest':
        this.#left = this.#bytes.length + 1;
        return this.#readBody('rest');
      case 'done':
        return false;
    }
  }

  #readHead(): boolean {
    const end = this.#bytes.indexOf(END_OF_HEAD);
    if (end > LONGEST_HEAD || (end < 0 && this.#bytes.length > LONGEST_HEAD)) throw toFault('its head is too long');
    if (end < 0) return false;
    const head = parseHead(this.#bytes.toString('latin1', 0, end));
    this.#bytes = this.#bytes.subarray(end + END_OF_HEAD.length);
    // What comes before the answer (100, 103) says nothing yet.
    if (head.status < 200) return true;
    const length = toLength(head);
    this.#left = length === 'chunked' || length === undefined ? 0 : length;
    this.#part = length === 'chunked' ? 'size' : length === undefined ? 'rest' : length === 0 ? 'done' : 'length';
    this.#head = head;
    return true;
  }

  #readBody(next: Part): boolean {
    const piece = this.#bytes.subarray(0, this.#left);
    if (piece.length === 0) return false;
    this.#body.push(piece);
    this.#bytes = this.#bytes.subarray(piece.length);
    this.#left -= piece.length;
    if (this.#left === 0) this.#part = next;
    return this.#left === 0;
  }

  #readLine(read: (line: string) => Part): boolean {
    const end = this.#bytes.indexOf('\r\n');
    if (end > LONGEST_LINE || (end < 0 && this.#bytes.length > LONGEST_LINE)) throw toFault('a line is too long');
    if (end < 0) return false;
    this.#part = read(this.#bytes.toString('latin1', 0, end));
    this.#bytes = this.#bytes.subarray(end + 2);
    return true;
  }

  #beginChunk(line: string): Part {
    const [, size] = /^([0-9a-fA-F]{1,8})[ \t]*(?:;|$)/.exec(line) ?? [];
    if (size === undefined) throw toFault('a chunk has no size');
    this.#left = Number.parseInt(size, 16);
    return this.#left === 0 ? 'trailer' : 'chunk';
  }
}

function endChunk(line: string): Part {
  if (line !== '') throw toFault('a chunk is longer than its size');
  return 'size';
}

function parseHead(text: string): Head {
  const [first = '', ...lines] = text.split('\r\n');
  const [, minor, status] = /^HTTP\/1\.([01]) (\d{3})(?: |$)/.exec(first) ?? [];
  if (minor === undefined || status === undefined) throw toFault('it does not speak HTTP/1.1');
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon <= 0) throw toFault('a header has no name');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    const known = headers.get(name);
    headers.set(name, known === undefined ? value : `${known}, ${value}`);
  }
  const connection = headers.get('connection')?.toLowerCase() ?? '';
  const isKept = minor === '1' ? !connection.includes('close') : connection.includes('keep-alive');
  // Two lengths are what smuggled requests are made of.
  const isClear = !headers.has('transfer-encoding') || !headers.has('content-length');
  return { status: Number(status), headers, isPersistent: isKept && isClear };
}

/** How long the body is (RFC 9112 section 6.3); undefined where the end of the connection tells. */
function toLength({ status, headers }: Head): number | 'chunked' | undefined {
  if (status === 204 || status === 304) return 0;
  const encoding = headers.get('transfer-encoding');
  if (encoding !== undefined) return /(?:^|,)[ \t]*chunked$/i.test(encoding) ? 'chunked' : undefined;
  const length = headers.get('content-length');
  if (length === undefined) return undefined;
  if (!/^\d{1,15}$/.test(length)) throw toFault('the length of its body is no number');
  return Number(length);
}

function toFault(what: string): Error {
  return Object.assign(new Error(`its answer cannot be read: ${what}`), { code: 'EPROTO' });
}
