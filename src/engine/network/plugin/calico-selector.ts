/** A label selector of Calico, parsed. */
export interface CalicoSelector {
  readonly keys: readonly string[];
  /** Whether it is `global()`: what is in no namespace. */
  readonly isGlobal: boolean;
  readonly isMatch: (labels: ReadonlyMap<string, string>) => boolean;
}

type Test = CalicoSelector['isMatch'];

const TOKEN = /\s*(?:(&&|\|\||==|!=|[!(){},])|"([^"]*)"|'([^']*)'|([A-Za-z0-9_./-]+))/y;
const MAX_DEPTH = 100;

interface Token {
  readonly kind: 'mark' | 'text' | 'word';
  readonly text: string;
}

/**
 * Parses a selector as `github.com/projectcalico/calico/libcalico-go/lib/selector` does: `a == "b"`, `!=`, `in {}`, `not in {}`,
 * `has(a)`, `contains`, `starts with`, `ends with`, `all()`, `global()`, with `!`, `&&`, `||` and parentheses. The empty text selects
 * everything. Text that is none gives what is wrong with it.
 */
export function parseCalicoSelector(text: string): CalicoSelector | string {
  const tokens = tokenize(text);
  if (typeof tokens === 'string') return tokens;
  if (tokens.length === 0) return { keys: [], isGlobal: false, isMatch: () => true };
  return new Parser(tokens).parse();
}

function tokenize(text: string): readonly Token[] | string {
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < end) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match === null) return `unexpected characters at ${at + 1}: ${text.slice(at, at + 20).trim()}`;
    const [, mark, double, single, word] = match;
    const quoted = double ?? single;
    if (mark !== undefined) tokens.push({ kind: 'mark', text: mark });
    else tokens.push(quoted === undefined ? { kind: 'word', text: word ?? '' } : { kind: 'text', text: quoted });
  }
  return tokens;
}

class Fault extends Error {}

class Parser {
  readonly #tokens: readonly Token[];
  readonly #keys = new Set<string>();
  #isGlobal = false;
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  parse(): CalicoSelector | string {
    try {
      const isMatch = this.#either(0);
      if (this.#at < this.#tokens.length) throw new Fault(`unexpected ${this.#tokens[this.#at]?.text ?? ''}`);
      return { keys: [...this.#keys], isGlobal: this.#isGlobal, isMatch };
    } catch (fault) {
      if (fault instanceof Fault) return fault.message;
      throw fault;
    }
  }

  #takes(kind: Token['kind'], text: string): boolean {
    const token = this.#tokens[this.#at];
    if (token?.kind !== kind || token.text !== text) return false;
    this.#at++;
    return true;
  }

  #expect(kind: Token['kind'], text?: string): string {
    const token = this.#tokens[this.#at];
    if (token?.kind !== kind || (text !== undefined && token.text !== text))
      throw new Fault(`expected ${text ?? (kind === 'text' ? 'a quoted value' : 'a label')}, found ${token?.text ?? 'the end'}`);
    this.#at++;
    return token.text;
  }

  #either(depth: number): Test {
    const tests = [this.#both(depth)];
    while (this.#takes('mark', '||')) tests.push(this.#both(depth));
    return tests.length === 1 && tests[0] !== undefined ? tests[0] : (labels) => tests.some((test) => test(labels));
  }

  #both(depth: number): Test {
    const tests = [this.#one(depth)];
    while (this.#takes('mark', '&&')) tests.push(this.#one(depth));
    return tests.length === 1 && tests[0] !== undefined ? tests[0] : (labels) => tests.every((test) => test(labels));
  }

  #one(depth: number): Test {
    if (depth > MAX_DEPTH) throw new Fault('nested too deeply');
    if (this.#takes('mark', '!')) {
      const test = this.#one(depth + 1);
      return (labels) => !test(labels);
    }
    if (this.#takes('mark', '(')) {
      const test = this.#either(depth + 1);
      this.#expect('mark', ')');
      return test;
    }
    const word = this.#expect('word');
    if (this.#takes('mark', '(')) return this.#call(word);
    this.#keys.add(word);
    return this.#compare(word);
  }

  #call(name: string): Test {
    if (name === 'has') {
      const key = this.#expect('word');
      this.#expect('mark', ')');
      this.#keys.add(key);
      return (labels) => labels.has(key);
    }
    if (name !== 'all' && name !== 'global') throw new Fault(`${name}() is no function of selectors`);
    this.#expect('mark', ')');
    if (name === 'all') return () => true;
    this.#isGlobal = true;
    return () => false;
  }

  #compare(key: string): Test {
    const having =
      (test: (value: string) => boolean): Test =>
      (labels) => {
        const value = labels.get(key);
        return value !== undefined && test(value);
      };
    if (this.#takes('mark', '==')) return ((text) => having((value) => value === text))(this.#expect('text'));
    if (this.#takes('mark', '!='))
      return (
        (text): Test =>
        (labels) =>
          labels.get(key) !== text
      )(this.#expect('text'));
    if (this.#takes('word', 'in')) return ((values) => having((value) => values.has(value)))(this.#values());
    if (this.#takes('word', 'contains')) return ((text) => having((value) => value.includes(text)))(this.#expect('text'));
    if (this.#takes('word', 'starts')) return ((text) => having((value) => value.startsWith(text)))(this.#with());
    if (this.#takes('word', 'ends')) return ((text) => having((value) => value.endsWith(text)))(this.#with());
    this.#expect('word', 'not');
    this.#expect('word', 'in');
    const values = this.#values();
    return (labels) => {
      const value = labels.get(key);
      return value === undefined || !values.has(value);
    };
  }

  #with(): string {
    this.#expect('word', 'with');
    return this.#expect('text');
  }

  #values(): ReadonlySet<string> {
    const values = new Set<string>();
    this.#expect('mark', '{');
    while (!this.#takes('mark', '}')) {
      values.add(this.#expect('text'));
      if (!this.#takes('mark', ',')) {
        this.#expect('mark', '}');
        break;
      }
    }
    return values;
  }
}
