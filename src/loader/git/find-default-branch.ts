import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findRepository } from './find-repository.ts';

const USUAL = ['main', 'master'];

/**
 * The branch that changes of the repository at a path go to, as a revision: the one that `origin` checks out (`origin/main`), else `main` or
 * `master` where there is one, else the one that is checked out. Undefined outside of a repository, and where none of these can be told.
 */
export function findDefaultBranch(path: string): string | undefined {
  const repository = findRepository(path)?.repository;
  if (repository === undefined) return undefined;
  const { commonDirectory, gitDirectory } = repository;
  return (
    readSymbolicRef(join(commonDirectory, 'refs/remotes/origin/HEAD')) ??
    USUAL.find((name) => hasBranch(commonDirectory, name)) ??
    readSymbolicRef(join(gitDirectory, 'HEAD'))
  );
}

/** What a ref leads to, where a shell takes that name as it is; with reftables a HEAD of files is `.invalid`. */
function readSymbolicRef(file: string): string | undefined {
  if (!existsSync(file)) return undefined;
  return /^ref: refs\/(?:heads|remotes)\/(\w[\w./@+-]*)\s*$/.exec(readFileSync(file, 'utf8'))?.[1];
}

function hasBranch(commonDirectory: string, name: string): boolean {
  const ref = `refs/heads/${name}`;
  const packed = join(commonDirectory, 'packed-refs');
  if (existsSync(join(commonDirectory, ref))) return true;
  return (
    existsSync(packed) &&
    readFileSync(packed, 'utf8')
      .split('\n')
      .some((line) => line.endsWith(` ${ref}`))
  );
}
