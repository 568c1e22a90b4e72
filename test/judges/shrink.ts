import { isArray, isObject, type JsonValue } from '../../src/std/index.ts';

/**
 * The smallest value found, by leaving out fields and items one after the other, of which `fails` still holds.
 * Asks at most `budget` times.
 */
export async function shrinkJson(value: JsonValue, fails: (smaller: JsonValue) => Promise<boolean>, budget = 400): Promise<JsonValue> {
  let smallest = value;
  let left = budget;
  for (let changed = true; changed && left > 0;) {
    changed = false;
    for (const path of listPaths(smallest)) {
      if (left-- <= 0) break;
      const smaller = without(smallest, path);
      if (smaller === undefined || !(await fails(smaller).catch(() => false))) continue;
      smallest = smaller;
      changed = true;
    }
  }
  return smallest;
}

type Path = readonly (string | number)[];

/** Outer paths first, and the last items of a list before its first, so that removing one leaves the others where they are. */
function listPaths(value: JsonValue): readonly Path[] {
  const below = childrenOf(value);
  return [...below.map(([step]) => [step]), ...below.flatMap(([step, item]) => listPaths(item).map((path) => [step, ...path]))];
}

function childrenOf(value: JsonValue): readonly (readonly [string | number, JsonValue])[] {
  if (isArray(value)) return value.map((item, index) => [index, item] as const).toReversed();
  return isObject(value) ? Object.entries(value) : [];
}

function without(value: JsonValue, [step, ...rest]: Path): JsonValue | undefined {
  if (isArray(value) && typeof step === 'number') {
    if (step >= value.length) return undefined;
    return rest.length === 0 ? value.toSpliced(step, 1) : replace(value[step], rest, (item) => value.with(step, item));
  }
  if (!isObject(value) || typeof step !== 'string' || !Object.hasOwn(value, step)) return undefined;
  if (rest.length > 0) return replace(value[step], rest, (item) => ({ ...value, [step]: item }));
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== step));
}

function replace(item: JsonValue | undefined, rest: Path, put: (item: JsonValue) => JsonValue): JsonValue | undefined {
  const smaller = item === undefined ? undefined : without(item, rest);
  return smaller === undefined ? undefined : put(smaller);
}
