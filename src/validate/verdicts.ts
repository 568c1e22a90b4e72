import {
  gvkOf,
  namespaceOf,
  refKeyOf,
  refOf,
  withMetadata,
  type Finding,
  type KubernetesObject,
  type Manifest,
  type SchemaCatalog,
  type World,
} from '../model/index.ts';
import { getArray, getObject, getString, isSameList, type JsonValue } from '../std/index.ts';
import { compareFindings, toJudgedFinding, toPlacedFinding, type JudgedProblem } from './findings.ts';
import { findDuplicates, type PlacedManifest } from './object/duplicates.ts';

/**
 * What `validateManifests` says of manifests that were all judged when they were read, references and practices aside; undefined
 * where one was not, or where a definition in the context may take the place of a built-in kind.
 */
export function readVerdicts(
  manifests: readonly Manifest[],
  {
    catalogs,
    context,
    defaultNamespace,
  }: { readonly catalogs: readonly SchemaCatalog[]; readonly context: World; readonly defaultNamespace: string },
): readonly Finding[] | undefined {
  if (context.byKind('apiextensions.k8s.io', 'CustomResourceDefinition').length > 0) return undefined;
  const placed = placeManifests(manifests, catalogs, defaultNamespace);
  const findings: Finding[] = [];
  for (const item of placed) {
    const { verdict } = item.manifest;
    if (verdict === undefined) return undefined;
    findings.push(...toVerdictFindings(readProblems(verdict), item));
  }
  return [...findings, ...listDuplicates(placed)].toSorted(compareFindings);
}

/** What is said of a manifest, with its places. */
export function toVerdictFindings(problems: readonly JudgedProblem[], { manifest, object }: PlacedManifest): readonly Finding[] {
  return problems.length === 0 ? NONE : problems.map((item) => toJudgedFinding(item, manifest, refOf(object)));
}

const NONE: readonly Finding[] = [];

/** Manifests with the namespaces that their objects will be in; of an object that is placed again as before, the very same. */
export function placeManifests(
  manifests: readonly Manifest[],
  catalogs: readonly SchemaCatalog[],
  defaultNamespace: string,
): readonly PlacedManifest[] {
  return manifests.map((manifest) => {
    const { object, key } = placeOnce(manifest.object, catalogs, defaultNamespace);
    return { manifest, object, key };
  });
}

interface Placed extends Pick<PlacedManifest, 'key' | 'object'> {
  readonly catalogs: readonly SchemaCatalog[];
  readonly defaultNamespace: string;
}

const placedOnce = new WeakMap<KubernetesObject, Placed>();

function placeOnce(raw: KubernetesObject, catalogs: readonly SchemaCatalog[], defaultNamespace: string): Placed {
  const known = placedOnce.get(raw);
  if (known?.defaultNamespace === defaultNamespace && isSameList(known.catalogs, catalogs)) return known;
  const made = place(raw, catalogs, defaultNamespace);
  const object = known !== undefined && made !== raw && namespaceOf(known.object) === namespaceOf(made) ? known.object : made;
  const placed = { object, key: refKeyOf(object), catalogs, defaultNamespace };
  placedOnce.set(raw, placed);
  return placed;
}

/** The object with the namespace that it will be in: the default one where it names none, none for cluster-scoped kinds. */
function place(object: KubernetesObject, catalogs: readonly SchemaCatalog[], defaultNamespace: string): KubernetesObject {
  const kind = findFirst(catalogs, (catalog) => catalog.find(gvkOf(object)) ?? catalog.findVersions(gvkOf(object).group, object.kind)[0]);
  const namespace = namespaceOf(object);
  if (kind === undefined) return object;
  if (!kind.namespaced) return namespace === undefined ? object : withMetadata(object, { namespace: undefined });
  return namespace === undefined ? withMetadata(object, { namespace: defaultNamespace }) : object;
}

function findFirst<T, R>(items: readonly T[], find: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The objects that an earlier manifest has defined already. */
export function listDuplicates(placed: readonly PlacedManifest[]): readonly Finding[] {
  const problems = findDuplicates(placed);
  if (problems.size === 0) return [];
  return placed.flatMap(({ manifest, object }) => {
    const problem = problems.get(manifest);
    return problem === undefined ? [] : [toPlacedFinding(problem, manifest, refOf(object))];
  });
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
