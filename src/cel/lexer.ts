import type { Report, Source } from './issue.ts';

export type TokenKind = 'identifier' | 'escaped' | 'int' | 'uint' | 'double' | 'string' | 'bytes' | 'symbol' | 'word' | 'end';

/** A piece of an expression. The words are `true`, `false`, `null` and `in`. */
export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  /** In code points. */
  readonly at: number;
}

const SYMBOLS = ['==', '!=', '<=', '>=', '&&', '||', ...'[ ] { } ( ) . , - ! ? : + * / % < >'.split(' ')];
const WORDS: readonly string[] = ['true', 'false', 'null', 'in'];

const ESCAPE = String.raw`\\(?:[abfnrtv"'\\?\x60]|[0-3][0-7][0-7]|[xX][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})`;
const STRING = [
  String.raw`[rR]"""[^]*?"""`,
  String.raw`[rR]'''[^]*?'''`,
  String.raw`[rR]"[^"\n\r]*"`,
  String.raw`[rR]'[^'\n\r]*'`,
  String.raw`"""(?:${ESCAPE}|[^\\])*?"""`,
  String.raw`'''(?:${ESCAPE}|[^\\])*?'''`,
  String.raw`"(?:${ESCAPE}|[^\\"\n\r])*"`,
  String.raw`'(?:${ESCAPE}|[^\\'\n\r])*'`,
].join('|');

const PATTERNS: readonly (readonly [TokenKind, RegExp])[] = [
  ['bytes', new RegExp(`[bB](?:${STRING})`, 'uy')],
  ['string', new RegExp(STRING, 'uy')],
  ['double', /(?:\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?)/uy],
  ['uint', /(?:0x[0-9a-fA-F]+|\d+)[uU]/uy],
  ['int', /0x[0-9a-fA-F]+|\d+/uy],
  ['identifier', /[A-Za-z_][A-Za-z0-9_]*/uy],
  ['escaped', /`[A-Za-z0-9_.\-/ ]+`/uy],
];
const UNENDED_DOUBLE = new RegExp(String.raw`"(?:${ESCAPE}|[^\\"\n\r])*(?:\\?[^]|$)`, 'uy');
const UNENDED_SINGLE = new RegExp(String.raw`'(?:${ESCAPE}|[^\\'\n\r])*(?:\\?[^]|$)`, 'uy');
const BLANK = /(?:[\t \r\n\f]+|\/\/[^\n]*)+/uy;

/** The tokens of an expression, the last of them the end. */
export function readTokens(source: Source, report: Report): readonly Token[] {
  const text = source.points.join('');
  const tokens: Token[] = [];
  let at = 0;
  for (let offset = 0; offset < text.length;) {
    const blank = match(BLANK, text, offset);
    const token = blank === undefined ? readToken(text, offset, at) : undefined;
    const piece = blank ?? token?.text ?? readNoToken(text, offset);
    if (token !== undefined) tokens.push(token);
    else if (blank === undefined) report(`Syntax error: token recognition error at: '${piece.replaceAll('\n', '\\n')}'`, at);
    offset += piece.length;
    at += Array.from(piece).length;
  }
  return [...tokens, { kind: 'end', text: '<EOF>', at }];
}

function match(pattern: RegExp, text: string, offset: number): string | undefined {
  pattern.lastIndex = offset;
  return pattern.exec(text)?.[0];
}

function readToken(text: string, offset: number, at: number): Token | undefined {
  let longest: Token | undefined;
  for (const [kind, pattern] of PATTERNS) {
    const found = match(pattern, text, offset);
    if (found !== undefined && found.length > (longest?.text.length ?? 0)) longest = { kind, text: found, at };
  }
  if (longest !== undefined) return WORDS.includes(longest.text) ? { ...longest, kind: 'word' } : longest;
  const symbol = SYMBOLS.find((candidate) => text.startsWith(candidate, offset));
  return symbol === undefined ? undefined : { kind: 'symbol', text: symbol, at };
}

/** What is skipped where no token begins: of a string that does not end, all up to where it cannot go on. */
function readNoToken(text: string, offset: number): string {
  const letter = String.fromCodePoint(text.codePointAt(offset) ?? 0);
  const body = letter === '"' ? UNENDED_DOUBLE : letter === "'" ? UNENDED_SINGLE : undefined;
  return body === undefined ? letter : (match(body, text, offset) ?? letter);
}
