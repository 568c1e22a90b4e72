import { refOf, toRefKey, type Manifest, type ObjectRef, type RefKey, type SourceRange } from '../../model/index.ts';
import { fromPointer, getOrAdd } from '../../std/index.ts';
import type { QuestionWorld } from './question-world.ts';

/** Where a field (JSON pointer) of an object stands in the manifests, if it does. */
export type Locate = (ref: ObjectRef, pointer: string) => SourceRange | undefined;

/** Where the fields of objects stand in the manifests that a question was asked with. */
export function toLocate({ manifests, defaultNamespace }: Pick<QuestionWorld, 'defaultNamespace' | 'manifests'>): Locate {
  const byKey = new Map<RefKey, Manifest>();
  for (const manifest of manifests) {
    const ref = refOf(manifest.object);
    byKey.set(toRefKey(ref), manifest);
    byKey.set(toRefKey({ namespace: defaultNamespace, ...ref }), manifest);
  }
  const known = new Map<string, SourceRange | undefined>();
  return (ref, pointer) => {
    const key = toRefKey(ref);
    return getOrAdd(known, `${key}\0${pointer}`, () => byKey.get(key)?.origin.locate(toIndexes(pointer)));
  };
}

/** `/rules/3` as a path: the number is an index. */
export function toIndexes(pointer: string): readonly (number | string)[] {
  return fromPointer(pointer).map((step) => (/^\d+$/.test(String(step)) ? Number(step) : step));
}
