import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { findDefaultBranch } from '../../../src/loader/git/find-default-branch.ts';
import { writeFiles, type Files } from '../files.ts';

const ID = '1'.repeat(40);
const CASES: readonly { readonly name: string; readonly files: Files; readonly want: string | undefined }[] = [
  {
    name: 'what origin checks out',
    files: { 'refs/remotes/origin/HEAD': 'ref: refs/remotes/origin/trunk\n', 'refs/heads/main': ID },
    want: 'origin/trunk',
  },
  { name: 'main beside another that is checked out', files: { HEAD: 'ref: refs/heads/fix\n', 'refs/heads/main': ID }, want: 'main' },
  { name: 'master', files: { HEAD: 'ref: refs/heads/fix\n', 'refs/heads/master': ID }, want: 'master' },
  {
    name: 'master among packed refs',
    files: { HEAD: 'ref: refs/heads/fix\n', 'packed-refs': `# pack-refs\n${ID} refs/heads/master\n` },
    want: 'master',
  },
  {
    name: 'no branch of a similar name',
    files: { HEAD: 'ref: refs/heads/trunk\n', 'packed-refs': `${ID} refs/heads/main/x\n` },
    want: 'trunk',
  },
  { name: 'the one that is checked out, without commits', files: { HEAD: 'ref: refs/heads/dev\n' }, want: 'dev' },
  { name: 'none where a commit is checked out', files: { HEAD: `${ID}\n` }, want: undefined },
  { name: 'none with a name for a shell', files: { HEAD: 'ref: refs/heads/a;b\n' }, want: undefined },
  { name: 'none of reftables', files: { HEAD: 'ref: refs/heads/.invalid\n' }, want: undefined },
];
for (const { name, files, want } of CASES)
  test(`the default branch is ${name}`, (context) => {
    const folder = mkdtempSync(join(tmpdir(), 'kplan-branch-'));
    context.after(() => rmSync(folder, { recursive: true }));
    const repository = { HEAD: 'ref: refs/heads/x\n', 'objects/x': '', 'refs/x': '', ...files };
    writeFiles(folder, Object.fromEntries(Object.entries(repository).map(([path, text]) => [`.git/${path}`, text])));
    assert.equal(findDefaultBranch(folder), want);
  });
