import type { ResourceType, WorldReading } from '../../cluster/index.ts';
import { KplanError, World, type Finding, type Manifest, type WorldSource } from '../../model/index.ts';
import { findPullRequestBase } from '../pull-request.ts';
import type { Arguments } from '../arguments.ts';
import type { Io, Log } from '../io.ts';
import { chooseTarget, findGiven, IDENTITY_FLAGS, LIVE_FLAGS, type OpenedCluster, type TargetChoice } from './target.ts';

/** What is there before the change. */
export interface Before {
  /** `live`: a cluster, where objects that are not ours stay. `revision`: the manifests as they were. */
  readonly mode: 'live' | 'revision';
  readonly world: World;
  readonly source: WorldSource;
  /** The manifests of the revision; none for a cluster. */
  readonly manifests: readonly Manifest[];
  /** Path and content id of every file that was read of the revision, as `Desired.fileIds`. */
  readonly fileIds?: readonly string[];
  /** What was wrong with the files of the revision. */
  readonly findings?: readonly Finding[];
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
