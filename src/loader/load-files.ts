import { createHash } from 'node:crypto';
import { toFinding, type Finding, type Manifest, type ObjectRef } from '../model/index.ts';
import { compareBy } from '../std/index.ts';
import { decode, type Decoded } from './decode.ts';
import type { Limits } from './limits.ts';
import { beginningOf } from './tree/disk-fault.ts';
import type { FileContent, SourceTree, TreeFile } from './tree/tree.ts';
import { DocumentOrigin, EventMemo } from './yaml/origin.ts';
import { parseFile, type ParsedFile } from './yaml/parse-file.ts';
import { TextSource } from './yaml/text-source.ts';

/** What the files of a tree hold. */
export interface LoadedFiles {
  readonly manifests: readonly Manifest[];
  readonly findings: readonly Finding[];
  readonly encrypted: readonly ObjectRef[];
  readonly notes: LoadNotes;
  /** Every file that was read, with the Git blob id of its bytes. */
  readonly files: readonly LoadedFile[];
}

/** A file that was read. */
export interface LoadedFile {
  readonly path: string;
  /** The id that Git gives these bytes (SHA-1 of a blob; SHA-256 in a repository of that format). */
  readonly oid: string;
}

/** How much was read, and how much of it was no manifest. */
export interface LoadNotes {
  readonly files: number;
  readonly documents: number;
  /** Documents that are not Kubernetes objects. */
  readonly skippedDocuments: number;
  readonly templatedFiles: number;
  /** Files or documents that SOPS or git-crypt encrypted. */
  readonly encryptedFiles: number;
}

/** Gathers files into manifests. */
export class Gathering {
  readonly #limits: Limits;
  readonly #memo: EventMemo;
  readonly #manifests: Manifest[] = [];
  readonly #findings: Finding[] = [];
  readonly #encrypted: ObjectRef[] = [];
  readonly #files: LoadedFile[] = [];
  #documents = 0;
  #skipped = 0;
  #templated = 0;
  #encryptedFiles = 0;
  #bytes = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
    this.#memo = new EventMemo(limits.depth);
  }

  /** Reads files of a tree until a limit is met. */
  async readAll(tree: SourceTree, files: readonly TreeFile[], signal?: AbortSignal): Promise<void> {
    for await (const content of tree.read(files)) {
      signal?.throwIfAborted();
      if (!this.#take(content)) return;
    }
  }

  /** Takes the manifests and findings that somebody else has made of some files: a renderer. */
  add(
    manifests: readonly Manifest[],
    findings: readonly Finding[],
    files: readonly { readonly path: string; readonly bytes: Uint8Array }[],
  ): void {
    this.#manifests.push(...manifests);
    this.#findings.push(...findings);
    this.#files.push(...files.map(({ path, bytes }) => ({ path, oid: blobId(bytes) })));
    this.#documents += manifests.length;
  }

  /** Takes the text of one file or stream. */
  addText(file: string, text: string): void {
    const source = new TextSource(file, text);
    this.#addParsed(source, parseFile(source, this.#limits));
  }

  /** All of it, in the order of files and documents. */
  result(): LoadedFiles {
    const notes = {
      files: this.#files.length,
      documents: this.#documents,
      skippedDocuments: this.#skipped,
      templatedFiles: this.#templated,
      encryptedFiles: this.#encryptedFiles,
    };
    return {
      manifests: this.#manifests,
      findings: this.#findings,
      encrypted: this.#encrypted,
      notes,
      files: this.#files.toSorted(compareBy((file) => file.path)),
    };
  }

  #take(content: FileContent): boolean {
    const { file } = content;
    if ('finding' in content) {
      this.#findings.push(content.finding);
      return true;
    }
    this.#bytes += content.bytes.length;
    if (this.#bytes > this.#limits.totalBytes) return this.#stop(file.path, 'bytes', this.#limits.totalBytes);
    this.#files.push({ path: file.path, oid: file.oid ?? blobId(content.bytes) });
    const decoded = decode(content.bytes);
    if (decoded.kind === 'text') this.addText(file.path, decoded.text);
    else this.#sayOther(file.path, decoded);
    return this.#documents <= this.#limits.documents || this.#stop(file.path, 'documents', this.#limits.documents);
  }

  #addParsed(source: TextSource, parsed: ParsedFile): void {
    for (const { object, place, waivers } of parsed.objects) {
      const origin = new DocumentOrigin(source, place, this.#memo);
      this.#manifests.push(waivers.length === 0 ? { object, origin } : { object, origin, waivers });
    }
    this.#findings.push(...parsed.findings);
    this.#encrypted.push(...parsed.encrypted);
    this.#documents += parsed.documents;
    this.#skipped += parsed.skipped;
    if (parsed.isTemplated) this.#templated++;
    if (parsed.encrypted.length > 0) this.#encryptedFiles++;
  }

  #sayOther(file: string, decoded: Exclude<Decoded, { kind: 'text' }>): void {
    const source = beginningOf(file);
    switch (decoded.kind) {
      case 'git-crypt':
        this.#encryptedFiles++;
        this.#findings.push(toFinding('KL0023', { source, data: {} }));
        break;
      case 'lfs-pointer':
        this.#findings.push(toFinding('KL0024', { source, data: {} }));
        break;
      case 'nul':
      case 'not-utf8': {
        const place = { ...source, line: decoded.line, endLine: decoded.line };
        this.#findings.push(toFinding(decoded.kind === 'nul' ? 'KL0012' : 'KL0011', { source: place, data: { byte: decoded.byte } }));
      }
    }
  }

  #stop(file: string, what: string, limit: number): false {
    this.#findings.push(toFinding('KL0014', { source: beginningOf(file), data: { what, limit } }));
    return false;
  }
}

/** The id that Git gives a blob of these bytes. */
export function blobId(bytes: Uint8Array): string {
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}
