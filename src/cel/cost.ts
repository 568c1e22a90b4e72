import { isList, isValue, MapValue, Optional, SealedValue, sizeOf, type Result } from './value.ts';

/** What a call costs, by its arguments and its result; undefined where another rule decides. */
export type CostRule = (args: readonly Result[], result: Result) => number | undefined;

/** Of a list, map and object that an expression makes. */
export const LIST_COST = 10;
export const MAP_COST = 30;
export const STRUCT_COST = 40;
const TEXT = 0.1;
const REGEX = 0.25;

/** Thrown inside an evaluation alone, and caught by it: its budget is spent. */
export class BudgetSpent extends Error {}

/** Counts what an evaluation costs, as cel-go's `CostTracker` does. */
export class Meter {
  cost = 0;
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  charge(amount: number): void {
    this.cost += amount;
    // The API server's counter has no sign: what is below nothing is close to the most that it counts to.
    if (this.cost < 0) this.cost += 2 ** 64;
    if (this.cost > this.#limit) throw new BudgetSpent();
  }
}

/** The size of a value as the cost of a call counts it. */
export function costSize(value: Result | undefined): number {
  if (value === undefined || !isValue(value)) return 1;
  return sizeOf(value) ?? 1;
}

function innerSize(value: Result | undefined): number {
  return value instanceof Optional && value.value !== undefined ? innerSize(value.value) : costSize(value);
}

/** The rules of Kubernetes by the functions' names (`k8s.io/apiserver/pkg/cel/library.CostEstimator.CallCost`). */
const BY_FUNCTION: ReadonlyMap<string, CostRule> = new Map<string, CostRule>([
  ...fixed(350_000, ['check']),
  ...fixed(1, ['serviceAccount', 'path', 'group', 'resource', 'subresource', 'namespace', 'name', 'allowed', 'reason', 'error', 'errored']),
  ...fixed(1, ['masked', 'prefixLength', 'family', 'isUnspecified', 'isLoopback', 'isLinkLocalMulticast', 'isLinkLocalUnicast']),
  ...fixed(1, ['isGlobalUnicast', 'format.named', 'sign', 'asInteger', 'isInteger', 'asApproximateFloat', 'isGreaterThan', 'isLessThan']),
  ...fixed(1, ['compareTo', 'add', 'sub', 'major', 'minor', 'patch', 'getScheme', 'getHostname', 'getHost', 'getPort']),
  ...fixed(1, ['getEscapedPath', 'getQuery']),
  ...same((args) => selectorCost(costSize(args[1])), ['fieldSelector', 'labelSelector']),
  ...same((args) => traversalCost(args[0] ?? null), ['isSorted', 'sum', 'max', 'min', 'indexOf', 'lastIndexOf']),
  ...same((args) => parseCost(args, 1), ['url', 'lowerAscii', 'upperAscii', 'substring', 'trim', 'jsonpatch.escapeKey', 'cidr', 'isIP']),
  ...same((args) => parseCost(args, 1), ['ip', 'isCIDR', 'quantity', 'isQuantity', 'semver', 'isSemver']),
  ...same((args) => parseCost(args, 2), ['replace', 'split', 'ip.isCanonical']),
  ...same((_, result) => Math.ceil(costSize(result) * 2 * TEXT), ['join']),
  ...same(containsAddressCost, ['containsIP']),
  ...same(containsNetworkCost, ['containsCIDR']),
  ...same((args) => regexCost(costSize(args[0]), costSize(args[1])), ['find', 'findAll']),
  ...same((args) => (args[0] instanceof SealedValue ? 1 : undefined), ['_==_']),
]);

function fixed(cost: number, names: readonly string[]): readonly (readonly [string, CostRule])[] {
  return same(() => cost, names);
}

function same(rule: CostRule, names: readonly string[]): readonly (readonly [string, CostRule])[] {
  return names.map((name) => [name, rule]);
}

function parseCost(args: readonly Result[], times: number): number {
  return Math.ceil(costSize(args[0]) * times * TEXT);
}

/** Of looking whether an address is in a network: they are compared byte by byte. */
function containsAddressCost([network]: readonly Result[]): number {
  return Math.ceil(costSize(network) * 2 * TEXT);
}

/** Of looking whether a network is in another: it is masked before. */
function containsNetworkCost(args: readonly Result[]): number {
  return containsAddressCost(args) + Math.ceil(costSize(args[0]) * TEXT) + 1;
}

/** The same where the second is a text, which must be read, and of the address of a network, which is there already. */
export const CIDR_COSTS: Readonly<Record<string, CostRule>> = {
  cidr_ip: () => 1,
  cidr_contains_ip_string: (args) => containsAddressCost(args) + Math.ceil(costSize(args[1]) * TEXT),
  cidr_contains_cidr_string: (args) => containsNetworkCost(args) + Math.ceil(costSize(args[1]) * TEXT),
};

/** Of matching a text of one length with an expression of another. */
export function regexCost(text: number, pattern: number): number {
  return Math.ceil((1 + text) * TEXT) * Math.ceil(pattern * REGEX);
}

function selectorCost(length: number): number {
  return LIST_COST + Math.ceil(length * TEXT) + Math.ceil(Math.ceil(length * 0.5) * (LIST_COST + STRUCT_COST));
}

const ENCODER = new TextEncoder();

function traversalCost(value: Result): number {
  if (typeof value === 'string') return Math.trunc(ENCODER.encode(value).length * TEXT);
  if (value instanceof Uint8Array) return Math.trunc(value.length * TEXT);
  if (isList(value)) return value.reduce<number>((sum, item) => sum + traversalCost(item), 0);
  if (!(value instanceof MapValue)) return 1;
  return value.keys().reduce<number>((sum, key) => sum + traversalCost(key) + traversalCost(value.find(key) ?? null), 0);
}

const ORDERINGS: readonly string[] = ['less', 'less_equals', 'greater', 'greater_equals'].flatMap((name) => [
  `${name}_string`,
  `${name}_bytes`,
]);
const textual: CostRule = (args) => Math.ceil(innerSize(args[0]) * TEXT);
const pairwise: CostRule = ([a, b]) => Math.ceil(Math.min(innerSize(a), innerSize(b)) * TEXT);
const joined: CostRule = ([a, b]) => Math.ceil((innerSize(a) + innerSize(b)) * TEXT);

/** cel-go's own rules by overloads (`interpreter.CostTracker.costCall`); any other call costs 1. */
const BY_OVERLOAD: ReadonlyMap<string, CostRule> = new Map<string, CostRule>([
  ...same(textual, ['starts_with_string', 'ends_with_string', 'string_to_bytes', 'bytes_to_string', 'strings_quote', 'string_format']),
  ...same((args) => innerSize(args[1]), ['in_list']),
  ...same(pairwise, [...ORDERINGS, 'equals', 'not_equals']),
  ...same(joined, ['add_string', 'add_bytes']),
  ...same(([text, pattern]) => regexCost(innerSize(text), innerSize(pattern)), ['matches_string']),
  ...same(([text, part]) => Math.ceil(innerSize(text) * TEXT) * Math.ceil(innerSize(part) * TEXT), ['contains_string']),
]);

/** What one call costs once its rules are known. */
export type CallCost = (args: readonly Result[], result: Result) => number;

/** The rules that decide what one call costs: those of libraries, then Kubernetes', then cel-go's. */
export function toCallCost(libraries: ReadonlyMap<string, CostRule>, name: string, overload: string): CallCost {
  const rules = [libraries.get(overload), BY_FUNCTION.get(name), BY_OVERLOAD.get(overload)].filter((rule) => rule !== undefined);
  return (args, result) => {
    for (const rule of rules) {
      const cost = rule(args, result);
      if (cost !== undefined) return cost;
    }
    return 1;
  };
}
