import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { sha256, type JsonValue } from '../../std/index.ts';
import { KplanError } from '../errors.ts';
import { createCatalog } from './catalog.ts';
import { decodePack, linkKinds, type Pack } from './pack.ts';
import type { SchemaCatalog } from './schema.ts';

const FILE = 'schemas/kubernetes.json.br';
/** The pack in base64, in a bundle that is one file. */
declare const KPLAN_SCHEMA_PACK: string | undefined;

let pack: Pack | undefined;
const catalogs = new Map<string, SchemaCatalog>();

/** The minor versions that the shipped pack knows, oldest first. */
export function listVersions(): readonly string[] {
  pack ??= readPack();
  return [...pack.versions.keys()];
}

/** Tells the shipped pack from those of other builds, without reading what is in it. */
export function packId(): string {
  return sha256(readPacked().bytes);
}

/**
 * The catalog of a minor version (`1.36`, `v1.36` and `1.36.3` mean the same) from the shipped pack, read once a process.
 * Throws a `USAGE` error for a version that the pack does not know.
 */
export function loadCatalog(version: string): SchemaCatalog {
  const minor = /^v?(\d+\.\d+)/.exec(version)?.[1] ?? version;
  const known = catalogs.get(minor);
  if (known !== undefined) return known;
  pack ??= readPack();
  if (!pack.versions.has(minor)) {
    throw new KplanError('USAGE', `no schemas for Kubernetes ${version}`, { hint: `use one of ${[...pack.versions.keys()].join(', ')}` });
  }
  const catalog = createCatalog(minor, linkKinds(pack, minor));
  catalogs.set(minor, catalog);
  return catalog;
}

function readPack(): Pack {
  const { bytes, name } = readPacked();
  const json: JsonValue = JSON.parse(brotliDecompressSync(bytes).toString('utf8'));
  const decoded = decodePack(json);
  if (decoded === undefined) throw new KplanError('CORRUPT', `${name} is not a schema pack that this version reads`, { hint: 'reinstall' });
  return decoded;
}

function readPacked(): { readonly bytes: Buffer; readonly name: string } {
  if (typeof KPLAN_SCHEMA_PACK === 'string') return { bytes: Buffer.from(KPLAN_SCHEMA_PACK, 'base64'), name: FILE };
  const name = findPack(import.meta.dirname);
  return { bytes: readFileSync(name), name };
}

function findPack(from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    const file = join(folder, FILE);
    if (existsSync(file)) return file;
    if (folder === dirname(folder)) throw new KplanError('UNREADABLE', `${FILE} is missing above ${from}`, { hint: 'reinstall' });
  }
}
