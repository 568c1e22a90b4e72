import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { KplanError, toFinding, type Finding } from '../model/index.ts';
import type { LoadedFiles } from './load-files.ts';
import { beginningOf } from './tree/disk-fault.ts';
import type { SourceTree } from './tree/tree.ts';

/** A warning where nothing was found and nothing else says why: a path that was mistyped must not look like one that is fine. */
export function explainEmptiness(tree: Pick<SourceTree, 'prefix' | 'files' | 'ignored'>, loaded: LoadedFiles): readonly Finding[] {
  const isSaid = loaded.findings.some(({ severity }) => severity !== 'info');
  const { documents, skippedDocuments, templatedFiles } = loaded.notes;
  const isEmptyList = templatedFiles === 0 && documents > skippedDocuments;
  if (loaded.manifests.length > 0 || isSaid || isEmptyList) return [];
  return [toFinding('KL0040', { source: beginningOf(tree.prefix || '.'), data: { reason: reasonOf(tree, loaded) } })];
}

function reasonOf({ prefix, files, ignored }: Pick<SourceTree, 'prefix' | 'files' | 'ignored'>, { notes }: LoadedFiles): string {
  const isFile = files.length === 1 && files[0]?.path === prefix;
  if (notes.templatedFiles > 0) return 'what is there are templates';
  if (notes.skippedDocuments > 0) return 'none of the documents is a Kubernetes object';
  if (isFile) return 'the file holds no document';
  if (notes.files > 0) return 'the files hold no objects';
  if (files.length > 0) return 'no file is named .yaml, .yml or .json';
  return ignored > 0 ? 'what is there is excluded by .kplanignore' : 'there are no files';
}

/** Refuses a bare repository whose files are asked for: they stand in its commits. */
export function refuseBareRepository(path: string): void {
  const isBare = ['HEAD', 'objects', 'refs'].every((name) => existsSync(join(path, name))) && statSync(join(path, 'objects')).isDirectory();
  if (isBare)
    throw new KplanError('UNREADABLE', `${path} is a bare repository: its files stand in its commits`, {
      hint: 'name a revision, such as --ref HEAD',
    });
}
