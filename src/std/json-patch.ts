import { isArray, isEqualJson, isObject, type JsonArray, type JsonObject, type JsonValue } from './json.ts';

/** One operation of a JSON patch (RFC 6902). */
export interface JsonPatchOperation {
  readonly op: string;
  readonly path: string;
  /** Empty where there is none. */
  readonly from: string;
  readonly value?: JsonValue;
}

/** What a patch comes to: the value, that a test did not hold, or why it cannot be applied. */
type Patched = { readonly value: JsonValue } | { readonly isUntrue: true } | { readonly error: string };

const MISSING = 'missing value';
const INVALID = 'invalid index referenced';

/**
 * Applies the operations of a JSON patch one after the other, with the words and leniencies of `evanphx/json-patch` v4, which the
 * API server uses: what is replaced need not be there, negative indexes count from the end.
 */
export function applyJsonPatch(value: JsonValue, operations: readonly JsonPatchOperation[]): Patched {
  let document = value;
  for (const operation of operations) {
    const result = applyOne(document, operation);
    if (!('value' in result)) return result;
    document = result.value;
  }
  return { value: document };
}

function applyOne(document: JsonValue, operation: JsonPatchOperation): Patched {
  switch (operation.op) {
    case 'add':
      return add(document, operation);
    case 'remove':
      return remove(document, operation);
    case 'replace':
      return replace(document, operation);
    case 'move':
      return move(document, operation);
    case 'test':
      return test(document, operation);
    case 'copy':
      return copy(document, operation);
    default:
      return { error: `Unexpected kind: ${operation.op}` };
  }
}

type Container = JsonArray | JsonObject;

/** The container that a path leads to, and the key within it. */
interface Target {
  readonly container: Container;
  readonly key: string;
  /** The document with another container in its place. */
  readonly put: (container: Container) => JsonValue;
}

function findTarget(document: JsonValue, path: string): Target | undefined {
  const [, ...steps] = path.split('/');
  const last = steps.pop();
  if (last === undefined) return undefined;
  const parents: { readonly container: Container; readonly key: string | number }[] = [];
  let at: JsonValue | undefined = document;
  for (const step of steps) {
    const key = decode(step);
    const index: number | string | { error: string } = isArray(at) ? toIndex(key, at.length, at.length) : key;
    if ((!isArray(at) && !isObject(at)) || typeof index === 'object') return undefined;
    parents.push({ container: at, key: index });
    at = readPart(at, index);
  }
  if (!isArray(at) && !isObject(at)) return undefined;
  const put = (container: Container): JsonValue =>
    parents.reduceRight<Container>((inner, parent) => writePart(parent.container, parent.key, inner), container);
  return { container: at, key: decode(last), put };
}

function decode(step: string): string {
  return step.replace(/~[01]/g, (escaped) => (escaped === '~1' ? '/' : '~'));
}

function readPart(container: Container, key: string | number): JsonValue | undefined {
  if (isArray(container)) return container[Number(key)];
  return Object.hasOwn(container, key) ? container[key] : undefined;
}

function writePart(container: Container, key: string | number, value: JsonValue): Container {
  if (isArray(container)) return container.with(Number(key), value);
  return withKey(container, String(key), value);
}

function withKey(object: JsonObject, key: string, value: JsonValue): JsonObject {
  return Object.fromEntries([...Object.entries(object).filter(([name]) => name !== key), [key, value]]);
}

/** A key as an index of a list: negative ones from the end, up to `size`, which is one more for what is added. */
function toIndex(key: string, length: number, size: number): number | { readonly error: string } {
  if (!/^[+-]?\d+$/.test(key)) return { error: `strconv.Atoi: parsing ${JSON.stringify(key)}: invalid syntax` };
  const index = Number(key);
  if (index >= Math.max(size, length) || index < -size) return { error: `Unable to access invalid index: ${index}: ${INVALID}` };
  return index < 0 ? index + size : index;
}

function insert({ container, key, put }: Target, value: JsonValue): Patched {
  if (!isArray(container)) return { value: put(withKey(container, key, value)) };
  if (key === '-') return { value: put([...container, value]) };
  const index = toIndex(key, container.length, container.length + 1);
  if (typeof index === 'number') return { value: put(container.toSpliced(index, 0, value)) };
  return { error: index.error.startsWith('strconv') ? `value was not a proper array index: '${key}': ${index.error}` : index.error };
}

function take({ container, key, put }: Target): Patched {
  if (isArray(container)) {
    const index = toIndex(key, container.length, container.length);
    return typeof index === 'number' ? { value: put(container.toSpliced(index, 1)) } : index;
  }
  if (!Object.hasOwn(container, key)) return { error: `Unable to remove nonexistent key: ${key}: ${MISSING}` };
  return { value: put(Object.fromEntries(Object.entries(container).filter(([name]) => name !== key))) };
}

function look({ container, key }: Target): { readonly found: JsonValue | undefined } | { readonly error: string } {
  const index = isArray(container) ? toIndex(key, container.length, container.length) : key;
  return typeof index === 'object' ? index : { found: readPart(container, index) };
}

function within(result: Patched, words: string): Patched {
  return 'error' in result ? { error: `${words}: ${result.error}` } : result;
}

function add(document: JsonValue, { path, value = null }: JsonPatchOperation): Patched {
  const target = findTarget(document, path);
  if (target === undefined) return { error: `add operation does not apply: doc is missing path: "${path}": ${MISSING}` };
  return within(insert(target, value), `error in add for path: '${path}'`);
}

function remove(document: JsonValue, { path }: JsonPatchOperation): Patched {
  const target = findTarget(document, path);
  if (target === undefined) return { error: `remove operation does not apply: doc is missing path: "${path}": ${MISSING}` };
  return within(take(target), `error in remove for path: '${path}'`);
}

function replace(document: JsonValue, { path, value = null }: JsonPatchOperation): Patched {
  if (path === '') {
    return typeof value === 'object' && value !== null
      ? { value }
      : { error: 'replace operation value must be object or array: %!w(<nil>)' };
  }
  const target = findTarget(document, path);
  if (target === undefined) return { error: `replace operation does not apply: doc is missing path: ${path}: ${MISSING}` };
  const { container, key, put } = target;
  if (!isArray(container)) return { value: put(withKey(container, key, value)) };
  const index = toIndex(key, container.length, container.length);
  if (typeof index === 'number') return { value: put(container.with(index, value)) };
  return { error: `replace operation does not apply: doc is missing key: ${path}: ${MISSING}` };
}

function move(document: JsonValue, { path, from }: JsonPatchOperation): Patched {
  if (from === '') return { error: `move operation failed to decode from: operation, missing from field: ${MISSING}` };
  const source = findTarget(document, from);
  if (source === undefined) return { error: `move operation does not apply: doc is missing from path: ${from}: ${MISSING}` };
  const moved = look(source);
  const rest = 'error' in moved ? moved : take(source);
  if (!('value' in rest)) return within(rest, `error in move for path: '${source.key}'`);
  const target = findTarget(rest.value, path);
  if (target === undefined) return { error: `move operation does not apply: doc is missing destination path: ${path}: ${MISSING}` };
  const value = 'found' in moved ? (moved.found ?? null) : null;
  return within(insert(target, value), `error in move for path: '${path}'`);
}

function test(document: JsonValue, { path, value }: JsonPatchOperation): Patched {
  if (path === '') return isEqualJson(document, value ?? null) ? { value: document } : { isUntrue: true };
  const target = findTarget(document, path);
  if (target === undefined) return { error: `test operation does not apply: is missing path: ${path}: ${MISSING}` };
  const looked = look(target);
  if ('error' in looked) return { error: `error in test for path: '${path}': ${looked.error}` };
  const { found } = looked;
  // What is absent or null only holds against no value at all.
  const isTrue = found === undefined || found === null ? value === undefined : value !== undefined && isEqualJson(found, value);
  return isTrue ? { value: document } : { isUntrue: true };
}

function copy(document: JsonValue, { path, from }: JsonPatchOperation): Patched {
  if (from === '') return { error: `copy operation failed to decode from: operation, missing from field: ${MISSING}` };
  const source = findTarget(document, from);
  if (source === undefined) return { error: `copy operation does not apply: doc is missing from path: ${from}: ${MISSING}` };
  const looked = look(source);
  if ('error' in looked) return { error: `error in copy for from: '${from}': ${looked.error}` };
  const target = findTarget(document, path);
  if (target === undefined) return { error: `copy operation does not apply: doc is missing destination path: ${path}: ${MISSING}` };
  return within(insert(target, looked.found ?? null), 'error while adding value during copy');
}
