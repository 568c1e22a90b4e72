import { toFinding, type Digester, type Finding, type KubernetesObject, type Manifest, type ObjectRef } from '../model/index.ts';
import { append, compareBy, sha256, stringifyJsonInOrder, type Clock } from '../std/index.ts';
import { blobId } from './blob-id.ts';
import type { DocumentCache } from './cache/document-cache.ts';
import type { StatIndex } from './cache/stat-index.ts';
import { decode, type Decoded } from './decode.ts';
import type { FileMemo, FileYield } from './file-memo.ts';
import type { Limits } from './limits.ts';
import { beginningOf } from './tree/disk-fault.ts';
import type { FileContent, SourceTree, TreeFile } from './tree/tree.ts';
import { DocumentOrigin, EventMemo } from './yaml/origin.ts';
import { parseFile, type ParsedFile, type ParsedObject } from './yaml/parse-file.ts';
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
  /** Of a file whose objects have been digested: a hash of what is left of them all, in their order. */
  readonly fingerprint?: string;
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

/** What is known from earlier runs. */
export interface Memory {
  readonly documents: DocumentCache;
  /** Absent for a revision, whose listing has the ids. */
  readonly stats?: StatIndex;
  /** The bytes of a file that is as it was; absent where the documents are kept with their bytes. */
  readonly reread?: SourceTree['reread'];
}

/** What a gathering may make use of. */
export interface Helpers {
  readonly memory?: Memory;
  readonly clock?: Clock;
  readonly digester?: Digester;
  /** What earlier readings in this process gave; of the disk only. */
  readonly files?: FileMemo;
}

/** Gathers files into manifests. */
export class Gathering {
  readonly #limits: Limits;
  readonly #memory: Memory | undefined;
  readonly #digester: Digester | undefined;
  #digest: DigestObject | undefined;
  readonly #known: FileMemo | undefined;
  readonly #now: () => number;
  readonly #started: number;
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

  constructor(limits: Limits, { memory, clock, digester, files }: Helpers = {}) {
    this.#limits = limits;
    this.#memory = memory;
    this.#digester = digester;
    this.#known = files;
    this.#now = () => clock?.now() ?? 0;
    this.#started = this.#now();
    this.#memo = new EventMemo(limits.depth);
  }

  /** Reads files of a tree until a limit is met; those that are remembered are not read. */
  async readAll(tree: SourceTree, files: readonly TreeFile[], signal?: AbortSignal): Promise<void> {
    const stats = this.#memory?.stats;
    const left = files.filter(({ path }) => !this.#repeat(tree.root, path));
    const known = stats === undefined ? left : left.map((file) => stats.withOid(file));
    const unread = known.filter((file) => {
      const before = this.#marks();
      const isRecalled = this.#recall(file);
      if (isRecalled) this.#learn(before);
      return !isRecalled;
    });
    for await (const content of tree.read(unread)) {
      signal?.throwIfAborted();
      const before = this.#marks();
      if (this.#isLate(content.file.path) || !(await this.#take(content))) break;
      this.#learn(before);
    }
    this.#known?.retain(new Set(files.map(({ path }) => path)));
    this.#memory?.documents.flush();
    stats?.flush();
  }

  /** Takes the manifests and findings that somebody else has made of some files: a renderer. */
  add(
    manifests: readonly Manifest[],
    findings: readonly Finding[],
    files: readonly { readonly path: string; readonly bytes: Uint8Array }[],
  ): void {
    append(this.#manifests, manifests);
    append(this.#findings, findings);
    append(
      this.#encrypted,
      findings.flatMap(({ code, ref }) => (code === 'KL0022' && ref !== undefined ? [ref] : [])),
    );
    append(
      this.#files,
      files.map(({ path, bytes }) => ({ path, oid: blobId(bytes) })),
    );
    this.#documents += manifests.length;
  }

  /** Takes the text of one file or stream. */
  addText(file: string, text: string): DigestedFile {
    const source = new TextSource(file, text);
    const digested = digestFile(parseFile(source, this.#limits), this.#digest);
    this.#addParsed(source, digested.parsed);
    return digested;
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

  #repeat(root: string, path: string): boolean {
    const known = this.#known?.recall(root, path);
    if (known === undefined || this.#documents + known.documents > this.#limits.documents) return false;
    this.#files.push(known.file);
    append(this.#manifests, known.manifests);
    append(this.#findings, known.findings);
    append(this.#encrypted, known.encrypted);
    this.#documents += known.documents;
    this.#skipped += known.skipped;
    this.#templated += known.templatedFiles;
    this.#encryptedFiles += known.encryptedFiles;
    return true;
  }

  #marks(): readonly number[] {
    const lists = [this.#files, this.#manifests, this.#findings, this.#encrypted];
    return [...lists.map((list) => list.length), this.#documents, this.#skipped, this.#templated, this.#encryptedFiles];
  }

  #learn([
    files = 0,
    manifests = 0,
    findings = 0,
    encrypted = 0,
    documents = 0,
    skipped = 0,
    templated = 0,
    others = 0,
  ]: readonly number[]): void {
    const file = this.#files[files];
    if (this.#known === undefined || file === undefined) return;
    const result: FileYield = {
      file,
      manifests: this.#manifests.slice(manifests),
      findings: this.#findings.slice(findings),
      encrypted: this.#encrypted.slice(encrypted),
      documents: this.#documents - documents,
      skipped: this.#skipped - skipped,
      templatedFiles: this.#templated - templated,
      encryptedFiles: this.#encryptedFiles - others,
    };
    this.#known.keep(result);
  }

  #recall({ path, oid }: TreeFile): boolean {
    const documents = this.#memory?.documents;
    const parsed = oid === undefined ? undefined : documents?.get(oid, path);
    if (oid === undefined || documents === undefined || parsed === undefined) return false;
    if (this.#documents + parsed.documents > this.#limits.documents) return false;
    this.#files.push(toLoadedFile(path, oid, parsed));
    this.#addParsed(new TextSource(path, () => textOf(this.#bytesOf(path, oid))), parsed);
    return true;
  }

  #bytesOf(path: string, oid: string): Uint8Array | undefined {
    const { documents, reread } = this.#memory ?? {};
    if (reread === undefined) return documents?.readBytes(oid);
    const bytes = reread(path);
    return bytes !== undefined && blobId(bytes) === oid ? bytes : undefined;
  }

  async #take(content: FileContent): Promise<boolean> {
    const { file } = content;
    if ('finding' in content) {
      this.#findings.push(content.finding);
      return true;
    }
    this.#bytes += content.bytes.length;
    if (this.#bytes > this.#limits.totalBytes) return this.#stop(file.path, 'bytes', this.#limits.totalBytes);
    const oid = file.oid ?? blobId(content.bytes);
    if (content.stats !== undefined) this.#memory?.stats?.learn(file.path, content.stats, oid);
    if (!this.#recall({ path: file.path, oid })) await this.#read(file.path, oid, content.bytes);
    return this.#documents <= this.#limits.documents || this.#stop(file.path, 'documents', this.#limits.documents);
  }

  async #read(path: string, oid: string, bytes: Uint8Array): Promise<void> {
    const decoded = decode(bytes);
    if (decoded.kind !== 'text') {
      this.#files.push({ path, oid });
      return this.#sayOther(path, decoded);
    }
    this.#digest ??= await this.#digester?.open();
    const { parsed, objects } = this.addText(path, decoded.text);
    this.#files.push(toLoadedFile(path, oid, parsed));
    this.#memory?.documents.put(oid, { bytes, text: decoded.text, parsed, objects });
  }

  #addParsed(source: TextSource, parsed: ParsedFile): void {
    for (const { object, place, waivers, verdict } of parsed.objects) {
      const origin = new DocumentOrigin(source, place, this.#memo);
      this.#manifests.push({ object, origin, ...(waivers.length === 0 ? {} : { waivers }), ...(verdict === undefined ? {} : { verdict }) });
    }
    append(this.#findings, parsed.findings);
    append(this.#encrypted, parsed.encrypted);
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

  #isLate(file: string): boolean {
    const limit = this.#limits.totalMilliseconds;
    return this.#now() - this.#started > limit && !this.#stop(file, 'milliseconds', limit);
  }

  #stop(file: string, what: string, limit: number): false {
    this.#findings.push(toFinding('KL0014', { source: beginningOf(file), data: { what, limit } }));
    return false;
  }
}

/** A file, and the objects that are left of it as JSON text, where that has been written. */
interface DigestedFile {
  readonly parsed: ParsedFile;
  readonly objects: string | undefined;
}

type DigestObject = Awaited<ReturnType<Digester['open']>>;

function digestFile(parsed: ParsedFile, digestObject: DigestObject | undefined): DigestedFile {
  if (digestObject === undefined) return { parsed, objects: undefined };
  const objects = parsed.objects.map((item): ParsedObject => {
    const digest = digestObject(item.object);
    return digest === undefined ? item : { object: digest.object, place: item.place, waivers: item.waivers, verdict: digest.verdict };
  });
  const left = objects.map(({ object }) => object);
  const text = toTextOrNone(left);
  return { parsed: { ...parsed, objects, fingerprint: sha256(text ?? stringifyJsonInOrder(left)) }, objects: text };
}

// The built-in writer is many times as fast, and refuses integers beyond 2^53.
function toTextOrNone(objects: readonly KubernetesObject[]): string | undefined {
  try {
    return JSON.stringify(objects);
  } catch {
    return undefined;
  }
}

function toLoadedFile(path: string, oid: string, { fingerprint }: ParsedFile): LoadedFile {
  return fingerprint === undefined ? { path, oid } : { path, oid, fingerprint };
}

function textOf(bytes: Uint8Array | undefined): string {
  const decoded = bytes === undefined ? undefined : decode(bytes);
  return decoded?.kind === 'text' ? decoded.text : '';
}
