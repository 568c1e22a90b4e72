import { posix } from 'node:path';
import type { KubernetesObject } from '../../../model/index.ts';
import { getArray, getAt, getBoolean, getObject, getString, isObject, type JsonValue } from '../../../std/index.ts';

/** The files that generators look at. */
export interface GeneratorTree {
  /** Of the whole repository, relative to its root. */
  readonly files: readonly string[];
  readonly read: (path: string) => readonly JsonValue[];
}

/** What one Application is made with: values by their names, as `path.basename` or `cluster.name`. */
type Parameters = ReadonlyMap<string, string>;

interface Tree extends GeneratorTree {
  readonly folders: readonly string[];
}

const EXPRESSION = /\{\{([^{}]*)\}\}/g;
const INDEX = /^index\s+\.?([\w.]+)\s+"?([\w-]+)"?$/;
const NAME = /^\.?[\w.[\]-]+$/;

/**
 * The paths that the Applications of an Argo CD ApplicationSet (argoproj.io) have, as its list, git, matrix and merge generators and
 * those nested in them say. A value that no file tells, as that of a cluster, may be any that makes a folder that is there; a path
 * that is nothing else is not known, and left out.
 */
export function listSetPaths(set: KubernetesObject, { files, read }: GeneratorTree): readonly string[] {
  const tree: Tree = { files, read, folders: listFolders(files) };
  const patterns = getArray(set, 'spec', 'generators').flatMap((generator) => {
    const templates = [getAt(set, 'spec', 'template'), ...Object.values(getObjectOf(generator)).map((value) => getAt(value, 'template'))];
    const paths = templates.flatMap((template) => listPathTemplates(template));
    return listParameters(generator, tree).flatMap((parameters) => paths.map((path) => fillIn(path, parameters)));
  });
  return [...new Set(patterns)].flatMap((pattern) => expandPath(pattern, tree));
}

function getObjectOf(value: JsonValue): Readonly<Record<string, JsonValue>> {
  return isObject(value) ? value : {};
}

function listPathTemplates(template: JsonValue | undefined): readonly string[] {
  const sources = [getAt(template, 'spec', 'source'), ...getArray(template, 'spec', 'sources')];
  return sources.flatMap((source) => getString(source, 'path') ?? []);
}

function listParameters(generator: JsonValue, tree: Tree): readonly Parameters[] {
  const [list, git] = [getObject(generator, 'list'), getObject(generator, 'git')];
  if (list !== undefined) return getArray(list, 'elements').map((element) => new Map(flatten('', element)));
  if (git !== undefined) return listGitParameters(git, tree);
  const nested = (kind: string): readonly (readonly Parameters[])[] =>
    getArray(generator, kind, 'generators').map((item) => listParameters(item, tree));
  if (getObject(generator, 'matrix') !== undefined)
    return nested('matrix').reduce<readonly Parameters[]>(
      (all, more) => all.flatMap((one) => more.map((other) => new Map([...one, ...other]))),
      [new Map()],
    );
  if (getObject(generator, 'merge') !== undefined) return merge(nested('merge'), getArray(generator, 'merge', 'mergeKeys'));
  return [new Map()];
}

/** The first generator says which there are, the others what is known of those with the same keys. */
function merge([base = [], ...others]: readonly (readonly Parameters[])[], keys: readonly JsonValue[]): readonly Parameters[] {
  const keyOf = (parameters: Parameters): string =>
    JSON.stringify(keys.map((key) => (typeof key === 'string' ? parameters.get(key) : undefined) ?? null));
  const more = others.map((list) => new Map(list.map((parameters) => [keyOf(parameters), parameters])));
  return base.map((one) => new Map([...one, ...more.flatMap((list) => [...(list.get(keyOf(one)) ?? [])])]));
}

function listGitParameters(git: JsonValue, tree: Tree): readonly Parameters[] {
  const prefix = getString(git, 'pathParamPrefix');
  const folders = select(getArray(git, 'directories'), tree.folders);
  const files = select(getArray(git, 'files'), tree.files);
  return [
    ...folders.map((folder) => toPathParameters(folder, prefix)),
    ...files.flatMap((file) =>
      tree.read(file).flatMap((value) => {
        const entries = Array.isArray(value) ? value : [value];
        return entries.map((entry) => new Map([...toPathParameters(posix.dirname(file), prefix), ...flatten('', entry)]));
      }),
    ),
  ];
}

/** Of paths those that one of the entries names and none excludes. */
function select(entries: readonly JsonValue[], paths: readonly string[]): readonly string[] {
  const toPattern = (entry: JsonValue): readonly ((path: string) => boolean)[] => {
    const path = getString(entry, 'path');
    return path === undefined ? [] : [toMatcher(path.replace(/^\.?\//, ''))];
  };
  const isExcluded = (entry: JsonValue): boolean => getBoolean(entry, 'exclude') === true;
  const named = entries.filter((entry) => !isExcluded(entry)).flatMap(toPattern);
  const excluded = entries.filter(isExcluded).flatMap(toPattern);
  return paths.filter((path) => named.some((matches) => matches(path)) && !excluded.some((matches) => matches(path)));
}

function listFolders(files: readonly string[]): readonly string[] {
  const folders = new Set<string>();
  for (const file of files)
    for (let folder = posix.dirname(file); folder !== '.' && !folders.has(folder); folder = posix.dirname(folder)) folders.add(folder);
  return [...folders];
}

/** `path` with and without Go templates; with a prefix all of it is below that. */
function toPathParameters(folder: string, prefix: string | undefined): Parameters {
  const start = prefix === undefined || prefix === '' ? 'path' : `${prefix}.path`;
  const basename = posix.basename(folder);
  const segments = folder.split('/').flatMap((segment, at): [string, string][] => [
    [`${start}[${at}]`, segment],
    [`${start}.segments.${at}`, segment],
  ]);
  const normalized = basename.toLowerCase().replaceAll(/[^a-z0-9.-]/g, '-');
  return new Map([
    [start, folder],
    [`${start}.path`, folder],
    [`${start}.basename`, basename],
    [`${start}.basenameNormalized`, normalized],
    ...segments,
  ]);
}

function flatten(name: string, value: JsonValue): readonly (readonly [string, string])[] {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return [[name, String(value)]];
  const entries: readonly (readonly [string, JsonValue])[] = Array.isArray(value)
    ? value.map((item, at) => [String(at), item] as const)
    : Object.entries(getObjectOf(value));
  return entries.flatMap(([key, item]) => flatten(name === '' ? key : `${name}.${key}`, item));
}

/** A path of a template with its values; `*` for those that are not known. */
function fillIn(template: string, parameters: Parameters): string {
  return template.replaceAll(EXPRESSION, (_, expression: string) => parameters.get(toName(expression.replace(/^-|-$/g, '').trim())) ?? '*');
}

/** A path, or the folders that it may be where some of it is not known. */
function expandPath(pattern: string, { folders }: Tree): readonly string[] {
  if (!pattern.includes('*')) return [pattern];
  if (/^[*/.]*$/.test(pattern)) return [];
  return folders.filter(toMatcher(posix.join('.', pattern.replace(/^\/+/, ''))));
}

/** `.path.basename`, `path.basename` and `index .path "basename"` name the same; what calls functions names nothing. */
function toName(expression: string): string {
  const indexed = INDEX.exec(expression);
  if (indexed !== null) return `${indexed[1] ?? ''}.${indexed[2] ?? ''}`;
  return NAME.test(expression) ? expression.replace(/^\./, '') : '';
}

/** Whether a path is as a pattern says: `*` and `?` within a folder, `**` for any number of folders. */
function toMatcher(glob: string): (path: string) => boolean {
  const steps = glob.split('/').filter((step) => step !== '');
  return (path) =>
    isLike(steps, path.split('/'), '**', (step, name) => isLike(Array.from(step), Array.from(name), '*', (a, b) => a === '?' || a === b));
}

/**
 * Whether texts are as a pattern says, in which `star` stands for any number of them. Only the last star is tried again: those of a regular
 * expression would be tried in every combination.
 */
function isLike(
  pattern: readonly string[],
  texts: readonly string[],
  star: string,
  fits: (step: string, text: string) => boolean,
): boolean {
  let [next, lastStar, tried] = [0, -1, 0];
  for (let at = 0; at < texts.length;) {
    const [step, text = ''] = [pattern[next], texts[at]];
    if (step === star) [lastStar, tried, next] = [next, at, next + 1];
    else if (step !== undefined && fits(step, text)) [at, next] = [at + 1, next + 1];
    else if (lastStar < 0) return false;
    else [at, next, tried] = [tried + 1, lastStar + 1, tried + 1];
  }
  return pattern.slice(next).every((step) => step === star);
}
