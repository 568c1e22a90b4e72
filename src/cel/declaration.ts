import { isDynamic, nameOfType, type CelType } from './type.ts';
import { Failure, isList, MapValue, NO_SUCH_OVERLOAD, typeNameOf, type Result, type Value } from './value.ts';

/** What a function does with its arguments, the target of a member call first. */
export type Implementation = (...args: readonly Value[]) => Result;

/** One way to call a function. */
export interface Overload {
  readonly id: string;
  readonly isMember: boolean;
  readonly parameters: readonly CelType[];
  readonly result: CelType;
  /** Undefined where the function as a whole does it for all its overloads. */
  readonly run?: Implementation;
  /** Stops at the first argument that is an error, though it has but two. */
  readonly isVariadic?: boolean;
}

/** A function of an environment: what the checker needs, and what the evaluator does. */
export interface FunctionDeclaration {
  readonly name: string;
  readonly overloads: readonly Overload[];
  /** One implementation for all overloads, which itself refuses what it cannot do. */
  readonly run?: Implementation;
  /** The implementation refuses wrong types itself. */
  readonly isUnguarded?: boolean;
}

export function overload(id: string, parameters: readonly CelType[], result: CelType, run?: Implementation): Overload {
  return { id, isMember: false, parameters, result, ...(run === undefined ? {} : { run }) };
}

export function member(id: string, parameters: readonly CelType[], result: CelType, run?: Implementation): Overload {
  return { id, isMember: true, parameters, result, ...(run === undefined ? {} : { run }) };
}

/** Puts the overloads of functions of the same name together, in the order in which they are given. */
export function mergeFunctions(declarations: readonly FunctionDeclaration[]): ReadonlyMap<string, FunctionDeclaration> {
  const merged = new Map<string, FunctionDeclaration>();
  for (const declaration of declarations) {
    const known = merged.get(declaration.name);
    if (known === undefined) merged.set(declaration.name, declaration);
    else merged.set(declaration.name, mergePair(known, declaration));
  }
  return merged;
}

function mergePair(known: FunctionDeclaration, other: FunctionDeclaration): FunctionDeclaration {
  const ids = new Set(known.overloads.map(({ id }) => id));
  const isUnguarded = known.isUnguarded === true && other.isUnguarded === true;
  return { ...known, isUnguarded, overloads: [...known.overloads, ...other.overloads.filter(({ id }) => !ids.has(id))] };
}

/** The implementation of a call whose overload is known, or which is only known to be one of several. */
export function toImplementation(declaration: FunctionDeclaration, ids: readonly string[]): Implementation {
  const { run, name } = declaration;
  if (run !== undefined) return run;
  const bound = declaration.overloads.filter((candidate) => candidate.run !== undefined);
  const [only] = ids.length === 1 ? declaration.overloads.filter(({ id }) => id === ids[0]) : bound.length === 1 ? bound : [];
  const candidates = only === undefined ? bound : [only];
  return (...args) => {
    const fitting = candidates.find((candidate) => isFitting(candidate, args, declaration.isUnguarded === true));
    return fitting?.run === undefined ? refuseCall(name, args) : fitting.run(...args);
  };
}

/** The implementation of an overload, which refuses wrong arguments without naming them. */
export function toUnguarded({ run, overloads }: FunctionDeclaration, id: string): Implementation {
  const chosen = run ?? overloads.find((candidate) => candidate.id === id)?.run ?? overloads[0]?.run;
  return (...args) => {
    const result = chosen?.(...args) ?? NO_SUCH_OVERLOAD;
    return result instanceof Failure && result.message.startsWith(NO_SUCH_OVERLOAD.message) ? NO_SUCH_OVERLOAD : result;
  };
}

/** The error for arguments that no overload takes. */
export function refuseCall(name: string, args: readonly Value[]): Failure {
  return new Failure(`no such overload: ${name}(${args.map(typeNameOf).join(', ')})`);
}

function isFitting({ parameters }: Overload, args: readonly Value[], isUnguarded: boolean): boolean {
  return args.length === parameters.length && (isUnguarded || parameters.every((type, index) => isOfType(type, args[index] ?? null)));
}

/** Whether a value is of a type, as far as its first element shows. */
function isOfType(type: CelType, value: Value): boolean {
  if (isDynamic(type) || type.kind === 'parameter') return true;
  if (nameOfType(type) !== typeNameOf(value)) return false;
  if (type.kind === 'list' && isList(value)) return value[0] === undefined || isOfType(type.element, value[0]);
  if (type.kind !== 'map' || !(value instanceof MapValue)) return true;
  const [key] = value.keys();
  if (key === undefined) return true;
  const first = value.find(key);
  return isOfType(type.key, key) && first !== undefined && isOfType(type.value, first as Value);
}
