import { gvkOf, type Digest, type Digester, type KubernetesObject, type SchemaCatalog } from '../model/index.ts';
import { getArray, getObject, getString, type JsonValue } from '../std/index.ts';
import { ProblemMerge, type JudgedProblem } from './findings.ts';
import { checkObject } from './object/check-object.ts';
import { findKind } from './object/kinds.ts';
import { outlineOf } from './outline.ts';
import type { Report } from './problem.ts';

/**
 * A digester of objects of built-in kinds: what `validateManifests` says of such an object alone does not depend on
 * others, and of manifests with its verdicts it says the same. `version` must tell builds of this program apart; the
 * catalogs are asked for when there is something to judge.
 */
export function createDigester(version: string, loadCatalogs: () => readonly SchemaCatalog[]): Digester {
  let catalogs: readonly SchemaCatalog[] | undefined;
  return { version, isWhole: false, digest: (object) => digest(object, outlineOf, (catalogs ??= loadCatalogs())) };
}

/** As `createDigester`, but objects stay whole: for who needs more of them than the verdicts. */
export function createJudge(version: string, loadCatalogs: () => readonly SchemaCatalog[]): Digester {
  let catalogs: readonly SchemaCatalog[] | undefined;
  return {
    version: `whole ${version}`,
    isWhole: true,
    digest: (object) => digest(object, (whole) => whole, (catalogs ??= loadCatalogs())),
  };
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

/** Reads problems that were written as JSON. */
export function readProblems(problems: readonly JsonValue[]): readonly JudgedProblem[] {
  return problems.map((item) => {
    const severity = SEVERITIES.find((name) => name === getString(item, 'severity'));
    const problem = {
      code: getString(item, 'code') ?? '',
      path: getArray(item, 'path').filter((step) => typeof step === 'string' || typeof step === 'number'),
      data: getObject(item, 'data') ?? {},
      ...(severity === undefined ? {} : { severity }),
    };
    const versions = getArray(item, 'versions').filter((version) => typeof version === 'string');
    return versions.length === 0 ? { problem } : { problem, versions };
  });
}

const SEVERITIES = ['error', 'warning', 'info'] as const;
