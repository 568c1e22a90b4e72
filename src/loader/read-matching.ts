import { join } from 'node:path';
import type { Finding } from '../model/index.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { parseDocuments, type ParsedDocument } from './parse-documents.ts';
import { openDiskTree } from './tree/disk-tree.ts';
import { isManifestName } from './tree/tree.ts';

/** A file of a tree, and its documents where its text matched. */
export interface MatchingFile {
  /** Relative to the root of the tree, with `/`. */
  readonly path: string;
  readonly documents: readonly ParsedDocument[];
  /** What of it cannot be understood. */
  readonly findings: readonly Finding[];
}

/** The files of a folder of a tree that nothing ignores, by path, with the documents of those manifests whose text matches. Throws `NOT_FOUND`. */
export async function readMatching(root: string, folder: string, pattern: RegExp): Promise<readonly MatchingFile[]> {
  const tree = openDiskTree(join(root, folder), DEFAULT_LIMITS, root);
  const files: MatchingFile[] = [];
  for await (const content of tree.read(tree.files.filter(({ path }) => isManifestName(path) || path.endsWith('/Kustomization')))) {
    const { path } = content.file;
    const text = 'bytes' in content ? Buffer.from(content.bytes).toString() : '';
    files.push({ path, ...(pattern.test(text) ? parseDocuments(text, path) : { documents: [], findings: [] }) });
  }
  return files;
}
