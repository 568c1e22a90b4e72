import { existsSync, readdirSync } from 'node:fs';
import { join, posix } from 'node:path';
import { findDefaultBranch, parseDocuments, readRepository, type LoadOptions } from '../../loader/index.ts';
import { compareStrings, getArray, getString, type JsonValue } from '../../std/index.ts';
import { readInput } from '../input.ts';
import { readKeptPaths, type KeptPaths } from './found/kept-paths.ts';

/** Systems that check pull requests, as `kplan init` knows them. */
export type CiSystem = 'github' | 'gitlab';

/** What a repository is made of, as far as a first configuration depends on it. */
export interface Survey {
  readonly root: string;
  /** Kustomizations that no other one leads to, and charts: directories, in order. */
  readonly kustomizations: readonly string[];
  readonly charts: readonly string[];
  /** What the objects of Flux and Argo CD name; the paths are those that are there and hold no other of them. */
  readonly kept: KeptPaths;
  /** What the plain manifests stand in: one directory for all; beside what is kept, the directories and files that hold nothing else. */
  readonly plain: readonly string[];
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
  const kept = await surveyKept(root, names);
  const taken = new Set([...rendered, ...kept.paths]);
  const plain = manifests.filter(({ origin }) => !isWithinAny(origin.file, taken));
  const files = [...new Set(plain.map(({ origin }) => origin.file))];
  return {
    root,
    kustomizations: listRoots(root, kustomized),
    charts: listOutermost(charts),
    kept,
    plain: kept.paths.length === 0 ? commonDirectory(files.map(directoryOf)) : listApart(files, taken),
    plainFiles: files.length,
    objects: plain.length,
    ci: CI_FILES.flatMap(([path, system]) => (existsSync(join(root, path)) ? [system] : [])),
    branch: findDefaultBranch(root),
    stages: names.includes(GITLAB_FILE) ? listStages(root) : [],
  };
}

/** Of a folder that is kept and holds other such folders these are planned: all of it at once may be the same objects twice. */
async function surveyKept(root: string, names: readonly string[]): Promise<KeptPaths> {
  const { controllers, paths } = await readKeptPaths(root, { files: names, read: (path) => readDocuments(root, path) });
  const known = new Set(names.flatMap((name) => [name, ...directoriesAround(name)]));
  const there = paths.filter((path) => known.has(path));
  const around = new Set(there.flatMap(directoriesAround));
  return { controllers, paths: there.filter((path) => !around.has(path)) };
}

/** The largest directories below the root with some of the files and nothing that is taken; files by themselves where there is none. */
function listApart(files: readonly string[], taken: ReadonlySet<string>): readonly string[] {
  const around = new Set([...taken].flatMap(directoriesAround));
  const isFree = (directory: string): boolean => directory !== '.' && !taken.has(directory) && !around.has(directory);
  const widest = (path: string): string => (isFree(directoryOf(path)) ? widest(directoryOf(path)) : path);
  return listOutermost(files.map(widest));
}

/** The paths that no other one of them holds, in order, each once. */
export function listOutermost(paths: readonly string[]): readonly string[] {
  const all = new Set(paths);
  return [...all].filter((path) => !directoriesAround(path).some((directory) => all.has(directory))).toSorted(compareStrings);
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
      for (const item of getArray(value, field))
        if (typeof item === 'string') named.add(posix.join(directoryOf(path), item).replace(/\/$/, ''));
    if (getString(value, 'kind') !== 'Component') roots.push(directoryOf(path));
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

/** The directories that hold a path, the nearest first. */
function directoriesAround(path: string): readonly string[] {
  if (path === '.') return [];
  const directory = directoryOf(path);
  return [directory, ...directoriesAround(directory)];
}

/** Whether a path is one of the directories, or in one. */
function isWithinAny(path: string, directories: ReadonlySet<string>): boolean {
  return directories.has(path) || directoriesAround(path).some((directory) => directories.has(directory));
}

/** Whether a path is a directory, or in it. */
function isWithin(path: string, directory: string): boolean {
  return directory === '.' || path === directory || path.startsWith(`${directory}/`);
}

/** The deepest directory that holds them all; none for none. */
function commonDirectory(directories: readonly string[]): readonly string[] {
  const [first, ...others] = directories;
  if (first === undefined) return [];
  let common = first;
  while (!others.every((directory) => isWithin(directory, common))) common = posix.dirname(common);
  return [common];
}
