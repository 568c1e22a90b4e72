import {
  gvkOf,
  type FieldChange,
  type KubernetesObject,
  type Origin,
  type Schema,
  type SchemaCatalog,
  type SourceRange,
} from '../model/index.ts';
import { fromPointer, getAt, isArray, toPointer, type JsonValue, type Path } from '../std/index.ts';
import { toDesiredPath } from './diff.ts';
import type { Desired } from './input.ts';
import { elementOf, fieldSchemaOf, type FieldPath } from './merge/index.ts';

/** The line that a manifest starts at, which is known without parsing it again. */
export function lineOf(origin: Origin): SourceRange {
  return { file: origin.file, line: origin.line, column: 1, endLine: origin.line, endColumn: 1 };
}

/** Where the field of a planned object stands in its manifest, or what encloses it there. */
export function atField(desired: Desired, after: KubernetesObject, pointer: string, catalog: SchemaCatalog): SourceRange {
  return desired.manifest.origin.locate(writtenPath(desired, after, pointer, catalog));
}

/**
 * The same of a field that changed; of a value that was copied from another manifest as it was rendered, the field there, if that changed
 * too: that one is to blame, not the entry that copies it.
 */
export function atChangedField(
  desired: Desired,
  after: KubernetesObject,
  pointer: string,
  catalog: SchemaCatalog,
  fieldsOf: (origin: Origin) => readonly FieldChange[],
): SourceRange {
  const { origin } = desired.manifest;
  const path = writtenPath(desired, after, pointer, catalog);
  const copied = origin.copiedFrom?.(path);
  const isChanged = copied !== undefined && fieldsOf(copied.origin).some((field) => isAround(field.path, toPointer(copied.path)));
  return isChanged ? copied.origin.locate(copied.path) : origin.locate(path);
}

/** Whether one of two fields is within the other, or both are the same. */
function isAround(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
}

/** The path of a planned object's field in its manifest, as far as it stands there. */
export function writtenPath(desired: Desired, after: KubernetesObject, pointer: string, catalog: SchemaCatalog): Path {
  const schema = catalog.find(gvkOf(desired.object))?.schema;
  const path = asWritten(fromPointer(pointer), desired.manifest.object);
  return toDesiredPath(path, after, desired.manifest.object, schema);
}

/** A value of a Secret may be written as text: then it stands in `stringData`, which is stored as `data`. */
function asWritten(path: readonly string[], { kind, stringData }: KubernetesObject): readonly string[] {
  const [field, key] = path;
  return kind === 'Secret' && field === 'data' && key !== undefined && getAt(stringData, key) !== undefined ? ['stringData', key] : path;
}

/** A managed field's path as one of keys and indexes in an object, as far as the object has it. */
export function toIndexPath(path: FieldPath, object: JsonValue, schema: Schema | undefined): Path {
  const out: (string | number)[] = [];
  let [at, type]: [JsonValue | undefined, Schema | undefined] = [object, schema];
  for (const element of path) {
    const list: Schema | undefined = type;
    const step: string | number = element.startsWith('f:')
      ? element.slice(2)
      : isArray(at) && list !== undefined
        ? at.findIndex((item) => elementOf(list, item) === element)
        : -1;
    at = getAt(at, step);
    if (at === undefined) break;
    out.push(step);
    type = typeof step === 'number' ? type?.items : fieldSchemaOf(type, step);
  }
  return out;
}
