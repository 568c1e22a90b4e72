import assert from 'node:assert/strict';
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parseArguments } from '../../src/cli/arguments.ts';
import { COMMANDS } from '../../src/cli/table.ts';
import { commitAll, git, run, temporaryFolder } from './program.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A command line of a document: where it stands, its program and its words. */
interface Documented {
  readonly where: string;
  readonly program: 'kplan' | 'kapply';
  readonly words: readonly string[];
}

/** The commands of a line of a shell, each as its words, without quotes, what they write to and what follows a `#`. */
function toCommands(line: string): readonly (readonly string[])[] {
  const commands: string[][] = [[]];
  for (const [word] of line.matchAll(/(?:[^\s"'#]|"[^"]*"|'[^']*')+|#.*$/g)) {
    if (word.startsWith('#')) break;
    if (['|', '||', '&&', '>', '2>'].includes(word)) commands.push([]);
    else commands.at(-1)?.push(word.replaceAll(/["']/g, ''));
  }
  return commands;
}

function toDocumented(where: string, line: string): readonly Documented[] {
  return toCommands(line).flatMap(([program, ...words]) =>
    program === 'kplan' || program === 'kapply' ? [{ where, program, words }] : [],
  );
}

function readDocument(file: string): readonly Documented[] {
  let isCode = false;
  return readFileSync(join(ROOT, file), 'utf8')
    .split('\n')
    .flatMap((line, index) => {
      const fence = /^\s*```(\w*)/.exec(line);
      if (fence !== null) isCode = !isCode && ['sh', 'bash', 'console', 'shell'].includes(fence[1] ?? '');
      return isCode ? toDocumented(`${file}:${index + 1}`, line) : [];
    });
}

const DOCUMENTS = ['README.md', ...readdirSync(join(ROOT, 'docs')).flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : []))];
const DOCUMENTED = DOCUMENTS.flatMap(readDocument);
const EXAMPLES = COMMANDS.flatMap(({ program, name, examples }) =>
  examples.flatMap(([line]) => toDocumented(`${program} ${name} --help`, line)),
);

test('every command line of README, docs and help is one that the programs understand', async () => {
  assert.ok(DOCUMENTED.length > 20 && EXAMPLES.length > 50);
  for (const { where, program, words } of [...DOCUMENTED, ...EXAMPLES]) {
    await assert.doesNotReject(parseArguments(program, words), `${where}: ${program} ${words.join(' ')}`);
  }
});

/** What needs a cluster that is not there, a person, or goes on for ever. */
const NEEDS: readonly (readonly [why: string, needs: (command: Documented) => boolean])[] = [
  ['a person', ({ program }) => program === 'kapply'],
  ['a cluster', ({ words }) => ['--context', '--live', '--server-dry-run'].some((flag) => words.includes(flag))],
  ['time', ({ words }) => words.includes('--watch')],
  ['a repository without kplan.yaml', ({ words }) => words[0] === 'init'],
];

test('every command line of the README that needs no cluster runs as it stands there', async (context) => {
  const folder = temporaryFolder(context);
  git(folder, 'init', '-q', '-b', 'main');
  cpSync(join(ROOT, 'fixtures/shop'), join(folder, 'deploy'), { recursive: true });
  commitAll(folder, 'base');
  const live = ['--embedded', '.kplan/cluster'];
  const ready = await run('kapply', folder, ['deploy', ...live, '--yes']);
  assert.equal(ready.code, 0, ready.stderr + ready.stdout);
  const dumped = await run('kplan', folder, ['snapshot', 'live.yaml', ...live]);
  assert.equal(dumped.code, 0, dumped.stderr);
  const [first] = /\bnode-1\b/.exec(readFileSync(join(folder, 'live.yaml'), 'utf8')) ?? [];
  assert.equal(first, 'node-1');
  git(folder, 'checkout', '-q', '-b', 'change');
  cpSync(join(ROOT, 'fixtures/shop-change'), join(folder, 'deploy'), { recursive: true });
  commitAll(folder, 'change');
  const left = new Map<string, number>();
  let count = 0;
  for (const command of DOCUMENTED.filter(({ where }) => where.startsWith('README.md'))) {
    const why = NEEDS.find(([, needs]) => needs(command))?.[0];
    if (why !== undefined) {
      left.set(why, (left.get(why) ?? 0) + 1);
      continue;
    }
    const { code, stderr } = await run(command.program, folder, command.words);
    const line = `${command.where}: ${command.program} ${command.words.join(' ')}`;
    assert.ok(code === 0 || code === 1, `${line}: exit code ${code}\n${stderr}`);
    assert.doesNotMatch(stderr, /^\s+at .*:\d+/m, line);
    count++;
  }
  context.diagnostic(`${count} run; ${[...left].map(([why, number]) => `${number} need ${why}`).join(', ')}`);
  assert.ok(count >= 8, `${count}`);
});
