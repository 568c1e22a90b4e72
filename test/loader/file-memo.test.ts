import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { FileMemo, readRepository, type LoadResult } from '../../src/loader/index.ts';
import { nameOf } from '../../src/model/index.ts';
import { map, writeFiles } from './files.ts';

const base = mkdtempSync(join(tmpdir(), 'kplan-memo-'));
after(() => rmSync(base, { recursive: true, force: true }));
const LONG_AGO = 1_700_000_000;

function write(directory: string, name: string, text: string, seconds = LONG_AGO): void {
  writeFileSync(join(directory, name), text);
  utimesSync(join(directory, name), seconds, seconds);
}

test('unchanged files give the very same manifests, changed ones others', async () => {
  const directory = writeFiles(join(base, 'a'), { 'c.yaml': map('c') });
  write(directory, 'a.yaml', `${map('a')}---\n${map('a2')}`);
  write(directory, 'b.yaml', map('b', 'data: {mode: 0644}\n'));
  write(directory, 'c.yaml', map('c'));
  const files = new FileMemo(() => Date.now() + 10_000);
  const read = (): Promise<LoadResult> => readRepository({ path: directory, git: 'js', files });
  const summary = ({ manifests, findings, notes, files: read_ }: LoadResult): unknown => ({
    names: manifests.map(({ object, origin }) => `${origin.file} ${nameOf(object)}`),
    findings,
    notes,
    paths: read_,
  });
  const first = await read();
  const again = await read();
  assert.deepEqual(summary(again), summary(first));
  assert.ok(again.manifests.every((manifest, index) => manifest === first.manifests[index]));
  write(directory, 'b.yaml', map('b', 'data: {mode: 0755}\n'), LONG_AGO + 1);
  rmSync(join(directory, 'c.yaml'));
  const changed = await read();
  assert.deepEqual(summary(changed), summary(await readRepository({ path: directory, git: 'js' })));
  assert.deepEqual(
    changed.manifests.map((manifest) => first.manifests.includes(manifest)),
    [true, true, false],
  );
});

test('a file that changed just now is read again', async () => {
  const directory = writeFiles(join(base, 'b'), { 'a.yaml': map('a') });
  write(directory, 'a.yaml', map('a'), LONG_AGO);
  const files = new FileMemo(() => (LONG_AGO + 1) * 1000);
  const [first, second] = [
    await readRepository({ path: directory, git: 'js', files }),
    await readRepository({ path: directory, git: 'js', files }),
  ];
  assert.notEqual(first.manifests[0], second.manifests[0]);
});
