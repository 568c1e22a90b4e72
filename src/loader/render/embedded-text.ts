import type { Origin, SourceRange } from '../../model/index.ts';
import type { JsonValue, Path } from '../../std/index.ts';
import type { Limits } from '../limits.ts';
import { DocumentOrigin, EventMemo } from '../yaml/origin.ts';
import { readDocuments } from '../yaml/parse-file.ts';
import { TextSource } from '../yaml/text-source.ts';

/** A document of YAML that a field of another one holds as text, and where its values stand in the file. */
export interface EmbeddedDocument {
  readonly value: JsonValue;
  readonly locate: (path: Path) => SourceRange;
}

/** The documents of a whole file. */
export function readFileDocuments(source: TextSource, limits: Limits): readonly EmbeddedDocument[] {
  const memo = new EventMemo(limits.depth);
  return readDocuments(source, limits).documents.map(({ value, place }) => {
    const origin = new DocumentOrigin(source, place, memo);
    return { value, locate: (path) => origin.locate(path) };
  });
}

/** The documents of the text at a path of a kustomization: their lines where it is a literal block, else the whole of it. */
export function readEmbedded(text: string, at: Path, origin: Origin, source: TextSource, limits: Limits): readonly EmbeddedDocument[] {
  const whole = origin.locate(at);
  const header = source.text.slice(source.startOfLine(whole.line), source.startOfLine(whole.line + 1)).trimEnd();
  const documents = readFileDocuments(new TextSource(source.file, text), limits);
  if (!/\|[-+\d]*\s*(?:#.*)?$/.test(header)) return documents.map(({ value }) => ({ value, locate: () => whole }));
  const indent = indentOf(source, whole.line + 1, text);
  return documents.map(({ value, locate }) => ({ value, locate: (path) => shift(locate(path), whole.line, indent) }));
}

function indentOf(source: TextSource, firstLine: number, text: string): number {
  const lines = text.split('\n');
  const index = Math.max(
    0,
    lines.findIndex((line) => line.trim() !== ''),
  );
  const line = source.text.slice(source.startOfLine(firstLine + index), source.startOfLine(firstLine + index + 1));
  return Math.max(0, leading(line) - leading(lines[index] ?? ''));
}

function leading(line: string): number {
  return line.length - line.trimStart().length;
}

function shift(range: SourceRange, lines: number, columns: number): SourceRange {
  return {
    file: range.file,
    line: range.line + lines,
    column: range.column + columns,
    endLine: range.endLine + lines,
    endColumn: range.endColumn + columns,
  };
}
