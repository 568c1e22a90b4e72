import assert from 'node:assert/strict';
import { chmodSync, lstatSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { replaceFile } from '../../../src/cli/stages/replace-file.ts';
import { temporaryFolder } from '../program.ts';

test('the new text takes the place of the old, and nothing else changes', (context) => {
  const folder = temporaryFolder(context);
  const [file, link] = [join(folder, 'a.yaml'), join(folder, 'link.yaml')];
  writeFileSync(file, 'old');
  chmodSync(file, 0o640);
  symlinkSync('a.yaml', link);
  replaceFile(link, 'new');
  assert.equal(readFileSync(file, 'utf8'), 'new');
  assert.equal(statSync(file).mode & 0o777, 0o640);
  assert.ok(lstatSync(link).isSymbolicLink());
  assert.deepEqual(readdirSync(folder).toSorted(), ['a.yaml', 'link.yaml']);
});

test('what cannot be written leaves what was there', (context) => {
  const folder = temporaryFolder(context);
  const file = join(folder, 'a.yaml');
  writeFileSync(file, 'old');
  // What is written aside leads nowhere.
  symlinkSync(join(folder, 'no/such/folder'), `${file}.${process.pid}.new`);
  assert.throws(() => replaceFile(file, 'new'), { code: 'ENOENT' });
  assert.equal(readFileSync(file, 'utf8'), 'old');
  assert.deepEqual(readdirSync(folder), ['a.yaml']);
});
