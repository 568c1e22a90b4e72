import { openGit } from './git/open-git.ts';

/** The commit that a revision of the repository at a path names now. Throws `NO_REVISION`, `NOT_A_REPOSITORY`. */
export async function readRevisionId(path: string, revision: string, adapter: 'auto' | 'js' | 'native'): Promise<string> {
  const { git } = await openGit(path, adapter);
  try {
    return await git.resolve(revision);
  } finally {
    await git.close();
  }
}
