import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { GitRepository } from './git-source.ts';

/** A repository and where a path stands in it. */
export interface FoundRepository {
  readonly repository: GitRepository;
  /** The path, relative to the repository's root, with `/`; it need not exist on the disk. */
  readonly prefix: string;
}

/** The repository that a path belongs to: of a working tree, a linked worktree, a submodule or a bare repository; undefined if none. */
export function findRepository(path: string): FoundRepository | undefined {
  const { existing, rest } = splitExisting(resolve(path));
  for (let at = realpathSync(existing), below = rest; ;) {
    const repository = repositoryAt(at);
    if (repository !== undefined) return { repository, prefix: below.join('/') };
    const parent = dirname(at);
    if (parent === at) return undefined;
    below = [at.slice(parent.length).replace(/^[\\/]/, ''), ...below];
    at = parent;
  }
}

/** Why the nearest `.git` above a path is no repository; undefined if there is none. */
export function findBrokenRepository(path: string): string | undefined {
  for (let at = realpathSync(splitExisting(resolve(path)).existing); ;) {
    const dotGit = join(at, '.git');
    if (existsSync(dotGit)) {
      const directory = followGitFile(dotGit);
      const common = commonDirectoryOf(directory);
      const missing = [join(directory, 'HEAD'), join(common, 'objects'), join(common, 'refs')].filter((part) => !existsSync(part));
      return `${existsSync(directory) ? dotGit : `${dotGit} names ${directory}, which`} has no ${missing.map((part) => basename(part)).join(', ')}`;
    }
    const parent = dirname(at);
    if (parent === at) return undefined;
    at = parent;
  }
}

// A path of another revision may not exist now; what exists of it says where it belongs.
function splitExisting(path: string): { readonly existing: string; readonly rest: readonly string[] } {
  let existing = path;
  const rest: string[] = [];
  while (!existsSync(existing) && dirname(existing) !== existing) {
    rest.unshift(existing.slice(dirname(existing).length).replace(/^[\\/]/, ''));
    existing = dirname(existing);
  }
  return { existing, rest };
}

function repositoryAt(directory: string): GitRepository | undefined {
  const dotGit = join(directory, '.git');
  const gitDirectory = existsSync(dotGit) ? followGitFile(dotGit) : directory;
  if (!isGitDirectory(gitDirectory)) return undefined;
  return { root: directory, gitDirectory, commonDirectory: commonDirectoryOf(gitDirectory), isBare: gitDirectory === directory };
}

function followGitFile(dotGit: string): string {
  if (statSync(dotGit).isDirectory()) return dotGit;
  const match = /^gitdir: (.*?)\s*$/m.exec(readFileSync(dotGit, 'utf8'));
  return resolve(dirname(dotGit), match?.[1] ?? '');
}

function isGitDirectory(directory: string): boolean {
  if (!existsSync(join(directory, 'HEAD'))) return false;
  const common = commonDirectoryOf(directory);
  return existsSync(join(common, 'objects')) && existsSync(join(common, 'refs'));
}

function commonDirectoryOf(gitDirectory: string): string {
  const file = join(gitDirectory, 'commondir');
  return existsSync(file) ? resolve(gitDirectory, readFileSync(file, 'utf8').trim()) : gitDirectory;
}
