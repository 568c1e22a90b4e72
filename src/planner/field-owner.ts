import type { KubernetesObject } from '../model/index.ts';
import { compareBy } from '../std/index.ts';
import { readManagers, toFieldElement, type FieldSet } from './merge/index.ts';

/** The manager that wrote a field last, as far as `managedFields` tell: the newest entry that owns it or a part of it. */
export function ownerOfField(object: KubernetesObject, path: readonly string[]): string | undefined {
  const entries = [...(readManagers(object)?.values() ?? [])].filter(({ fields }) => depthOf(fields, path) > 0);
  return entries.toSorted(
    compareBy(
      ({ fields }) => -depthOf(fields, path),
      ({ time }) => -(Date.parse(time ?? '') || 0),
    ),
  )[0]?.manager;
}

/** How many steps of a path a set follows; steps into lists are not told apart. */
function depthOf(set: FieldSet, path: readonly string[]): number {
  const [first, ...rest] = path;
  if (first === undefined) return 0;
  const element = toFieldElement(first);
  const below = /^\d+$/.test(first) ? [...set.children.values()] : [set.below(element)];
  const own = set.members.has(element) || set.children.has(element) ? 1 : 0;
  const isItem = /^\d+$/.test(first) && below.length > 0 ? 1 : 0;
  return Math.max(own, isItem) + Math.max(0, ...below.map((child) => depthOf(child, rest)));
}
