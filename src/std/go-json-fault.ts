import { quoteGo } from './go-quote.ts';

/** The types that a JSON text may be of, as Go's `encoding/json` calls them. */
type JsonType = 'array' | 'bool' | 'null' | 'number' | 'object' | 'string';

const DEEPEST = 10_000;

/**
 * What Go's `encoding/json` (`json.Unmarshal` into a map, `scanner.go`) says of bytes that are no JSON object; undefined where they are one,
 * or null.
 */
export function findJsonObjectFault(bytes: Uint8Array): string | undefined {
  const scanner = new Scanner(bytes);
  const found = scanner.read();
  if ('fault' in found) return found.fault;
  if (found.type === 'object' || found.type === 'null') return scanner.overflow;
  return `json: cannot unmarshal ${found.type} into Go value of type map[string]interface {}`;
}

type Read = { readonly type: JsonType } | Fault;

interface Fault {
  readonly fault: string;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

class Scanner {
  readonly #bytes: Uint8Array;
  #at = 0;
  #overflow: string | undefined;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** What is said of the first number that no float64 holds. */
  get overflow(): string | undefined {
    return this.#overflow;
  }

  read(): Read {
    // What is open: an array, or an object.
    const open: ('array' | 'object')[] = [];
    let whole: JsonType | undefined;
    for (;;) {
      const value = this.#readStart(open);
      if ('fault' in value) return value;
      whole ??= value.type;
      if (value.isOpen) continue;
      const ended = this.#readEnds(open);
      if (ended !== undefined) return ended;
      if (open.length === 0) break;
    }
    this.#skipSpace();
    return this.#at < this.#bytes.length ? this.#fail('after top-level value') : { type: whole };
  }

  /** A value, or the start of one that holds others: then whether there are any. */
  #readStart(open: ('array' | 'object')[]): { readonly type: JsonType; readonly isOpen: boolean } | Fault {
    this.#skipSpace();
    switch (this.#letter()) {
      case '{':
      case '[': {
        const type = this.#letter() === '{' ? 'object' : 'array';
        this.#at++;
        open.push(type);
        if (open.length > DEEPEST) return { fault: 'exceeded max depth' };
        this.#skipSpace();
        if (this.#letter() === (type === 'object' ? '}' : ']')) return { type, isOpen: false };
        const key = type === 'object' ? this.#readKey() : undefined;
        return key ?? { type, isOpen: true };
      }
      case '"':
        return this.#readString() ?? { type: 'string', isOpen: false };
      case 't':
        return this.#readWord('true') ?? { type: 'bool', isOpen: false };
      case 'f':
        return this.#readWord('false') ?? { type: 'bool', isOpen: false };
      case 'n':
        return this.#readWord('null') ?? { type: 'null', isOpen: false };
      default:
        if (/^[-0-9]$/.test(this.#letter())) return this.#readNumber() ?? { type: 'number', isOpen: false };
        return this.#fail('looking for beginning of value');
    }
  }

  /** Whatever ends after a value, up to the comma before the next one. */
  #readEnds(open: ('array' | 'object')[]): Fault | undefined {
    for (;;) {
      const inner = open.at(-1);
      if (inner === undefined) return undefined;
      this.#skipSpace();
      if (this.#letter() === (inner === 'object' ? '}' : ']')) {
        this.#at++;
        open.pop();
        continue;
      }
      if (this.#letter() !== ',') return this.#fail(inner === 'object' ? 'after object key:value pair' : 'after array element');
      this.#at++;
      if (inner === 'array') return undefined;
      this.#skipSpace();
      return this.#readKey();
    }
  }

  #readKey(): Fault | undefined {
    if (this.#letter() !== '"') return this.#fail('looking for beginning of object key string');
    const fault = this.#readString();
    if (fault !== undefined) return fault;
    this.#skipSpace();
    if (this.#letter() !== ':') return this.#fail('after object key');
    this.#at++;
    return undefined;
  }

  #readString(): Fault | undefined {
    for (this.#at++; ; this.#at++) {
      const byte = this.#bytes[this.#at];
      if (byte === QUOTE) {
        this.#at++;
        return undefined;
      }
      if (byte === undefined || byte < 0x20) return this.#fail('in string literal');
      if (byte !== BACKSLASH) continue;
      this.#at++;
      if (this.#letter() === 'u') {
        for (let digit = 0; digit < 4; digit++) {
          this.#at++;
          if (!/^[0-9a-fA-F]$/.test(this.#letter())) return this.#failWithin('in \\u hexadecimal character escape');
        }
      } else if (!/^[bfnrt\\/"]$/.test(this.#letter())) return this.#failWithin('in string escape code');
    }
  }

  #readWord(word: string): Fault | undefined {
    for (const letter of word) {
      if (this.#letter() !== letter) return this.#failWithin(`in literal ${word} (expecting '${letter}')`);
      this.#at++;
    }
    return undefined;
  }

  #readNumber(): Fault | undefined {
    const start = this.#at;
    if (this.#letter() === '-') this.#at++;
    if (this.#letter() === '0') this.#at++;
    else if (!this.#readDigits()) return this.#failWithin('in numeric literal');
    if (this.#letter() === '.') {
      this.#at++;
      if (!this.#readDigits()) return this.#failWithin('after decimal point in numeric literal');
    }
    if (this.#letter() === 'e' || this.#letter() === 'E') {
      this.#at++;
      if (this.#letter() === '+' || this.#letter() === '-') this.#at++;
      if (!this.#readDigits()) return this.#failWithin('in exponent of numeric literal');
    }
    const text = new TextDecoder().decode(this.#bytes.subarray(start, this.#at));
    if (!Number.isFinite(Number(text))) this.#overflow ??= `json: cannot unmarshal number ${text} into Go value of type float64`;
    return undefined;
  }

  #readDigits(): boolean {
    const start = this.#at;
    while (/^[0-9]$/.test(this.#letter())) this.#at++;
    return this.#at > start;
  }

  #skipSpace(): void {
    while (/^[ \t\r\n]$/.test(this.#letter())) this.#at++;
  }

  /** The byte here as a letter; empty at the end. */
  #letter(): string {
    const byte = this.#bytes[this.#at];
    return byte === undefined ? '' : String.fromCharCode(byte);
  }

  /** Something else was wanted, and a space may come before it. */
  #fail(where: string): Fault {
    return this.#letter() === '' ? { fault: 'unexpected end of JSON input' } : this.#failWithin(where);
  }

  /** Something else was wanted, at once: there Go takes the end for a space. */
  #failWithin(where: string): Fault {
    return { fault: `invalid character ${quote(this.#letter() === '' ? ' ' : this.#letter())} ${where}` };
  }
}

function quote(letter: string): string {
  if (letter === "'") return String.raw`'\''`;
  return letter === '"' ? `'"'` : `'${quoteGo(letter).slice(1, -1)}'`;
}
