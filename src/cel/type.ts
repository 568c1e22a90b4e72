import type { StructType } from './struct-type.ts';

export type SimpleKind =
  | 'any'
  | 'bool'
  | 'bytes'
  | 'double'
  | 'duration'
  | 'dyn'
  | 'error'
  | 'int'
  | 'null'
  | 'string'
  | 'timestamp'
  | 'uint';

/** A type of CEL, as the checker knows it. Two types may be the same and come from schemas that say different things. */
export type CelType = (
  | { readonly kind: SimpleKind }
  | { readonly kind: 'list'; readonly element: CelType }
  | { readonly kind: 'map'; readonly key: CelType; readonly value: CelType }
  | StructType
  | { readonly kind: 'opaque'; readonly name: string; readonly parameters: readonly CelType[] }
  | { readonly kind: 'parameter'; readonly name: string }
  | { readonly kind: 'type'; readonly of: CelType | undefined }
) & { readonly facts?: SchemaFacts };

/** What a schema says of a type beyond what the checker asks. */
export interface SchemaFacts {
  readonly isNullable: boolean;
  /** How many characters, bytes, elements or entries a value may have: what a request has room for where the schema does not say. */
  readonly mostElements: number;
  /** How many bytes the shortest value takes as JSON. */
  readonly leastBytes: number;
  /** The properties by which the elements of a list are told apart; none for a list that is a set. */
  readonly listKeys?: readonly string[];
  /** What a list is said to be that no list can be: reading one fails. */
  readonly unknownListType?: string;
}

export const BOOL: CelType = { kind: 'bool' };
export const BYTES: CelType = { kind: 'bytes' };
export const DOUBLE: CelType = { kind: 'double' };
export const DURATION: CelType = { kind: 'duration' };
export const DYN: CelType = { kind: 'dyn' };
export const ERROR: CelType = { kind: 'error' };
export const INT: CelType = { kind: 'int' };
export const NULL: CelType = { kind: 'null' };
export const STRING: CelType = { kind: 'string' };
export const TIMESTAMP: CelType = { kind: 'timestamp' };
export const UINT: CelType = { kind: 'uint' };

export function listOf(element: CelType): CelType {
  return { kind: 'list', element };
}

export function mapOf(key: CelType, value: CelType): CelType {
  return { kind: 'map', key, value };
}

export function opaque(name: string, ...parameters: readonly CelType[]): CelType {
  return { kind: 'opaque', name, parameters };
}

export function optionalOf(value: CelType): CelType {
  return opaque('optional_type', value);
}

export function parameter(name: string): CelType {
  return { kind: 'parameter', name };
}

export function typeOf(of: CelType): CelType {
  return { kind: 'type', of };
}

/** The value's type of an optional; undefined for what is none. */
export function unwrapOptional(type: CelType): CelType | undefined {
  return type.kind === 'opaque' && type.name === 'optional_type' ? (type.parameters[0] ?? DYN) : undefined;
}

export function isDynamic(type: CelType): boolean {
  return type.kind === 'dyn' || type.kind === 'any';
}

export function isDynamicOrError(type: CelType): boolean {
  return isDynamic(type) || type.kind === 'error';
}

/** The types that a type is made of. */
export function parametersOf(type: CelType): readonly CelType[] {
  switch (type.kind) {
    case 'list':
      return [type.element];
    case 'map':
      return [type.key, type.value];
    case 'opaque':
      return type.parameters;
    case 'type':
      return type.of === undefined ? [] : [type.of];
    default:
      return [];
  }
}

/** The name by which a value's type is known at run time, as in `type(x)` and in `no such overload: f(int)`. */
export function nameOfType(type: CelType): string {
  switch (type.kind) {
    case 'struct':
    case 'opaque':
    case 'parameter':
      return type.name;
    case 'null':
      return 'null_type';
    case 'timestamp':
      return 'google.protobuf.Timestamp';
    case 'duration':
      return 'google.protobuf.Duration';
    case 'any':
      return 'google.protobuf.Any';
    case 'error':
      return '!error!';
    default:
      return type.kind;
  }
}

/** A type as cel-go's checker prints it (`checker.FormatCELType`). */
export function formatType(type: CelType): string {
  switch (type.kind) {
    case 'any':
    case 'duration':
    case 'null':
    case 'timestamp':
      return type.kind;
    default: {
      const parameters = parametersOf(type);
      return parameters.length === 0 ? nameOfType(type) : `${nameOfType(type)}(${parameters.map(formatType).join(', ')})`;
    }
  }
}

/** The arguments of a call as cel-go's checker prints them: `string.(int)` for a member, else `(string, int)`. */
export function formatSignature(types: readonly CelType[], isMember: boolean): string {
  const [target, ...rest] = types;
  const shown = isMember ? rest : types;
  return `${isMember && target !== undefined ? `${formatType(target)}.` : ''}(${shown.map(formatType).join(', ')})`;
}

/** Whether two types are the same, down to their parts. */
export function isSameType(a: CelType, b: CelType): boolean {
  if (a === b) return true;
  if (a.kind !== b.kind || nameOfType(a) !== nameOfType(b)) return false;
  const [left, right] = [parametersOf(a), parametersOf(b)];
  return left.length === right.length && left.every((part, index) => isSameType(part, right[index] ?? ERROR));
}

/** Whether values of one type may always stand where the other is asked for, without regard to type parameters. */
export function isAssignableTo(asked: CelType, given: CelType): boolean {
  if (asked.kind !== given.kind || nameOfType(asked) !== nameOfType(given)) return false;
  const [left, right] = [parametersOf(asked), parametersOf(given)];
  return left.length === right.length && left.every((part, index) => isAssignableTo(part, right[index] ?? ERROR));
}
