import { gvkOf, type KubernetesObject } from '../../../model/index.ts';
import { getString, isArray, isEqualJson, isObject, stringifyJson, toFieldPath, type JsonValue, type Path } from '../../../std/index.ts';

const MOST = 6;
const LONGEST = 60;

/** What differs between two states of an object, in words: `spec.replicas: 1 -> 3, metadata.labels.team: + "shop"`. Values of Secrets are not shown. */
export function describeChanges(before: KubernetesObject, after: KubernetesObject): string {
  const { group, kind } = gvkOf(before);
  const isSecret = group === '' && kind === 'Secret';
  const found = listChanges(before, after, []).map(({ path, was, is }) => {
    const isHidden = isSecret && (path[0] === 'data' || path[0] === 'stringData');
    const show = (value: JsonValue): string => (isHidden ? '***' : shorten(stringifyJson(value)));
    const name = toFieldPath(path);
    if (was === undefined) return `${name}: + ${show(is ?? null)}`;
    return is === undefined ? `${name}: - ${show(was)}` : `${name}: ${show(was)} -> ${show(is)}`;
  });
  const more = found.length - MOST;
  return more > 0 ? `${found.slice(0, MOST).join(', ')}, and ${more} more` : found.join(', ');
}

function shorten(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}

interface Change {
  readonly path: Path;
  readonly was: JsonValue | undefined;
  readonly is: JsonValue | undefined;
}

function listChanges(was: JsonValue | undefined, is: JsonValue | undefined, path: Path): readonly Change[] {
  if (was !== undefined && is !== undefined && isEqualJson(was, is)) return [];
  if (isObject(was) && isObject(is)) {
    const names = new Set([...Object.keys(was), ...Object.keys(is)]);
    return [...names].toSorted().flatMap((name) => listChanges(was[name], is[name], [...path, name]));
  }
  if (!isArray(was) || !isArray(is)) return [{ path, was, is }];
  const earlier = new Map(was.map((item, index) => [keyOf(item, index), item]));
  const keys = new Set(is.map(keyOf));
  const gone = [...earlier].flatMap(([key, item], index) => (keys.has(key) ? [] : [{ path: [...path, index], was: item, is: undefined }]));
  return [...gone, ...is.flatMap((item, index) => listChanges(earlier.get(keyOf(item, index)), item, [...path, index]))];
}

/** Items that have a name are the same by it, others by where they stand. */
function keyOf(item: JsonValue, index: number): string {
  const name = isObject(item) ? getString(item, 'name') : undefined;
  return name === undefined ? `#${index}` : `=${name}`;
}
