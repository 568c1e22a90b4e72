import { JsonMap } from './json-value.ts';
import { isList, MapValue, typeNameOf, type Value } from './value.ts';

/** The name of cel-go's own type for a value, which some of its errors show. */
export function goTypeOf(value: Value): string {
  if (isList(value)) return '*types.baseList';
  if (value instanceof JsonMap) return 'map[string]interface {}';
  if (value instanceof MapValue) return '*types.baseMap';
  const name = typeNameOf(value);
  const [, own] = /^(?:kubernetes|net)\.(\w+)$/.exec(name) ?? [];
  if (own !== undefined) return `cel.${own}`;
  if (name === 'optional_type') return '*types.Optional';
  if (name === 'type') return '*types.Type';
  const plain = name.replace('google.protobuf.', '').replace('null_type', 'Null');
  return `types.${plain.charAt(0).toUpperCase()}${plain.slice(1)}`;
}
