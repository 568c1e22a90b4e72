import { isArray, isObject, type JsonValue } from '../../std/index.ts';

/** A value without what is empty, which is as good as absent where the API server compares objects (`equality.Semantic`). */
export function withoutEmpty(value: JsonValue): JsonValue {
  if (isArray(value)) return value.map(withoutEmpty);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, withoutEmpty(item)] as const);
  return Object.fromEntries(entries.filter(([, item]) => item !== null && !(typeof item === 'object' && Object.keys(item).length === 0)));
}
