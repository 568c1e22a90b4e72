import {
  toQualifiedName,
  type CallExpr,
  type ComprehensionExpr,
  type Expr,
  type ListExpr,
  type MapExpr,
  type SelectExpr,
  type StructExpr,
} from './ast.ts';
import type { FunctionDeclaration, Overload } from './declaration.ts';
import type { Issue, Source } from './issue.ts';
import type { FindMade } from './library/library.ts';
import { findField } from './struct-type.ts';
import {
  BOOL,
  BYTES,
  DOUBLE,
  DYN,
  ERROR,
  formatSignature,
  formatType,
  INT,
  isDynamic,
  isDynamicOrError,
  isSameType,
  listOf,
  mapOf,
  NULL,
  optionalOf,
  parameter,
  STRING,
  UINT,
  unwrapOptional,
  type CelType,
} from './type.ts';
import { mostGeneral, substitute, unifyAll, type Substitution } from './unify.ts';
import { Uint, type Value } from './value.ts';

/** What names mean to the checker. */
export interface Declarations {
  readonly variables: ReadonlyMap<string, CelType>;
  readonly functions: ReadonlyMap<string, FunctionDeclaration>;
  /** Names of types as values: `int`, `net.IP`. */
  readonly types: ReadonlyMap<string, CelType>;
  /** Types that are only known by what variables are declared to be: no expression that names one can be evaluated. */
  readonly declared: ReadonlyMap<string, CelType>;
  readonly findMade: FindMade;
}

/** A function that a call was found to mean: by one overload, or by one of several that only the arguments will tell. */
export interface Resolution {
  readonly declaration: FunctionDeclaration;
  readonly overloads: readonly string[];
  /** The target is but a part of the function's name (`sets.contains`). */
  readonly isNamespaced: boolean;
}

/** What the checker found out about an expression. */
export interface Checked {
  readonly type: CelType;
  /** The overloads of all calls of which but one is possible. */
  readonly overloads: readonly string[];
  /** The names of all variables and types that it uses. */
  readonly references: ReadonlySet<string>;
  typeOf(expr: Expr): CelType;
  /** The variable or type that a name or a chain of names stands for; undefined for what selects a field. */
  referenceOf(expr: Expr): string | undefined;
  resolutionOf(call: CallExpr): Resolution | undefined;
}

/** Finds the types of an expression and of all its parts, as cel-go's `checker.Check` does, and what is wrong with them. */
export function check(
  source: Source,
  expr: Expr,
  declarations: Declarations,
): { readonly checked: Checked; readonly issues: readonly Issue[] } {
  const checker = new Checker(source, declarations);
  checker.check(expr);
  const checked: Checked = {
    type: checker.finalType(expr),
    overloads: [...checker.resolutions.values()].flatMap(({ overloads }) => (overloads.length === 1 ? overloads : [])),
    references: new Set(checker.references.values()),
    typeOf: (part) => checker.finalType(part),
    referenceOf: (part) => checker.references.get(part),
    resolutionOf: (part) => checker.resolutions.get(part),
  };
  return { checked, issues: checker.issues };
}

interface Scope {
  readonly parent: Scope | undefined;
  readonly variables: ReadonlyMap<string, CelType>;
}

class Checker {
  readonly issues: Issue[] = [];
  readonly references = new Map<Expr, string>();
  readonly resolutions = new Map<Expr, Resolution>();
  readonly #types = new Map<Expr, CelType>();
  readonly #source: Source;
  readonly #declarations: Declarations;
  #known: Substitution = new Map();
  #scope: Scope | undefined;
  #free = 0;

  constructor(source: Source, declarations: Declarations) {
    this.#source = source;
    this.#declarations = declarations;
  }

  finalType(expr: Expr): CelType {
    return substitute(this.#known, this.#typeOf(expr), 'dyn');
  }

  check(expr: Expr): void {
    this.#types.set(expr, this.#infer(expr));
  }

  #infer(expr: Expr): CelType {
    switch (expr.kind) {
      case 'literal':
        return literalType(expr.value);
      case 'ident':
        return this.#ident(expr, expr.name) ?? this.#undeclared(expr.at, expr.name);
      case 'select':
        return this.#select(expr);
      case 'call':
        return expr.name === '_?._' ? this.#optionalSelect(expr) : this.#call(expr);
      case 'list':
        return this.#list(expr);
      case 'map':
        return this.#map(expr);
      case 'struct':
        return this.#struct(expr);
      case 'comprehension':
        return this.#comprehension(expr);
    }
  }

  #report(message: string, at: number): void {
    this.issues.push(this.#source.toIssue(message, at));
  }

  #undeclared(at: number, name: string): CelType {
    this.#report(`undeclared reference to '${name}' (in container '')`, at);
    return ERROR;
  }

  #mismatch(at: number, expected: CelType, found: CelType): void {
    this.#report(`expected type '${formatType(expected)}' but found '${formatType(found)}'`, at);
  }

  #typeOf(expr: Expr): CelType {
    return this.#types.get(expr) ?? ERROR;
  }

  /** Whether values of one type may stand for the other; what parameters turn out to be is remembered. */
  #isAssignable(given: readonly CelType[], asked: readonly CelType[]): boolean {
    const found = unifyAll(this.#known, given, asked);
    if (found !== undefined) this.#known = found;
    return found !== undefined;
  }

  #newParameter(): CelType {
    return parameter(`_var${this.#free++}`);
  }

  #lookUp(name: string): CelType | undefined {
    const bare = name.startsWith('.') ? name.slice(1) : name;
    if (bare === name)
      for (let scope = this.#scope; scope !== undefined; scope = scope.parent) {
        const type = scope.variables.get(name);
        if (type !== undefined) return type;
      }
    const found = this.#declarations.variables.get(bare);
    if (found !== undefined) return found;
    const { types, declared, findMade } = this.#declarations;
    const named = findMade(bare)?.type ?? types.get(bare) ?? declared.get(bare);
    return named === undefined ? undefined : { kind: 'type', of: named };
  }

  #ident(expr: Expr, name: string): CelType | undefined {
    const type = this.#lookUp(name);
    if (type !== undefined) this.references.set(expr, name);
    return type;
  }

  #select(expr: SelectExpr): CelType {
    const name = toQualifiedName(expr);
    const known = name === undefined ? undefined : this.#ident(expr, name);
    if (known !== undefined) return known;
    const type = this.#field(expr.at, expr.operand, expr.field, false);
    return expr.isTest ? BOOL : type;
  }

  #optionalSelect(expr: CallExpr): CelType {
    const [operand, field] = expr.args;
    if (operand === undefined || field?.kind !== 'literal' || typeof field.value !== 'string') return ERROR;
    this.#types.set(field, STRING);
    const declaration = this.#declarations.functions.get('_?._');
    if (declaration !== undefined) this.resolutions.set(expr, { declaration, overloads: ['select_optional_field'], isNamespaced: false });
    return this.#field(expr.at, operand, field.value, true);
  }

  #field(at: number, operand: Expr, field: string, isOptional: boolean): CelType {
    this.check(operand);
    const type = substitute(this.#known, this.#typeOf(operand));
    const unwrapped = unwrapOptional(type);
    const found = substitute(this.#known, this.#fieldType(at, unwrapped ?? type, field));
    return isOptional || unwrapped !== undefined ? optionalOf(found) : found;
  }

  #fieldType(at: number, type: CelType, field: string): CelType {
    if (type.kind === 'map') return type.value;
    if (type.kind === 'struct') return this.#structField(at, type, field);
    if (type.kind === 'parameter') this.#isAssignable([DYN], [type]);
    else if (!isDynamicOrError(type)) this.#report(`type '${formatType(type)}' does not support field selection`, at);
    return DYN;
  }

  #structField(at: number, type: CelType & { readonly kind: 'struct' }, field: string): CelType {
    const found = findField(type, field);
    if (found !== undefined) return found.type;
    this.#report(type.fields === undefined ? `unexpected failed resolution of '${type.name}'` : `undefined field '${field}'`, at);
    return ERROR;
  }

  #call(expr: CallExpr): CelType {
    const { target, args, name } = expr;
    for (const arg of args) this.check(arg);
    if (target === undefined) {
      const declaration = this.#function(name);
      return declaration === undefined ? this.#undeclared(expr.at, name) : this.#resolve(expr, declaration, false);
    }
    const prefix = toQualifiedName(target);
    const namespaced = prefix === undefined ? undefined : this.#function(`${prefix}.${name}`);
    if (namespaced !== undefined) return this.#resolve(expr, namespaced, true);
    this.check(target);
    const declaration = this.#function(name);
    return declaration === undefined ? this.#undeclared(expr.at, name) : this.#resolve(expr, declaration, false);
  }

  #function(name: string): FunctionDeclaration | undefined {
    return this.#declarations.functions.get(name.startsWith('.') ? name.slice(1) : name);
  }

  #resolve(expr: CallExpr, declaration: FunctionDeclaration, isNamespaced: boolean): CelType {
    const target = isNamespaced ? undefined : expr.target;
    const given = (target === undefined ? expr.args : [target, ...expr.args]).map((arg) => this.#typeOf(arg));
    if (declaration.name === '_&&_' || declaration.name === '_||_') return this.#logic(expr, declaration, given);
    const overloads: string[] = [];
    let result: CelType | undefined;
    for (const candidate of declaration.overloads) {
      if (candidate.isMember !== (target !== undefined)) continue;
      const found = this.#tryOverload(candidate, given);
      if (found === undefined) continue;
      overloads.push(candidate.id);
      if (result === undefined) result = found;
      else if (!isDynamic(result) && !isSameType(found, result)) result = DYN;
    }
    if (result === undefined) {
      const types = given.map((type) => substitute(this.#known, type, 'dyn'));
      const signature = formatSignature(types, target !== undefined);
      this.#report(`found no matching overload for '${declaration.name}' applied to '${signature}'`, expr.at);
      return ERROR;
    }
    this.resolutions.set(expr, { declaration, overloads, isNamespaced });
    return result;
  }

  #logic(expr: CallExpr, declaration: FunctionDeclaration, given: readonly CelType[]): CelType {
    const wrong = expr.args.filter((arg, index) => {
      const type = given[index] ?? ERROR;
      const isFitting = this.#isAssignable([type], [BOOL]);
      if (!isFitting) this.#mismatch(arg.at, BOOL, type);
      return !isFitting;
    });
    this.resolutions.set(expr, { declaration, overloads: declaration.overloads.map(({ id }) => id), isNamespaced: false });
    return wrong.length === 0 ? BOOL : ERROR;
  }

  #tryOverload({ parameters, result }: Overload, given: readonly CelType[]): CelType | undefined {
    if (parameters.length !== given.length) return undefined;
    const fresh = new Map<string, CelType>();
    for (const type of [...parameters, result]) collectParameters(type, (name) => fresh.has(name) || fresh.set(name, this.#newParameter()));
    const asked = parameters.map((type) => substitute(fresh, type));
    return this.#isAssignable(given, asked) ? substitute(this.#known, substitute(fresh, result)) : undefined;
  }

  #list(expr: ListExpr): CelType {
    let element: CelType | undefined;
    for (const { value, isOptional } of expr.elements) {
      this.check(value);
      element = this.#join(element, isOptional ? this.#unwrap(value) : this.#typeOf(value));
    }
    return listOf(element ?? this.#newParameter());
  }

  #unwrap(value: Expr): CelType {
    const type = this.#typeOf(value);
    const unwrapped = unwrapOptional(type);
    if (unwrapped === undefined && !isDynamic(type)) this.#mismatch(value.at, optionalOf(type), type);
    return unwrapped ?? type;
  }

  #map(expr: MapExpr): CelType {
    let key: CelType | undefined;
    let value: CelType | undefined;
    for (const entry of expr.entries) {
      this.check(entry.key);
      key = this.#join(key, this.#typeOf(entry.key));
      this.check(entry.value);
      value = this.#join(value, entry.isOptional ? this.#unwrap(entry.value) : this.#typeOf(entry.value));
    }
    return mapOf(key ?? this.#newParameter(), value ?? this.#newParameter());
  }

  #join(previous: CelType | undefined, current: CelType): CelType {
    if (previous === undefined) return current;
    return this.#isAssignable([previous], [current]) ? mostGeneral(previous, current) : DYN;
  }

  #struct(expr: StructExpr): CelType {
    const found = this.#ident(expr, expr.name);
    if (found === undefined) return this.#undeclared(expr.at, expr.name);
    const type = found.kind === 'type' ? found.of : undefined;
    if (type?.kind !== 'struct') this.#report(`'${expr.name}' is not a ${found.kind === 'type' ? 'message ' : ''}type`, expr.at);
    for (const { at, name, value, isOptional } of expr.fields) {
      this.check(value);
      const asked = type?.kind === 'struct' ? this.#structField(at, type, name) : ERROR;
      const given = isOptional ? this.#unwrap(value) : this.#typeOf(value);
      if (this.#isAssignable([asked], [given])) continue;
      this.#report(`expected type of field '${name}' is '${formatType(asked)}' but provided type is '${formatType(given)}'`, at);
    }
    return type?.kind === 'struct' ? type : ERROR;
  }

  #comprehension(expr: ComprehensionExpr): CelType {
    this.check(expr.range);
    this.check(expr.initial);
    const accumulated = this.#typeOf(expr.initial);
    const outer = this.#scope;
    const around: Scope = { parent: outer, variables: new Map([[expr.accumulator, accumulated]]) };
    const types = this.#iterated(expr);
    const names = expr.second === undefined ? [expr.variable] : [expr.variable, expr.second];
    const shown = expr.second === undefined ? [types.only] : [types.key, types.value];
    this.#scope = { parent: around, variables: new Map(names.map((name, index) => [name, shown[index] ?? DYN])) };
    this.check(expr.condition);
    this.#expect(expr.condition, BOOL);
    this.check(expr.step);
    this.#expect(expr.step, accumulated);
    this.#scope = around;
    this.check(expr.result);
    this.#scope = outer;
    return substitute(this.#known, this.#typeOf(expr.result));
  }

  /** The types of a loop's variables: of the only one, or of the first and the second. */
  #iterated({ range }: ComprehensionExpr): { readonly only: CelType; readonly key: CelType; readonly value: CelType } {
    const type = substitute(this.#known, this.#typeOf(range));
    if (type.kind === 'list') return { only: type.element, key: INT, value: type.element };
    if (type.kind === 'map') return { only: type.key, key: type.key, value: type.value };
    if (type.kind === 'dyn' || type.kind === 'error' || type.kind === 'parameter') {
      this.#isAssignable([DYN], [type]);
      return { only: DYN, key: DYN, value: DYN };
    }
    const message = `expression of type '${formatType(type)}' cannot be range of a comprehension (must be list, map, or dynamic)`;
    this.#report(message, range.at);
    return { only: ERROR, key: ERROR, value: ERROR };
  }

  #expect(expr: Expr, type: CelType): void {
    if (!this.#isAssignable([type], [this.#typeOf(expr)])) this.#mismatch(expr.at, type, this.#typeOf(expr));
  }
}

function collectParameters(type: CelType, found: (name: string) => unknown): void {
  if (type.kind === 'parameter') found(type.name);
  else if (type.kind === 'list') collectParameters(type.element, found);
  else if (type.kind === 'map') for (const part of [type.key, type.value]) collectParameters(part, found);
  else if (type.kind === 'opaque') for (const part of type.parameters) collectParameters(part, found);
  else if (type.kind === 'type' && type.of !== undefined) collectParameters(type.of, found);
}

function literalType(value: Value): CelType {
  if (value === null) return NULL;
  if (typeof value === 'boolean') return BOOL;
  if (typeof value === 'bigint') return INT;
  if (typeof value === 'number') return DOUBLE;
  if (typeof value === 'string') return STRING;
  return value instanceof Uint ? UINT : BYTES;
}
