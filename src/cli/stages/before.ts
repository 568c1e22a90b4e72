import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ResourceType, WorldReading } from '../../cluster/index.ts';
import { describe, describeRemedy, KplanError, World, type Finding, type Manifest, type WorldSource } from '../../model/index.ts';
import { findPullRequestBase } from '../pull-request.ts';
import type { Arguments } from '../arguments.ts';
import { readInput } from '../input.ts';
import type { Io, Log } from '../io.ts';
import { isSnapshotText, readSnapshot } from '../snapshot-text.ts';
import { readRelevant } from './read-relevant.ts';
import { loadOptions, readObjects, type Desired } from './desired.ts';
import { parseDocuments, readRepository } from '../../loader/index.ts';
import { chooseTarget, findGiven, IDENTITY_FLAGS, LIVE_FLAGS, openTarget, type OpenedCluster, type TargetChoice } from './target.ts';

/** What is there before the change. */
export interface Before {
  /** `live`: a cluster, where objects that are not ours stay. `revision`: the manifests as they were. */
  readonly mode: 'live' | 'revision';
  readonly world: World;
  readonly source: WorldSource;
  /** The manifests of the revision; none for a cluster. */
  readonly manifests: readonly Manifest[];
  /** The cluster itself, where there is one that can be written. */
  readonly opened?: OpenedCluster;
  /** Kinds of the cluster that may not be read: nothing is known of their objects. */
  readonly unread?: readonly string[];
  /** The types that the cluster serves, where it was asked. */
  readonly types?: readonly ResourceType[];
  /** Of the kinds that may not be read, those that are known all the same in the namespaces of the manifests. */
  readonly partial?: readonly string[];
  readonly kubernetesVersion?: string;
  /** The salt of secret hashes that stand in the world already. */
  readonly salt?: string;
}

/** Nothing is there before. */
export const NOTHING: Before = {
  mode: 'revision',
  world: World.EMPTY,
  source: { kind: 'none', description: 'nothing', kubernetesVersions: [] },
  manifests: [],
};

/** A cluster before the change. */
export type LiveBefore = Before & { readonly opened: OpenedCluster };

/** Which world the command line chooses as *before*. */
export type BeforeChoice =
  | { readonly kind: 'none' }
  | { readonly kind: 'revision'; readonly revision: string }
  | { readonly kind: 'snapshot'; readonly file: string }
  | TargetChoice;

/** Chooses the world by flags, then by the environment (pull-request CI), else a cluster; says so where nobody chose. */
export function chooseBefore(args: Arguments, io: Io, log: Log): BeforeChoice {
  const base = args.string('base');
  const snapshot = args.string('snapshot');
  const isDump = base !== undefined || snapshot !== undefined;
  const cluster = findGiven(args, ['embedded', ...LIVE_FLAGS.filter((flag) => !isDump || !IDENTITY_FLAGS.includes(flag))]);
  const given = [base && 'base', snapshot && 'snapshot', cluster].filter((value) => value !== undefined && value !== '');
  if (given.length > 1) throw new KplanError('USAGE', `--${given.join(' and --')} each choose the world before: give one of them`);
  if (base === 'none') return { kind: 'none' };
  if (base !== undefined) return { kind: 'revision', revision: base };
  if (snapshot !== undefined) return { kind: 'snapshot', file: snapshot };
  if (cluster !== undefined) return chooseTarget(args, io, log);
  const pullRequest = findPullRequestBase(io.env);
  if (pullRequest !== undefined) {
    log.step(
      `before: the merge base with ${pullRequest} (this is a pull request; --base, --snapshot, --live or --embedded choose another)`,
    );
    return { kind: 'revision', revision: `merge-base:${pullRequest}` };
  }
  return chooseTarget(args, io, log);
}

/** Whether no cluster says which versions are to be validated for. */
export function isOfRevisions({ kind }: BeforeChoice): boolean {
  return kind === 'revision' || kind === 'none';
}

/** Opens the chosen world. The caller closes its cluster. */
export async function openBefore(choice: BeforeChoice, desired: Desired, args: Arguments, io: Io, log: Log): Promise<Before> {
  switch (choice.kind) {
    case 'none':
      return NOTHING;
    case 'revision': {
      const { path } = desired;
      const options = loadOptions(args, io, path);
      const { manifests, source, findings } = await readRepository({
        ...options,
        ref: choice.revision,
        ...(options.ref === undefined ? {} : { head: options.ref }),
      });
      refuseBroken(findings, source.description);
      const world = World.of(manifests.map((manifest) => manifest.object));
      return { mode: 'revision', world, source: { ...source, path }, manifests };
    }
    case 'snapshot':
      return openSnapshot(choice.file, io);
    case 'embedded':
    case 'live':
      return readBefore(await openTarget(choice, desired.context, args, io, log), desired);
  }
}

// What a broken clone hides would look as if the change creates it.
function refuseBroken(findings: readonly Finding[], revision: string): void {
  const broken = findings.find(({ code }) => code === 'KL0042');
  if (broken === undefined) return;
  const file = broken.source?.file ?? '';
  throw new KplanError('CORRUPT', `--base ${revision}: ${file}: ${describe(broken)}`, { hint: describeRemedy(broken) });
}

/** Reads an opened cluster as the world before, as far as it matters to the manifests; what is read ahead is not read again. */
export async function readBefore(opened: OpenedCluster, desired: Desired, ahead?: Promise<WorldReading>): Promise<LiveBefore> {
  try {
    return toBefore(opened, await readRelevant(opened.cluster, desired, await ahead));
  } catch (error) {
    await opened.cluster.close();
    throw error;
  }
}

/** An opened cluster, as it was read, as the world before. */
export function toBefore(opened: OpenedCluster, { world, unread, partial, types }: WorldReading): LiveBefore {
  const { source } = opened;
  const [kubernetesVersion] = source.kubernetesVersions;
  return {
    mode: 'live',
    world,
    source,
    manifests: [],
    opened,
    ...(unread.length === 0 ? {} : { unread }),
    ...(types === undefined ? {} : { types }),
    ...(partial === undefined ? {} : { partial }),
    ...(kubernetesVersion === undefined ? {} : { kubernetesVersion }),
  };
}

async function openSnapshot(file: string, io: Io): Promise<Before> {
  const path = resolve(io.cwd, file);
  if (!existsSync(path))
    throw new KplanError('NOT_FOUND', `--snapshot ${file}: there is no such file`, {
      hint: '`kplan snapshot FILE` writes one; so does `kubectl get all,... -A -o yaml`',
    });
  const source: WorldSource = { kind: 'snapshot', description: `snapshot ${file}`, path: file, kubernetesVersions: [] };
  const name = `--snapshot ${file}`;
  const input = statSync(path).isDirectory() ? undefined : readInput(path, name);
  const own = input === undefined ? undefined : readOwnSnapshot(name, input);
  if (own === undefined) return { mode: 'live', world: World.of(await readObjects(path, name, input)), source, manifests: [] };
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
function readOwnSnapshot(name: string, input: Buffer): ReturnType<typeof readSnapshot> | undefined {
  const text = input.toString();
  if (!isSnapshotText(text)) return undefined;
  const { documents, findings } = parseDocuments(text, name);
  const [document] = documents;
  if (document !== undefined && documents.length === 1 && findings.length === 0) return readSnapshot(document.value);
  throw new KplanError('UNREADABLE', `${name}: not a whole snapshot`, { hint: 'write it again with `kplan snapshot FILE`' });
}
