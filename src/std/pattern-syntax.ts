/** A regular expression as a tree. Characters are code points; -1 stands for the beginning or end of the text. */
export type PatternNode =
  | { readonly kind: 'take'; readonly accepts: (point: number) => boolean }
  | { readonly kind: 'border'; readonly holds: (before: number, after: number) => boolean }
  | { readonly kind: 'sequence' | 'choice'; readonly items: readonly PatternNode[] }
  | {
      readonly kind: 'repeat';
      readonly item: PatternNode;
      readonly minimum: number;
      readonly maximum: number;
      /** Prefers fewer repetitions. */
      readonly isLazy: boolean;
    };

type Accepts = (point: number) => boolean;

interface Flags {
  readonly ignoreCase: boolean;
  readonly multiLine: boolean;
  readonly dotAll: boolean;
  readonly lazy: boolean;
}

/** RE2 repeats nothing more often. */
const MOST = 1000;
/** Deeper groups are refused, as RE2 refuses them. */
const DEEPEST = 250;
const LINE_FEED = 10;

/** Parses RE2's syntax (https://github.com/google/re2/wiki/Syntax); undefined for what it does not accept. */
export function parsePattern(pattern: string): PatternNode | undefined {
  try {
    return new Parser(pattern).parse();
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

class Parser {
  readonly #letters: readonly string[];
  #at = 0;
  #depth = 0;
  #flags: Flags = { ignoreCase: false, multiLine: false, dotAll: false, lazy: false };

  constructor(pattern: string) {
    this.#letters = Array.from(pattern);
  }

  parse(): PatternNode {
    const node = this.#choice();
    if (this.#at < this.#letters.length) throw new SyntaxError('unexpected )');
    return node;
  }

  #peek(offset = 0): string | undefined {
    return this.#letters[this.#at + offset];
  }

  #eat(text: string): boolean {
    if (!Array.from(text).every((letter, offset) => this.#peek(offset) === letter)) return false;
    this.#at += text.length;
    return true;
  }

  #next(): string {
    const letter = this.#letters[this.#at++];
    if (letter === undefined) throw new SyntaxError('unexpected end');
    return letter;
  }

  #choice(): PatternNode {
    if (++this.#depth > DEEPEST) throw new SyntaxError('too deep');
    const flags = this.#flags;
    const items = [this.#sequence()];
    while (this.#eat('|')) items.push(this.#sequence());
    this.#flags = flags;
    this.#depth--;
    return items.length === 1 && items[0] !== undefined ? items[0] : { kind: 'choice', items };
  }

  #sequence(): PatternNode {
    const items: PatternNode[] = [];
    for (let letter = this.#peek(); letter !== undefined && letter !== '|' && letter !== ')'; letter = this.#peek()) {
      const item = this.#atom();
      if (item !== undefined) items.push(this.#repeats(item));
    }
    return { kind: 'sequence', items };
  }

  #repeats(item: PatternNode): PatternNode {
    const range = this.#range();
    if (range === undefined) return item;
    const isLazy = this.#eat('?') !== this.#flags.lazy;
    if (this.#range() !== undefined) throw new SyntaxError('nested repetition');
    return { kind: 'repeat', item, ...range, isLazy };
  }

  #range(): { readonly minimum: number; readonly maximum: number } | undefined {
    if (this.#eat('*')) return { minimum: 0, maximum: Infinity };
    if (this.#eat('+')) return { minimum: 1, maximum: Infinity };
    if (this.#eat('?')) return { minimum: 0, maximum: 1 };
    if (this.#peek() !== '{') return undefined;
    const match = /^\{(\d+)(,(\d*))?\}/.exec(this.#letters.slice(this.#at, this.#at + 12).join(''));
    if (match === null) return undefined;
    this.#at += match[0].length;
    const minimum = Number(match[1]);
    const maximum = match[2] === undefined ? minimum : match[3] === '' ? Infinity : Number(match[3]);
    if (minimum > MOST || (maximum !== Infinity && (maximum > MOST || maximum < minimum))) throw new SyntaxError('bad repetition');
    return { minimum, maximum };
  }

  #atom(): PatternNode | undefined {
    const letter = this.#next();
    const { multiLine, dotAll } = this.#flags;
    switch (letter) {
      case '(':
        return this.#group();
      case '[':
        return { kind: 'take', accepts: this.#set() };
      case '.':
        return { kind: 'take', accepts: (point) => dotAll || point !== LINE_FEED };
      case '^':
        return { kind: 'border', holds: (before) => before === -1 || (multiLine && before === LINE_FEED) };
      case '$':
        return { kind: 'border', holds: (_, after) => after === -1 || (multiLine && after === LINE_FEED) };
      case '\\':
        return this.#border() ?? { kind: 'take', accepts: this.#escape() };
      case '*':
      case '+':
      case '?':
        throw new SyntaxError('nothing to repeat');
      default:
        return { kind: 'take', accepts: this.#fold(toPoint(letter)) };
    }
  }

  #group(): PatternNode | undefined {
    const flags = this.#flags;
    if (this.#eat('?') && !this.#name()) {
      const isAlone = this.#setFlags();
      if (isAlone) return undefined;
    }
    const node = this.#choice();
    if (!this.#eat(')')) throw new SyntaxError('missing )');
    this.#flags = flags;
    return node;
  }

  #name(): boolean {
    if (!this.#eat('P<') && !this.#eat('<')) return false;
    let name = '';
    for (let letter = this.#next(); letter !== '>'; letter = this.#next()) name += letter;
    if (!/^\w+$/.test(name)) throw new SyntaxError('bad name');
    return true;
  }

  /** Reads `i:`, `-s)` and the like; true if the flags stand for the rest of the group they are in. */
  #setFlags(): boolean {
    let value = true;
    for (;;) {
      const letter = this.#next();
      if (letter === ':') return false;
      if (letter === ')') return true;
      if (letter === '-') value = false;
      else if (letter === 'i') this.#flags = { ...this.#flags, ignoreCase: value };
      else if (letter === 'm') this.#flags = { ...this.#flags, multiLine: value };
      else if (letter === 's') this.#flags = { ...this.#flags, dotAll: value };
      else if (letter === 'U') this.#flags = { ...this.#flags, lazy: value };
      else throw new SyntaxError('bad flag');
    }
  }

  #border(): PatternNode | undefined {
    if (this.#eat('A')) return { kind: 'border', holds: (before) => before === -1 };
    if (this.#eat('z')) return { kind: 'border', holds: (_, after) => after === -1 };
    if (this.#eat('b')) return { kind: 'border', holds: (before, after) => isWord(before) !== isWord(after) };
    if (this.#eat('B')) return { kind: 'border', holds: (before, after) => isWord(before) === isWord(after) };
    return undefined;
  }

  #escape(): Accepts {
    const letter = this.#next();
    const known = CLASSES[letter];
    if (known !== undefined) return known;
    const negated = CLASSES[letter.toLowerCase()];
    if (negated !== undefined) return (point) => !negated(point);
    if (letter === 'p' || letter === 'P') return this.#property(letter === 'P');
    return this.#fold(this.#escapedPoint(letter));
  }

  #escapedPoint(letter: string): number {
    const control = CONTROLS[letter];
    if (control !== undefined) return control;
    if (letter === 'x') return this.#hexadecimal();
    if (/[0-7]/.test(letter)) return this.#octal(letter);
    if (/[a-zA-Z89]/.test(letter)) throw new SyntaxError('bad escape');
    return toPoint(letter);
  }

  #hexadecimal(): number {
    const match = /^(?:\{([0-9A-Fa-f]{1,6})\}|([0-9A-Fa-f]{2}))/.exec(this.#letters.slice(this.#at, this.#at + 8).join(''));
    if (match === null) throw new SyntaxError('bad escape');
    this.#at += match[0].length;
    return Number.parseInt(match[1] ?? match[2] ?? '', 16);
  }

  #octal(first: string): number {
    const match = /^[0-7]{0,2}/.exec(this.#letters.slice(this.#at, this.#at + 2).join(''));
    const digits = match?.[0] ?? '';
    if (first !== '0' && digits === '') throw new SyntaxError('back reference');
    this.#at += digits.length;
    return Number.parseInt(first + digits, 8);
  }

  #property(isNegated: boolean): Accepts {
    let name = this.#next();
    if (name === '{') for (name = ''; this.#peek() !== '}';) name += this.#next();
    if (name.length > 1) this.#eat('}');
    const negated = isNegated !== name.startsWith('^');
    const bare = name.replace(/^\^/, '');
    const expression = toProperty(bare);
    return (point) => expression.test(String.fromCodePoint(point)) !== negated;
  }

  #set(): Accepts {
    const isNegated = this.#eat('^');
    const parts: Accepts[] = [];
    for (let isFirst = true; isFirst || this.#peek() !== ']'; isFirst = false) parts.push(this.#setItem());
    this.#at++;
    return (point) => parts.some((accepts) => accepts(point)) !== isNegated;
  }

  #setItem(): Accepts {
    if (this.#eat('[:')) return this.#posix();
    if (this.#peek() === '\\' && /[dDwWsSpP]/.test(this.#peek(1) ?? '')) {
      this.#at++;
      return this.#escape();
    }
    const first = this.#setPoint();
    if (this.#peek() !== '-' || this.#peek(1) === ']' || this.#peek(1) === undefined) return this.#fold(first);
    this.#at++;
    const last = this.#setPoint();
    if (last < first) throw new SyntaxError('bad range');
    return this.#fold(first, last);
  }

  #setPoint(): number {
    const letter = this.#next();
    return letter === '\\' ? this.#escapedPoint(this.#next()) : toPoint(letter);
  }

  #posix(): Accepts {
    let name = '';
    while (!this.#eat(':]')) name += this.#next();
    const accepts = POSIX.get(name.replace(/^\^/, ''));
    if (accepts === undefined) throw new SyntaxError('bad class');
    return name.startsWith('^') ? (point) => !accepts(point) : accepts;
  }

  #fold(first: number, last: number = first): Accepts {
    if (!this.#flags.ignoreCase) return (point) => point >= first && point <= last;
    const isIn: Accepts = (point) => point >= first && point <= last;
    return (point) => isIn(point) || isIn(swapCase(point, 'toLowerCase')) || isIn(swapCase(point, 'toUpperCase'));
  }
}

function toPoint(letter: string): number {
  return letter.codePointAt(0) ?? 0;
}

function swapCase(point: number, how: 'toLowerCase' | 'toUpperCase'): number {
  return point < 0 ? point : toPoint(String.fromCodePoint(point)[how]());
}

function toProperty(name: string): RegExp {
  for (const form of [name, `Script=${name}`]) {
    try {
      return new RegExp(`^\\p{${form}}$`, 'u');
    } catch {
      continue;
    }
  }
  throw new SyntaxError('bad property');
}

function among(expression: RegExp): Accepts {
  return (point) => point >= 0 && point < 128 && expression.test(String.fromCharCode(point));
}

const isWord: Accepts = among(/\w/);
const CLASSES: Readonly<Record<string, Accepts>> = { d: among(/\d/), s: among(/[\t\n\f\r ]/), w: isWord };
const CONTROLS: Readonly<Record<string, number>> = { a: 7, f: 12, n: LINE_FEED, r: 13, t: 9, v: 11 };
const POSIX: ReadonlyMap<string, Accepts> = new Map(
  Object.entries<Accepts>({
    alnum: among(/[0-9A-Za-z]/),
    alpha: among(/[A-Za-z]/),
    ascii: (point) => point >= 0 && point < 128,
    blank: among(/[\t ]/),
    cntrl: (point) => (point >= 0 && point < 32) || point === 127,
    digit: among(/\d/),
    graph: among(/[!-~]/),
    lower: among(/[a-z]/),
    print: among(/[ -~]/),
    punct: among(/[!-/:-@[-`{-~]/),
    space: among(/[\t\n\v\f\r ]/),
    upper: among(/[A-Z]/),
    word: isWord,
    xdigit: among(/[0-9A-Fa-f]/),
  }),
);
