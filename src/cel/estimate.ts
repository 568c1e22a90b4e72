import { ACCUMULATOR, type CallExpr, type ComprehensionExpr, type Expr, type SelectExpr } from './ast.ts';
import type { Checked } from './checker.ts';
import { LIST_COST, MAP_COST, STRUCT_COST } from './cost.ts';
import { estimateCall, type Estimated, type EstimatedCall } from './estimate-call.ts';
import { ANY, exactly, MOST, NOTHING, ONE, product, sum, union, type Range } from './estimate-range.ts';
import { isScalar, sizeAt, sizeOfLiteral, type Sized } from './estimate-size.ts';
import type { CelType } from './type.ts';

/**
 * What evaluating an expression may cost, from the least to the most (cel-go's `checker.Cost` with the rules of
 * `k8s.io/apiserver/pkg/cel/library.CostEstimator`). All paths are taken for paths into values of one type, whatever variable they
 * begin with, as the API server does with `self` and `oldSelf`.
 */
export function estimateCost(expr: Expr, checked: Checked, root: CelType): Range {
  return new Estimator(checked, root).cost(expr);
}

/** What is known of the entries of a list or map. */
interface Entries {
  readonly kind: 'list' | 'map';
  readonly key: Range;
  readonly value: Range;
}

/** A variable that a loop or binding makes. */
interface Local {
  readonly path: readonly string[];
  readonly size: Range | undefined;
  readonly entries: Entries | undefined;
}

class Estimator {
  readonly #checked: Checked;
  readonly #root: CelType;
  readonly #paths = new Map<Expr, readonly string[]>();
  readonly #sizes = new Map<Expr, Range>();
  readonly #entries = new Map<Expr, Entries>();
  readonly #locals = new Map<string, Local[]>();

  constructor(checked: Checked, root: CelType) {
    this.#checked = checked;
    this.#root = root;
  }

  cost(expr: Expr): Range {
    switch (expr.kind) {
      case 'literal':
        return NOTHING;
      case 'ident':
        this.#paths.set(expr, this.#localOf(expr)?.path ?? [expr.name]);
        return ONE;
      case 'select':
        return this.#select(expr);
      case 'call':
        return this.#call(expr);
      case 'list': {
        const parts = expr.elements.map(({ value }) => value);
        const costs = parts.map((part) => this.cost(part));
        this.#entries.set(expr, { kind: 'list', key: ONE, value: this.#unionOf(parts) });
        return sum(exactly(LIST_COST), ...costs);
      }
      case 'map': {
        const costs = expr.entries.map(({ key, value }) => sum(this.cost(key), this.cost(value)));
        const [keys, values] = [expr.entries.map(({ key }) => key), expr.entries.map(({ value }) => value)];
        this.#entries.set(expr, { kind: 'map', key: this.#unionOf(keys), value: this.#unionOf(values) });
        return sum(exactly(MAP_COST), ...costs);
      }
      case 'struct':
        return sum(exactly(STRUCT_COST), ...expr.fields.map(({ value }) => this.cost(value)));
      case 'comprehension':
        return isBinding(expr) ? this.#binding(expr) : this.#loop(expr);
    }
  }

  #select(expr: SelectExpr): Range {
    const cost = this.cost(expr.operand);
    if (expr.isTest) return cost;
    this.#paths.set(expr, [...this.#pathOf(expr.operand), expr.field]);
    const isCharged = ['map', 'struct', 'parameter'].includes(this.#checked.typeOf(expr.operand).kind);
    return isCharged ? sum(cost, ONE) : cost;
  }

  #call(expr: CallExpr): Range {
    const [first] = expr.args;
    const resolution = this.#checked.resolutionOf(expr);
    if (resolution?.declaration.name === 'dyn' && first !== undefined) {
      const cost = sum(ONE, this.cost(first));
      this.#copySizes(expr, first);
      return cost;
    }
    const costs = expr.args.map(() => NOTHING);
    const args: Sized[] = [];
    for (const [index, arg] of expr.args.entries()) {
      costs[index] = this.cost(arg);
      args.push(this.#sized(arg));
    }
    if (resolution === undefined) return NOTHING;
    const receiver = resolution.isNamespaced ? undefined : expr.target;
    const before = receiver === undefined ? NOTHING : this.cost(receiver);
    const target = receiver === undefined ? undefined : this.#sized(receiver);
    let cost: Range = { min: MOST, max: 0n };
    let size: Range | undefined;
    for (const overload of resolution.overloads) {
      const call = { name: resolution.declaration.name, overload, target, args, root: this.#root };
      const estimated = this.#overload(expr, call, costs);
      cost = union(cost, estimated.cost);
      if (estimated.size !== undefined) size = size === undefined ? estimated.size : union(size, estimated.size);
      if (first !== undefined && (overload === 'index_list' || overload === 'index_map')) {
        size = this.#entriesOf(first)?.value;
        this.#paths.set(expr, [...this.#pathOf(first), overload === 'index_list' ? '@items' : '@values']);
      }
      size ??= this.#sizeOf(expr);
    }
    if (size !== undefined) this.#sizes.set(expr, size);
    return sum(before, cost);
  }

  #overload(expr: CallExpr, call: EstimatedCall, costs: readonly Range[]): Estimated {
    const [first = NOTHING, second = NOTHING, third = NOTHING] = costs;
    const entriesOf = (index: number): Entries | undefined => {
      const arg = expr.args[index];
      return arg === undefined ? undefined : this.#entriesOf(arg);
    };
    switch (call.overload) {
      case 'logical_and':
      case 'logical_or':
        return { cost: { min: first.min, max: sum(first, second).max } };
      case 'conditional':
        this.#setEntries(expr, unionOfEntries(entriesOf(1), entriesOf(2)));
        return { cost: sum(first, union(second, third)), size: union(call.args[1]?.size ?? ANY, call.args[2]?.size ?? ANY) };
      case 'add_bytes':
      case 'add_list':
      case 'add_string':
        this.#setEntries(expr, unionOfEntries(entriesOf(0), entriesOf(1)));
        break;
      default:
        break;
    }
    const estimated = estimateCall(call);
    return { ...estimated, cost: sum(estimated.cost, ...costs) };
  }

  #binding(expr: ComprehensionExpr): Range {
    const before = sum(this.cost(expr.range), this.cost(expr.initial));
    this.#push(expr.accumulator, this.#localFor(expr.initial));
    const cost = this.cost(expr.result);
    this.#pop(expr.accumulator);
    this.#copySizes(expr, expr.result);
    return sum(before, cost);
  }

  #loop(expr: ComprehensionExpr): Range {
    const before = sum(this.cost(expr.range), this.cost(expr.initial));
    this.#push(expr.accumulator, this.#localFor(expr.initial));
    this.#push(expr.variable, this.#iterated(expr.range, expr.second === undefined ? 'only' : 'key'));
    if (expr.second !== undefined) this.#push(expr.second, this.#iterated(expr.range, 'value'));
    const each = sum(this.cost(expr.condition), this.cost(expr.step));
    this.#pop(expr.variable);
    if (expr.second !== undefined) this.#pop(expr.second);
    const after = this.cost(expr.result);
    this.#pop(expr.accumulator);
    const count = this.#sizeOf(expr.range) ?? ANY;
    if (expr.initial.kind === 'literal') this.#setSize(expr, this.#sizeOf(expr.initial));
    else if (expr.initial.kind === 'list' || expr.initial.kind === 'map') {
      this.#setSize(expr, count);
      this.#setEntries(expr, this.#entriesOf(expr.step));
    }
    return sum(before, after, product(count, each));
  }

  #localFor(expr: Expr): Local {
    return { path: this.#pathOf(expr), size: this.#sizeOf(expr), entries: this.#entriesOf(expr) };
  }

  #iterated(range: Expr, part: 'only' | 'key' | 'value'): Local {
    const entries = this.#entriesOf(range);
    const isList = (entries?.kind ?? this.#checked.typeOf(range).kind) === 'list';
    const isKey = part === 'key' || (part === 'only' && !isList);
    const name = isKey ? (isList ? '@indices' : '@keys') : isList ? '@items' : '@values';
    return { path: [...this.#pathOf(range), name], size: isKey ? entries?.key : entries?.value, entries: undefined };
  }

  #push(name: string, local: Local): void {
    this.#locals.set(name, [...(this.#locals.get(name) ?? []), local]);
  }

  #pop(name: string): void {
    this.#locals.set(name, (this.#locals.get(name) ?? []).slice(0, -1));
  }

  #localOf(expr: Expr): Local | undefined {
    return expr.kind === 'ident' ? this.#locals.get(expr.name)?.at(-1) : undefined;
  }

  #pathOf(expr: Expr): readonly string[] {
    return this.#localOf(expr)?.path ?? this.#paths.get(expr) ?? [];
  }

  #sized(expr: Expr): Sized {
    const path = this.#pathOf(expr);
    return { path: path[0] === ACCUMULATOR ? [] : path, type: this.#checked.typeOf(expr), size: this.#sizeOf(expr), expr };
  }

  #sizeOf(expr: Expr): Range | undefined {
    const known = this.#sizes.get(expr) ?? sizeOfLiteral(expr);
    if (known !== undefined) return known;
    const found = sizeAt(this.#root, this.#pathOf(expr));
    this.#setSize(expr, found);
    return found ?? (isScalar(this.#checked.typeOf(expr)) ? ONE : this.#localOf(expr)?.size);
  }

  #setSize(expr: Expr, size: Range | undefined): void {
    if (size !== undefined) this.#sizes.set(expr, size);
  }

  #entriesOf(expr: Expr): Entries | undefined {
    return this.#entries.get(expr) ?? this.#localOf(expr)?.entries;
  }

  #setEntries(expr: Expr, entries: Entries | undefined): void {
    if (entries !== undefined) this.#entries.set(expr, entries);
  }

  #copySizes(to: Expr, from: Expr): void {
    this.#setSize(to, this.#sizeOf(from));
    this.#setEntries(to, this.#entriesOf(from));
  }

  #unionOf(parts: readonly Expr[]): Range {
    if (parts.length === 0) return NOTHING;
    return parts.map((part) => this.#sizeOf(part) ?? ANY).reduce((all, size) => union(all, size));
  }
}

/** Of `cel.bind` and its like: the loop goes over nothing. */
function isBinding({ range, condition, accumulator }: ComprehensionExpr): boolean {
  const isEmpty = range.kind === 'list' && range.elements.length === 0;
  return isEmpty && condition.kind === 'literal' && condition.value === false && accumulator !== ACCUMULATOR;
}

function unionOfEntries(a: Entries | undefined, b: Entries | undefined): Entries | undefined {
  return a === undefined || b === undefined ? undefined : { kind: a.kind, key: union(a.key, b.key), value: union(a.value, b.value) };
}
