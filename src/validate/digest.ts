import { gvkOf, type Digest, type KubernetesObject, type SchemaCatalog } from '../model/index.ts';
import type { JsonValue } from '../std/index.ts';
import { ProblemMerge, type JudgedProblem } from './findings.ts';
import { checkObject } from './object/check-object.ts';
import { findKind } from './object/kinds.ts';
import { admissionOutlineOf } from './admission-outline.ts';
import type { Report } from './problem.ts';

/** Digests an object; undefined for one that must be kept whole. */
export type DigestObject = (object: KubernetesObject) => Digest | undefined;

/**
 * Digests objects of built-in kinds: what `validateManifests` says of such an object alone does not depend on others, and of
 * manifests with these verdicts it says the same.
 */
export function createDigester(catalogs: readonly SchemaCatalog[]): DigestObject {
  return (object) => digest(object, admissionOutlineOf, catalogs);
}

/** As `createDigester`, but objects stay whole: for who needs more of them than the verdicts. */
export function createJudge(catalogs: readonly SchemaCatalog[]): DigestObject {
  return (object) => digest(object, (whole) => whole, catalogs);
}

function digest(
  object: KubernetesObject,
  leave: (object: KubernetesObject) => KubernetesObject,
  catalogs: readonly SchemaCatalog[],
): Digest | undefined {
  const gvk = gvkOf(object);
  if (gvk.kind === 'CustomResourceDefinition' || !catalogs.every((catalog) => catalog.find(gvk) !== undefined)) return undefined;
  return { object: leave(object), verdict: judgeObject(object, catalogs, false).map(toJson) };
}

/** What the versions asked for say of an object by itself. */
export function judgeObject(object: KubernetesObject, catalogs: readonly SchemaCatalog[], knowsCluster: boolean): readonly JudgedProblem[] {
  let merge: ProblemMerge | undefined;
  for (const catalog of catalogs) {
    const report: Report = (problem) => (merge ??= new ProblemMerge(catalogs.length)).add(problem, catalog.version);
    const kind = findKind(object, catalog, knowsCluster, report);
    if (kind !== undefined) checkObject(object, kind, catalog.version, report);
  }
  return merge?.list() ?? [];
}

/** A problem as JSON; `readProblems` reads it. */
export function toJson({ problem: { code, path, data, severity }, versions }: JudgedProblem): JsonValue {
  return { code, path, data, ...(severity === undefined ? {} : { severity }), ...(versions === undefined ? {} : { versions }) };
}
