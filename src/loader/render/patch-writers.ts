import { posix } from 'node:path';
import { gvkOf, nameOf, type SourceRange } from '../../model/index.ts';
import {
  fromPointer,
  getArray,
  getAt,
  getObject,
  getString,
  isArray,
  isEqualJson,
  isObject,
  type JsonValue,
  type Path,
} from '../../std/index.ts';
import type { Limits } from '../limits.ts';
import { readEmbedded, readFileDocuments, type EmbeddedDocument } from './embedded-text.ts';
import { toWritten, type FieldWriter, type RenderedField } from './field-writer.ts';
import type { Kustomization } from './kustomization.ts';
import { translatePath } from './object-match.ts';
import type { SourceFiles } from './source-files.ts';

/** What the patches of a kustomization are read with. */
export interface PatchContext {
  readonly sources: SourceFiles;
  readonly limits: Limits;
}

interface PatchEntry {
  readonly text: string | undefined;
  readonly file: string | undefined;
  readonly at: Path;
  readonly target: JsonValue | undefined;
}

/** The patches of a kustomization, inline or in files, strategic or of JSON's operations: the last one first, as it has the last word. */
export function listPatchWriters(kustomization: Kustomization, context: PatchContext): readonly FieldWriter[] {
  const writers = listEntries(kustomization).flatMap((entry) =>
    readEntry(entry, kustomization, context).map((document): FieldWriter => {
      const { value, locate } = document;
      if (isArray(value)) return (field) => (isTarget(entry.target, field) ? toWritten(findOperation(value, locate, field)) : undefined);
      if (!isObject(value)) return () => undefined;
      const target = entry.target ?? { kind: value['kind'] ?? '', name: getString(value, 'metadata', 'name') ?? '' };
      return (field) => (isTarget(target, field) ? toWritten(findMerged(document, field)) : undefined);
    }),
  );
  return writers.toReversed();
}

function listEntries({ value }: Kustomization): readonly PatchEntry[] {
  return ['patchesStrategicMerge', 'patchesJson6902', 'patches'].flatMap((field) =>
    getArray(value, field).map((item, index): PatchEntry => {
      const at = [field, index];
      if (typeof item === 'string') {
        const isInline = item.includes('\n');
        return { text: isInline ? item : undefined, file: isInline ? undefined : item, at, target: undefined };
      }
      return {
        text: getString(item, 'patch'),
        file: getString(item, 'path'),
        at: [...at, 'patch'],
        target: getObject(item, 'target'),
      };
    }),
  );
}

function readEntry(
  { text, file, at }: PatchEntry,
  { directory, origin }: Kustomization,
  context: PatchContext,
): readonly EmbeddedDocument[] {
  const { sources, limits } = context;
  const path = file === undefined || text !== undefined ? origin.file : posix.join(directory, file);
  const source = sources.get(path)?.source;
  if (source === undefined) return [];
  return text === undefined ? readFileDocuments(source, limits) : readEmbedded(text, at, origin, source, limits);
}

// Names of targets are patterns. What one says of an object is checked by the value that it gives, so that it may match is enough.
function isTarget(target: JsonValue | undefined, { rendered, base }: RenderedField): boolean {
  const mayBe = (key: string, values: readonly string[]): boolean => {
    const wanted = getString(target, key);
    return wanted === undefined || /[^\w.-]/.test(wanted) || values.includes(wanted);
  };
  const names = [rendered, ...(base === undefined ? [] : [base])].map(nameOf);
  const { group, version, kind } = gvkOf(rendered);
  return mayBe('kind', [kind]) && mayBe('group', [group]) && mayBe('version', [version]) && mayBe('name', names);
}

function findMerged({ value, locate }: EmbeddedDocument, { rendered, base, path, value: wanted }: RenderedField): SourceRange | undefined {
  const patched = translatePath(rendered, value, path);
  if (!patched.isWhole) {
    const last = getAt(value, ...patched.path);
    return wanted === undefined && getString(last, '$patch') === 'delete' ? locate(patched.path) : undefined;
  }
  if (patched.isEqual || (wanted === undefined && getAt(value, ...patched.path) === null)) return locate(patched.path);
  const isOwn = base !== undefined && translatePath(rendered, base, path).isWhole;
  return !isOwn && wanted !== undefined ? locate(patched.path) : undefined;
}

function findOperation(
  operations: readonly JsonValue[],
  locate: (path: Path) => SourceRange,
  { path, value: wanted }: RenderedField,
): SourceRange | undefined {
  for (let index = operations.length - 1; index >= 0; index--) {
    const operation = operations[index];
    const steps = fromPointer(getString(operation, 'path') ?? '');
    if (steps.length > path.length || !steps.every((step, at) => step === '-' || step === String(path[at]))) continue;
    const isRemoval = getString(operation, 'op') === 'remove';
    if (isRemoval && wanted === undefined) return locate([index]);
    const rest = path.slice(steps.length);
    const value = getAt(operation, 'value');
    if (wanted !== undefined && isEqualJson(getAt(value, ...rest), wanted)) return locate([index, 'value', ...rest]);
  }
  return undefined;
}
