import { call, ident, literal, memberCall, type Expr, type ListExpr, type MapExpr, type StructExpr } from './ast.ts';
import type { Issue, Source } from './issue.ts';
import type { Token } from './lexer.ts';
import type { MacroTable } from './macro.ts';
import { parseFloat64, parseInteger } from './go-number.ts';
import { readBytes, readString } from './string-literal.ts';
import { listNames, STARTS, SyntaxProblem, TokenReader } from './token-reader.ts';
import { Uint, type Value } from './value.ts';

/** A parsed expression, or why it is none. */
export type Parsed = { readonly expr: Expr } | { readonly issues: readonly Issue[] };

/** How deep expressions may nest, and how long they may be (cel-go's limits). */
const DEEPEST = 250;
const LONGEST = 100_000;

const RESERVED: ReadonlySet<string> = new Set(
  'as break const continue else for function if import let loop package namespace return var void while'.split(' '),
);
/** Parses an expression by cel-go's grammar (`parser/gen/CEL.g4`) and expands its macros. */
export function parse(source: Source, macros: MacroTable): Parsed {
  if (source.points.length > LONGEST) {
    const message = `expression code point size exceeds limit: size: ${source.points.length}, limit ${LONGEST}`;
    return { issues: [{ message, line: 0, column: 0 }] };
  }
  const parser = new Parser(source, macros);
  const expr = parser.parse();
  return parser.issues.length === 0 && expr !== undefined ? { expr } : { issues: parser.issues };
}

type Optionality = { readonly isOptional: boolean };

class Parser {
  readonly #tokens: TokenReader;
  readonly #macros: MacroTable;
  #depth = 0;

  constructor(source: Source, macros: MacroTable) {
    this.#tokens = new TokenReader(source);
    this.#macros = macros;
  }

  get issues(): readonly Issue[] {
    return this.#tokens.issues;
  }

  parse(): Expr | undefined {
    try {
      const expr = this.#expression();
      if (this.#tokens.peek.kind !== 'end') this.#tokens.refuse('<EOF>');
      return expr;
    } catch (problem) {
      if (problem instanceof SyntaxProblem) return undefined;
      throw problem;
    }
  }

  /** Refuses what no expression begins with, or goes on after it if one begins there. */
  #refuseStart(more: readonly string[] = []): Expr {
    const expected = listNames([...STARTS, ...more]);
    const following = this.#tokens.following;
    if (this.#tokens.peek.kind === 'end' || following === undefined || !this.#tokens.isStart(following))
      return this.#tokens.refuse(expected);
    this.#tokens.complain('extraneous', expected);
    this.#tokens.position++;
    return this.#primary();
  }

  #expression(): Expr {
    if (++this.#depth > DEEPEST) {
      this.#tokens.report(`expression recursion limit exceeded: ${DEEPEST}`, -1);
      throw new SyntaxProblem();
    }
    const condition = this.#logic('||');
    const mark = this.#tokens.eat('?');
    if (mark !== undefined) {
      const truthy = this.#logic('||');
      this.#tokens.expect(':');
      const falsy = this.#expression();
      this.#depth--;
      return call(mark.at, '_?_:_', condition, truthy, falsy);
    }
    this.#depth--;
    return condition;
  }

  #logic(operator: '||' | '&&'): Expr {
    const part = (): Expr => (operator === '||' ? this.#logic('&&') : this.#relation());
    const terms = [part()];
    const places: number[] = [];
    for (let token = this.#tokens.eat(operator); token !== undefined; token = this.#tokens.eat(operator)) {
      places.push(token.at);
      terms.push(part());
    }
    return balance(terms, places, `_${operator}_`, 0, places.length - 1);
  }

  #relation(): Expr {
    let left = this.#sum();
    while (this.#tokens.is('<', '<=', '>=', '>', '==', '!=', 'in')) {
      const { text, at } = this.#tokens.take();
      left = call(at, text === 'in' ? '@in' : `_${text}_`, left, this.#sum());
    }
    return left;
  }

  #sum(): Expr {
    let left = this.#product();
    while (this.#tokens.is('+', '-')) {
      const { text, at } = this.#tokens.take();
      left = call(at, `_${text}_`, left, this.#product());
    }
    return left;
  }

  #product(): Expr {
    let left = this.#unary();
    while (this.#tokens.is('*', '/', '%')) {
      const { text, at } = this.#tokens.take();
      left = call(at, `_${text}_`, left, this.#unary());
    }
    return left;
  }

  #unary(): Expr {
    const first = this.#tokens.peek;
    if (!this.#tokens.is('!', '-')) return this.#member(this.#primary());
    const following = this.#tokens.following;
    if (first.text === '-' && (following?.kind === 'int' || following?.kind === 'double')) return this.#member(this.#primary());
    let count = 0;
    while (this.#tokens.eat(first.text) !== undefined) count++;
    const operand = this.#member(this.#primary());
    return count % 2 === 0 ? operand : call(first.at, `${first.text}_`, operand);
  }

  #member(primary: Expr): Expr {
    let expr = primary;
    for (;;) {
      if (this.#tokens.is('.')) expr = this.#selection(expr);
      else if (this.#tokens.is('[')) expr = this.#index(expr);
      else return expr;
    }
  }

  #selection(operand: Expr): Expr {
    const dot = this.#tokens.take();
    const isOptional = this.#tokens.eat('?') !== undefined;
    const name = this.#tokens.take();
    if (name.kind === 'escaped') {
      this.#tokens.report("unsupported syntax: '`'", name.at);
      return operand;
    }
    if (name.kind !== 'identifier') {
      this.#tokens.position--;
      const isReserved = name.kind === 'word';
      if (!isReserved && !isOptional) this.#noAlternative(dot, name);
      return this.#tokens.refuse(isReserved ? 'IDENTIFIER' : '{IDENTIFIER, ESC_IDENTIFIER}');
    }
    if (isOptional) return call(dot.at, '_?._', operand, literal(name.at, name.text));
    const open = this.#tokens.eat('(');
    if (open === undefined) return { kind: 'select', at: dot.at, operand, field: name.text, isTest: false };
    const args = this.#arguments();
    return this.#expand(open.at, name.text, operand, args) ?? memberCall(open.at, name.text, operand, ...args);
  }

  #noAlternative(from: Token, to: Token): never {
    this.#tokens.report(`Syntax error: no viable alternative at input '${from.text}${to.kind === 'end' ? '' : to.text}'`, to.at);
    throw new SyntaxProblem();
  }

  #index(target: Expr): Expr {
    const { at } = this.#tokens.take();
    const isOptional = this.#tokens.eat('?') !== undefined;
    if (!isOptional && !this.#tokens.isStart(this.#tokens.peek)) return this.#refuseStart(["'?'"]);
    const index = this.#expression();
    this.#tokens.expect(']');
    return call(at, isOptional ? '_[?_]' : '_[_]', target, index);
  }

  #arguments(): readonly Expr[] {
    const args: Expr[] = [];
    if (this.#tokens.eat(')') !== undefined) return args;
    if (!this.#tokens.isStart(this.#tokens.peek)) this.#refuseStart(["')'"]);
    do args.push(this.#expression());
    while (this.#tokens.eat(',') !== undefined);
    this.#tokens.expect(')');
    return args;
  }

  #expand(at: number, name: string, target: Expr | undefined, args: readonly Expr[]): Expr | undefined {
    const macro = this.#macros.find(name, args.length, target !== undefined);
    const outcome = macro?.expand({ at, target, args });
    if (outcome === undefined || !('error' in outcome)) return outcome;
    this.#tokens.report(outcome.error, outcome.at);
    return literal(at, null);
  }

  #primary(): Expr {
    const token = this.#tokens.take();
    switch (token.kind) {
      case 'identifier':
        return this.#name(token, '');
      case 'symbol':
        return this.#symbol(token);
      case 'word':
        if (token.text !== 'in') return literal(token.at, token.text === 'null' ? null : token.text === 'true');
        break;
      case 'int':
      case 'uint':
      case 'double':
        return this.#number(token, '', token.at);
      case 'string':
        return this.#text(token, readString(token.text));
      case 'bytes':
        return this.#text(token, readBytes(token.text.slice(1)));
      case 'end':
      case 'escaped':
        break;
    }
    this.#tokens.position--;
    return this.#refuseStart();
  }

  #text(token: Token, value: Value | { readonly error: string }): Expr {
    if (typeof value === 'object' && value !== null && 'error' in value) {
      this.#tokens.report(String(value.error), token.at);
      return literal(token.at, '');
    }
    return literal(token.at, value);
  }

  #symbol(token: Token): Expr {
    switch (token.text) {
      case '(': {
        const expr = this.#expression();
        this.#tokens.expect(')');
        return expr;
      }
      case '[':
        return this.#list(token.at);
      case '{':
        return this.#map(token.at);
      case '-': {
        const number = this.#tokens.take();
        if (number.kind === 'int' || number.kind === 'double') return this.#number(number, '-', token.at);
        this.#tokens.position--;
        return this.#refuseStart();
      }
      case '.':
        if (this.#tokens.peek.kind === 'identifier') return this.#name(this.#tokens.take(), '.');
        return this.#tokens.refuse('IDENTIFIER');
      default:
        this.#tokens.position--;
        return this.#refuseStart();
    }
  }

  #number(token: Token, sign: string, at: number): Expr {
    const value = readNumber(token, sign);
    if (value === undefined) this.#tokens.report(`invalid ${token.kind} literal`, at);
    return literal(at, value ?? 0n);
  }

  #name(token: Token, dot: string): Expr {
    const name = dot + token.text;
    const structure = this.#structure(token, dot);
    if (structure !== undefined) return structure;
    if (RESERVED.has(token.text)) this.#tokens.report(`reserved identifier: ${token.text}`, dot === '' ? token.at : token.at - 1);
    const open = this.#tokens.eat('(');
    if (open === undefined) return ident(token.at, name);
    const args = this.#arguments();
    return this.#expand(open.at, name, undefined, args) ?? call(open.at, name, ...args);
  }

  /** `a.b.Name{field: value}`, if that is what follows the first name. */
  #structure(first: Token, dot: string): StructExpr | undefined {
    const start = this.#tokens.position;
    let name = dot + first.text;
    while (this.#tokens.is('.') && this.#tokens.following?.kind === 'identifier') {
      this.#tokens.position++;
      name += `.${this.#tokens.take().text}`;
    }
    const open = this.#tokens.eat('{');
    if (open === undefined) {
      this.#tokens.position = start;
      return undefined;
    }
    const fields: StructExpr['fields'][number][] = [];
    while (!this.#tokens.is('}')) {
      const isOptional = this.#tokens.eat('?') !== undefined;
      const { kind } = this.#tokens.peek;
      if (kind !== 'identifier' && kind !== 'escaped') this.#tokens.refuse("{'}', ',', '?', IDENTIFIER, ESC_IDENTIFIER}");
      const field = this.#tokens.take();
      const { at } = this.#tokens.expect(':');
      fields.push({ at, name: field.text, value: this.#expression(), isOptional });
      if (this.#tokens.eat(',') === undefined) break;
    }
    this.#tokens.expect('}');
    return { kind: 'struct', at: open.at, name, fields };
  }

  /** Whether a comma and one more item follow. */
  #goesOn(end: string): boolean {
    const following = this.#tokens.following;
    if (!this.#tokens.is(',', end)) {
      const expected = listNames([`'${end}'`, "','"]);
      if (following?.kind !== 'symbol' || (following.text !== end && following.text !== ',')) return this.#tokens.refuse(expected);
      this.#tokens.complain('extraneous', expected);
      this.#tokens.position++;
      return this.#goesOn(end);
    }
    if (!this.#tokens.is(',') || following === undefined || !this.#tokens.isStart(following)) return false;
    this.#tokens.position++;
    return true;
  }

  #expectEnd(end: string, count: number): void {
    this.#tokens.eat(',');
    if (this.#tokens.eat(end) === undefined) this.#tokens.refuse(count === 0 ? listNames([`'${end}'`]) : `'${end}'`);
  }

  #optional(): Optionality & { readonly value: Expr } {
    const isOptional = this.#tokens.eat('?') !== undefined;
    return { value: this.#expression(), isOptional };
  }

  #list(at: number): ListExpr {
    const elements: ListExpr['elements'][number][] = [];
    if (!this.#tokens.isStart(this.#tokens.peek) && !this.#tokens.is(']', ',')) this.#refuseStart(["']'", "','", "'?'"]);
    let isMore = this.#tokens.isStart(this.#tokens.peek);
    while (isMore) {
      elements.push(this.#optional());
      isMore = this.#goesOn(']');
    }
    this.#expectEnd(']', elements.length);
    return { kind: 'list', at, elements };
  }

  #map(at: number): MapExpr {
    const entries: MapExpr['entries'][number][] = [];
    if (!this.#tokens.isStart(this.#tokens.peek) && !this.#tokens.is('}', ',')) this.#refuseStart(["'}'", "','", "'?'"]);
    let isMore = this.#tokens.isStart(this.#tokens.peek);
    while (isMore) {
      const { value: key, isOptional } = this.#optional();
      this.#tokens.expect(':');
      entries.push({ key, value: this.#expression(), isOptional });
      isMore = this.#goesOn('}');
    }
    this.#expectEnd('}', entries.length);
    return { kind: 'map', at, entries };
  }
}

// Long chains nest no deeper than they must.
function balance(terms: readonly Expr[], places: readonly number[], name: string, low: number, high: number): Expr {
  const [only] = terms;
  if (places.length === 0 && only !== undefined) return only;
  const middle = Math.floor((low + high + 1) / 2);
  const left = middle === low ? terms[middle] : balance(terms, places, name, low, middle - 1);
  const right = middle === high ? terms[middle + 1] : balance(terms, places, name, middle + 1, high);
  if (left === undefined || right === undefined) throw new RangeError('an operator without its terms');
  return call(places[middle] ?? 0, name, left, right);
}

function readNumber({ kind, text }: Token, sign: string): Value | undefined {
  if (kind === 'double') return parseFloat64(sign + text);
  const isUint = kind === 'uint';
  const digits = isUint ? text.slice(0, -1) : text;
  const decimal = digits.startsWith('0x') ? String(BigInt(digits)) : digits;
  const value = parseInteger(sign + decimal, !isUint);
  return value !== undefined && isUint ? new Uint(value) : value;
}
