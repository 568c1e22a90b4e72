import { readMatching, type MatchingFile } from '../../../loader/index.ts';
import {
  describe,
  formatPlace,
  isKubernetesObject,
  nameOf,
  namespaceOf,
  type Finding,
  type KubernetesObject,
} from '../../../model/index.ts';
import { getArray, getString, type JsonObject, type JsonValue } from '../../../std/index.ts';
import type { FindUnits, UnitEntry } from '../../config.ts';
import { validateConfig } from '../config-schema.ts';
import { readArgoUnit } from './argo-unit.ts';
import { readFluxUnit } from './flux-unit.ts';
import { toRepositoryName, type FollowedSource, type FoundUnit } from './found-unit.ts';

/** The units that a repository holds, and what is to be said of them. */
export interface FoundUnits {
  readonly entries: readonly UnitEntry[];
  /** What was found and is no unit, or not in all that it asks for: a sentence each. */
  readonly notes: readonly string[];
}

/** Texts that may hold what is looked for. */
const INTERESTING = /\bkind["']?\s*:\s*["']?(?:Application|Component|GitRepository|Kustomization)\b|^(?:bases|components|resources)\s*:/m;
const FLUX = /^kustomize\.toolkit\.fluxcd\.io\//;
const FLUX_SOURCE = /^source\.toolkit\.fluxcd\.io\//;
const ARGO = /^argoproj\.io\//;
const KUSTOMIZATION = /(?:^|\/)(?:kustomization\.ya?ml|Kustomization)$/;

interface Found {
  readonly object: KubernetesObject;
  readonly path: string;
  readonly place: string;
}

/**
 * Looks for units in a folder of the files at `root`: kustomizations that no other one of it builds on, Flux Kustomizations and Argo CD
 * Applications, as `find` says. A folder that holds such objects lists units, and is none itself.
 */
export async function findUnits({ kinds, under }: FindUnits, root: string, followed: FollowedSource): Promise<FoundUnits> {
  const files = await readMatching(root, under, INTERESTING);
  const objects = files.flatMap(listObjects);
  const flux = kinds.includes('flux') ? objects.filter(({ object }) => FLUX.test(object.apiVersion)) : [];
  const argo = kinds.includes('argocd')
    ? objects.filter(({ object }) => ARGO.test(object.apiVersion) && object.kind === 'Application')
    : [];
  const sources = objects.filter(({ object }) => FLUX_SOURCE.test(object.apiVersion) && object.kind === 'GitRepository');
  const known = new Map(sources.map(({ object }) => [`${namespaceOf(object) ?? ''}/${nameOf(object)}`, object]));
  const isUnclear = followed.url === undefined && countRepositories(sources, argo) > 1;
  const read = [
    ...flux.map(({ object, place }) => readFluxUnit(object, place, known, followed)),
    ...argo.map(({ object, place }) => readArgoUnit(object, place, followed)),
  ].map((found) => (isUnclear ? withoutSource(found) : found));
  const listing = new Set([...flux, ...argo].map(({ path }) => path));
  const taken = read.flatMap(({ value }) => getString(value, 'path') ?? []);
  const isTaken = (folder: string): boolean => taken.some((path) => path === '.' || folder === path || folder.startsWith(`${path}/`));
  const folders = kinds.includes('kustomizations')
    ? listRoots(files)
        .filter((folder) => !isTaken(folder))
        .map(toFolderUnit)
    : [];
  const judged = [...read, ...folders].map((found) => checkValue(withoutListing(found, listing)));
  return {
    entries: judged.flatMap(({ value, place }) => (value === undefined ? [] : [{ value, place }])),
    notes: [
      ...files.flatMap(({ findings }) => findings.filter(({ severity }) => severity === 'error').map(tellFault)),
      ...judged.flatMap(({ subject, value, problems }) =>
        problems.map((problem) => `${subject}${value === undefined ? ' is no unit' : ''}: ${problem}`),
      ),
    ],
  };
}

function tellFault(finding: Finding): string {
  return `${finding.source === undefined ? '' : `${formatPlace(finding.source)}: `}${describe(finding)}: units in it are not found`;
}

function listObjects({ path, documents }: MatchingFile): readonly Found[] {
  return documents.flatMap(({ value, origin }) => {
    return isKubernetesObject(value) ? [{ object: value, path, place: `${path}:${origin.locate([]).line}` }] : [];
  });
}

function countRepositories(sources: readonly Found[], applications: readonly Found[]): number {
  const urls = [
    ...sources.map(({ object }) => getString(object, 'spec', 'url')),
    ...applications.map(({ object }) => getString(object, 'spec', 'source', 'repoURL')),
  ];
  return new Set(urls.flatMap((url) => (url === undefined ? [] : [toRepositoryName(url)]))).size;
}

function withoutSource(found: FoundUnit): FoundUnit {
  if (found.value === undefined) return found;
  const { value: _, ...rest } = found;
  return { ...rest, problems: ['several repositories are named, and it is not known which this one is: follow its URL'] };
}

/** What lists units would apply their lists, for controllers that are not there. */
function withoutListing(found: FoundUnit, listing: ReadonlySet<string>): FoundUnit {
  const folder = getString(found.value, 'path');
  if (folder === undefined) return found;
  const listed = [...listing].find((path) => folder === '.' || path.startsWith(`${folder}/`));
  if (listed === undefined) return found;
  const { value: _, ...rest } = found;
  return { ...rest, problems: [`it lists units (${listed}): these are kept, and nothing else of its folder`] };
}

/** Folders with a kustomization that none of the others names. */
function listRoots(files: readonly MatchingFile[]): readonly string[] {
  const kustomizations = files.filter(({ path }) => KUSTOMIZATION.test(path));
  const used = new Set(kustomizations.flatMap(({ path, documents }) => documents.flatMap(({ value }) => listUsed(folderOf(path), value))));
  const isComponent = ({ documents }: MatchingFile): boolean => documents.some(({ value }) => getString(value, 'kind') === 'Component');
  return kustomizations.flatMap((file) => {
    const folder = folderOf(file.path);
    return used.has(folder) || isComponent(file) ? [] : [folder];
  });
}

function listUsed(folder: string, value: JsonValue): readonly string[] {
  const names = ['resources', 'bases', 'components'].flatMap((field) => getArray(value, field));
  return names.flatMap((name) => (typeof name === 'string' ? [resolveIn(folder, name)] : []));
}

function resolveIn(folder: string, path: string): string {
  const steps: string[] = folder === '.' ? [] : folder.split('/');
  for (const step of path.split('/')) {
    if (step === '..') steps.pop();
    else if (step !== '' && step !== '.') steps.push(step);
  }
  return steps.length === 0 ? '.' : steps.join('/');
}

function folderOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash === -1 ? '.' : path.slice(0, slash);
}

function toFolderUnit(folder: string): FoundUnit {
  const name =
    folder === '.'
      ? 'root'
      : folder
          .toLowerCase()
          .replaceAll(/[^a-z0-9.]+/g, '-')
          .replaceAll(/^[-.]+|[-.]+$/g, '');
  return { subject: `the kustomization ${folder}`, place: folder, value: { name, path: folder }, problems: [] };
}

/** What is read of a repository is held to what kplan.yaml may say. */
function checkValue(found: FoundUnit): FoundUnit {
  if (found.value === undefined) return found;
  const document: JsonObject = { apiVersion: 'kplan.dev/v1', kind: 'Config', units: [found.value] };
  const [fault] = validateConfig(document);
  if (fault === undefined) return found;
  const { value: _, ...rest } = found;
  return { ...rest, problems: [fault.message.replace(/^units\.0\.?/, '')] };
}
