import { nameOf, type KubernetesObject } from '../../model/index.ts';
import { getString, isArray, isEqualJson, isObject, type JsonValue, type Path } from '../../std/index.ts';
import type { ParsedObject } from '../yaml/parse-file.ts';

/** The source object that a rendered one was made from: of its kind, with its name, or the name that a prefix and suffix were put around. */
export function findSource(rendered: KubernetesObject, candidates: readonly ParsedObject[]): ParsedObject | undefined {
  const ofKind = candidates.filter(({ object }) => object.kind === rendered.kind);
  const name = nameOf(rendered);
  const exact = ofKind.find(({ object }) => nameOf(object) === name);
  if (exact !== undefined) return exact;
  const within = ofKind.filter(({ object }) => nameOf(object) !== '' && name.includes(nameOf(object)));
  return within.toSorted((a, b) => nameOf(b.object).length - nameOf(a.object).length)[0] ?? (ofKind.length === 1 ? ofKind[0] : undefined);
}

/** A path of a rendered object, found again in a source object. */
export interface Translation {
  /** As far as the source has it. */
  readonly path: Path;
  readonly isWhole: boolean;
  /** True where both hold the same value there. */
  readonly isEqual: boolean;
}

/** Finds a place of the rendered object in a source: items of lists by their name, for patches and transformers move them. */
export function translatePath(rendered: JsonValue, source: JsonValue, path: Path): Translation {
  const found: (string | number)[] = [];
  let [from, to]: [JsonValue | undefined, JsonValue | undefined] = [rendered, source];
  for (const step of path) {
    const key = isArray(from) && isArray(to) ? findItem(from[Number(step)], to, Number(step)) : String(step);
    const next: JsonValue | undefined = childOf(to, key);
    if (next === undefined) return { path: found, isWhole: false, isEqual: false };
    found.push(key);
    from = childOf(from, isArray(from) ? Number(step) : String(step));
    to = next;
  }
  return { path: found, isWhole: true, isEqual: isEqualJson(from, to) };
}

function childOf(value: JsonValue | undefined, key: string | number): JsonValue | undefined {
  if (isArray(value)) return typeof key === 'number' ? value[key] : undefined;
  return isObject(value) && Object.hasOwn(value, key) ? value[String(key)] : undefined;
}

function findItem(item: JsonValue | undefined, list: readonly JsonValue[], index: number): number {
  for (const key of ['name', 'containerPort', 'port', 'mountPath', 'host', 'key']) {
    const wanted = isObject(item) ? item[key] : undefined;
    if (wanted === undefined) continue;
    const at = list.findIndex((other) => isObject(other) && isEqualJson(other[key], wanted));
    return at >= 0 ? at : list.length;
  }
  const same = list.findIndex((other) => isEqualJson(other, item));
  return same >= 0 ? same : index;
}

/** The value of an annotation that kustomize writes: YAML of a few flat lines. */
export function readOrigin(object: KubernetesObject): { readonly path?: string; readonly configuredIn?: string } {
  const text = getString(object.metadata, 'annotations', ORIGIN_ANNOTATION) ?? '';
  const path = /^path: (.*)$/m.exec(text)?.[1];
  const configuredIn = /^configuredIn: (.*)$/m.exec(text)?.[1];
  const isRemoteOrigin = /^repo: /m.test(text);
  if (isRemoteOrigin) return {};
  return { ...(path === undefined ? {} : { path }), ...(configuredIn === undefined ? {} : { configuredIn }) };
}

/** The kustomization files that had a say in an object, relative to the one that was built, in the order in which they were applied. */
export function readTransformations(object: KubernetesObject): readonly string[] {
  const text = getString(object.metadata, 'annotations', TRANSFORMATIONS_ANNOTATION) ?? '';
  return [...new Set([...text.matchAll(/^- configuredIn: (.*)$/gm)].flatMap(([, file]) => file ?? []))];
}

/** Where kustomize says what was done to an object, if it is asked to. */
export const TRANSFORMATIONS_ANNOTATION = 'alpha.config.kubernetes.io/transformations';

/** Where kustomize says what an object was made from, if it is asked to. */
export const ORIGIN_ANNOTATION = 'config.kubernetes.io/origin';
