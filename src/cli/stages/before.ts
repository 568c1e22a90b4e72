import { existsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { readWorld } from '../../cluster/index.ts';
import { KplanError, World, type Manifest, type WorldSource } from '../../model/index.ts';
import { loadCatalog, listVersions } from '../../model/schema/index.ts';
import { realClock } from '../clock.ts';
import { findPullRequestBase } from '../pull-request.ts';
import type { Arguments } from '../arguments.ts';
import type { Io, Log } from '../io.ts';
import type { EmbeddedCluster } from '../../sim/index.ts';
import { isSnapshotText, readSnapshot } from '../snapshot-text.ts';
import { loadOptions, readObjects, type Desired } from './desired.ts';
import { parseDocuments, readRepository } from '../../loader/index.ts';

const DEFAULT_DIRECTORY = '.kplan/cluster';

/** What is there before the change. */
export interface Before {
  /** `live`: a cluster, where objects that are not ours stay. `revision`: the manifests as they were. */
  readonly mode: 'live' | 'revision';
  readonly world: World;
  readonly source: WorldSource;
  /** The manifests of the revision; none for a cluster. */
  readonly manifests: readonly Manifest[];
  /** The cluster itself, where there is one that can be written. */
  readonly cluster?: EmbeddedCluster;
  readonly kubernetesVersion?: string;
  /** The salt of secret hashes that stand in the world already. */
  readonly salt?: string;
}

/** A cluster that can be written. */
export interface OpenedCluster {
  readonly cluster: EmbeddedCluster;
}

/** Which world the command line chooses as *before*. */
export type BeforeChoice =
  | { readonly kind: 'none' }
  | { readonly kind: 'revision'; readonly revision: string }
  | { readonly kind: 'snapshot'; readonly file: string }
  | { readonly kind: 'embedded'; readonly directory: string };

/** Chooses the world by flags, then by the environment (pull-request CI), else the embedded cluster; says so where nobody chose. */
export function chooseBefore(args: Arguments, io: Io, log: Log): BeforeChoice {
  const base = args.string('base');
  const snapshot = args.string('snapshot');
  const embedded = args.string('embedded');
  const given = [base, snapshot, embedded].filter((value) => value !== undefined);
  if (given.length > 1) throw new KplanError('USAGE', '--base, --snapshot and --embedded each choose the world before: give one of them');
  if (base === 'none') return { kind: 'none' };
  if (base !== undefined) return { kind: 'revision', revision: base };
  if (snapshot !== undefined) return { kind: 'snapshot', file: snapshot };
  if (embedded !== undefined) return { kind: 'embedded', directory: embedded };
  const pullRequest = findPullRequestBase(io.env);
  if (pullRequest !== undefined) {
    log.step(`before: the merge base with ${pullRequest} (this is a pull request; --base, --snapshot or --embedded choose another)`);
    return { kind: 'revision', revision: `merge-base:${pullRequest}` };
  }
  log.detail('before: the embedded cluster in .kplan/cluster (--base, --snapshot or --embedded choose another)');
  return { kind: 'embedded', directory: DEFAULT_DIRECTORY };
}

/** Opens the chosen world. The caller closes its cluster. */
export async function openBefore(choice: BeforeChoice, desired: Desired, args: Arguments, io: Io): Promise<Before> {
  switch (choice.kind) {
    case 'none':
      return {
        mode: 'revision',
        world: World.EMPTY,
        source: { kind: 'none', description: 'nothing', kubernetesVersions: [] },
        manifests: [],
      };
    case 'revision': {
      const path = args.positionals[0] ?? '.';
      const options = loadOptions(args, io, path);
      const { manifests, source } = await readRepository({
        ...options,
        ref: choice.revision,
        ...(options.ref === undefined ? {} : { head: options.ref }),
      });
      const world = World.of(manifests.map((manifest) => manifest.object));
      return { mode: 'revision', world, source: { ...source, path }, manifests };
    }
    case 'snapshot':
      return openSnapshot(choice.file, io);
    case 'embedded':
      return openEmbedded(choice.directory, desired.context, io);
  }
}

async function openSnapshot(file: string, io: Io): Promise<Before> {
  const path = resolve(io.cwd, file);
  if (!existsSync(path))
    throw new KplanError('NOT_FOUND', `--snapshot ${file}: there is no such file`, {
      hint: '`kplan snapshot FILE` writes one; so does `kubectl get all,... -A -o yaml`',
    });
  const source: WorldSource = { kind: 'snapshot', description: `snapshot ${file}`, path: file, kubernetesVersions: [] };
  const own = await readOwnSnapshot(file, path);
  if (own === undefined) return { mode: 'live', world: World.of(await readObjects(path)), source, manifests: [] };
  const { head, world } = own;
  const { clusterUid, kubernetesVersion, salt } = head;
  return {
    mode: 'live',
    world,
    source: { ...source, clusterUid, kubernetesVersions: [kubernetesVersion] },
    manifests: [],
    salt,
    kubernetesVersion,
  };
}

// Undefined for a dump that another tool has written.
async function readOwnSnapshot(file: string, path: string): Promise<ReturnType<typeof readSnapshot> | undefined> {
  if (!statSync(path).isFile()) return undefined;
  const text = await readFile(path, 'utf8');
  if (!isSnapshotText(text)) return undefined;
  const { documents, findings } = parseDocuments(text, file);
  const [document] = documents;
  if (document !== undefined && documents.length === 1 && findings.length === 0) return readSnapshot(document.value);
  throw new KplanError('UNREADABLE', `--snapshot ${file}: not a whole snapshot`, { hint: 'write it again with `kplan snapshot FILE`' });
}

/** Reads the embedded cluster of a directory (one that is open already, if given); makes it if it is not there. */
export async function openEmbedded(
  directory: string,
  context: World,
  io: Io,
  opened?: EmbeddedCluster,
): Promise<Before & { readonly cluster: EmbeddedCluster }> {
  const cluster = opened ?? (await openEmbeddedCluster(directory, context, io));
  const identity = await cluster.identity();
  const world = await readWorld(cluster);
  const source: WorldSource = {
    kind: 'embedded',
    description: `embedded cluster ${directory}`,
    path: directory,
    clusterUid: identity.uid,
    cluster: identity.description,
    kubernetesVersions: [identity.kubernetesVersion],
  };
  return { mode: 'live', world, source, manifests: [], cluster, kubernetesVersion: identity.kubernetesVersion };
}

/** The embedded cluster of a directory; the nodes that the command line names are its nodes if it is new. */
export async function openEmbeddedCluster(directory: string, context: World, io: Io): Promise<EmbeddedCluster> {
  const { openEmbeddedCluster: open } = await import('../../sim/index.ts');
  const nodes = context.byKind('', 'Node');
  return open({
    directory: resolve(io.cwd, directory),
    clock: realClock(io),
    catalog: loadCatalog(listVersions().at(-1) ?? ''),
    sync: true,
    ...(nodes.length === 0 ? {} : { nodes }),
  });
}

/** Like `openEmbeddedCluster`, but refuses where nothing was ever applied. */
export async function openExistingCluster(directory: string, context: World, io: Io): Promise<EmbeddedCluster> {
  if (!existsSync(resolve(io.cwd, directory)))
    throw new KplanError('NO_CLUSTER', `${directory}: there is no embedded cluster`, {
      hint: '`kapply PATH` makes one; --embedded DIR names another',
    });
  return openEmbeddedCluster(directory, context, io);
}

/** The folder of the embedded cluster that a command line means. */
export function embeddedDirectory(args: Arguments): string {
  return args.string('embedded') ?? DEFAULT_DIRECTORY;
}

/** The folder, beside an embedded cluster's own, where daemons keep their status. */
export function daemonDirectory(directory: string): string {
  return `${directory.replace(/\/+$/, '')}.daemons`;
}
