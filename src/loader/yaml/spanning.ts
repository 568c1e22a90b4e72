import type { Stretch } from './place.ts';

/** A flow collection or quoted scalar, and what separates its lines and words: line breaks, tabs and comments. */
export interface Spanning extends Stretch {
  readonly gaps: readonly Stretch[];
}

/**
 * The flow collections and quoted scalars of a text that have such gaps, outermost only, as far as its lines tell: a guess that a parser must confirm. It stops at one that has no end.
 */
export function listSpanning(text: string): readonly Spanning[] {
  const lines = new Lines(text);
  while (lines.at < text.length) lines.readLine();
  return lines.spanning;
}

/** The offset of the first bracket or quotation mark that has no end, as far as lines tell; of brackets within each other the innermost. */
export function findUnclosed(text: string): number | undefined {
  const lines = new Lines(text);
  while (lines.at < text.length) lines.readLine();
  return lines.unclosed;
}

class Lines {
  at = 0;
  unclosed: number | undefined;
  readonly spanning: Spanning[] = [];
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** From the beginning of a line to that of the next which no collection, scalar or block of this one reaches. */
  readLine(): void {
    const line = this.at;
    let token = line;
    let owner = -1;
    if (this.#text.startsWith('---', line)) this.at += 3;
    while (this.at < this.#text.length) {
      this.at = skip(this.#text, this.at, isBlank);
      const start = this.at;
      const character = this.#text.charAt(start);
      if (character === '#' || isBreak(character)) break;
      if (character === '|' || character === '>') return this.#skipBlock(owner);
      if (this.#isIndicator(character)) {
        owner = (character === ':' ? token : start) - line;
        this.at++;
      } else {
        token = start;
        this.#take(character);
      }
    }
    this.#toNextLine();
  }

  #take(character: string): void {
    const start = this.at;
    if (isOpening(character) || isQuote(character)) {
      const gaps: Stretch[] = [];
      const open: number[] = isQuote(character) ? [start] : [];
      const end = isQuote(character) ? endOfQuoted(this.#text, start, gaps) : endOfFlow(this.#text, start, gaps, open);
      if (end < 0) this.unclosed = open.at(-1);
      if (end >= 0 && gaps.length > 0) this.spanning.push({ start, end, gaps });
      this.at = end < 0 ? this.#text.length : end;
    } else this.at = character === '&' || character === '!' ? skip(this.#text, start, isPartOfWord) : this.#endOfPlain();
  }

  #endOfPlain(): number {
    let at = this.at + 1;
    for (; at < this.#text.length && !isBreak(this.#text.charAt(at)); at++) {
      const character = this.#text.charAt(at);
      if (character === ':' && isSpaceOrEnd(this.#text.charAt(at + 1))) break;
      if (character === '#' && isBlank(this.#text.charAt(at - 1))) break;
    }
    return at;
  }

  #isIndicator(character: string): boolean {
    return (character === '-' || character === '?' || character === ':') && isSpaceOrEnd(this.#text.charAt(this.at + 1));
  }

  #toNextLine(): void {
    this.at = skip(this.#text, this.at, isNoBreak) + 1;
  }

  #skipBlock(owner: number): void {
    do {
      this.#toNextLine();
      const content = skip(this.#text, this.at, isBlank);
      if (content - this.at <= owner && !isBreak(this.#text.charAt(content))) return;
    } while (this.at < this.#text.length);
  }
}

/** Where the flow collection that begins at an offset ends; -1 where it does not: `open` then has what is open. */
function endOfFlow(text: string, start: number, gaps: Stretch[], open: number[]): number {
  // Whether a scalar may begin here: else a quotation mark is part of the one that stands here.
  let isFresh = true;
  for (let at = start; at < text.length; at++) {
    const character = text.charAt(at);
    if (isOpening(character)) {
      open.push(at);
      isFresh = true;
    } else if (character === '}' || character === ']') {
      if ((text.charAt(open.at(-1) ?? start) === '{') !== (character === '}')) return -1;
      open.pop();
      if (open.length === 0) return at + 1;
      isFresh = false;
    } else if (character === ',' || (character === ':' && endsKey(text, at))) isFresh = true;
    else if (isQuote(character) && isFresh) {
      const end = endOfQuoted(text, at, gaps);
      if (end < 0) open.push(at);
      if (end < 0) return -1;
      at = end - 1;
      isFresh = false;
    } else if ((character === '&' || character === '!') && isFresh) at = skip(text, at, isPartOfWord) - 1;
    else if (character === '#' && isSpaceOrEnd(text.charAt(at - 1))) {
      const end = skip(text, at, isNoBreak);
      gaps.push({ start: at, end });
      at = end - 1;
    } else if (isBreak(character) || character === '\t') {
      if (isBreak(character) && endsDocument(text, at + 1)) return -1;
      gaps.push({ start: at, end: at + 1 });
    } else if (character !== ' ') isFresh = false;
  }
  return -1;
}

function endOfQuoted(text: string, start: number, gaps: Stretch[]): number {
  const quote = text.charAt(start);
  for (let at = start + 1; at < text.length; at++) {
    const character = text.charAt(at);
    const next = text.charAt(at + 1);
    if (isBreak(character)) {
      if (endsDocument(text, at + 1)) return -1;
      gaps.push({ start: at, end: at + 1 });
    } else if (character === '\\' && quote === '"') {
      if (!isBreak(next)) at++;
    } else if (character === quote) {
      if (quote === '"' || next !== quote) return at + 1;
      at++;
    }
  }
  return -1;
}

function endsKey(text: string, colon: number): boolean {
  const next = text.charAt(colon + 1);
  return isSpaceOrEnd(next) || !isPartOfWord(next) || /["'\]}]/.test(text.charAt(colon - 1));
}

function endsDocument(text: string, line: number): boolean {
  return (text.startsWith('...', line) || text.startsWith('---', line)) && isSpaceOrEnd(text.charAt(line + 3));
}

/** The offset of the first character from `at` on that is not as said. */
function skip(text: string, at: number, is: (character: string) => boolean): number {
  let end = at;
  while (end < text.length && is(text.charAt(end))) end++;
  return end;
}

function isBlank(character: string): boolean {
  return character === ' ' || character === '\t';
}

function isBreak(character: string): boolean {
  return character === '\n' || character === '\r';
}

function isNoBreak(character: string): boolean {
  return !isBreak(character);
}

function isSpaceOrEnd(character: string): boolean {
  return character === '' || isBlank(character) || isBreak(character);
}

function isPartOfWord(character: string): boolean {
  return !isSpaceOrEnd(character) && !isOpening(character) && character !== ',' && character !== ']' && character !== '}';
}

function isOpening(character: string): boolean {
  return character === '{' || character === '[';
}

function isQuote(character: string): boolean {
  return character === '"' || character === "'";
}
