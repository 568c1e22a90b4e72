import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { run, temporaryFolder } from './program.ts';

const OBJECT = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n';

/** A folder of one object, beside what is no file. */
function folderOf(context: Parameters<typeof temporaryFolder>[0]): string {
  const folder = temporaryFolder(context);
  mkdirSync(join(folder, '.git'));
  writeFileSync(join(folder, 'a.yaml'), OBJECT);
  execFileSync('mkfifo', [join(folder, 'fifo')]);
  return folder;
}

const OWN_CONFIGS: readonly (readonly [leadsTo: string, said: RegExp])[] = [
  ['/dev/zero', /^kplan: kplan\.yaml is a link that leads out of the repository/],
  ['../elsewhere.yaml', /^kplan: kplan\.yaml is a link that leads out of the repository/],
  ['fifo', /^kplan: kplan\.yaml is no regular file/],
  ['huge', /^kplan: kplan\.yaml has more than 1000000 bytes/],
];

for (const [leadsTo, said] of OWN_CONFIGS)
  test(`the configuration of a repository is a link to ${leadsTo}: refused`, async (context) => {
    const folder = folderOf(context);
    mkdirSync(join(folder, 'repository/.git'), { recursive: true });
    const repository = join(folder, 'repository');
    writeFileSync(join(folder, 'elsewhere.yaml'), 'unit: a\n');
    execFileSync('mkfifo', [join(repository, 'fifo')]);
    writeFileSync(join(repository, 'huge'), '');
    truncateSync(join(repository, 'huge'), 50_000_000);
    symlinkSync(leadsTo, join(repository, 'kplan.yaml'));
    const { code, stderr } = await run('kplan', repository, ['validate']);
    assert.match(stderr, said);
    assert.equal(code, 3);
  });

for (const flag of ['--config', '--baseline'])
  for (const file of ['fifo', '/dev/zero', '.'])
    test(`${flag} ${file}: refused`, async (context) => {
      const { code, stderr } = await run('kplan', folderOf(context), ['validate', 'a.yaml', flag, file]);
      assert.ok(stderr.startsWith(`kplan: ${flag} ${file}${file === '.' ? ': it is a directory' : ' is no regular file'}`), stderr);
      assert.equal(code, 3);
    });
