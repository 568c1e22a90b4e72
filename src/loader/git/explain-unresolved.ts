import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KplanError } from '../../model/index.ts';
import { toNoRevision, type GitRepository } from './git-source.ts';
import { ObjectFault, toFaultError, type ObjectState } from './object-fault.ts';
import { parseRevision } from './revision.ts';

/** What an adapter can still say of a repository in which a revision was not found. */
export interface Probe {
  readonly repository: GitRepository;
  /** Names of branches and tags. */
  refs(): Promise<readonly string[]>;
  /** The id that a name stands for, whether its object is there or not. */
  idOf(name: string): Promise<string | undefined>;
  /** Undefined of an object that can be read. */
  faultOf(oid: string): Promise<ObjectState | undefined>;
  parentsOf(commit: string): Promise<readonly string[]>;
  isShallow(): Promise<boolean>;
}

/** Why a revision could not be resolved: the first thing that is broken on the way to it, else that there is none. */
export async function explainUnresolved(revision: string, probe: Probe): Promise<KplanError> {
  const { repository } = probe;
  const { base = revision, steps = [] } = parseRevision(revision) ?? {};
  const refs = await probe.refs();
  const head = readHead(repository);
  if (head.kind === 'broken' && (base === 'HEAD' || refs.length === 0)) return toBrokenHead(repository);
  const id = await probe.idOf(base);
  if (id === undefined) {
    const name = base === 'HEAD' && head.kind === 'branch' ? head.ref : base;
    if (findRefFile(name, repository) !== undefined) return toBrokenRef(name, repository);
    if (refs.length === 0) return toNoCommits(revision, repository);
    return base === 'HEAD' && head.kind === 'branch'
      ? toUnbornBranch(head.ref, refs)
      : toNoRevision(revision, refs, await probe.isShallow());
  }
  const fault = await findFault(id, steps.length > 0, probe);
  const isTyped = /^[0-9a-f]+$/.test(base) && fault?.oid === id && fault.state === 'missing';
  if (fault !== undefined && !isTyped) return toFaultError(`the revision ${JSON.stringify(revision)}`, fault, repository);
  const isShallow = await probe.isShallow();
  return steps.length === 0 || isShallow ? toNoRevision(revision, refs, isShallow) : toNoAncestor(revision, base);
}

function toNoAncestor(revision: string, base: string): KplanError {
  return new KplanError('NO_REVISION', `the repository has no revision ${JSON.stringify(revision)}: ${base} has no such ancestor`, {
    hint: `\`git log ${/^[\w./-]+$/.test(base) ? base : 'REVISION'}\` lists the ancestors that it has`,
  });
}

/** The first object that cannot be read: the one that is named, or, where ancestors are asked for, of its first parents. */
async function findFault(named: string, withAncestors: boolean, probe: Probe): Promise<ObjectFault | undefined> {
  const seen = new Set<string>();
  const queue = [named];
  for (const oid of queue) {
    if (seen.has(oid) || seen.size > MOST_ANCESTORS) continue;
    seen.add(oid);
    const state = await probe.faultOf(oid);
    if (state !== undefined) return new ObjectFault(oid, state);
    if (withAncestors) queue.push(...(await probe.parentsOf(oid)));
  }
  return undefined;
}

const MOST_ANCESTORS = 100;

type Head = { readonly kind: 'branch'; readonly ref: string } | { readonly kind: 'commit' } | { readonly kind: 'broken' };

function readHead({ gitDirectory }: GitRepository): Head {
  const file = join(gitDirectory, 'HEAD');
  const text = existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
  const ref = /^ref:\s*(refs\/\S+)$/.exec(text)?.[1];
  if (ref !== undefined) return { kind: 'branch', ref };
  return { kind: /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text) ? 'commit' : 'broken' };
}

function toBrokenHead({ gitDirectory }: GitRepository): KplanError {
  return new KplanError('CORRUPT', `${join(gitDirectory, 'HEAD')} holds neither a branch nor a commit`, {
    hint: 'name a branch that is there: `git symbolic-ref HEAD refs/heads/main`',
  });
}

// The order is that of gitrevisions(7).
function findRefFile(name: string, { commonDirectory }: GitRepository): string | undefined {
  if (!/^[\w./-]+$/.test(name) || name.split('/').includes('..')) return undefined;
  const paths = name.startsWith('refs/') ? [name] : [`refs/${name}`, `refs/tags/${name}`, `refs/heads/${name}`, `refs/remotes/${name}`];
  return paths.map((path) => join(commonDirectory, path)).find((path) => isRefFile(path));
}

function isRefFile(path: string): boolean {
  try {
    return readFileSync(path).length < 1000;
  } catch {
    return false;
  }
}

function toBrokenRef(name: string, repository: GitRepository): KplanError {
  return new KplanError('CORRUPT', `${findRefFile(name, repository) ?? name} does not hold the id of a commit`, {
    hint: 'fetch the branch again, or set it: `git update-ref REF COMMIT`; `git reflog` and `git fsck --full` list commits',
  });
}

function toNoCommits(revision: string, { root }: GitRepository): KplanError {
  return new KplanError('NO_REVISION', `the repository ${root} has no commits, so it has no revision ${JSON.stringify(revision)}`, {
    hint: 'commit first; without --ref and --base the files are read as they stand on the disk',
  });
}

function toUnbornBranch(ref: string, refs: readonly string[]): KplanError {
  const branch = ref.replace('refs/heads/', '');
  return new KplanError('NO_REVISION', `HEAD is on the branch ${branch}, which has no commit`, {
    hint: `check out or give another revision; there are ${refs.slice(0, 8).join(', ')}${refs.length > 8 ? ', ...' : ''}`,
  });
}
