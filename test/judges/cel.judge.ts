import { compileCel, createEnvironment, DYN, INT, STRING, typeOfSchema } from '../../src/cel/index.ts';
import { getArray, getNumber, getObject, getString, type JsonObject, type JsonValue } from '../../src/std/index.ts';
import { ExpressionMaker, listCandidates, type Path } from './cel-expressions.ts';
import { formatLiteral, hidesSealed } from './cel-literal.ts';
import type { Comparison } from './judge.ts';
import type { OracleJudge } from './oracle-judge.ts';
import type { Random } from './random.ts';

const VERSION = '1.36';

const SPENT = 'operation cancelled: actual cost limit exceeded';

const SCHEMA: JsonObject = {
  type: 'object',
  properties: {
    text: { type: 'string' },
    'a-b': { type: 'string' },
    whole: { type: 'integer', format: 'int64' },
    number: { type: 'number' },
    flag: { type: 'boolean' },
    texts: { type: 'array', items: { type: 'string' } },
    wholes: { type: 'array', items: { type: 'integer' } },
    labels: { type: 'object', additionalProperties: { type: 'string' } },
    inner: { type: 'object', properties: { text: { type: 'string' } } },
    when: { type: 'string', format: 'date-time' },
    long: { type: 'string', format: 'duration' },
    data: { type: 'string', format: 'byte' },
    either: { 'x-kubernetes-int-or-string': true },
    short: { type: 'string', maxLength: 5 },
    few: { type: 'array', maxItems: 3, items: { type: 'string', maxLength: 8 } },
    set: { type: 'array', 'x-kubernetes-list-type': 'set', maxItems: 10, items: { type: 'string', enum: ['a', 'b', 'ccc'] } },
    named: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      items: {
        type: 'object',
        required: ['name'],
        properties: {
          name: { type: 'string', maxLength: 20 },
          size: { type: 'integer' },
          tags: { type: 'array', items: { type: 'string' } },
        },
      },
    },
    numbers: { type: 'array', items: { type: 'number' } },
    bounded: { type: 'object', maxProperties: 4, additionalProperties: { type: 'array', maxItems: 2, items: { type: 'integer' } } },
    maybe: { type: 'string', nullable: true },
    template: { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true },
    rest: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, properties: { known: { type: 'integer' } } },
  },
};

const SELF = typeOfSchema(SCHEMA, 'object.self') ?? DYN;
const ENVIRONMENT = createEnvironment({ version: VERSION, variables: { self: SELF, x: DYN } });
const FIELDS = SELF.kind === 'struct' && SELF.fields !== undefined ? [...SELF.fields] : [];

const PATHS: readonly Path[] = [
  ...FIELDS.map(([name, { type }]) => ({ text: `self.${name}`, type })),
  { text: 'self.inner.text', type: STRING },
  { text: 'self.labels.app', type: STRING },
  { text: 'self.named[0].name', type: STRING },
  { text: 'self.template.metadata.name', type: STRING },
  { text: 'self.rest.known', type: INT },
  { text: 'x.a', type: DYN },
  { text: 'x.a.b', type: DYN },
  { text: 'x.list[0]', type: DYN },
  { text: 'x', type: DYN },
];

const KINDS: readonly (readonly [RegExp, string])[] = [
  [/Syntax error/, 'syntax error'],
  [/undeclared reference/, 'undeclared reference'],
  [/found no matching overload/, 'no matching overload'],
  [/undefined field/, 'undefined field'],
  [/expected type/, 'type mismatch'],
  [/invalid \w+ argument/, 'invalid literal'],
  [/no such key/, 'no such key'],
  [/no such overload/, 'no such overload'],
  [/overflow/, 'overflow'],
  [/division by zero/, 'division by zero'],
  [/index out of bounds/, 'index out of bounds'],
  [/conversion/, 'conversion'],
  [/optional.none\(\) dereference/, 'optional.none() dereference'],
];

/** One of a pair of code units alone. */
const HALF = /\p{Surrogate}/u;

/** What an expression comes to: an issue, an error, or a value with its cost. */
export const celJudge: OracleJudge = {
  subject: 'cel',
  cases: 11_000,
  // There is an overload for a duration of a number, which never makes one.
  branches: [
    ...listCandidates(VERSION).flatMap(({ overload: { id } }) => (id === 'int64_to_duration' ? [] : [id])),
    ...KINDS.map(([, kind]) => kind),
    'planning',
  ],
  setting: () => ({ setting: { version: VERSION, schemas: { self: SCHEMA } } }),
  generate: makeCase,
  compare: (input, answer) => {
    const self = getObject(input, 'variables')?.['self'];
    const x = getObject(input, 'variables')?.['x'];
    if (self === undefined || x === undefined) return undefined;
    const expression = getString(input, 'expression') ?? '';
    // Half a character has no bytes to be asked by.
    if (HALF.test(expression)) return undefined;
    const compiled = compileCel(expression, ENVIRONMENT);
    const issues = getString(answer, 'issues');
    const problem = getString(answer, 'problem');
    const coverage = coverageOf(answer);
    // Where the real one crashes it has no answer.
    const crash = getString(answer, 'error') ?? problem;
    if (crash?.startsWith('internal error: ') === true) return { coverage, isCompared: false };
    // Nor where it fails to print a value: Go says so in the text.
    if (getString(answer, 'value')?.includes('%!s(') === true) return { coverage, isCompared: false };
    if (!compiled.ok) {
      const said = problem === undefined ? issues : `program instantiation failed: ${problem}`;
      // Where an expression is none, the parsers differ in what they say of the rest.
      if (said?.includes('Syntax error') === true && compiled.message.includes('Syntax error')) return { coverage };
      return differ(coverage, said === undefined ? 'refused' : 'issue', compiled.message, said ?? null);
    }
    if (issues !== undefined || problem !== undefined) return differ(coverage, 'accepted', null, issues ?? problem ?? null);
    const estimate = compiled.program.estimateCost(SELF);
    const range = `${estimate.min} to ${estimate.max}`;
    const servers = getArray(answer, 'estimate').map(String).join(' to ');
    if (servers !== '' && range !== servers) return differ(coverage, 'estimated cost', range, servers);
    const { overloads } = compiled.program;
    const result = compiled.program.evaluate({ self, x });
    const cost = getNumber(answer, 'cost') ?? 0;
    const error = getString(answer, 'error');
    const covered = [...coverage, ...(error === undefined ? overloads : [])];
    if (result.outcome === 'unknown') return undefined;
    if (result.outcome === 'error') {
      if (normalize(result.error) !== normalize(error ?? null))
        return differ(covered, 'error', result.error, error ?? getString(answer, 'value') ?? null);
    } else if (error !== undefined) return differ(covered, 'no error', formatLiteral(result.value), error);
    else if (!hidesSealed(result.value) && formatLiteral(result.value) !== getString(answer, 'value'))
      return differ(covered, 'value', formatLiteral(result.value), getString(answer, 'value') ?? null);
    // Where the budget is spent, what is over it is no count.
    if (error === SPENT) return { coverage: covered };
    return result.cost === cost ? { coverage: covered } : differ(covered, 'cost', result.cost, cost);
  },
};

// The numbers of free type parameters are given at random there, and the names of its own types in Go differ by the value's origin; the
// values of Go that it cannot take back are printed as Go prints them.
function normalize(text: string | number | null): string {
  return String(text)
    .replaceAll(/_var\d+/g, '_var')
    .replace(/^(invalid qualifier type: ).*/, '$1')
    .replaceAll(/(unsupported conversion to ref.Val: \([^)]*\))[^\])},]*/g, '$1');
}

function differ(coverage: readonly string[], signature: string, ours: string | number | null, servers: string | number | null): Comparison {
  return normalize(ours) === normalize(servers)
    ? { coverage }
    : { coverage, difference: { signature, ours: String(ours), servers: String(servers) } };
}

function coverageOf(answer: JsonValue): readonly string[] {
  const said = getString(answer, 'issues') ?? getString(answer, 'error') ?? '';
  const kinds = KINDS.filter(([pattern]) => pattern.test(said)).map(([, kind]) => kind);
  return getString(answer, 'problem') === undefined ? kinds : [...kinds, 'planning'];
}

function makeCase(random: Random): JsonValue {
  const maker = new ExpressionMaker(random, VERSION, PATHS);
  const whole = maker.makeAny(random.pick([1, 1, 1, 2, 2, 3, 4]));
  const expression = random.once(40) ? damage(random, whole) : whole;
  return { expression, variables: { self: makeSelf(random), x: makeAnything(random) } };
}

function damage(random: Random, text: string): string {
  const at = random.below(text.length + 1);
  const rest = text.slice(at + random.below(2));
  return `${text.slice(0, at)}${random.pick(['', '(', ')', '?', '@', '.', ' y', "'", '&&', '{'])}${rest}`;
}

const NAMED = { a: { name: 'a', size: 1 }, b: { name: 'b', tags: ['x', 'y'] }, other: { name: 'a', size: 2 } };

function makeSelf(random: Random): JsonObject {
  return random.maybe<JsonValue>({
    text: () => random.pick(['', 'a', 'äöü', 'some text']),
    'a-b': () => random.pick(['', 'dash']),
    whole: () => random.pick([0, 1, -7, 100]),
    number: () => random.pick([0, 1, 2.5, -1e10]),
    flag: () => random.once(2),
    texts: () => random.list(random.below(4), () => random.pick(['a', 'b', ''])),
    wholes: () => random.list(random.below(4), () => random.below(5)),
    labels: () => (random.once(3) ? {} : { app: random.pick(['x', 'y']) }),
    inner: () => (random.once(3) ? {} : { text: 'inner' }),
    when: () => random.pick(['2020-01-01T00:00:00Z', '2021-06-15T10:20:30.5Z']),
    long: () => random.pick(['1h', '30s']),
    data: () => random.pick(['', 'aGVsbG8=']),
    either: () => random.pick<JsonValue>([1, '1', 'x']),
    short: () => random.pick(['', 'abc']),
    few: () => random.list(random.below(4), () => random.pick(['a', 'longer', ''])),
    set: () => random.pick<JsonValue>([[], ['a'], ['a', 'b'], ['b', 'a'], ['ccc', 'a', 'b']]),
    named: () => random.pick<JsonValue>([[], [NAMED.a], [NAMED.a, NAMED.b], [NAMED.b, NAMED.a], [NAMED.b, NAMED.other]]),
    numbers: () => random.list(random.below(4), () => random.pick([0, 1.5, -2])),
    bounded: () => random.pick<JsonValue>([{}, { a: [] }, { a: [1], b: [2, 3] }]),
    maybe: () => random.pick([null, 'there']),
    template: () => random.pick<JsonValue>([{}, { apiVersion: 'v1', kind: 'A', metadata: { name: 'n' } }, { kind: 'B' }]),
    rest: () => random.pick<JsonValue>([{}, { known: 1 }, { known: 2 }]),
  });
}

function makeAnything(random: Random): JsonValue {
  return random.pick<() => JsonValue>([
    () => ({}),
    () => ({ a: random.pick<JsonValue>([1, 'text', null, true, [], { b: 1 }]) }),
    () => ({ a: { b: random.pick<JsonValue>([1, 2.5, 'text', null, [1]]) } }),
    () => ({ list: random.list(random.below(3), () => random.pick<JsonValue>([1, 'a', null, { b: 2 }])) }),
    () => random.pick<JsonValue>([1, 'text', true, [1, 2], 2.5]),
  ])();
}
