import { hash } from 'node:crypto';
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Finding, KubernetesObject } from '../../model/index.ts';
import { compareBy, isObject, sha256 } from '../../std/index.ts';
import { blobId } from '../blob-id.ts';
import type { ParsedFile, ParsedObject } from '../yaml/parse-file.ts';
import { encodePack, Pack, type PackEntry } from './pack.ts';
import { tellsSecrets, type Keeping } from './secrecy.ts';

/** A file that was read: its bytes, its text, what that was parsed into, and the objects of that as JSON, where they are at hand. */
interface ReadFile {
  readonly bytes: Uint8Array;
  readonly text: string;
  readonly parsed: ParsedFile;
  readonly objects: string | undefined;
}

/** How a file is kept: its objects apart, as they may have been written already. */
interface WrittenFile {
  readonly objects: readonly KubernetesObject[];
  readonly rest: Omit<ParsedFile, 'objects'> & { readonly objects: readonly Omit<ParsedObject, 'object'>[] };
}

const MOST_PACKS = 8;
const MOST_BYTES = 256_000_000;
/** A pack of so many bytes is not written anew only to hold more. */
const MOST_BYTES_OF_PACK = MOST_BYTES / 4;
/** What no run has written to for so long is of a version, or of a folder, that is not used any more. */
const MILLISECONDS_OF_USE = 30 * 86_400_000;

/** Raised whenever the same text is parsed into something else, or less of it may be kept. */
const PARSER_VERSION = 6;

/**
 * Parsed files under the ids of their blobs. Files with Secrets are kept only where what is kept says nothing of their values. Any number of processes may use one
 * directory: packs are written aside and renamed, never changed, and whatever is broken or gone is a miss.
 */
export class DocumentCache {
  readonly directory: string;
  /** The newest first: what one holds is seldom in another. */
  readonly #packs: readonly Pack[];
  readonly #added = new Map<string, PackEntry>();
  readonly #keeping: Keeping;

  /** `version` is of kplan and of all that decides how a text is parsed. The bytes are kept where they are not at hand later. */
  constructor(directory: string, version: string, keeping: Keeping) {
    this.#keeping = keeping;
    this.directory = join(directory, `documents-${sha256(`${PARSER_VERSION} ${version}`).slice(0, 12)}`);
    this.#packs = listPacks(this.directory).flatMap((path) => Pack.open(path) ?? []);
  }

  /** What the file of this blob holds, with the places of its findings in `file`; undefined if it is not kept. */
  get(oid: string, file: string): ParsedFile | undefined {
    const json = this.#packOf(oid)?.readJson(oid);
    const value: unknown = json === undefined ? undefined : JSON.parse(json.toString());
    if (!isObject(value)) return undefined;
    // The checksum says that these are the bytes that `put` has written.
    const { objects, rest } = value as unknown as WrittenFile;
    const parsed = { ...rest, objects: rest.objects.map((item, index) => ({ ...item, object: objects[index] })) } as ParsedFile;
    return { ...parsed, findings: parsed.findings.map((finding) => placeIn(finding, file)) };
  }

  /** The bytes of a kept blob; undefined if they are gone or not what they were. */
  readBytes(oid: string): Uint8Array | undefined {
    const bytes = this.#packOf(oid)?.readBytes(oid);
    return bytes !== undefined && (oid.length > 40 || blobId(bytes) === oid) ? bytes : undefined;
  }

  /** Keeps what a blob was parsed into, unless it may tell the value of a Secret. */
  put(oid: string, { bytes, text, parsed, objects }: ReadFile): void {
    if (this.#packOf(oid) !== undefined || tellsSecrets(parsed, text, this.#keeping)) return;
    const json = toJsonOrNone(parsed, objects);
    if (json !== undefined) this.#added.set(oid, { oid, json: Buffer.from(json), bytes: this.#keeping.keepsBytes ? bytes : NO_BYTES });
  }

  /** Writes what was added. A cache that cannot be written is only slower. */
  flush(): void {
    if (this.#added.size === 0) return;
    try {
      mkdirSync(this.directory, { recursive: true, mode: 0o700 });
      if (this.#packs.length + 1 < MOST_PACKS) writePack(this.directory, [...this.#added.values()]);
      else this.#compact();
    } catch {
      // The next run parses again.
    }
  }

  /** Lets go of the files that it has open. What is looked up later opens them again. */
  close(): void {
    for (const pack of this.#packs) pack.close();
  }

  #packOf(oid: string): Pack | undefined {
    return this.#packs.find((pack) => pack.has(oid));
  }

  /** Writes what was added together with the small packs, and removes what is old. */
  #compact(): void {
    const entries = new Map(this.#added);
    const small = this.#packs.filter(({ size }) => size <= MOST_BYTES_OF_PACK);
    for (const pack of small) for (const entry of readEntries(pack)) if (!entries.has(entry.oid)) entries.set(entry.oid, entry);
    const written = writePack(this.directory, [...entries.values()]);
    for (const { path } of small) if (path !== written) rmSync(path, { force: true });
    let size = statSync(written).size;
    for (const pack of this.#packs) {
      if (small.includes(pack)) continue;
      size += pack.size;
      if (size > MOST_BYTES) rmSync(pack.path, { force: true });
    }
    removeUnused(this.directory);
  }
}

function* readEntries(pack: Pack): Generator<PackEntry> {
  for (const oid of pack.ids()) {
    const [json, bytes] = [pack.readJson(oid), pack.readBytes(oid)];
    if (json !== undefined && bytes !== undefined) yield { oid, json, bytes };
  }
}

const NO_BYTES = new Uint8Array();

function placeIn(finding: Finding, file: string): Finding {
  return finding.source === undefined ? finding : { ...finding, source: { ...finding.source, file } };
}

// Integers beyond 2^53 have no exact form in JSON.parse: such files are parsed each time.
function toJsonOrNone(parsed: ParsedFile, written: string | undefined): string | undefined {
  const objects = parsed.objects.map(({ place, waivers, verdict }) => ({ place, waivers, verdict }));
  const findings = parsed.findings.map((finding) => placeIn(finding, ''));
  try {
    const texts = written ?? JSON.stringify(parsed.objects.map(({ object }) => object));
    return `{"objects":${texts},"rest":${JSON.stringify({ ...parsed, objects, findings })}}`;
  } catch {
    return undefined;
  }
}

function writePack(directory: string, entries: readonly PackEntry[]): string {
  const data = encodePack(entries);
  const name = hash('sha256', data, 'hex').slice(0, 32);
  const path = join(directory, `${name}.pack`);
  const aside = join(directory, `${process.pid}-${name.slice(0, 8)}.new`);
  writeFileSync(aside, data, { mode: 0o600 });
  renameSync(aside, path);
  return path;
}

function listPacks(directory: string): readonly string[] {
  try {
    const packs = readdirSync(directory).filter((name) => name.endsWith('.pack'));
    return packs.map((name) => join(directory, name)).toSorted(compareBy((path) => -timeOf(path)));
  } catch {
    return [];
  }
}

/** Removes the folders of other versions and the indexes of folders that nobody has used for long, as seen from what was just written. */
function removeUnused(directory: string): void {
  const now = timeOf(directory);
  const [folder, own] = [dirname(directory), basename(directory)];
  const isUnused = (path: string): boolean => now - timeOf(path) > MILLISECONDS_OF_USE;
  const others = readdirSync(folder).filter((name) => name.startsWith('documents-') && name !== own);
  const indexes = readdirSync(directory).filter((name) => name.startsWith('files-'));
  for (const path of [...others.map((name) => join(folder, name)), ...indexes.map((name) => join(directory, name))]) {
    if (isUnused(path)) rmSync(path, { recursive: true, force: true });
  }
}

function timeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
