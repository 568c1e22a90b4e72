import { existsSync, realpathSync } from 'node:fs';
import { basename, relative, resolve, sep } from 'node:path';
import {
  describe,
  describeRemedy,
  KplanError,
  World,
  type Finding,
  type KubernetesObject,
  type Manifest,
  type SchemaCatalog,
  type WorldSource,
} from '../../model/index.ts';
import { toPodSecurityObject } from '../../model/pod-security/index.ts';
import { listVersions, loadCatalog } from '../../model/schema/index.ts';
import { readRepository, type LoadNotes, type LoadOptions, type LoadResult } from '../../loader/index.ts';
import { sha256 } from '../../std/index.ts';
import { isNodesSpec, parseNodesSpec } from '../../engine/scheduler/index.ts';
import type { LoadSummary } from '../../report/index.ts';
import { adviseOnWord } from '../arguments-words.ts';
import type { Arguments } from '../arguments.ts';
import { cacheDirectory } from '../cache-directory.ts';
import { NO_CONFIG, type Config } from '../config.ts';
import { isStream, MOST_BYTES, readInput } from '../input.ts';
import type { Io, Log } from '../io.ts';
import { readConfig, resolveConfigPath } from './config-file.ts';
import { readJsonList } from './json-list.ts';

/** The world that the repository asks for, as manifests, with all that the command line and the configuration say about it. */
export interface Desired {
  readonly manifests: readonly Manifest[];
  readonly findings: readonly Finding[];
  /** What the repository asks for and cannot be planned: known by name only, or not at all. It is not gone. */
  readonly hidden: Pick<LoadResult, 'encrypted' | 'incomplete'>;
  readonly loaded: LoadSummary;
  readonly source: WorldSource;
  /** PATH as it was typed. */
  readonly path: string;
  /** Path and content id of every file that was read: equal for equal content. */
  readonly fileIds: readonly string[];
  /** Equal for equal digests of all objects, in all files; undefined where not every object stands in a file that was digested. */
  readonly fingerprint: string | undefined;
  /** The repository's root. */
  readonly root: string;
  readonly config: Config;
  readonly unit: string;
  readonly defaultNamespace: string;
  /** Objects that exist but are not planned: of --nodes and --context-objects, and the encrypted ones without their values. */
  readonly context: World;
  /** True if some nodes are given. */
  readonly hasNodes: boolean;
}

/** How a reading differs from that of a single command. */
export interface DesiredOptions extends Pick<LoadOptions, 'digester' | 'files' | 'root'> {
  /** The configuration, where it is known already. */
  readonly config?: Config;
}

/**
 * Reads PATH, its configuration and its context. With a digester the manifests hold what that leaves of their objects. With
 * a configuration it is one of many readings of one process, which is remembered there and not on disk.
 */
export async function readDesired(
  args: Arguments,
  io: Io,
  log: Log,
  path: string,
  { config: known, ...extra }: DesiredOptions = {},
): Promise<Desired> {
  checkPath(args, io, path);
  const started = io.now();
  const { cacheDirectory: cache, ...options } = loadOptions(args, io, path);
  const loaded = await readRepository({
    ...options,
    ...(cache === undefined || known !== undefined ? {} : { cacheDirectory: cache }),
    ...extra,
  });
  const config = known ?? (await readConfig(args, io, loaded.root));
  const defaultNamespace = config.defaultNamespace ?? 'default';
  const given = await readContext(args, io, config, loaded.root);
  const context = given.with(loaded.outlines.map((object) => inNamespace(object, defaultNamespace)));
  log.detail(`read ${loaded.notes.files} files, ${loaded.manifests.length} objects in ${io.now() - started} ms`);
  return {
    manifests: loaded.manifests,
    findings: loaded.findings,
    hidden: { encrypted: loaded.encrypted, incomplete: loaded.incomplete },
    loaded: { files: loaded.notes.files, objects: loaded.manifests.length, notes: describeNotes(loaded.notes, loaded) },
    source: describeSource(loaded.source, path, io),
    path,
    fileIds: loaded.files.map((file) => `${file.path}\0${file.oid}`),
    fingerprint: fingerprintOf(loaded),
    root: loaded.root,
    config,
    unit: args.string('unit') ?? config.unit ?? unitName(path, loaded.root, io),
    defaultNamespace,
    context,
    hasNodes: context.byKind('', 'Node').length > 0,
  };
}

/** What stands for PATH where a cluster alone is asked about: no manifests, and of the configuration what --config names. */
export async function readNoManifests(args: Arguments, io: Io): Promise<Desired> {
  const config = args.string('config') === undefined ? NO_CONFIG : await readConfig(args, io, '');
  const context = await readContext(args, io, config, '');
  return {
    manifests: [],
    findings: [],
    hidden: { encrypted: [], incomplete: [] },
    loaded: { files: 0, objects: 0, notes: [] },
    source: { kind: 'none', description: 'nothing', kubernetesVersions: [] },
    path: '',
    fileIds: [],
    fingerprint: undefined,
    root: '',
    config,
    unit: args.string('unit') ?? config.unit ?? '',
    defaultNamespace: config.defaultNamespace ?? 'default',
    context,
    hasNodes: context.byKind('', 'Node').length > 0,
  };
}

const PATH_HINT = 'give a directory or a file of manifests, or `-` for standard input';
const CLONE_HINT = 'a plan is made of files: clone the repository first; `kapply --watch URL` follows one of a server';

/** Refuses a path of the disk that is not there, as it was typed: the loader knows paths of a revision, and absolute ones. */
export function checkPath(args: Arguments, io: Io, path: string): void {
  if (path === '-' || args.string('ref') !== undefined || existsSync(resolve(io.cwd, path))) return;
  const { program } = args.command;
  const isWord = !args.isNamed && /^[\w-]+$/.test(path);
  const what = isWord ? `${path} is no command, and there is no such file or directory` : `${path}: there is no such file or directory`;
  const hint = isWord ? adviseOnWord(program, path) : path.includes('://') ? CLONE_HINT : PATH_HINT;
  throw new KplanError('NOT_FOUND', what, { hint });
}

function fingerprintOf({ files, manifests }: LoadResult): string | undefined {
  const parts = files.map(({ path, fingerprint }) => (fingerprint === undefined ? undefined : `${path}\0${fingerprint}`));
  const paths = new Set(files.map(({ path }) => path));
  const isPlain = manifests.every(({ unit, origin }) => unit === undefined && paths.has(origin.file));
  return !isPlain || parts.includes(undefined) ? undefined : sha256(parts.join('\n'));
}

/** The options that every reading of a repository shares. */
export function loadOptions(args: Arguments, io: Io, path: string): LoadOptions {
  const ref = args.string('ref');
  const git = args.string('git');
  const cache = cacheDirectory(io);
  const absolute = path === '-' ? path : resolve(io.cwd, path);
  const isPiped = path !== '-' && ref === undefined && isStream(absolute);
  return {
    ...(isPiped ? { path: '-', streamName: path, stdin: [readInput(absolute, path)] } : { path: absolute, stdin: io.stdin }),
    git: git === 'js' || git === 'native' ? git : 'auto',
    signal: io.signal,
    hold: () => io.hold(),
    ...(ref === undefined ? {} : { ref }),
    ...(cache === undefined ? {} : { cacheDirectory: cache }),
  };
}

// Paths as they were typed: a report is the same in every folder. A bare dot says nothing, so the folder's name stands for it.
function describeSource(source: WorldSource, path: string, io: Io): WorldSource {
  const typed = source.path === undefined ? source : { ...source, path };
  if (source.kind !== 'directory') return typed;
  return { ...typed, description: /^\.*\/?$/.test(path) ? basename(resolve(io.cwd, path)) : path };
}

const LONGEST_UNIT = 48;

/**
 * The default name of a unit: the repository's, and the path within it with dots. Two paths of one repository never have
 * the same name, so that they never prune each other's objects: what does not fit a name is told apart by a hash.
 */
function unitName(path: string, root: string, io: Io): string {
  if (path === '-' || isStream(resolve(io.cwd, path))) return 'stdin';
  const absolute = resolve(io.cwd, path);
  const real = existsSync(absolute) ? realpathSync(absolute) : absolute;
  const inside = root === '' ? '' : relative(root, real);
  if (root === '' || inside === '' || inside.startsWith('..')) return toName(basename(inside === '' && root !== '' ? root : absolute));
  const steps = inside.split(sep);
  const name = [toName(basename(root)), ...steps.map(toName)].join('.');
  const isExact = steps.every((step) => step === toName(step)) && name.length <= LONGEST_UNIT;
  return isExact ? name : `${name.slice(0, LONGEST_UNIT - 9).replace(/[.-]+$/, '')}-${sha256(inside).slice(0, 8)}`;
}

function toName(text: string): string {
  const fit = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, LONGEST_UNIT);
  return fit === '' ? 'unit' : fit;
}

async function readContext(args: Arguments, io: Io, config: Config, root: string): Promise<World> {
  const home = root === '' ? io.cwd : root;
  const files = [
    ...args.list('context-objects').map((file) => ({ path: existing(file, '--context-objects', io), name: `--context-objects ${file}` })),
    ...(config.contextObjects ?? []).map((file) => ({
      path: resolveConfigPath(file, home, '--context-objects'),
      name: `${file.place}: ${file.path}`,
    })),
  ];
  const objects: KubernetesObject[] = [];
  for (const { path, name } of files) objects.push(...(await readObjects(path, name)));
  const settings = config.podSecurity === undefined ? [] : [toPodSecurityObject(config.podSecurity)];
  return World.of([...objects, ...settings, ...(await readNodes(args, io, config, home))]);
}

async function readNodes(args: Arguments, io: Io, config: Config, home: string): Promise<readonly KubernetesObject[]> {
  const given = args.string('nodes');
  const spec = given ?? config.nodes?.path;
  if (spec === undefined) return [];
  if (isNodesSpec(spec)) return parseNodesSpec(spec);
  if (given !== undefined || config.nodes === undefined) return readObjects(existing(spec, '--nodes', io), `--nodes ${spec}`);
  return readObjects(resolveConfigPath(config.nodes, home, '--nodes'), `${config.nodes.place}: ${spec}`);
}

// What is encrypted is a Secret or a ConfigMap; of another kind nobody can tell here whether it has a namespace.
function inNamespace(object: KubernetesObject, namespace: string): KubernetesObject {
  const isOfCore = object.apiVersion === 'v1' && (object.kind === 'Secret' || object.kind === 'ConfigMap');
  return isOfCore ? { ...object, metadata: { namespace, ...object.metadata } } : object;
}

function existing(file: string, flag: string, io: Io): string {
  const path = resolve(io.cwd, file);
  if (existsSync(path)) return path;
  throw new KplanError('NOT_FOUND', `${flag} ${file}: there is no such file or directory`, {
    hint: flag === '--nodes' ? 'give a file of Node objects, or a shape such as 3x4cpu,16Gi' : 'give a file or a directory of objects',
  });
}

/**
 * The objects of a file, a pipe or a folder that is no part of the repository. Throws `UNREADABLE` with the first place that
 * cannot be understood: what is not read would be taken for what is not there. `input` is what it holds, if that is known.
 */
export async function readObjects(
  path: string,
  name: string,
  input: Buffer | undefined = isStream(path) ? readInput(path, name) : undefined,
): Promise<readonly KubernetesObject[]> {
  const listed = input === undefined ? undefined : readJsonList(input);
  if (listed !== undefined) return listed;
  const limits = { fileBytes: MOST_BYTES };
  const source: Pick<LoadOptions, 'path' | 'stdin' | 'streamName'> =
    input === undefined ? { path } : { path: '-', streamName: basename(path), stdin: [input] };
  const { manifests, findings } = await readRepository({ ...source, git: 'auto', renderers: 'none', limits });
  const fault = findings.find(({ code, severity }) => severity === 'error' || code === 'KL0040');
  if (fault === undefined) return manifests.map((manifest) => manifest.object);
  const { file = '', line, column } = fault.source ?? {};
  const place = file === basename(path) ? name : `${name}: ${file}`;
  throw new KplanError('UNREADABLE', `${place}:${line}:${column}: ${describe(fault)}`, { hint: describeRemedy(fault) });
}

function describeNotes(notes: LoadNotes, loaded: LoadResult): readonly string[] {
  const parts: string[] = [];
  if (notes.templatedFiles > 0)
    parts.push(
      notes.templatedFiles === 1
        ? '1 templated file was not read as manifests.'
        : `${notes.templatedFiles} templated files were not read as manifests.`,
    );
  if (loaded.encrypted.length > 0)
    parts.push(
      loaded.encrypted.length === 1
        ? '1 encrypted object is known by name only.'
        : `${loaded.encrypted.length} encrypted objects are known by name only.`,
    );
  return parts;
}

/** The versions to validate for: as asked, as configured, the cluster's, else the newest known. */
export function chooseVersions(args: Arguments, config: Config, clusterVersion: string | undefined): readonly string[] {
  const asked = args
    .string('kubernetes-version')
    ?.split(',')
    .map((text) => text.trim());
  const versions = asked ?? config.kubernetesVersions ?? (clusterVersion === undefined ? undefined : [clusterVersion]);
  const newest = listVersions().at(-1);
  return versions ?? (newest === undefined ? [] : [newest]);
}

/** The schema catalogs of some versions, in their order. */
export function loadCatalogs(versions: readonly string[]): readonly SchemaCatalog[] {
  return versions.map(loadCatalog);
}
