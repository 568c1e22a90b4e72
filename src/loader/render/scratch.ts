import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { SourceTree } from '../tree/tree.ts';
import type { SourceFile } from './source-files.ts';

/** Runs with a directory of our own that nobody else can read, and removes it in the end. */
export async function withScratch<T>(use: (directory: string) => Promise<T>): Promise<T> {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'kplan-render-')));
  try {
    return await use(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
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
