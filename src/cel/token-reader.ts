import type { Issue, Source } from './issue.ts';
import { readTokens, type Token } from './lexer.ts';

/** The tokens that messages name, in the order in which ANTLR lists them. */
const ORDER =
  "'[' ']' '{' '}' '(' ')' '.' ',' '-' '!' '?' ':' 'true' 'false' 'null' NUM_FLOAT NUM_INT NUM_UINT STRING BYTES IDENTIFIER".split(' ');
/** The tokens with which an expression may begin. */
export const STARTS: readonly string[] = ORDER.filter((name) => !["']'", "'}'", "')'", "','", "'?'", "':'"].includes(name));

/** Thrown inside the parser alone: no sense can be made of what follows. */
export class SyntaxProblem extends Error {}

/** The tokens of an expression one after another, and what is said where another one was expected, in ANTLR's words. */
export class TokenReader {
  readonly issues: Issue[] = [];
  readonly #source: Source;
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(source: Source) {
    this.#source = source;
    this.#tokens = readTokens(source, (message, at) => this.report(message, at));
  }

  /** The next token, which stays the next. */
  get peek(): Token {
    return this.#tokens[Math.min(this.#at, this.#tokens.length - 1)] ?? { kind: 'end', text: '<EOF>', at: 0 };
  }

  take(): Token {
    const token = this.peek;
    this.#at++;
    return token;
  }

  /** Whether the next token is one of these symbols or words. */
  is(...texts: readonly string[]): boolean {
    const { kind, text } = this.peek;
    return (kind === 'symbol' || kind === 'word') && texts.includes(text);
  }

  /** Takes the next token if it is this one. */
  eat(text: string): Token | undefined {
    return this.is(text) ? this.take() : undefined;
  }

  /** Takes this token; where one is too many or missing that is said, and reading goes on. */
  expect(text: string): Token {
    const token = this.eat(text);
    if (token !== undefined) return token;
    const { following } = this;
    if (following?.kind === 'symbol' && following.text === text) {
      this.complain('extraneous', `'${text}'`);
      this.#at++;
      return this.take();
    }
    if (text === ':' || this.isStart(this.peek)) return this.refuse(`'${text}'`);
    const { at, text: found } = this.peek;
    this.report(`Syntax error: missing '${text}' at '${found}'`, at);
    return { kind: 'symbol', text, at };
  }

  /** Whether an expression may begin with a token. */
  isStart({ kind, text }: Token): boolean {
    if (kind === 'symbol') return ['[', '{', '(', '.', '-', '!', '?'].includes(text);
    return kind === 'word' ? text !== 'in' : kind !== 'end' && kind !== 'escaped';
  }

  report(message: string, at: number): void {
    this.issues.push(this.#source.toIssue(message, at));
  }

  /** Says what was expected instead of the next token. */
  complain(how: 'extraneous' | 'mismatched', expected: string): void {
    const { text, at } = this.peek;
    this.report(`Syntax error: ${how} input '${text}' expecting ${expected}`, at);
  }

  /** Says what was expected, and gives up. */
  refuse(expected: string): never {
    const isExtra = expected === '<EOF>' && this.following?.kind === 'end';
    this.complain(isExtra ? 'extraneous' : 'mismatched', expected);
    throw new SyntaxProblem();
  }

  /** The token after the next one. */
  get following(): Token | undefined {
    return this.#tokens[this.#at + 1];
  }

  /** How many tokens are taken; what it is set to is where reading goes on. */
  get position(): number {
    return this.#at;
  }

  set position(at: number) {
    this.#at = at;
  }
}

/** Names of tokens as a message lists them. */
export function listNames(names: readonly string[]): string {
  const sorted = names.toSorted((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b));
  return sorted.length === 1 ? sorted.join('') : `{${sorted.join(', ')}}`;
}
