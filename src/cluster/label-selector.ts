import type { Requirement, Selector } from '../model/index.ts';
import { isLabelKey, isLabelValue } from './label-syntax.ts';

type Token = { readonly type: 'word' | 'symbol' | 'end'; readonly text: string };

/** A label selector that could not be read, in the words of `apimachinery/pkg/labels`. */
export interface SelectorSyntaxError {
  readonly error: string;
}

/**
 * Reads a label selector in kubectl's syntax: `app=web,tier in (a,b),!legacy`. The empty text selects everything.
 * Follows `labels.Parse` of apimachinery; only why a key or a value is none is said shorter.
 */
export function parseLabelSelector(text: string): Selector | SelectorSyntaxError {
  const parser = new SelectorParser(toTokens(text));
  return parser.parse();
}

function toTokens(text: string): readonly Token[] {
  const tokens: Token[] = [];
  for (const [part] of text.matchAll(/==|!=|[=!(),<>]|[^ \t\r\n=!(),<>]+/g)) {
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
    if (!isLabelKey(key.text)) return { error: `Invalid value: ${JSON.stringify(key.text)}: not the name of a label` };
    if (isNegated) return { key: key.text, operator: 'DoesNotExist', values: [] };
    if (this.#peek().type === 'end' || this.#peek().text === ',') return { key: key.text, operator: 'Exists', values: [] };
    return checkValues(this.#parseComparison(key.text));
  }

  #parseComparison(key: string): Requirement | SelectorSyntaxError {
    const operator = this.#next();
    switch (operator.text) {
      case '=':
      case '==':
        return this.#parseExact(key, 'In');
      case '!=':
        return this.#parseExact(key, 'NotIn');
      case '>':
        return this.#parseExact(key, 'Gt');
      case '<':
        return this.#parseExact(key, 'Lt');
      case 'in':
        return this.#parseSet(key, 'In');
      case 'notin':
        return this.#parseSet(key, 'NotIn');
      default:
        return { error: `found '${operator.text}', expected: in, notin, =, ==, !=, gt, lt` };
    }
  }

  #parseExact(key: string, operator: Requirement['operator']): Requirement | SelectorSyntaxError {
    const { type, text } = this.#peek();
    if (type === 'end' || text === ',') return { key, operator, values: [''] };
    this.#next();
    return type === 'word' ? { key, operator, values: [text] } : { error: `found '${text}', expected: identifier` };
  }

  #parseSet(key: string, operator: 'In' | 'NotIn'): Requirement | SelectorSyntaxError {
    const open = this.#next();
    if (open.text !== '(') return { error: `found '${open.text}' expected: '('` };
    const first = this.#peek();
    if (first.type !== 'word' && first.text !== ',' && first.text !== ')') return this.#unexpected("',', ')' or identifier");
    const values: string[] = [];
    for (;;) {
      values.push(this.#peek().type === 'word' ? this.#next().text : '');
      const token = this.#next();
      if (token.text === ')') return { key, operator, values };
      if (token.text !== ',')
        return { error: `found '${token.text}', expected: ${values.at(-1) === '' ? "',', or identifier" : "',' or ')'"}` };
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

function checkValues(requirement: Requirement | SelectorSyntaxError): Requirement | SelectorSyntaxError {
  if ('error' in requirement) return requirement;
  const { key, operator, values } = requirement;
  const isOrder = operator === 'Gt' || operator === 'Lt';
  for (const [index, value] of values.toSorted().entries()) {
    const quoted = `Invalid value: ${JSON.stringify(value)}`;
    if (isOrder && !isInteger(value))
      return { error: `values[${index}]: ${quoted}: for 'Gt', 'Lt' operators, the value must be an integer` };
    if (!isLabelValue(value)) return { error: `values[${index}][${key}]: ${quoted}: not the value of a label` };
  }
  return requirement;
}

function isInteger(text: string): boolean {
  if (!/^[-+]?\d+$/.test(text)) return false;
  return BigInt.asIntN(64, BigInt(text.replace('+', ''))) === BigInt(text.replace('+', ''));
}
