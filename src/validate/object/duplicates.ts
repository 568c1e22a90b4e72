import { formatRef, refOf, toRefKey, type Manifest } from '../../model/index.ts';
import type { Problem } from '../problem.ts';

/** A manifest with its object's namespace filled in. */
export interface PlacedManifest {
  readonly manifest: Manifest;
  readonly object: Manifest['object'];
}

/** The problem of every object that an earlier manifest has defined already, by manifest; both places are named. */
export function findDuplicates(placed: readonly PlacedManifest[]): ReadonlyMap<Manifest, Problem> {
  const first = new Map<string, Manifest>();
  const problems = new Map<Manifest, Problem>();
  for (const { manifest, object } of placed) {
    const ref = refOf(object);
    if (ref.name === '') continue;
    const key = toRefKey(ref);
    const earlier = first.get(key);
    if (earlier === undefined) first.set(key, manifest);
    else {
      const { file, line } = earlier.origin;
      problems.set(manifest, { code: 'KV0005', path: ['metadata', 'name'], data: { object: formatRef(ref), other: `${file}:${line}` } });
    }
  }
  return problems;
}
