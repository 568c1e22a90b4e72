import { compareStrings, findNearest, sortedUnique } from '../../std/index.ts';
import type { GroupVersionKind } from '../object.ts';
import type { Kind, SchemaCatalog } from './schema.ts';

/**
 * The kinds that were probably meant by a group, version and kind that a catalog does not know, likeliest first: other
 * versions of the same kind, then the same kind in other groups (nearest spelled first), else the nearest spelled kind.
 */
export function listNearestKinds(catalog: SchemaCatalog, gvk: GroupVersionKind): readonly Kind[] {
  const all = catalog.list();
  const kinds = sortedUnique(all.map((kind) => kind.kind));
  const name = kinds.includes(gvk.kind) ? gvk.kind : findNearest(gvk.kind, kinds);
  if (name === undefined) return [];
  const groups = sortedUnique(all.filter((kind) => kind.kind === name).map((kind) => kind.group));
  const nearest = groups.includes(gvk.group) ? gvk.group : findNearest(gvk.group, groups);
  const ordered = groups.toSorted((a, b) => Number(b === nearest) - Number(a === nearest) || compareStrings(a, b));
  return ordered.flatMap((group) => catalog.findVersions(group, name));
}
