import { childrenOf, type CallExpr, type Expr, type ListExpr, type MapExpr, type StructExpr } from './ast.ts';
import { Choice, Path, type Attribute, type Qualifier } from './attribute.ts';
import type { Checked, Declarations, Resolution } from './checker.ts';
import { LIST_COST, MAP_COST, STRUCT_COST, toCallCost, type CallCost, type CostRule } from './cost.ts';
import { toImplementation, toUnguarded, type Implementation } from './declaration.ts';
import type { Environment } from './environment.ts';
import { EntryMap } from './entry-map.ts';
import { isEqual } from './equality.ts';
import { fold } from './fold.ts';
import type { MadeType } from './library/library.ts';
import { goTypeOf } from './go-type.ts';
import { formatValue } from './format-value.ts';
import { copy } from './native.ts';
import { compilePattern } from './regex.ts';
import type { Scope } from './scope.ts';
import { attributeStep, constantStep, type Step } from './step.ts';
import { isDynamic, nameOfType } from './type.ts';
import { Failure, isList, isValue, Optional, takeOut, TypeValue, Uint, Unknown, type Result, type Value } from './value.ts';

/** Thrown while planning alone: an expression that is sure to fail. */
export class PlanProblem extends Error {}

/** Makes a checked expression ready to be evaluated, as cel-go's planner does with its optimisations: constants are folded. */
export function plan(expr: Expr, checked: Checked, { costs, declarations }: Environment): Step {
  return new Planner(checked, costs, declarations).plan(expr);
}

/** A field of a value that an expression makes. */
interface StructPart {
  readonly name: string;
  readonly step: Step;
  readonly isOptional: boolean;
}

const CONVERSIONS: readonly string[] = ['bool', 'bytes', 'double', 'duration', 'dyn', 'int', 'string', 'timestamp', 'type', 'uint'];
const REGEX_FUNCTIONS: readonly string[] = ['matches', 'find', 'findAll'];

class Planner {
  readonly #checked: Checked;
  readonly #costs: ReadonlyMap<string, CostRule>;
  readonly #declarations: Declarations;

  constructor(checked: Checked, costs: ReadonlyMap<string, CostRule>, declarations: Declarations) {
    this.#checked = checked;
    this.#costs = costs;
    this.#declarations = declarations;
  }

  plan(expr: Expr): Step {
    const reference = this.#checked.referenceOf(expr);
    if (reference !== undefined && expr.kind !== 'struct') return this.#reference(expr, reference);
    switch (expr.kind) {
      case 'literal':
        return constantStep(expr.value);
      case 'ident':
        return this.#reference(expr, expr.name);
      case 'select': {
        const qualifier = constantQualifier(expr.field, false, expr.isTest);
        return attributeStep(this.#qualified(this.plan(expr.operand), qualifier), expr.isTest);
      }
      case 'call':
        return this.#call(expr);
      case 'list':
        return this.#list(expr);
      case 'map':
        return this.#map(expr);
      case 'struct':
        return this.#struct(expr);
      case 'comprehension': {
        const [range, initial, condition, step, result] = childrenOf(expr).map((child) => this.plan(child));
        if (!range || !initial || !condition || !step || !result) throw new RangeError('a loop without its parts');
        const { variable, second, accumulator } = expr;
        const loop = { range, variable, second, accumulator, initial, condition, step, result };
        return { evaluate: (scope) => fold(loop, scope) };
      }
    }
  }

  #reference(expr: Expr, name: string): Step {
    const type = this.#checked.typeOf(expr);
    const bare = name.startsWith('.') ? name.slice(1) : name;
    if (type.kind === 'type') {
      const known = this.#declarations.types.get(bare);
      if (known === undefined) throw new PlanProblem(`reference to undefined type: ${name}`);
      return constantStep(new TypeValue(nameOfType(known), known));
    }
    return attributeStep(new Path((scope) => find(scope, bare)));
  }

  #qualified(operand: Step, qualifier: Qualifier): Attribute {
    const attribute = operand.attribute ?? new Path((scope) => operand.evaluate(scope));
    attribute.qualify(qualifier);
    return attribute;
  }

  #call(expr: CallExpr): Step {
    const resolution = this.#checked.resolutionOf(expr);
    if (resolution === undefined) throw new RangeError(`a call that was not resolved: ${expr.name}`);
    const target = resolution.isNamespaced ? undefined : expr.target;
    const args = (target === undefined ? expr.args : [target, ...expr.args]).map((arg) => this.plan(arg));
    const [first, second, third] = args;
    switch (resolution.declaration.name) {
      case '_&&_':
        return logicStep(args, false);
      case '_||_':
        return logicStep(args, true);
      case '_?_:_':
        if (first && second && third) return attributeStep(new Choice(first, toAttribute(second), toAttribute(third)));
        break;
      case '_[_]':
        if (first && second) return attributeStep(this.#qualified(first, toQualifier(second, false)));
        break;
      case '_[?_]':
      case '_?._':
        if (first && second) return attributeStep(this.#qualified(first, toQualifier(second, true)));
        break;
      case 'or':
      case 'orValue':
        if (first && second) return alternativeStep(first, second, resolution.declaration.name === 'orValue');
        break;
      default:
        break;
    }
    return this.#function(resolution, args);
  }

  #function({ declaration, overloads }: Resolution, args: readonly Step[]): Step {
    const { name } = declaration;
    const [id = ''] = overloads.length === 1 ? overloads : [];
    if (name === '@in' && id === 'in_list') {
      const membership = membershipStep(args);
      if (membership !== undefined) return membership;
    }
    const pattern = REGEX_FUNCTIONS.includes(name) ? args[1]?.constant : undefined;
    const run = typeof pattern === 'string' ? toUnguarded(declaration, id) : toImplementation(declaration, overloads);
    if (CONVERSIONS.includes(name) && args.length === 1 && args[0]?.constant !== undefined) return convertedStep(run, args[0].constant);
    if (typeof pattern === 'string') {
      const compiled = compilePattern(pattern);
      if (compiled instanceof Failure) throw new PlanProblem(compiled.message);
    }
    const chosen = declaration.overloads.find((candidate) => candidate.id === id);
    const isDispatched = declaration.run === undefined && id === '' && declaration.overloads.length > 1;
    const stopsEarly = args.length > 2 || chosen?.isVariadic === true || isDispatched || typeof pattern === 'string';
    const cost = toCallCost(this.#costs, name, id === '' && OWN_OVERLOAD[name] !== undefined ? OWN_OVERLOAD[name] : id);
    return name === '@not_strictly_false' ? notFalseStep(args, cost) : callStep(args, run, cost, stopsEarly);
  }

  #struct(expr: StructExpr): Step {
    const made = this.#declarations.findMade(expr.name.startsWith('.') ? expr.name.slice(1) : expr.name);
    if (made === undefined) throw new PlanProblem(`unknown type: ${expr.name}`);
    const fields = expr.fields.map(({ name, value, isOptional }) => ({ name, step: this.plan(value), isOptional }));
    return toStruct(made, fields);
  }

  #list(expr: ListExpr): Step {
    const steps = expr.elements.map(({ value, isOptional }) => ({ step: this.plan(value), isOptional }));
    const evaluate: Step['evaluate'] = (scope) => {
      const values: Value[] = [];
      let result: Result = values;
      for (const { step, isOptional } of steps) {
        const value = step.evaluate(scope);
        const item = isOptional && isValue(value) ? unwrap(value, 'list element') : value;
        if (item === undefined) continue;
        if (!isValue(item)) {
          result = item;
          break;
        }
        values.push(item);
      }
      scope.meter.charge(LIST_COST);
      return result;
    };
    const constants = steps.flatMap(({ step, isOptional }) => (step.constant === undefined || isOptional ? [] : [step.constant]));
    return constants.length === steps.length ? constantStep(constants) : { evaluate };
  }

  #map(expr: MapExpr): Step {
    const steps = expr.entries.map(({ key, value, isOptional }) => {
      return { key: this.plan(key), isAnew: this.#isReadAnew(key), value: this.plan(value), isOptional };
    });
    const evaluate: Step['evaluate'] = (scope) => {
      const map = new EntryMap();
      let result: Result = map;
      for (const { key, isAnew, value, isOptional } of steps) {
        const read = key.evaluate(scope);
        const name = isAnew && isValue(read) ? copy(read) : read;
        const found = isValue(name) ? value.evaluate(scope) : name;
        const item = isOptional && isValue(found) && isValue(name) ? unwrap(found, `entry '${formatValue(name)}'`) : found;
        if (item === undefined && isValue(name)) map.delete(name);
        else if (item !== undefined && isValue(item) && isValue(name)) map.set(name, item);
        else {
          result = item ?? name;
          break;
        }
      }
      scope.meter.charge(MAP_COST);
      return result;
    };
    const constants = steps.flatMap(({ key, value, isOptional }): (readonly [Value, Value])[] =>
      key.constant === undefined || value.constant === undefined || isOptional ? [] : [[key.constant, value.constant]],
    );
    return constants.length === steps.length ? constantStep(new EntryMap(constants)) : { evaluate };
  }

  /** Whether an expression gives another list or map each time: what is out of an object is made anew, what a loop holds is not. */
  #isReadAnew(expr: Expr): boolean {
    if (expr.kind !== 'ident') return true;
    const type = this.#declarations.variables.get(expr.name);
    return type !== undefined && isDynamic(type);
  }
}

function toStruct({ make }: MadeType, fields: readonly StructPart[]): Step {
  return {
    evaluate: (scope) => {
      const values = new Map<string, Value>();
      for (const { name, step, isOptional } of fields) {
        const found = step.evaluate(scope);
        const item = isOptional && isValue(found) ? unwrap(found, `entry '${name}'`) : found;
        if (item === undefined) continue;
        if (!isValue(item)) return item;
        values.set(name, item);
      }
      scope.meter.charge(STRUCT_COST);
      return make(values);
    },
  };
}

function find(scope: Scope, name: string): Result {
  const found = scope.find(name);
  return found === undefined ? new Failure(`no such attribute(s): ${name}`) : found;
}

// These answer for themselves whatever their arguments are.
const OWN_OVERLOAD: Readonly<Record<string, string>> = { '_==_': 'equals', '_!=_': 'not_equals' };

function constantQualifier(key: Value, isOptional: boolean, isTest: boolean): Qualifier {
  return { isOptional, isTest, key: () => key };
}

function toQualifier(index: Step, isOptional: boolean): Qualifier {
  if (index.constant !== undefined) {
    const key = checkKey(index.constant);
    if (key instanceof Failure) throw new PlanProblem(key.message);
    return constantQualifier(index.constant, isOptional, false);
  }
  const { attribute } = index;
  const find: Qualifier['key'] = attribute === undefined ? (scope) => index.evaluate(scope) : (scope) => attribute.resolve(scope);
  return { isOptional, isTest: false, key: (scope) => checkKey(find(scope)) };
}

function checkKey(key: Result): Result {
  const isKey = ['string', 'bigint', 'number', 'boolean'].includes(typeof key) || key instanceof Uint || !isValue(key);
  return isKey ? key : new Failure(`invalid qualifier type: ${goTypeOf(key)}`);
}

function toAttribute(step: Step): Attribute {
  return step.attribute ?? new Path((scope) => step.evaluate(scope));
}

function unwrap(value: Value, what: string): Value | Failure | undefined {
  if (value instanceof Optional) return value.value;
  const kind = what === 'list element' ? 'optional list element' : `optional ${what}`;
  return new Failure(`cannot initialize ${kind} from non-optional value ${formatValue(value)}`);
}

/** `&&` and `||`: a term that decides alone wins over errors of the others. */
function logicStep(terms: readonly Step[], decisive: boolean): Step {
  return {
    evaluate: (scope) => {
      let problem: Failure | undefined;
      let unknown: Unknown | undefined;
      for (const term of terms) {
        const value = term.evaluate(scope);
        if (value === decisive) return decisive;
        if (value instanceof Unknown) unknown ??= value;
        else if (value instanceof Failure) problem ??= value;
        else if (typeof value !== 'boolean') problem ??= new Failure('no such overload');
      }
      return unknown ?? problem ?? !decisive;
    },
  };
}

function alternativeStep(first: Step, second: Step, isValueWanted: boolean): Step {
  return {
    evaluate: (scope) => {
      const found = first.evaluate(scope);
      if (!(found instanceof Optional)) return found;
      if (found.value === undefined) return second.evaluate(scope);
      return isValueWanted ? takeOut(found.value) : found;
    },
  };
}

/** `x in [constants]`, which costs nothing but its left side. */
function membershipStep([needle, haystack]: readonly Step[]): Step | undefined {
  const list = haystack?.constant;
  if (needle === undefined || list === undefined || !isList(list)) return undefined;
  if (list.length === 0) return constantStep(false);
  if (!list.every((item) => ['boolean', 'bigint', 'number', 'string'].includes(typeof item) || item instanceof Uint)) return undefined;
  const texts = list.every((item) => typeof item === 'string') ? new Set<Value>(list) : undefined;
  return {
    evaluate: (scope) => {
      const value = needle.evaluate(scope);
      if (!isValue(value)) return value;
      return texts === undefined ? list.some((item) => isEqual(item, value) === true) : texts.has(value);
    },
  };
}

function convertedStep(run: Implementation, value: Value): Step {
  const converted = run(value);
  if (converted instanceof Failure) throw new PlanProblem(converted.message);
  return converted instanceof Unknown ? { evaluate: () => converted } : constantStep(converted);
}

function notFalseStep([arg]: readonly Step[], cost: CallCost): Step {
  return {
    evaluate: (scope) => {
      const value = arg?.evaluate(scope) ?? null;
      const result = typeof value === 'boolean' ? value : true;
      scope.meter.charge(cost([value], result));
      return result;
    },
  };
}

function callStep(args: readonly Step[], run: Implementation, cost: CallCost, stopsEarly: boolean): Step {
  return {
    evaluate: (scope) => {
      const results: Result[] = [];
      const values: Value[] = [];
      let problem: Failure | Unknown | undefined;
      for (const arg of args) {
        const result = arg.evaluate(scope);
        results.push(result);
        if (isValue(result)) values.push(result);
        else problem ??= result;
        if (problem !== undefined && stopsEarly) break;
      }
      const result = problem ?? run(...values);
      if (results.length === args.length) scope.meter.charge(cost(results, result));
      return result;
    },
  };
}
