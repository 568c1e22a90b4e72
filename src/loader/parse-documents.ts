import type { Finding, Origin, Waiver } from '../model/index.ts';
import type { JsonValue } from '../std/index.ts';
import { DEFAULT_LIMITS, type Limits } from './limits.ts';
import { DocumentOrigin, EventMemo } from './yaml/origin.ts';
import { readDocuments } from './yaml/parse-file.ts';
import { TextSource } from './yaml/text-source.ts';

/** One document of a text, whatever it holds. */
export interface ParsedDocument {
  readonly value: JsonValue;
  readonly origin: Origin;
  readonly waivers: readonly Waiver[];
}

/**
 * The YAML or JSON documents of a text, as kubectl reads them, with positions on demand. Lists are left whole and
 * documents that are no Kubernetes objects are kept: for configuration files, snapshots and tests.
 */
export function parseDocuments(
  text: string,
  file: string,
  limits: Limits = DEFAULT_LIMITS,
): { readonly documents: readonly ParsedDocument[]; readonly findings: readonly Finding[] } {
  const source = new TextSource(file, text);
  const memo = new EventMemo(limits.depth);
  const { documents, findings } = readDocuments(source, limits);
  return {
    documents: documents.map(({ value, place, waivers }) => ({ value, origin: new DocumentOrigin(source, place, memo), waivers })),
    findings: [...findings, ...documents.flatMap((document) => document.findings)],
  };
}
