import { isReserved } from './escape.ts';
import type { CelType, SchemaFacts } from './type.ts';

/** A field of an object as an expression may name it. */
export interface StructField {
  /** The name in the data; the field's own name is an escaped form of it. */
  readonly property: string;
  readonly type: CelType;
}

/** An object's type: it has these fields and no others. `undefined` for a type that has none to select (`kubernetes.URL`). */
export interface StructType {
  readonly kind: 'struct';
  readonly name: string;
  readonly fields: ReadonlyMap<string, StructField> | undefined;
  /** Any other field may be named, too, and is of this type. */
  readonly open?: CelType;
  /** Properties that a schema has and no expression can name. */
  readonly others?: readonly string[];
  readonly facts?: SchemaFacts;
}

/** The field that an expression selects: words of the language need not be escaped (`DeclTypeProvider.FindStructFieldType`, since 1.31). */
export function findField({ fields, open }: StructType, name: string): StructField | undefined {
  const found = fields?.get(name) ?? (isReserved(name) ? fields?.get(`__${name}__`) : undefined);
  return found ?? (open === undefined ? undefined : { property: name, type: open });
}

/** A type of objects. The fields may be given later, for types that contain themselves. */
export function struct(name: string, fields: ReadonlyMap<string, StructField> | undefined): StructType {
  return { kind: 'struct', name, fields };
}

/** A type whose values are only made and read by functions. */
export function sealed(name: string): StructType {
  return { kind: 'struct', name, fields: undefined };
}
