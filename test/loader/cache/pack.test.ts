import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { encodePack, Pack, type PackEntry } from '../../../src/loader/cache/pack.ts';
import { blobId } from '../../../src/loader/blob-id.ts';
import { sha256 } from '../../../src/std/index.ts';

const base = mkdtempSync(join(tmpdir(), 'kplan-pack-'));
after(() => rmSync(base, { recursive: true, force: true }));
let made = 0;

function entryOf(text: string, id: (bytes: Buffer) => string = blobId): PackEntry {
  const bytes = Buffer.from(text);
  return { oid: id(bytes), json: Buffer.from(JSON.stringify({ text })), bytes };
}

const ENTRIES: readonly PackEntry[] = [
  ...Array.from({ length: 300 }, (_, n) => entryOf(`file ${n}`)),
  entryOf('of SHA-256', (bytes) => sha256(bytes.toString())),
  entryOf(''),
];

function write(entries: readonly PackEntry[]): string {
  const path = join(base, `${made++}.pack`);
  writeFileSync(path, encodePack(entries));
  return path;
}

function open(path: string): Pack {
  const pack = Pack.open(path);
  assert.ok(pack);
  return pack;
}

for (const when of ['while it is open', 'after it was closed'] as const) {
  test(`every entry is found ${when}, and nothing else`, () => {
    const pack = open(write(ENTRIES));
    if (when === 'after it was closed') pack.close();
    for (const { oid, json, bytes } of ENTRIES) {
      assert.equal(pack.has(oid), true);
      assert.deepEqual(pack.readJson(oid), json);
      assert.deepEqual(pack.readBytes(oid), bytes);
    }
    const other = blobId(Buffer.from('another'));
    assert.deepEqual([pack.has(other), pack.readJson(other), pack.readBytes(other)], [false, undefined, undefined]);
    pack.close();
  });
}

test('the ids of a pack name its entries', () => {
  const pack = open(write(ENTRIES));
  const ids = pack.ids();
  assert.deepEqual(ids, ids.toSorted());
  assert.deepEqual(new Set(ids.map((id) => pack.readJson(id)?.toString())), new Set(ENTRIES.map(({ json }) => json.toString())));
  pack.close();
});

test('the order of the entries does not change the pack', () => {
  assert.deepEqual(encodePack(ENTRIES.toReversed()), encodePack(ENTRIES));
});

test('what is none, is cut off or gone cannot be opened', () => {
  const path = write(ENTRIES);
  truncateSync(path, 5000);
  assert.equal(Pack.open(path), undefined);
  writeFileSync(path, 'something else, of some length, that is no pack at all');
  assert.equal(Pack.open(path), undefined);
  writeFileSync(path, '');
  assert.equal(Pack.open(path), undefined);
  assert.equal(Pack.open(join(base, 'none.pack')), undefined);
});

test('a pack that is removed can be read until it is closed', () => {
  const path = write(ENTRIES);
  const [first] = ENTRIES;
  assert.ok(first);
  const pack = open(path);
  rmSync(path);
  assert.deepEqual(pack.readJson(first.oid), first.json);
  pack.close();
  assert.equal(pack.readJson(first.oid), undefined);
  assert.equal(pack.readBytes(first.oid), undefined);
});
