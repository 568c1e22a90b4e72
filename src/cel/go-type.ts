import { JsonMap } from './json-value.ts';
import { isList, MapValue, typeNameOf, type Value } from './value.ts';

/** The name of cel-go's own type for a value, which some of its errors show. */
export function goTypeOf(value: Value): string {
  if (isList(value)) return '*types.baseList';
  if (value instanceof JsonMap) return 'map[string]interface {}';
  if (value instanceof MapValue) return '*types.baseMap';
  const name = typeNameOf(value).replace('google.protobuf.', '').replace('null_type', 'Null').replace('optional_type', 'Optional');
  return `types.${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}
