import { KplanError } from '../../model/index.ts';
import { findProgram } from '../process.ts';
import { findBrokenRepository, findRepository } from './find-repository.ts';
import type { GitSource } from './git-source.ts';
import { NativeGit } from './native-git.ts';

/** A repository opened for reading, and where the path stands in it. */
export interface OpenedGit {
  readonly git: GitSource;
  readonly prefix: string;
}

/**
 * Opens the repository that a path belongs to: with the git program (`native`; `auto` where it is on the PATH), or
 * without (`js`). Throws `NOT_A_REPOSITORY`; `native` without the program throws `USAGE`.
 */
export async function openGit(path: string, adapter: 'auto' | 'js' | 'native', signal?: AbortSignal): Promise<OpenedGit> {
  const found = findRepository(path);
  if (found === undefined) {
    const broken = findBrokenRepository(path);
    throw new KplanError('NOT_A_REPOSITORY', `${path} is not in a Git repository${broken === undefined ? '' : `: ${broken}`}`, {
      hint: broken === undefined ? 'leave out --ref and --base, or give a PATH within a clone' : 'clone the repository again',
    });
  }
  const program = adapter === 'js' ? undefined : findProgram('git');
  if (adapter === 'native' && program === undefined) {
    throw new KplanError('USAGE', 'there is no git program on the PATH', { hint: 'install git, or use --git js' });
  }
  if (program !== undefined) return { git: new NativeGit(found.repository, program, signal), prefix: found.prefix };
  // isomorphic-git costs a tenth of a second to load.
  const { JsGit } = await import('./js-git.ts');
  return { git: new JsGit(found.repository, signal), prefix: found.prefix };
}
