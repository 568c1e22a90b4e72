import { formatRef, nameOf, refOf, type Manifest, type RefKey } from '../../model/index.ts';
import type { Problem } from '../problem.ts';

/** A manifest with its object's namespace filled in. */
export interface PlacedManifest {
  readonly manifest: Manifest;
  readonly object: Manifest['object'];
  /** Of that object. */
  readonly key: RefKey;
}

/**
 * The problem of every object that an earlier manifest has defined already, by manifest; both places are named. Within one
 * directory it is an error; several directories may be meant for several clusters.
 */
export function findDuplicates(placed: readonly PlacedManifest[]): ReadonlyMap<Manifest, Problem> {
  const first = new Map<string, Manifest>();
  const problems = new Map<Manifest, Problem>();
  for (const { manifest, object, key } of placed) {
    if (nameOf(object) === '') continue;
    const earlier = first.get(key);
    if (earlier === undefined) first.set(key, manifest);
    else {
      const { file, line } = earlier.origin;
      const severity = directoryOf(file) === directoryOf(manifest.origin.file) ? 'error' : 'warning';
      problems.set(manifest, {
        code: 'KV0005',
        severity,
        path: ['metadata', 'name'],
        data: { object: formatRef(refOf(object)), other: `${file}:${line}` },
      });
    }
  }
  return problems;
}

function directoryOf(file: string): string {
  return file.slice(0, file.lastIndexOf('/') + 1);
}
