import { describe, gvkOf, type Kind, type KubernetesObject, type SchemaCatalog } from '../model/index.ts';
import { judgeCustomUpdate } from './custom-rules/judge-update.ts';
import { checkNativeUpdate } from './native/update/index.ts';
import { checkObject } from './object/check-object.ts';
import type { Problem } from './problem.ts';

/**
 * What the API server would say of an object that takes the place of another: of custom resources, all that is wrong with what
 * changes; of built-in kinds, what may not change so, besides what is wrong with the new object by itself. Both are to be
 * whole, as a server stores them.
 */
export function judgeUpdate(before: KubernetesObject, after: KubernetesObject, kind: Kind, version: string): readonly Problem[] {
  if (kind.custom) return judgeCustomUpdate(before, after, kind, version);
  const problems: Problem[] = [];
  checkNativeUpdate(before, after, kind, version, (problem) => problems.push(problem));
  return problems;
}

/** As `judgeUpdate`, without what is wrong with the new object by itself: that is said of its manifest. */
export function judgeTransition(before: KubernetesObject, after: KubernetesObject, catalog: SchemaCatalog): readonly Problem[] {
  const kind = catalog.find(gvkOf(after));
  const found = kind === undefined ? [] : judgeUpdate(before, after, kind, catalog.version);
  if (kind === undefined || found.length === 0) return [];
  const said = new Set<string>();
  checkObject(after, kind, catalog.version, (problem) => said.add(describe(problem)));
  return found.filter((problem) => !said.has(describe(problem)));
}
