import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runProgram } from '../../../src/cli/main.ts';
import { bufferIo } from '../buffer-io.ts';
import { commitAll, git, temporaryFolder } from '../program.ts';

const MANIFEST = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n';

test('a folder that a change deletes is said to be gone, not to be a command', async (t) => {
  const folder = temporaryFolder(t);
  git(folder, 'init', '-q', '-b', 'main');
  mkdirSync(join(folder, 'deploy'));
  for (const file of ['deploy/a.yaml', 'b.yaml']) writeFileSync(join(folder, file), MANIFEST);
  commitAll(folder, 'one');
  rmSync(join(folder, 'deploy'), { recursive: true });
  commitAll(folder, 'two');
  const tell = async (...words: readonly string[]): Promise<string> => {
    const io = bufferIo(folder);
    assert.equal(await runProgram('kplan', words, io), 3);
    return io.errors();
  };
  const gone =
    /^kplan: deploy is there no more: it was at HEAD~1 \([0-9a-f]{7}\), and the change deletes or moves it\n {2}plan a directory/;
  assert.match(await tell('deploy', '--base', 'HEAD~1', '-o', 'github'), gone);
  assert.match(await tell('plan', 'deploy', '--base', 'HEAD~1'), gone);
  assert.match(await tell('depoy', '--base', 'HEAD~1'), /^kplan: depoy is no command, and there is no such file or directory\n/);
  assert.match(await tell('deploy', '--base', 'HEAD'), /^kplan: deploy is no command, and there is no such file or directory\n/);
});
