import { nameOf } from '../../model/index.ts';
import { getArray, getAt, getString, isEqualJson, type JsonObject, type JsonValue, type Path } from '../../std/index.ts';
import type { FieldWriter, RenderedField } from './field-writer.ts';
import { isFieldPath } from './field-path.ts';
import type { Kustomization } from './kustomization.ts';

type Finder = (field: RenderedField, value: JsonObject) => Path | undefined;

/** Replacements, images, replicas, annotations, labels and the namespace of a kustomization: what is done last comes first. */
export function listTransformerWriters({ value, origin }: Kustomization): readonly FieldWriter[] {
  return FINDERS.map((find): FieldWriter => {
    return (field) => {
      const path = find(field, value);
      if (path === undefined) return undefined;
      const [kind, index] = path;
      const copied = kind === 'replacements' && index !== undefined ? getAt(value, kind, index, 'source') : undefined;
      return { range: origin.locate(path), ...(copied === undefined ? {} : { copied }) };
    };
  });
}

const FINDERS: readonly Finder[] = [findReplacement, findImage, findReplicas, findAnnotation, findLabel, findNamespace];

function findImage({ path, value }: RenderedField, kustomization: JsonObject): Path | undefined {
  if (path.at(-1) !== 'image' || typeof value !== 'string') return undefined;
  const { name, tag, digest } = splitImage(value);
  const index = getArray(kustomization, 'images').findIndex((entry) => {
    const [newTag, newDigest] = [getString(entry, 'newTag'), getString(entry, 'digest')];
    if ((getString(entry, 'newName') ?? getString(entry, 'name')) !== name) return false;
    return newDigest === undefined ? newTag === undefined || newTag === tag : newDigest === digest;
  });
  if (index < 0) return undefined;
  const given = ['newName', 'newTag', 'digest'].filter((key) => getString(kustomization, 'images', index, key) !== undefined);
  const [only, ...others] = given;
  return only === undefined || others.length > 0 ? ['images', index] : ['images', index, only];
}

function splitImage(image: string): { readonly name: string; readonly tag: string | undefined; readonly digest: string | undefined } {
  const at = image.indexOf('@');
  const digest = at < 0 ? undefined : image.slice(at + 1);
  const rest = at < 0 ? image : image.slice(0, at);
  const colon = rest.indexOf(':', rest.lastIndexOf('/') + 1);
  return colon < 0 ? { name: rest, tag: undefined, digest } : { name: rest.slice(0, colon), tag: rest.slice(colon + 1), digest };
}

function findReplicas({ path, value, rendered, base }: RenderedField, kustomization: JsonObject): Path | undefined {
  if (path.join('/') !== 'spec/replicas') return undefined;
  const names = [nameOf(rendered), ...(base === undefined ? [] : [nameOf(base)])];
  const index = getArray(kustomization, 'replicas').findIndex(
    (entry) => names.includes(getString(entry, 'name') ?? '') && isEqualJson(getAt(entry, 'count'), value),
  );
  return index < 0 ? undefined : ['replicas', index, 'count'];
}

function findAnnotation({ path, value }: RenderedField, kustomization: JsonObject): Path | undefined {
  return path.at(-2) === 'annotations' ? findPair(kustomization, [['commonAnnotations']], path.at(-1), value) : undefined;
}

const LABEL_PARENTS: ReadonlySet<string | number | undefined> = new Set(['labels', 'matchLabels', 'selector']);

function findLabel({ path, value }: RenderedField, kustomization: JsonObject): Path | undefined {
  if (!LABEL_PARENTS.has(path.at(-2))) return undefined;
  const places: readonly Path[] = getArray(kustomization, 'labels').map((_item, index) => ['labels', index, 'pairs']);
  return findPair(kustomization, [...places.toReversed(), ['commonLabels']], path.at(-1), value);
}

function findPair(
  value: JsonObject,
  places: readonly Path[],
  key: string | number | undefined,
  wanted: JsonValue | undefined,
): Path | undefined {
  if (key === undefined || wanted === undefined) return undefined;
  const place = places.find((path) => isEqualJson(getAt(value, ...path, key), wanted));
  return place === undefined ? undefined : [...place, key];
}

function findNamespace({ path, value }: RenderedField, kustomization: JsonObject): Path | undefined {
  return path.at(-1) === 'namespace' && value !== undefined && isEqualJson(kustomization['namespace'], value) ? ['namespace'] : undefined;
}

function findReplacement(field: RenderedField, kustomization: JsonObject): Path | undefined {
  for (const [index, replacement] of getArray(kustomization, 'replacements').entries()) {
    for (const [number, target] of getArray(replacement, 'targets').entries()) {
      if (!isSelected(getAt(target, 'select'), field)) continue;
      const at = getArray(target, 'fieldPaths').findIndex(
        (text) => typeof text === 'string' && isFieldPath(text, field.rendered, field.path),
      );
      if (at >= 0) return ['replacements', index, 'targets', number, 'fieldPaths', at];
    }
  }
  return undefined;
}

function isSelected(select: JsonValue | undefined, { rendered, base }: RenderedField): boolean {
  const [kind, name] = [getString(select, 'kind'), getString(select, 'name')];
  if (kind !== undefined && kind !== rendered.kind) return false;
  return name === undefined || name === nameOf(rendered) || (base !== undefined && name === nameOf(base));
}
