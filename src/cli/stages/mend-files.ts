import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { applySplices, editDocument, parseDocuments, type ParsedDocument, type Splice } from '../../loader/index.ts';
import type { Finding } from '../../model/index.ts';
import { compareStrings, getOrAdd, isEqualJson, type JsonValue } from '../../std/index.ts';
import type { Fix } from '../../validate/index.ts';

/** A file as it is and as it would be mended. */
export interface MendedFile {
  /** Relative to the root. */
  readonly file: string;
  readonly before: string;
  readonly after: string;
  readonly splices: readonly Splice[];
  readonly findings: readonly Finding[];
}

/**
 * The files below the root with the fixes made in their texts, by name. Left out is what cannot be mended in place: objects that
 * are rendered or stand in a List, and those whose text, read again, would not say exactly what was meant.
 */
export function mendFiles(fixes: readonly Fix[], root: string): readonly MendedFile[] {
  const byFile = new Map<string, Fix[]>();
  for (const fix of fixes) if (fix.manifest.unit === undefined) getOrAdd(byFile, fix.manifest.origin.file, () => []).push(fix);
  return [...byFile].toSorted(([a], [b]) => compareStrings(a, b)).flatMap(([file, own]) => mendFile(root, file, own));
}

interface DocumentMend {
  readonly index: number;
  readonly value: JsonValue;
  readonly splices: readonly Splice[];
  readonly findings: readonly Finding[];
}

function mendFile(root: string, file: string, fixes: readonly Fix[]): readonly MendedFile[] {
  const before = readFileSync(join(root, file), 'utf8');
  const { documents } = parseDocuments(before, file);
  const mends = fixes.flatMap((fix) => mendDocument(before, documents, fix));
  const whole = check(before, file, documents, mends) ? mends : mends.filter((mend) => check(before, file, documents, [mend]));
  if (whole.length === 0 || (whole !== mends && !check(before, file, documents, whole))) return [];
  const splices = whole.flatMap((mend) => mend.splices);
  return [{ file, before, after: applySplices(before, splices), splices, findings: whole.flatMap((mend) => mend.findings) }];
}

function mendDocument(text: string, documents: readonly ParsedDocument[], { manifest, object, findings }: Fix): readonly DocumentMend[] {
  const index = documents.findIndex(({ value, origin }) => origin.line === manifest.origin.line && isEqualJson(value, manifest.object));
  const document = documents[index];
  const splices = document === undefined ? undefined : editDocument(text, document.origin, document.value, object);
  return splices === undefined ? [] : [{ index, value: object, splices, findings }];
}

/** Whether the text, read again, says what was meant: the mended documents as they are to be, and all others as they were. */
function check(before: string, file: string, documents: readonly ParsedDocument[], mends: readonly DocumentMend[]): boolean {
  const wanted = new Map(mends.map(({ index, value }) => [index, value]));
  const text = applySplices(
    before,
    mends.flatMap(({ splices }) => splices),
  );
  const again = parseDocuments(text, file);
  return (
    again.documents.length === documents.length &&
    again.documents.every(({ value }, index) => isEqualJson(value, wanted.get(index) ?? documents[index]?.value ?? null))
  );
}
