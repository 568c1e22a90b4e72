import { posix } from 'node:path';
import { readMatching } from '../../../loader/index.ts';
import { isKubernetesObject } from '../../../model/index.ts';
import { compareStrings, getArray, getAt, getString, type JsonValue } from '../../../std/index.ts';
import type { UnitKind } from '../../config.ts';
import { listSetPaths, type GeneratorTree } from './argo-sets.ts';

/** What the controllers that a repository speaks of apply of it. */
export interface KeptPaths {
  /** Those whose objects are there. */
  readonly controllers: readonly Exclude<UnitKind, 'kustomizations'>[];
  /** Paths of the repository as the objects name them, in order, each once. Whether they are there is not looked at. */
  readonly paths: readonly string[];
}

const INTERESTING = /\bkind["']?\s*:\s*["']?(?:Application(?:Set)?|Kustomization)\b/;

/**
 * The paths that Flux's Kustomizations (`spec.path` of kustomize.toolkit.fluxcd.io) and Argo CD's Applications (`path` of `spec.source` and
 * of each of `spec.sources`, argoproj.io) and ApplicationSets of the files at `root` name. Which repository they are of is not looked at.
 */
export async function readKeptPaths(root: string, tree: GeneratorTree): Promise<KeptPaths> {
  const files = await readMatching(root, '.', INTERESTING);
  const kept = files.flatMap(({ documents }) => documents.flatMap(({ value }) => findKept(value, tree) ?? []));
  return {
    controllers: (['flux', 'argocd'] as const).filter((name) => kept.some(({ controller }) => controller === name)),
    paths: [...new Set(kept.flatMap(({ paths }) => paths.map(toPath)))].toSorted(compareStrings),
  };
}

function findKept(
  value: JsonValue,
  tree: GeneratorTree,
): { readonly controller: 'argocd' | 'flux'; readonly paths: readonly string[] } | undefined {
  if (!isKubernetesObject(value)) return undefined;
  if (value.kind === 'Kustomization' && value.apiVersion.startsWith('kustomize.toolkit.fluxcd.io/'))
    return { controller: 'flux', paths: [getString(value, 'spec', 'path') ?? '.'] };
  if (value.kind === 'ApplicationSet' && value.apiVersion.startsWith('argoproj.io/'))
    return { controller: 'argocd', paths: listSetPaths(value, tree) };
  if (value.kind !== 'Application' || !value.apiVersion.startsWith('argoproj.io/')) return undefined;
  const sources = [getAt(value, 'spec', 'source'), ...getArray(value, 'spec', 'sources')];
  return { controller: 'argocd', paths: sources.flatMap((source) => getString(source, 'path') ?? []) };
}

/** Both read a path from the root of the repository, however it begins. */
function toPath(path: string): string {
  return posix.join('.', path.replace(/^\/+/, '')).replace(/\/$/, '') || '.';
}
