import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const MOST_BYTES = 1_000_000;

/** The paths that a repository's .gitmodules names: where they are not checked out, empty directories stand. */
export function listSubmodules(root: string): ReadonlySet<string> {
  const file = join(root, '.gitmodules');
  const stats = lstatSync(file, { throwIfNoEntry: false });
  if (stats === undefined || !stats.isFile() || stats.size > MOST_BYTES) return new Set();
  try {
    const lines = readFileSync(file, 'utf8').split(/\r?\n/);
    return new Set(lines.flatMap((line) => /^[ \t]*path[ \t]*=(.*)$/.exec(line)?.[1]?.trim().replaceAll('"', '') ?? []));
  } catch {
    return new Set();
  }
}
