import { lstatSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { KplanError } from '../../../model/index.ts';
import type { GitEntry } from '../git-source.ts';
import { openGit } from '../open-git.ts';

const LINK = '120000';
const SUBMODULE = '160000';
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * The files of one commit on the disk, for those who read folders. Moving to another commit writes only what differs, so that
 * what is known of the other files stays true. Nothing that the repository configures is run, and no path leaves the folder.
 */
export class Checkout {
  readonly #directory: string;
  readonly #adapter: 'auto' | 'js' | 'native';
  #entries = new Map<string, GitEntry>();
  #isWhole = false;

  constructor(directory: string, adapter: 'auto' | 'js' | 'native') {
    this.#directory = directory;
    this.#adapter = adapter;
  }

  /** Writes the files of a commit of a repository. Answers the paths that differ from before; nothing where any may. */
  async moveTo(repository: string, commit: string, signal?: AbortSignal): Promise<readonly string[] | undefined> {
    const { git } = await openGit(repository, this.#adapter, signal);
    try {
      const wanted = toWritten(await git.listTree(commit, ''));
      const wasWhole = this.#isWhole;
      if (!wasWhole) {
        rmSync(this.#directory, { recursive: true, force: true });
        mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
        this.#entries = new Map();
      }
      this.#isWhole = false;
      const gone = [...this.#entries.keys()].filter((path) => !wanted.has(path));
      const news = [...wanted.values()].filter((entry) => isOther(entry, this.#entries.get(entry.path)));
      for (const path of gone) rmSync(join(this.#directory, path), { force: true });
      let index = 0;
      for await (const blob of git.readBlobs(
        news.map(({ oid }) => oid),
        MOST_BYTES,
      )) {
        const entry = news[index++];
        if (entry !== undefined && blob.bytes !== undefined) this.#write(entry, blob.bytes);
        else if (entry !== undefined)
          throw new KplanError('CORRUPT', `${entry.path} of ${commit.slice(0, 12)} cannot be read, or is too large`);
      }
      this.#entries = wanted;
      this.#isWhole = true;
      return wasWhole ? [...gone, ...news.map(({ path }) => path)] : undefined;
    } finally {
      await git.close();
    }
  }

  #write({ path, mode }: GitEntry, bytes: Uint8Array): void {
    const file = join(this.#directory, path);
    mkdirSync(dirname(file), { recursive: true });
    const passing = `${this.#directory}.passing`;
    rmSync(passing, { force: true });
    if (mode === LINK) symlinkSync(Buffer.from(bytes).toString(), passing);
    else writeFileSync(passing, bytes, { mode: mode === '100755' ? 0o755 : 0o644 });
    if (lstatSync(file, { throwIfNoEntry: false })?.isDirectory() === true) rmSync(file, { recursive: true });
    renameSync(passing, file);
  }
}

/**
 * What is written: a submodule's files are elsewhere, and a path that leaves the folder or goes into `.git` is none of a sound
 * tree (git's verify_path); neither is one below a file or link, which would be written through.
 */
function toWritten(entries: readonly GitEntry[]): Map<string, GitEntry> {
  const sound = new Map(entries.flatMap((entry) => (isSound(entry) ? [[entry.path, entry] as const] : [])));
  for (const path of sound.keys()) {
    const steps = path.split('/');
    if (steps.some((_, count) => count > 0 && sound.has(steps.slice(0, count).join('/')))) sound.delete(path);
  }
  return sound;
}

function isSound({ path, mode }: GitEntry): boolean {
  const isStep = (step: string): boolean => step !== '' && step !== '.' && step !== '..' && step.toLowerCase() !== '.git';
  return mode !== SUBMODULE && !path.includes('\\') && path.split('/').every(isStep);
}

function isOther(a: GitEntry, b: GitEntry | undefined): boolean {
  return a.oid !== b?.oid || a.mode !== b.mode;
}
