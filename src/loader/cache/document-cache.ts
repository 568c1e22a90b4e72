import { hash } from 'node:crypto';
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding, KubernetesObject } from '../../model/index.ts';
import { compareBy, sha256 } from '../../std/index.ts';
import { blobId } from '../blob-id.ts';
import type { ParsedFile, ParsedObject } from '../yaml/parse-file.ts';
import { encodePack, openPack, readBytes, readEntry, type OpenedEntry, type PackEntry } from './pack.ts';
import { tellsSecrets } from './secrecy.ts';

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

/** Raised whenever the same text is parsed into something else, or less of it may be kept. */
const PARSER_VERSION = 4;

/**
 * Parsed files under the ids of their blobs. Files with Secrets are kept only where what is kept says nothing of their values. Any number of processes may use one
 * directory: packs are written aside and renamed, never changed, and whatever is broken or gone is a miss.
 */
export class DocumentCache {
  readonly directory: string;
  readonly #opened = new Map<string, OpenedEntry>();
  readonly #packs: readonly string[];
  readonly #added = new Map<string, PackEntry>();
  readonly #keepsBytes: boolean;

  /** `version` is of kplan and of all that decides how a text is parsed. The bytes are kept where they are not at hand later. */
  constructor(directory: string, version: string, { keepsBytes }: { readonly keepsBytes: boolean }) {
    this.#keepsBytes = keepsBytes;
    this.directory = join(directory, `documents-${sha256(`${PARSER_VERSION} ${version}`).slice(0, 12)}`);
    this.#packs = listPacks(this.directory);
    for (const pack of this.#packs) for (const entry of openPack(pack)) this.#opened.set(entry.oid, entry);
  }

  /** What the file of this blob holds, with the places of its findings in `file`; undefined if it is not kept. */
  get(oid: string, file: string): ParsedFile | undefined {
    const entry = this.#opened.get(oid);
    const value = entry === undefined ? undefined : readEntry(entry);
    if (value === undefined) return undefined;
    // The checksum says that these are the bytes that `put` has written.
    const { objects, rest } = value as WrittenFile;
    const parsed = { ...rest, objects: rest.objects.map((item, index) => ({ ...item, object: objects[index] })) } as ParsedFile;
    return { ...parsed, findings: parsed.findings.map((finding) => placeIn(finding, file)) };
  }

  /** The bytes of a kept blob; undefined if they are gone or not what they were. */
  readBytes(oid: string): Uint8Array | undefined {
    const entry = this.#opened.get(oid);
    try {
      const bytes = entry === undefined ? undefined : readBytes(entry.place);
      return bytes !== undefined && (oid.length > 40 || blobId(bytes) === oid) ? bytes : undefined;
    } catch {
      return undefined;
    }
  }

  /** Keeps what a blob was parsed into, unless it may tell the value of a Secret. */
  put(oid: string, { bytes, text, parsed, objects }: ReadFile): void {
    if (this.#opened.has(oid) || tellsSecrets(parsed, text, { keepsBytes: this.#keepsBytes })) return;
    const json = toJsonOrNone(parsed, objects);
    if (json !== undefined) this.#added.set(oid, { oid, json: Buffer.from(json), bytes: this.#keepsBytes ? bytes : NO_BYTES });
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

  #compact(): void {
    const entries = [...this.#added.values()];
    let size = 0;
    for (const { oid, json } of [...this.#opened.values()].toReversed()) {
      const bytes = this.#keepsBytes ? this.readBytes(oid) : NO_BYTES;
      size += json.length + (bytes?.length ?? 0);
      if (size > MOST_BYTES) break;
      if (bytes !== undefined) entries.push({ oid, json, bytes });
    }
    const written = writePack(this.directory, entries);
    for (const pack of this.#packs) if (pack !== written) rmSync(pack, { force: true });
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
  const sorted = entries.toSorted(compareBy((entry) => entry.oid));
  const data = encodePack(sorted);
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
    return packs
      .map((name) => join(directory, name))
      .toSorted(compareBy((path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0));
  } catch {
    return [];
  }
}
