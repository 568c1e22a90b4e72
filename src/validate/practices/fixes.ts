import { isArray, isObject, type JsonObject, type JsonValue, type Path } from '../../std/index.ts';
import type { Edit } from './practice.ts';

/** The value with the edits made, in their order; fields on the way that are missing are made. */
export function applyEdits(value: JsonValue, edits: readonly Edit[]): JsonValue {
  return edits.reduce((made, { path, value: field }) => setAt(made, path, field), value);
}

function setAt(value: JsonValue | undefined, path: Path, field: JsonValue | undefined): JsonValue {
  const [step, ...rest] = path;
  if (step === undefined) return field ?? null;
  if (typeof step === 'number') {
    const items = isArray(value) ? value : [];
    return items.map((item, index) => (index === step ? setAt(item, rest, field) : item));
  }
  const object: JsonObject = isObject(value) ? value : {};
  if (rest.length > 0) return { ...object, [step]: setAt(object[step], rest, field) };
  const { [step]: _, ...others } = object;
  return field === undefined ? others : { ...object, [step]: field };
}
