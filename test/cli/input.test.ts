import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { cleanEnv, run, temporaryFolder, type Ran } from './program.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const OBJECT = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n';

/** A folder of one object, beside what is no file. */
function folderOf(context: Parameters<typeof temporaryFolder>[0]): string {
  const folder = temporaryFolder(context);
  mkdirSync(join(folder, '.git'));
  writeFileSync(join(folder, 'a.yaml'), OBJECT);
  execFileSync('mkfifo', [join(folder, 'fifo')]);
  return folder;
}

const UNREADABLE: readonly (readonly [file: string, text: string, said: string])[] = [
  ['bad.yaml', 'a: [\n', 'bad.yaml:1:4: this document is not YAML'],
  ['other.yaml', 'a: 1\n', 'other.yaml:1:1: no manifests were found'],
  ['empty.yaml', '', 'empty.yaml:1:1: no manifests were found'],
];

for (const flag of ['--snapshot', '--context-objects', '--nodes'])
  for (const [file, text, said] of UNREADABLE)
    test(`${flag} ${file}: what is not understood is not taken for nothing`, async (context) => {
      const folder = folderOf(context);
      writeFileSync(join(folder, file), text);
      const { code, stderr } = await run('kplan', folder, ['a.yaml', flag, file]);
      assert.ok(stderr.includes(`kplan: ${flag} ${said}`), stderr);
      assert.equal(code, 3);
    });

test('a snapshot of any name is read, and one of nothing is a list without items', async (context) => {
  const folder = folderOf(context);
  writeFileSync(join(folder, 'live.txt'), OBJECT.replace('name: a', 'name: a, namespace: default'));
  writeFileSync(join(folder, 'none.yaml'), 'apiVersion: v1\nkind: List\nitems: []\n');
  assert.match((await run('kplan', folder, ['a.yaml', '--snapshot', 'live.txt'])).stdout, /^Plan: 1 to update/);
  assert.match((await run('kplan', folder, ['a.yaml', '--snapshot', 'none.yaml'])).stdout, /^Plan: 1 to create/);
});

for (const words of ['validate PIPE', 'a.yaml --snapshot PIPE', 'a.yaml --snapshot none.yaml --context-objects PIPE'])
  test(`${words}: a pipe is read`, async (context) => {
    const folder = folderOf(context);
    writeFileSync(join(folder, 'none.yaml'), 'apiVersion: v1\nkind: List\nitems: []\n');
    const piped = async (text: string): Promise<Ran> => {
      const [ran] = await Promise.all([
        run('kplan', folder, words.replace('PIPE', 'fifo').split(' ')),
        writeFile(join(folder, 'fifo'), text),
      ]);
      return ran;
    };
    assert.equal((await piped(OBJECT)).code, 0);
    const bad = await piped('a: [\n');
    assert.match(bad.stdout + bad.stderr, /fifo:1:4/);
    assert.notEqual(bad.code, 0);
  });

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

for (const program of ['kplan', 'kapply'] as const)
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    test(`${program} that waits for a pipe, hearing nothing else, is ended by ${signal}`, async (context) => {
      const folder = folderOf(context);
      const child = spawn(process.execPath, [join(ROOT, 'dist', `${program}.js`), 'fifo'], {
        cwd: folder,
        env: cleanEnv(),
        stdio: 'ignore',
      });
      context.after(() => child.kill('SIGKILL'));
      const ended = new Promise((resolve) => child.on('close', (_, by) => resolve(by)));
      const pipe = await open(join(folder, 'fifo'), 'w');
      child.kill(signal);
      assert.equal(await ended, signal);
      await pipe.close();
    });

for (const [paths, summary] of [
  ['a.yaml a.yaml', '2 objects in 1 file'],
  ['. a.yaml', '3 objects in 2 files'],
  ['a.yaml .', '3 objects in 2 files'],
] as const)
  test(`validate ${paths}: what is named twice is counted once`, async (context) => {
    const folder = folderOf(context);
    writeFileSync(join(folder, 'a.yaml'), `${OBJECT}---\n${OBJECT.replace('name: a', 'name: b')}---\na: 1\n`);
    writeFileSync(join(folder, 'c.yaml'), OBJECT.replace('name: a', 'name: c'));
    const { stdout } = await run('kplan', folder, ['validate', ...paths.split(' '), '--all']);
    assert.ok(stdout.startsWith(`Validate: ${summary} · 1 note`), stdout);
  });
