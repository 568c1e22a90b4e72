import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { SourceTree } from '../tree/tree.ts';
import type { SourceFile } from './source-files.ts';

/** Runs with a directory of our own that nobody else can read, and removes it in the end. */
export async function withScratch<T>({ hold }: { readonly hold?: () => () => void }, use: (directory: string) => Promise<T>): Promise<T> {
  const release = hold?.();
  let directory: string | undefined;
  try {
    directory = realpathSync(mkdtempSync(join(tmpdir(), 'kplan-render-')));
    return await use(directory);
  } finally {
    if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
    release?.();
  }
}

/** The directory below which a program finds the files of a tree: where they are, or in `scratch`, written out. */
export function provideFiles(tree: SourceTree, files: readonly SourceFile[], scratch: string): string {
  if (tree.isOnDisk) return tree.root;
  const root = join(scratch, 'tree');
  mkdirSync(root);
  for (const { path, bytes } of files) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), bytes);
  }
  return root;
}
