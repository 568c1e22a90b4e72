import { existsSync, readdirSync } from 'node:fs';
import { join, posix } from 'node:path';
import { findDefaultBranch, parseDocuments, readRepository, type LoadOptions } from '../../loader/index.ts';
import { compareStrings, getArray, type JsonValue } from '../../std/index.ts';
import { readInput } from '../input.ts';

/** Systems that check pull requests, as `kplan init` knows them. */
export type CiSystem = 'github' | 'gitlab';

/** What a repository is made of, as far as a first configuration depends on it. */
export interface Survey {
  readonly root: string;
  /** Kustomizations that no other one leads to, and charts: directories, in order. */
  readonly kustomizations: readonly string[];
  readonly charts: readonly string[];
  /** The directory that all plain manifests stand in; undefined where there are none. */
  readonly plain: string | undefined;
  readonly plainFiles: number;
  readonly objects: number;
  readonly ci: readonly CiSystem[];
  /** What a change is compared with; undefined where no branch can be told. */
  readonly branch: string | undefined;
  /** The stages that .gitlab-ci.yml itself lists. */
  readonly stages: readonly string[];
}

/** Deeper folders are not looked at. */
const DEEPEST = 12;
const KUSTOMIZATION = /^(?:kustomization\.ya?ml|Kustomization)$/;
const GITLAB_FILE = '.gitlab-ci.yml';
const CI_FILES: readonly (readonly [path: string, system: CiSystem])[] = [
  ['.github', 'github'],
  [GITLAB_FILE, 'gitlab'],
];

/** Looks at the repository of a directory, or at the directory where there is none; runs nothing. */
export async function surveyRepository(options: LoadOptions): Promise<Survey> {
  const { manifests, root } = await readRepository({ ...options, renderers: 'none' });
  const names = listFiles(root, '', DEEPEST);
  const kustomized = names.filter((path) => KUSTOMIZATION.test(posix.basename(path)));
  const charts = names.filter((path) => posix.basename(path) === 'Chart.yaml').map(directoryOf);
  const rendered = [...kustomized.map(directoryOf), ...charts];
  const plain = manifests.filter(({ origin }) => !rendered.some((directory) => isWithin(origin.file, directory)));
  const files = new Set(plain.map(({ origin }) => origin.file));
  return {
    root,
    kustomizations: listRoots(root, kustomized),
    charts: charts.filter((chart) => !charts.some((other) => other !== chart && isWithin(chart, other))).toSorted(compareStrings),
    plain: commonDirectory([...files].map(directoryOf)),
    plainFiles: files.size,
    objects: plain.length,
    ci: CI_FILES.flatMap(([path, system]) => (existsSync(join(root, path)) ? [system] : [])),
    branch: findDefaultBranch(root),
    stages: names.includes(GITLAB_FILE) ? listStages(root) : [],
  };
}

function listFiles(root: string, directory: string, depth: number): readonly string[] {
  return readdirSync(join(root, directory), { withFileTypes: true })
    .toSorted((a, b) => compareStrings(a.name, b.name))
    .flatMap((entry) => {
      const path = posix.join(directory, entry.name);
      if (entry.isFile()) return [path];
      if (!entry.isDirectory() || depth === 0 || entry.name.startsWith('.') || entry.name === 'node_modules') return [];
      return listFiles(root, path, depth - 1);
    });
}

/** Directories of kustomizations that no other kustomization names. */
function listRoots(root: string, kustomized: readonly string[]): readonly string[] {
  const named = new Set<string>();
  const roots: string[] = [];
  for (const path of kustomized) {
    const value = readDocuments(root, path)[0];
    for (const field of ['resources', 'bases', 'components'])
      for (const item of getArray(value, field)) if (typeof item === 'string') named.add(posix.join(directoryOf(path), item));
    roots.push(directoryOf(path));
  }
  return roots.filter((directory) => !named.has(directory)).toSorted(compareStrings);
}

function listStages(root: string): readonly string[] {
  const stages = readDocuments(root, GITLAB_FILE).flatMap((value) => getArray(value, 'stages'));
  return stages.filter((stage) => typeof stage === 'string');
}

function readDocuments(root: string, path: string): readonly JsonValue[] {
  return parseDocuments(readInput(join(root, path), path).toString(), path).documents.map(({ value }) => value);
}

function directoryOf(path: string): string {
  return posix.dirname(path);
}

/** Whether a path is a directory, or in it. */
export function isWithin(path: string, directory: string): boolean {
  return directory === '.' || path === directory || path.startsWith(`${directory}/`);
}

/** The deepest directory that holds them all. */
function commonDirectory(directories: readonly string[]): string | undefined {
  const [first, ...others] = directories;
  if (first === undefined) return undefined;
  let common = first;
  while (!others.every((directory) => isWithin(directory, common))) common = posix.dirname(common);
  return common;
}
