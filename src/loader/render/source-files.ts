import type { Finding } from '../../model/index.ts';
import { decode } from '../decode.ts';
import type { Limits } from '../limits.ts';
import type { SourceTree, TreeFile } from '../tree/tree.ts';
import { EventMemo } from '../yaml/origin.ts';
import { parseFile, readDocuments, type ParsedFile, type RawDocument } from '../yaml/parse-file.ts';
import { TextSource } from '../yaml/text-source.ts';

/** A file that a kustomization or chart is made of. */
export interface SourceFile {
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Absent for what is not text. */
  readonly source?: TextSource;
}

/** The files that kustomizations and charts are made of, each read and parsed once. */
export class SourceFiles {
  readonly memo: EventMemo;
  readonly findings: Finding[] = [];
  readonly #tree: SourceTree;
  readonly #limits: Limits;
  readonly #files = new Map<string, SourceFile>();
  readonly #parsed = new Map<string, ParsedFile>();

  constructor(tree: SourceTree, limits: Limits) {
    this.#tree = tree;
    this.#limits = limits;
    this.memo = new EventMemo(limits.depth);
  }

  /** Reads files that are not read yet. Those that cannot be are said once, and missing from then on. */
  async load(files: readonly TreeFile[]): Promise<void> {
    const missing = files.filter((file) => !this.#files.has(file.path));
    for await (const content of this.#tree.read(missing)) {
      const { path } = content.file;
      if ('finding' in content) this.findings.push(content.finding);
      else {
        const decoded = decode(content.bytes);
        const file = { path, bytes: content.bytes };
        this.#files.set(path, decoded.kind === 'text' ? { ...file, source: new TextSource(path, decoded.text) } : file);
      }
    }
  }

  /** Every file read so far. */
  all(): readonly SourceFile[] {
    return [...this.#files.values()];
  }

  get(path: string): SourceFile | undefined {
    return this.#files.get(path);
  }

  /** The documents of a file; none if it is no text. */
  documents(path: string): { readonly documents: readonly RawDocument[]; readonly findings: readonly Finding[] } {
    const source = this.#files.get(path)?.source;
    return source === undefined ? { documents: [], findings: [] } : readDocuments(source, this.#limits);
  }

  /** The objects of a file; undefined if it is no text. */
  parse(path: string): ParsedFile | undefined {
    const source = this.#files.get(path)?.source;
    if (source === undefined) return undefined;
    const known = this.#parsed.get(path);
    if (known !== undefined) return known;
    const parsed = parseFile(source, this.#limits);
    this.#parsed.set(path, parsed);
    return parsed;
  }
}
