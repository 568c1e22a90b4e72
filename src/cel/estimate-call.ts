import { LIST_COST, STRUCT_COST } from './cost.ts';
import { ANY, bound, exactly, MOST, NOTHING, ONE, product, scaled, sum, type Range } from './estimate-range.ts';
import { elementOf, literalOf, sizeAt, type Sized } from './estimate-size.ts';
import { formatType, type CelType } from './type.ts';

/** What a call may cost beyond its arguments, and how large its result may be. */
export interface Estimated {
  readonly cost: Range;
  readonly size?: Range;
}

export interface EstimatedCall {
  readonly name: string;
  readonly overload: string;
  readonly target: Sized | undefined;
  readonly args: readonly Sized[];
  readonly root: CelType;
}

/** What a call may cost; undefined where another rule decides. */
type Rule = (call: EstimatedCall) => Estimated | undefined;

const TEXT = 0.1;
const REGEX = 0.25;
/** What the longest expression of a named format is taken to be long, and the longest format itself. */
const LONGEST_FORMAT = 128;
const FORMAT = 64;
const CHECK = 350_000;

/** Estimates a call by the rules of libraries, of Kubernetes and of cel-go, in this order; any other costs 1. */
export function estimateCall(call: EstimatedCall): Estimated {
  return (
    BY_OVERLOAD.get(call.overload)?.(call) ?? BY_FUNCTION.get(call.name)?.(call) ?? BY_OPERATOR.get(call.overload)?.(call) ?? { cost: ONE }
  );
}

function sizeIn(call: EstimatedCall, sized: Sized | undefined): Range {
  return sized?.size ?? sizeAt(call.root, sized?.path ?? []) ?? ANY;
}

const known = (sized: Sized | undefined): Range => sized?.size ?? ANY;

function each(names: readonly string[], rule: Rule): readonly (readonly [string, Rule])[] {
  return names.map((name) => [name, rule]);
}

const fixed =
  (cost: number): Rule =>
  () => ({ cost: exactly(cost) });

/** Of reading the first argument, so often. */
const reading =
  (times = 1): Rule =>
  (call) => ({ cost: scaled(sizeIn(call, call.args[0]), times * TEXT) });

const selector: Rule = (call) => {
  const length = sizeIn(call, call.args[0]);
  return { cost: sum(exactly(LIST_COST), scaled(length, TEXT), scaled(scaled(length, 0.5), LIST_COST + STRUCT_COST)) };
};

const traversal: Rule = (call) => {
  const { target } = call;
  if (target === undefined) return undefined;
  const element = elementOf(target);
  if (element === undefined) return { cost: scaled(sizeIn(call, target), TEXT) };
  const isText = element.type.kind === 'string' || element.type.kind === 'bytes';
  const one = isText ? sum(ONE, scaled(sizeIn(call, element), TEXT)) : ONE;
  return { cost: product(sizeIn(call, target), one) };
};

const rewriting: Rule = (call) => {
  if (call.target === undefined) return undefined;
  const size = sizeIn(call, call.target);
  return { cost: scaled(size, TEXT), size };
};

const replacing: Rule = (call) => {
  if (call.target === undefined || call.args.length < 2) return undefined;
  const size = sizeIn(call, call.target);
  const [sought, given] = [sizeIn(call, call.args[0]), sizeIn(call, call.args[1])];
  const longest = replaced(size.max, sought.min, given.max <= sought.min);
  const shortest = replaced(size.min, sought.max, sought.max <= given.min);
  const counts = { min: shortest.count, max: longest.count };
  const kept = { min: shortest.kept, max: longest.kept };
  return { cost: scaled(size, 2 * TEXT), size: sum(product(counts, given), kept) };
};

/** How often a text of a length is replaced in another, and how much of that is sure to stay. */
function replaced(length: bigint, sought: bigint, isNoMore: boolean): { readonly count: bigint; readonly kept: bigint } {
  if (sought === 0n) return { count: bound(length + 1n), kept: length };
  if (isNoMore) return { count: 0n, kept: length };
  return { count: BigInt(Math.ceil(Number(length) / Number(sought))), kept: 0n };
}

const splitting: Rule = (call) => {
  if (call.target === undefined) return undefined;
  const size = sizeIn(call, call.target);
  const most = literalOf(call.args[1]);
  return { cost: scaled(size, 2 * TEXT), size: { min: 0n, max: typeof most === 'bigint' ? BigInt.asUintN(64, most) : size.max } };
};

const joining: Rule = (call) => {
  if (call.target === undefined) return undefined;
  const count = sizeIn(call, call.target);
  const element = elementOf(call.target);
  const parts = element === undefined ? NOTHING : product(count, sizeIn(call, element));
  const gaps = { min: count.min > 0n ? count.min - 1n : 0n, max: count.max > 0n ? count.max - 1n : 0n };
  const size = call.args.length === 0 ? parts : sum(parts, product(sizeIn(call, call.args[0]), gaps));
  return { cost: scaled(size, TEXT), size };
};

const finding: Rule = (call) => {
  if (call.target === undefined || call.args.length === 0) return undefined;
  const size = sizeIn(call, call.target);
  const cost = product(scaled(sum(size, ONE), TEXT), scaled(sizeIn(call, call.args[0]), REGEX));
  return { cost, size: { min: 0n, max: size.max } };
};

/** The bytes of an address. */
const ADDRESS: Range = { min: 4n, max: 16n };

const containing =
  (base: Range): Rule =>
  (call) =>
    call.args.length === 0
      ? undefined
      : { cost: call.overload.endsWith('_string') ? sum(base, scaled(sizeIn(call, call.args[0]), TEXT)) : base };

const equality: Rule = ({ args: [a, b] }) => {
  if (a === undefined || b === undefined || formatType(a.type) !== formatType(b.type)) return undefined;
  switch (formatType(a.type)) {
    case 'net.IP':
    case 'net.CIDR':
    case 'kubernetes.Quantity':
    case 'kubernetes.Semver':
    case 'kubernetes.authorization.Authorizer':
    case 'kubernetes.authorization.PathCheck':
    case 'kubernetes.authorization.GroupCheck':
    case 'kubernetes.authorization.ResourceCheck':
    case 'kubernetes.authorization.Decision':
      return { cost: ONE };
    case 'kubernetes.NamedFormat':
      return { cost: scaled({ min: 1n, max: BigInt(FORMAT) }, TEXT) };
    case 'kubernetes.URL':
      return { cost: scaled({ min: 1n, max: b.size?.max ?? 1n }, TEXT) };
    default:
      return undefined;
  }
};

/** The rules of Kubernetes by the functions' names. */
const BY_FUNCTION: ReadonlyMap<string, Rule> = new Map([
  ...each(['check'], fixed(CHECK)),
  ...each(['serviceAccount', 'path', 'group', 'resource', 'subresource', 'namespace', 'name'], fixed(1)),
  ...each(['allowed', 'reason', 'error', 'errored', 'format.named'], fixed(1)),
  ...each(['masked', 'prefixLength', 'family', 'isUnspecified', 'isLoopback'], fixed(1)),
  ...each(['isLinkLocalMulticast', 'isLinkLocalUnicast', 'isGlobalUnicast'], fixed(1)),
  ...each(['sign', 'asInteger', 'isInteger', 'asApproximateFloat', 'isGreaterThan', 'isLessThan', 'compareTo'], fixed(1)),
  ...each(['add', 'sub', 'major', 'minor', 'patch'], fixed(1)),
  ...each(['getScheme', 'getHostname', 'getHost', 'getPort', 'getEscapedPath', 'getQuery'], fixed(1)),
  ...each(['fieldSelector', 'labelSelector'], (call) => (call.args.length === 1 ? selector(call) : undefined)),
  ...each(['isSorted', 'sum', 'max', 'min', 'indexOf', 'lastIndexOf'], traversal),
  ...each(['url', 'jsonpatch.escapeKey'], (call) => ({ cost: scaled(sizeIn(call, call.args[0]), TEXT), size: sizeIn(call, call.args[0]) })),
  ...each(['lowerAscii', 'upperAscii', 'substring', 'trim'], rewriting),
  ...each(['replace'], replacing),
  ...each(['split'], splitting),
  ...each(['join'], joining),
  ...each(['find', 'findAll'], finding),
  ...each(['cidr', 'isIP', 'isCIDR', 'quantity', 'isQuantity', 'semver', 'isSemver'], reading()),
  ...each(['ip'], (call) => (call.overload === 'cidr_ip' ? { cost: ONE } : reading()(call))),
  ...each(['ip.isCanonical'], reading(2)),
  ...each(['containsIP'], containing(scaled(sum(ADDRESS, ADDRESS), TEXT))),
  ...each(['containsCIDR'], containing(sum(scaled(sum(ADDRESS, ADDRESS), TEXT), scaled(ADDRESS, TEXT), ONE))),
  ...each(['validate'], (call) => ({ cost: scaled(scaled(sizeIn(call, call.args[0]), TEXT), LONGEST_FORMAT * REGEX) })),
  ...each(['_==_'], equality),
]);

/** Of a call that makes a list of so many elements, each at a price. */
function allocated(size: Range, price: number): Estimated {
  return { cost: sum(scaled(size, price), ONE, exactly(LIST_COST)), size };
}

function countOf(sized: Sized | undefined, otherwise: bigint): bigint {
  const value = literalOf(sized);
  if (typeof value !== 'bigint') return otherwise;
  return value < 0n ? 0n : value;
}

const sorting =
  (isText: boolean, isByKeys: boolean): Rule =>
  (call) => {
    const size = sizeIn(call, isByKeys ? call.args[0] : call.target);
    return allocated(product(size, size), isText ? 2 + TEXT : 2);
  };

const ORDERED = ['int', 'uint', 'double', 'bool', 'google.protobuf.Duration', 'google.protobuf.Timestamp', 'string', 'bytes'];

const setting =
  (factor: number): Rule =>
  (call) => ({ cost: sum(scaled(product(sizeIn(call, call.args[0]), sizeIn(call, call.args[1])), factor), ONE) });

/** The rules of cel-go's libraries of lists and sets. */
const BY_OVERLOAD: ReadonlyMap<string, Rule> = new Map([
  ...each(['list_slice'], (call) => {
    const count = countOf(call.args[1], sizeIn(call, call.target).max) - countOf(call.args[0], 0n);
    return allocated(exactly(BigInt.asUintN(64, count)), 1);
  }),
  ...each(['lists_range'], (call) => allocated(exactly(countOf(call.args[0], MOST)), 1)),
  ...each(['list_reverse'], (call) => allocated(sizeIn(call, call.target), 1)),
  ...each(['list_flatten', 'list_flatten_int'], (call) =>
    allocated(sizeIn(call, call.target), call.args.length === 0 ? 1 : Number(countOf(call.args[0], MOST))),
  ),
  ...each(['list_distinct'], sorting(false, false)),
  ...ORDERED.flatMap((type) => {
    const isText = type === 'string' || type === 'bytes';
    return [...each([`list_${type}_sort`], sorting(isText, false)), ...each([`list_${type}_sortByAssociatedKeys`], sorting(isText, true))];
  }),
  ...each(['list_sets_contains_list', 'list_sets_intersects_list'], setting(1)),
  ...each(['list_sets_equivalent_list'], setting(2)),
]);

const ORDERINGS = ['less', 'less_equals', 'greater', 'greater_equals'].flatMap((name) => [`${name}_string`, `${name}_bytes`]);

const comparing: Rule = ({ args: [a, b] }) => {
  const [left, right] = [known(a).max, known(b).max];
  const most = left < right ? left : right;
  return { cost: scaled({ min: most > 0n ? 1n : 0n, max: most }, TEXT) };
};

const adding: Rule = ({ overload, args: [a, b] }) => {
  const size = sum(known(a), known(b));
  return { cost: overload === 'add_list' ? ONE : scaled(size, TEXT), size };
};

/** cel-go's own rules by overloads. */
const BY_OPERATOR: ReadonlyMap<string, Rule> = new Map([
  ...each(['string_format'], ({ target }) => ({ cost: scaled(known(target), TEXT) })),
  ...each(['string_to_bytes'], ({ args: [text] }) => {
    const size = known(text);
    return { cost: scaled(size, TEXT), size: { min: size.min, max: BigInt.asUintN(64, size.max * 4n) } };
  }),
  ...each(['bytes_to_string'], ({ args: [bytes] }) => {
    const size = known(bytes);
    return { cost: scaled(size, TEXT), size: { min: size.min / 4n, max: size.max } };
  }),
  ...each(['strings_quote'], ({ args: [text] }) => {
    const { min, max } = known(text);
    return { cost: scaled({ min, max }, TEXT), size: { min: BigInt.asUintN(64, min + 2n), max: BigInt.asUintN(64, max * 2n + 2n) } };
  }),
  ...each(['starts_with_string', 'ends_with_string'], ({ args: [part] }) => ({ cost: scaled(known(part), TEXT) })),
  ...each(['in_list'], ({ args }) => ({ cost: known(args[1]) })),
  ...each(['matches_string'], ({ target, args: [pattern] }) =>
    target === undefined ? undefined : { cost: product(scaled(sum(known(target), ONE), TEXT), scaled(known(pattern), REGEX)) },
  ),
  ...each(['contains_string'], ({ target, args: [part] }) => ({ cost: product(scaled(known(target), TEXT), scaled(known(part), TEXT)) })),
  ...each([...ORDERINGS, 'equals', 'not_equals'], comparing),
  ...each(['add_string', 'add_bytes', 'add_list'], adding),
]);
