import type { Requirement, Selector } from '../model/index.ts';

type Token = { readonly type: 'word' | 'symbol' | 'end'; readonly text: string };

/** A label selector that could not be read, in the words of `apimachinery/pkg/labels`. */
export interface SelectorSyntaxError {
  readonly error: string;
}

/**
 * Reads a label selector in kubectl's syntax: `app=web,tier in (a,b),!legacy`. The empty text selects everything.
 * Follows `labels.Parse` of apimachinery.
 */
export function parseLabelSelector(text: string): Selector | SelectorSyntaxError {
  const parser = new SelectorParser(toTokens(text));
  return parser.parse();
}

function toTokens(text: string): readonly Token[] {
  const tokens: Token[] = [];
  for (const [part] of text.matchAll(/==|!=|[=!(),<>]|[^\s=!(),<>]+/g)) {
    tokens.push({ type: /^[=!(),<>]/.test(part) ? 'symbol' : 'word', text: part });
  }
  return [...tokens, { type: 'end', text: '' }];
}

class SelectorParser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  parse(): Selector | SelectorSyntaxError {
    const requirements: Requirement[] = [];
    if (this.#peek().type === 'end') return { requirements };
    for (;;) {
      if (this.#peek().type !== 'word' && this.#peek().text !== '!') return this.#unexpected("!, identifier, or 'end of string'");
      const requirement = this.#parseRequirement();
      if ('error' in requirement) return { error: `unable to parse requirement: ${requirement.error}` };
      requirements.push(requirement);
      const separator = this.#next();
      if (separator.type === 'end') return { requirements };
      if (separator.text !== ',') return { error: `found '${separator.text}', expected: ',' or 'end of string'` };
      if (this.#peek().type !== 'word' && this.#peek().text !== '!') return this.#unexpected("identifier after ','");
    }
  }

  #parseRequirement(): Requirement | SelectorSyntaxError {
    const isNegated = this.#peek().text === '!';
    if (isNegated) this.#next();
    const key = this.#next();
    if (key.type !== 'word') return { error: `found '${key.text}', expected: identifier` };
    if (isNegated) return { key: key.text, operator: 'DoesNotExist', values: [] };
    if (this.#peek().type === 'end' || this.#peek().text === ',') return { key: key.text, operator: 'Exists', values: [] };
    return this.#parseComparison(key.text);
  }

  #parseComparison(key: string): Requirement | SelectorSyntaxError {
    const operator = this.#next();
    switch (operator.text) {
      case '=':
      case '==':
        return { key, operator: 'In', values: [this.#parseValue()] };
      case '!=':
        return { key, operator: 'NotIn', values: [this.#parseValue()] };
      case '>':
        return { key, operator: 'Gt', values: [this.#parseValue()] };
      case '<':
        return { key, operator: 'Lt', values: [this.#parseValue()] };
      case 'in':
        return this.#parseSet(key, 'In');
      case 'notin':
        return this.#parseSet(key, 'NotIn');
      default:
        return { error: `found '${operator.text}', expected: in, notin, =, ==, !=, gt, lt` };
    }
  }

  #parseValue(): string {
    return this.#peek().type === 'word' ? this.#next().text : '';
  }

  #parseSet(key: string, operator: 'In' | 'NotIn'): Requirement | SelectorSyntaxError {
    const open = this.#next();
    if (open.text !== '(') return { error: `found '${open.text}' expected: '('` };
    const values: string[] = [];
    for (;;) {
      values.push(this.#parseValue());
      const token = this.#next();
      if (token.text === ')') return { key, operator, values };
      if (token.text !== ',') return { error: `found '${token.text}', expected: ',' or ')'` };
    }
  }

  #unexpected(expected: string): SelectorSyntaxError {
    return { error: `found '${this.#peek().text}', expected: ${expected}` };
  }

  #peek(): Token {
    return this.#tokens[this.#at] ?? { type: 'end', text: '' };
  }

  #next(): Token {
    const token = this.#peek();
    this.#at++;
    return token;
  }
}
