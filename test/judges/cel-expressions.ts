import { createEnvironment, type Environment } from '../../src/cel/index.ts';
import type { FunctionDeclaration, Overload } from '../../src/cel/declaration.ts';
import {
  BOOL,
  BYTES,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  listOf,
  mapOf,
  NULL,
  optionalOf,
  parametersOf,
  STRING,
  TIMESTAMP,
  UINT,
  type CelType,
} from '../../src/cel/index.ts';
import type { Random } from './random.ts';

/** A variable's name, what it is to the checker, and the paths into it with their types. */
export interface Path {
  readonly text: string;
  readonly type: CelType;
}

interface Candidate {
  readonly declaration: FunctionDeclaration;
  readonly overload: Overload;
}

const SCALARS: readonly CelType[] = [BOOL, INT, UINT, DOUBLE, STRING, BYTES, TIMESTAMP, DURATION];
const WIDE: readonly CelType[] = [...SCALARS, NULL, DYN];

const INTS = ['0', '1', '2', '-1', '3', '10', '100', '9223372036854775807', '-9223372036854775808', '0x1f', '1000000'];
const DOUBLES = ['0.0', '1.5', '-2.25', '1e3', '1e21', '1e-7', '123456.789', '9223372036854775808.0', '3.0'];
const TEXTS = [
  '""',
  '"a"',
  "'b c'",
  '"äöü"',
  "r'\\d'",
  '"😀x"',
  '"abcabc"',
  '"Hello, World"',
  '"1"',
  '"a,b,,c"',
  '" \\tpad\\n"',
  '"""tri"ple"""',
];
const BYTE_TEXTS = ["b''", "b'abc'", "b'\\xff\\000'", "b'ä'"];
const MOMENTS = [
  '2020-02-29T12:34:56.789Z',
  '1969-12-31T23:59:59Z',
  '2009-02-13T23:31:30+01:00',
  '0001-01-01T00:00:00Z',
  '9999-12-31T23:59:59.999999999Z',
];
const SPANS = ['1h30m', '-1.5s', '0', '100ms', '1us', '24h', '2562047h47m16s'];
const QUANTITIES = ['1', '500m', '1.5Gi', '2Ki', '1e3', '-3', '0', '100n', '1.0', '1000m', '12E', '0.5', '50k'];
const ADDRESSES = [
  '1.2.3.4',
  '127.0.0.1',
  '::1',
  'fe80::1',
  '2001:db8::68',
  '0.0.0.0',
  '224.0.0.5',
  'ff02::1',
  '169.254.1.1',
  '255.255.255.255',
  '2001:DB8:0:0::1',
];
const BAD_ADDRESSES = ['1.2.3', '1.2.3.256', '01.2.3.4', '::ffff:1.2.3.4', 'fe80::1%eth0', 'x', '1::2::3', '12345::', '1.2.3.4.5', ''];
const NETWORKS = ['10.0.0.0/8', '10.1.2.3/16', '192.168.0.0/24', '::/0', '2001:db8::/32', '1.2.3.4/32', 'fe80::1/64', '0.0.0.0/0'];
const BAD_NETWORKS = ['10.0.0.0', '10.0.0.0/33', '10.0.0.0/08', '::ffff:1.2.3.0/120', 'x/1', '1.2.3.4/-1'];
const URLS = [
  'https://example.com:80/path?query=val#frag',
  'http://[::1]:8080/a%20b',
  '/path/to',
  'https://u:p@h.example/x?a=1&a=2&b=',
  'mailto:x@y',
  'https://example.com/a b',
];
const BAD_URLS = ['', 'example.com', 'https://a:b:c/', ':x', 'https://[::1', 'https://%zz/'];
const VERSIONS = ['1.2.3', '1.2.3-alpha.1', '0.0.1+build.5', '10.20.30', '1.2.3-alpha.beta', 'v1.2', '1', '01.02.3', '1.0.0-rc.1+x'];
const BAD_VERSIONS = ['', '1.2', 'a.b.c', '1.2.3-', '1.02.3', '1.2.x'];
const REGEXES = ['a+', '^a', '[a-z]+', '(b|c)+?', '\\\\d{1,2}', 'x*', '(?i)ABC', '.', '\\\\bc', 'a(bc)?', '[^,]+', '(?s).*', 'ab??'];
const BAD_REGEXES = ['(', 'a**', '[', '+'];
const ZONES = ['UTC', 'America/New_York', 'Asia/Kolkata', '-08:00', '05:30', 'Nowhere/X', '+14:00'];
const FORMAT_NAMES = ['dns1123Label', 'labelValue', 'uri', 'uuid', 'byte', 'date', 'datetime', 'qualifiedName', 'dns1035Label', 'none'];
const NAMES = [
  'my-name',
  'example.com',
  'A_b',
  '-bad',
  'UPPER',
  'a/b',
  'example.com/x',
  '',
  '2020-01-01',
  '2020-01-01T00:00:00Z',
  'aGk=',
  '123e4567-e89b-12d3-a456-426614174000',
  '1abc',
  'a.b-',
];
const FORMATS = ['%s', 'a%sb%d', '%.3f', '%e', '%x', '%X', '%o', '%b', '%%', '%s and %s', '%d', '%f', '%.1e', '%q', '%', '%.', '%.x'];

/** Texts that a function can make something of, by its name. */
const HINTS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  bool: [['true', 'false', 'T', '0', 'x']],
  cidr: [[...NETWORKS, ...NETWORKS, ...BAD_NETWORKS]],
  containsCIDR: [[...NETWORKS, ...NETWORKS, ...BAD_NETWORKS]],
  containsIP: [[...ADDRESSES, ...ADDRESSES, ...BAD_ADDRESSES]],
  double: [['1.5', '-2', '1e400', 'x', 'NaN', 'inf', '']],
  duration: [[...SPANS, 'x', '1d', '']],
  find: [
    ['abc', 'aabbcc', 'äöü'],
    [...REGEXES, ...REGEXES, ...BAD_REGEXES],
  ],
  findAll: [
    ['abc', 'aabbcc', '12,34'],
    [...REGEXES, ...REGEXES, ...BAD_REGEXES],
  ],
  format: [FORMATS],
  'format.named': [FORMAT_NAMES],
  int: [['1', '-5', '9223372036854775808', 'x', '+7', '1.5']],
  ip: [[...ADDRESSES, ...ADDRESSES, ...BAD_ADDRESSES]],
  'ip.isCanonical': [[...ADDRESSES, ...ADDRESSES, ...BAD_ADDRESSES]],
  isCIDR: [[...NETWORKS, ...NETWORKS, ...BAD_NETWORKS]],
  isIP: [[...ADDRESSES, ...ADDRESSES, ...BAD_ADDRESSES]],
  isQuantity: [[...QUANTITIES, 'x', '', '1Zi']],
  isSemver: [[...VERSIONS, ...VERSIONS, ...BAD_VERSIONS]],
  isURL: [[...URLS, ...URLS, ...BAD_URLS]],
  matches: [
    ['abc', 'aabbcc', '12'],
    [...REGEXES, ...REGEXES, ...BAD_REGEXES],
  ],
  quantity: [[...QUANTITIES, 'x', '', '1Zi']],
  semver: [[...VERSIONS, ...VERSIONS, ...BAD_VERSIONS]],
  timestamp: [[...MOMENTS, 'x', '2020-13-01T00:00:00Z', '10000-01-01T00:00:00Z']],
  uint: [['1', '-5', '18446744073709551616', 'x']],
  url: [[...URLS, ...URLS, ...BAD_URLS]],
  validate: [NAMES],
};

const made = (name: string, texts: readonly string[]): readonly string[] => texts.map((text) => `${name}('${text}')`);

/** What makes values of types that have no literals. */
const SEALED: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.NamedFormat': ['format.dns1123Label()', 'format.uri()'],
  'kubernetes.Quantity': made('quantity', QUANTITIES),
  'kubernetes.Semver': made('semver', ['1.2.3', '1.2.3-alpha.1', '10.20.30', '1.0.0-rc.1+x']),
  'kubernetes.URL': made('url', ['https://example.com:80/path?query=val', '/path']),
  'net.CIDR': made('cidr', NETWORKS),
  'net.IP': made('ip', ADDRESSES),
};

const OPERATORS: Readonly<Record<string, (args: readonly string[]) => string>> = {
  '!_': ([a]) => `!${a}`,
  '-_': ([a]) => `-(${a})`,
  '@in': ([a, b]) => `(${a} in ${b})`,
  '_[_]': ([a, b]) => `${a}[${b}]`,
  '_[?_]': ([a, b]) => `${a}[?${b}]`,
  '_?_:_': ([a, b, c]) => `(${a} ? ${b} : ${c})`,
};

/** Makes expressions of a wanted type out of everything that an environment has. */
export class ExpressionMaker {
  readonly #random: Random;
  readonly #paths: Path[];
  readonly #candidates: readonly Candidate[];
  #loops = 0;

  constructor(random: Random, version: string, paths: readonly Path[]) {
    this.#random = random;
    this.#paths = [...paths];
    this.#candidates = listCandidates(version);
  }

  /** An expression of any type at all. */
  makeAny(depth: number): string {
    const random = this.#random;
    if (random.once(5)) return this.make(this.#anyType(), depth);
    return this.#write(random.pick(this.#candidates), new Map(), depth);
  }

  make(type: CelType, depth: number): string {
    const random = this.#random;
    if (type.kind === 'dyn') return random.once(3) ? `dyn(${this.make(this.#scalar(), depth - 1)})` : this.#leaf(this.#scalar());
    if (random.once(60)) return this.make(this.#anyType(), depth - 1);
    if (random.once(50)) return `dyn(${this.make(this.#scalar(), depth - 1)})`;
    if (depth <= 0) return this.#leaf(type);
    if (random.once(6)) return this.#leaf(type);
    if (random.once(7)) return this.#macro(type, depth) ?? this.#leaf(type);
    return this.#call(type, depth) ?? this.#leaf(type);
  }

  #scalar(): CelType {
    return this.#random.pick(SCALARS);
  }

  #anyType(): CelType {
    const random = this.#random;
    return random.pick([
      ...WIDE,
      listOf(this.#scalar()),
      listOf(INT),
      listOf(STRING),
      mapOf(STRING, this.#scalar()),
      optionalOf(this.#scalar()),
    ]);
  }

  #leaf(type: CelType): string {
    const random = this.#random;
    if (random.once(300)) return 'self.nope';
    const takesAny = random.once(4);
    const paths = this.#paths.filter((path) => path.type.kind === type.kind || (takesAny && path.type.kind === 'dyn'));
    if (paths.length > 0 && random.once(4)) return random.pick(paths).text;
    switch (type.kind) {
      case 'bool':
        return random.pick(['true', 'false']);
      case 'bytes':
        return random.pick(BYTE_TEXTS);
      case 'double':
        return random.pick(DOUBLES);
      case 'duration':
        return `duration('${random.pick(SPANS)}')`;
      case 'int':
        return random.pick(INTS);
      case 'null':
        return 'null';
      case 'string':
        return random.pick(TEXTS);
      case 'timestamp':
        return `timestamp('${random.pick(MOMENTS)}')`;
      case 'uint':
        return random.pick(['0u', '1u', '5u', '18446744073709551615u']);
      case 'list': {
        const items = random.list(random.below(4), () => this.#leaf(type.element));
        return `[${items.join(', ')}]`;
      }
      case 'map':
        return random.once(4) ? '{}' : `{${this.#leaf(type.key)}: ${this.#leaf(type.value)}}`;
      case 'opaque':
        return type.name === 'optional_type' ? this.#optional(type.parameters[0] ?? INT) : random.pick(SEALED[type.name] ?? ['null']);
      case 'struct':
        return random.pick(SEALED[type.name] ?? ['null']);
      case 'type':
        return random.pick(['int', 'string', 'type(1)', 'bool', 'list', 'net.IP']);
      default:
        return this.#leaf(this.#scalar());
    }
  }

  #optional(type: CelType): string {
    return this.#random.once(3) ? 'optional.none()' : `optional.of(${this.#leaf(type)})`;
  }

  #call(type: CelType, depth: number): string | undefined {
    const random = this.#random;
    const fitting = this.#candidates.flatMap((candidate) => {
      const bound = new Map<string, CelType>();
      if (!match(candidate.overload.result, type, bound)) return [];
      return [{ candidate, bound }];
    });
    // Those that answer nothing but this type would drown among those that answer any.
    const own = fitting.filter(({ candidate }) => candidate.overload.result.kind !== 'parameter');
    const chosen = own.length > 0 && !random.once(4) ? own : fitting;
    if (chosen.length === 0) return undefined;
    const { candidate, bound } = random.pick(chosen);
    return this.#write(candidate, bound, depth);
  }

  #write({ declaration, overload }: Candidate, bound: Map<string, CelType>, depth: number): string {
    const random = this.#random;
    const hints = HINTS[declaration.name] ?? [];
    const texts = overload.parameters.filter((parameter) => parameter.kind === 'string');
    // The real one makes any length, until there is no memory left.
    if (declaration.name === 'lists.range') return `lists.range(${random.below(6)})`;
    const args = overload.parameters.map((parameter) => {
      const hint = parameter.kind === 'string' ? hints[Math.min(texts.indexOf(parameter), hints.length - 1)] : undefined;
      if (parameter.kind === 'string' && declaration.name.startsWith('get')) return quote(random.pick(ZONES));
      if (hint !== undefined && !random.once(15)) return quote(random.pick(hint));
      return this.make(
        fill(parameter, bound, () => this.#scalar()),
        depth - 1,
      );
    });
    return write(declaration.name, overload, random.once(40) ? args.slice(1) : args);
  }

  #macro(type: CelType, depth: number): string | undefined {
    const random = this.#random;
    const name = `v${this.#loops++}`;
    const element = random.pick([INT, STRING, BOOL]);
    const range = this.make(listOf(element), depth - 1);
    const inside = (wanted: CelType): string => this.#within({ text: name, type: element }, wanted, depth - 2);
    const test = inside(BOOL);
    switch (type.kind) {
      case 'bool': {
        if (random.once(3)) return `${range}.${random.pick(['all', 'exists', 'exists_one', 'existsOne'])}(k${name}, ${name}, ${test})`;
        if (random.once(6)) return `has(${random.pick(this.#paths.filter(({ text }) => text.includes('.'))).text})`;
        return `${range}.${random.pick(['all', 'exists', 'exists_one', 'existsOne'])}(${name}, ${test})`;
      }
      case 'list': {
        const made = inside(type.element);
        const key = inside(random.pick([INT, STRING, DOUBLE, BOOL]));
        return random.pick([
          `${range}.map(${name}, ${made})`,
          `${range}.map(${name}, ${test}, ${made})`,
          `${range}.transformList(k${name}, ${name}, ${made})`,
          `${range}.transformList(k${name}, ${name}, ${test}, ${made})`,
          `${this.make(type, depth - 1)}.filter(${name}, ${this.make(BOOL, depth - 2)})`,
          `${this.make(type, depth - 1)}.sortBy(${name}, ${key})`,
        ]);
      }
      case 'map':
        return random.pick([
          `[1].transformMap(k${name}, ${name}, ${inside(type.value)})`,
          `[1].transformMapEntry(k${name}, ${name}, {${this.#leaf(type.key)}: ${inside(type.value)}})`,
        ]);
      case 'opaque':
        if (type.name !== 'optional_type') return undefined;
        return random.pick([
          `${this.make(optionalOf(element), depth - 1)}.optMap(${name}, ${inside(type.parameters[0] ?? INT)})`,
          `${this.make(optionalOf(element), depth - 1)}.optFlatMap(${name}, ${inside(type)})`,
          random.pick(this.#paths.filter(({ text }) => text.includes('.'))).text.replace(/\.(\w+)$/, '.?$1'),
        ]);
      default:
        return `(${this.make(BOOL, depth - 1)} ? ${this.make(type, depth - 1)} : ${this.make(type, depth - 1)})`;
    }
  }

  /** Makes something in which one more name may be used. */
  #within(path: Path, type: CelType, depth: number): string {
    this.#paths.push(path);
    const made = this.make(type, depth);
    this.#paths.pop();
    return made;
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "\\'")}'`;
}

function write(name: string, { isMember }: Overload, args: readonly string[]): string {
  const operator = OPERATORS[name];
  if (operator !== undefined) return operator(args);
  const infix = /^_(.+)_$/.exec(name)?.[1];
  if (infix !== undefined) return `(${args.join(` ${infix} `)})`;
  const [target = 'null', ...rest] = args;
  return isMember ? `${target}.${name}(${rest.join(', ')})` : `${name}(${args.join(', ')})`;
}

const listed = new Map<string, readonly Candidate[]>();

/** All ways to call something of an environment that an expression can write. */
export function listCandidates(version: string): readonly Candidate[] {
  const known = listed.get(version);
  if (known !== undefined) return known;
  const environment: Environment = createEnvironment({ version, variables: {} });
  const candidates = [...environment.declarations.functions.values()]
    .filter(({ name }) => name === '@in' || (!name.includes('@') && name !== '_?._'))
    .flatMap((declaration) => declaration.overloads.map((overload) => ({ declaration, overload })))
    .filter(
      ({ overload }) =>
        !overload.parameters.some(
          ({ kind, ...type }) => kind === 'struct' && 'name' in type && String(type.name).includes('authorization'),
        ),
    );
  listed.set(version, candidates);
  return candidates;
}

/** Whether a function's result may be of a type; what its type parameters are then is put into the map. */
function match(pattern: CelType, type: CelType, bound: Map<string, CelType>): boolean {
  if (pattern.kind === 'parameter') {
    bound.set(pattern.name, type);
    return true;
  }
  if (pattern.kind === 'struct' && type.kind === 'struct') return pattern.name === type.name;
  if (pattern.kind === 'opaque' && type.kind === 'opaque' && pattern.name !== type.name) return false;
  const [left, right] = [parametersOf(pattern), parametersOf(type)];
  return pattern.kind === type.kind && left.every((part, index) => match(part, right[index] ?? INT, bound));
}

/** A type with its parameters replaced: each by one type throughout a call. */
function fill(type: CelType, bound: Map<string, CelType>, free: () => CelType): CelType {
  switch (type.kind) {
    case 'parameter': {
      const known = bound.get(type.name) ?? (type.name === 'K' ? STRING : free());
      bound.set(type.name, known);
      return known;
    }
    case 'list':
      return listOf(fill(type.element, bound, free));
    case 'map':
      return mapOf(
        fill(type.key, bound, () => STRING),
        fill(type.value, bound, free),
      );
    case 'opaque':
      return { ...type, parameters: type.parameters.map((part) => fill(part, bound, free)) };
    default:
      return type;
  }
}
