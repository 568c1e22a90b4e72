import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { commitAll, git, run, temporaryFolder } from './program.ts';

const SAME = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, namespace: default}\ndata: {k: old}\n';
const CHANGED = SAME.replace('old', 'new');
const WRONG = SAME.replace('{k: old}', '[]');

interface Case {
  readonly style: readonly string[];
  /** The exit codes where nothing differs, something does, something is wrong, and there is no answer. */
  readonly want: readonly [number, number, number, number];
}

const CASES: readonly Case[] = [
  { style: [], want: [0, 0, 1, 3] },
  { style: ['--detailed-exitcode'], want: [0, 2, 1, 3] },
  { style: ['--exit-code-style', 'kubectl'], want: [0, 1, 2, 3] },
  { style: ['--exit-code-style', 'flux'], want: [0, 1, 2, 3] },
  { style: ['--exit-code-style', 'kapp'], want: [2, 3, 1, 1] },
];

function repository(context: TestContext): string {
  const folder = temporaryFolder(context);
  git(folder, 'init', '-q', '-b', 'main');
  writeFileSync(join(folder, 'x.yaml'), SAME);
  commitAll(folder, 'x');
  return folder;
}

for (const { style, want } of CASES) {
  test(`a plan ends as asked: ${style.join(' ')}`, async (context) => {
    const folder = repository(context);
    const codes: (number | null)[] = [];
    for (const text of [SAME, CHANGED, WRONG]) {
      writeFileSync(join(folder, 'x.yaml'), text);
      codes.push((await run('kplan', folder, ['.', '--base', 'HEAD', ...style])).code);
    }
    codes.push((await run('kplan', folder, ['nowhere', '--base', 'HEAD', ...style])).code);
    assert.deepEqual(codes, want);
  });
}

test('a saved plan and a dry run end in the style that is asked for, and nothing else does', async (context) => {
  const folder = repository(context);
  writeFileSync(join(folder, 'x.yaml'), CHANGED);
  const style = ['--exit-code-style', 'kapp'];
  assert.equal((await run('kplan', folder, ['.', '--base', 'HEAD', '--out', 'x.kplan'])).code, 0);
  assert.equal((await run('kplan', folder, ['show', 'x.kplan', ...style])).code, 3);
  assert.equal((await run('kapply', folder, ['.', '--embedded', 'cluster', '--dry-run', ...style])).code, 3);
  const { code, stderr } = await run('kapply', folder, ['.', '--embedded', 'cluster', '--yes', ...style]);
  assert.equal(code, 1);
  assert.match(stderr, /--exit-code-style says how a comparison ends: it goes with --dry-run/);
});
