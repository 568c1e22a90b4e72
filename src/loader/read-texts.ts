import { openGit } from './git/open-git.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import type { LoadOptions } from './read-repository.ts';

/**
 * The texts of some files of a commit, by their paths from the repository's root, without a checkout. What is not there, is no file, or is
 * larger than a manifest may be, is left out. Throws `NOT_A_REPOSITORY`.
 */
export async function readTexts(
  { path, git: adapter, signal }: Pick<LoadOptions, 'git' | 'path' | 'signal'>,
  commit: string,
  files: ReadonlySet<string>,
): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  if (files.size === 0) return texts;
  const { git } = await openGit(path, adapter, signal);
  try {
    const entries = (await git.listTree(commit, '')).filter((entry) => files.has(entry.path) && entry.mode.startsWith('100'));
    let at = 0;
    for await (const { bytes } of git.readBlobs(
      entries.map(({ oid }) => oid),
      DEFAULT_LIMITS.fileBytes,
    )) {
      const { path: file = '' } = entries[at++] ?? {};
      if (bytes !== undefined) texts.set(file, Buffer.from(bytes).toString());
    }
    return texts;
  } finally {
    await git.close();
  }
}
