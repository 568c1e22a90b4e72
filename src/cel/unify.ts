import { DYN, isDynamic, isDynamicOrError, isSameType, nameOfType, parametersOf, type CelType } from './type.ts';

/** What type parameters stand for, by their names. Never changed: an attempt that fails leaves nothing behind. */
export type Substitution = ReadonlyMap<string, CelType>;

/** The substitution under which all given types may stand for those asked for; undefined if there is none. */
export function unifyAll(known: Substitution, given: readonly CelType[], asked: readonly CelType[]): Substitution | undefined {
  if (given.length !== asked.length) return undefined;
  const draft = new Map(known);
  return given.every((type, index) => unify(draft, type, asked[index] ?? DYN)) ? draft : undefined;
}

/** A type with its parameters replaced; those not known stay, or become dyn. */
export function substitute(known: Substitution, type: CelType, rest: 'keep' | 'dyn' = 'keep'): CelType {
  switch (type.kind) {
    case 'parameter': {
      const found = known.get(type.name);
      if (found !== undefined) return substitute(known, found, rest);
      return rest === 'dyn' ? DYN : type;
    }
    case 'list':
      return { kind: 'list', element: substitute(known, type.element, rest) };
    case 'map':
      return { kind: 'map', key: substitute(known, type.key, rest), value: substitute(known, type.value, rest) };
    case 'opaque':
      return { ...type, parameters: type.parameters.map((part) => substitute(known, part, rest)) };
    case 'type':
      return type.of === undefined ? type : { kind: 'type', of: substitute(known, type.of, rest) };
    default:
      return type;
  }
}

/** Of two types that fit each other the one that says less. */
export function mostGeneral(a: CelType, b: CelType): CelType {
  return isLessSpecific(a, b) ? a : b;
}

function unify(draft: Map<string, CelType>, given: CelType, asked: CelType): boolean {
  if (asked.kind === 'parameter') {
    const outcome = bind(draft, given, asked);
    if (outcome !== 'unbound') return outcome === 'fits';
  }
  if (given.kind === 'parameter') return bind(draft, asked, given) === 'fits';
  if (isDynamicOrError(given) || isDynamicOrError(asked)) return true;
  if (given.kind === 'null') return isNullable(asked);
  if (asked.kind === 'null') return isNullable(given);
  if (given.kind !== asked.kind) return false;
  if (given.kind === 'type') return true;
  if (nameOfType(given) !== nameOfType(asked)) return false;
  const [left, right] = [parametersOf(given), parametersOf(asked)];
  return left.length === right.length && left.every((part, index) => unify(draft, part, right[index] ?? DYN));
}

type Outcome = 'fits' | 'refused' | 'unbound';

function bind(draft: Map<string, CelType>, type: CelType, parameter: CelType & { readonly kind: 'parameter' }): Outcome {
  if (isSameType(type, parameter)) return 'fits';
  const known = draft.get(parameter.name);
  if (known === undefined) {
    if (isReferenced(draft, parameter, type)) return 'unbound';
    draft.set(parameter.name, type);
    return 'fits';
  }
  if (isSameType(type, known)) return 'fits';
  if (!unify(draft, type, known)) return 'refused';
  const general = mostGeneral(type, known);
  if (!isReferenced(draft, parameter, general)) draft.set(parameter.name, general);
  return 'fits';
}

function isReferenced(known: Substitution, parameter: CelType, within: CelType): boolean {
  if (isSameType(parameter, within)) return true;
  if (within.kind === 'parameter') {
    const found = known.get(within.name);
    return found !== undefined && isReferenced(known, parameter, found);
  }
  return parametersOf(within).some((part) => isReferenced(known, parameter, part));
}

function isNullable(type: CelType): boolean {
  return ['opaque', 'struct', 'any', 'duration', 'timestamp', 'null'].includes(type.kind);
}

function isLessSpecific(a: CelType, b: CelType): boolean {
  if (isDynamic(a) || a.kind === 'parameter') return true;
  if (isDynamic(b) || b.kind === 'parameter' || a.kind !== b.kind) return false;
  if (a.kind === 'type') return true;
  if (nameOfType(a) !== nameOfType(b)) return false;
  const [left, right] = [parametersOf(a), parametersOf(b)];
  return left.length === right.length && left.every((part, index) => isLessSpecific(part, right[index] ?? DYN));
}
