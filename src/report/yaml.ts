import { dump } from 'js-yaml';
import { isArray, isObject, type JsonValue } from '../std/index.ts';

/** YAML text that kubectl reads back as the same value (no anchors, no folded lines). */
export function stringifyYaml(value: JsonValue): string {
  return dump(plain(value), { lineWidth: -1, noRefs: true });
}

// js-yaml knows no bigint; beyond 2^53 the digits are kept as a string, which a reader of the report can still compare.
function plain(value: JsonValue): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (isArray(value)) return value.map(plain);
  if (isObject(value))
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, item]) => item !== undefined)
        .map(([key, item]) => [key, plain(item)]),
    );
  return value;
}
