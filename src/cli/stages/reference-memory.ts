import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { getArray, getString, parseJson, sha256, stringifyJson, type JsonArray, type JsonValue } from '../../std/index.ts';
import type { ReferenceMemory } from '../../validate/index.ts';
import { cacheDirectory } from '../cache-directory.ts';
import type { Io } from '../io.ts';
import type { Desired } from './desired.ts';

const MOST = 8;

/**
 * Remembers between runs which references lead nowhere, for as long as no file changes in anything that references are
 * judged by. `version` is of all that decides besides the files. Undefined where there is more than files: a context, or
 * manifests that were rendered. Any number of processes may share the file; one that is broken is as good as none.
 */
export function openReferenceMemory(io: Io, version: string, loaded: readonly Desired[]): ReferenceMemory | undefined {
  const directory = cacheDirectory(io);
  const isAlone = loaded.every(({ context, fingerprint }) => context.size === 0 && fingerprint !== undefined);
  if (directory === undefined || !isAlone) return undefined;
  const key = sha256([version, ...loaded.flatMap(({ defaultNamespace, fingerprint }) => [defaultNamespace, fingerprint])].join('\n'));
  const path = join(directory, 'references.json');
  return {
    recall: () => {
      const entry = readEntries(path).find((item) => getString(item, 'key') === key);
      const problems = getArray(entry, 'problems');
      return entry !== undefined && getString(entry, 'sum') === sumOf(key, problems) ? problems : undefined;
    },
    keep: (problems) => writeEntries(directory, path, [{ key, problems, sum: sumOf(key, problems) }, ...readEntries(path)]),
  };
}

function sumOf(key: string, problems: JsonArray): string {
  return sha256(`${key}\n${stringifyJson(problems)}`).slice(0, 16);
}

function readEntries(path: string): JsonArray {
  try {
    return getArray(parseJson(readFileSync(path, 'utf8')), 'entries');
  } catch {
    return [];
  }
}

// What cannot be written is worked out again by the next run.
function writeEntries(directory: string, path: string, entries: readonly JsonValue[]): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const aside = `${path}.${process.pid}.new`;
    writeFileSync(aside, stringifyJson({ entries: entries.slice(0, MOST) }), { mode: 0o600 });
    renameSync(aside, path);
  } catch {
    return;
  }
}
