import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { LoadResult } from '../../src/loader/index.ts';
import { formatRef, refOf } from '../../src/model/index.ts';

/** Contents by path; `-> target` makes a link. */
export type Files = Readonly<Record<string, string | Buffer>>;

/** Writes files below a directory. */
export function writeFiles(directory: string, files: Files): string {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    if (typeof content === 'string' && content.startsWith('-> ')) symlinkSync(content.slice(3), join(directory, path));
    else writeFileSync(join(directory, path), content);
  }
  return directory;
}

/** A ConfigMap of this name as YAML. */
export const map = (name: string, more = ''): string => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n${more}`;

/** What a load gave, in short; every finding must have a place. */
export function summarise(result: LoadResult): { readonly objects: readonly string[]; readonly findings: readonly string[] } {
  for (const finding of result.findings) assert.ok(finding.source, `${finding.code} has a place`);
  return {
    objects: result.manifests.map(({ object, origin }) => `${formatRef(refOf(object))} ${origin.file}:${origin.line}`),
    findings: result.findings.map(({ code, source }) => `${code} ${source?.file}:${source?.line}`),
  };
}
