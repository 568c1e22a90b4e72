import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { findCommand } from '../../src/cli/arguments-words.ts';
import { parseArguments } from '../../src/cli/arguments.ts';
import { renderCompletion } from '../../src/cli/completion.ts';
import { renderHelp } from '../../src/cli/help.ts';
import { FLAGS } from '../../src/cli/flags.ts';
import { COMMANDS, flagsOf } from '../../src/cli/table.ts';
import { KplanError } from '../../src/model/index.ts';

test('a first word that names a command is that command, wherever flags stand', () => {
  assert.equal(findCommand('kplan', ['validate', 'x']).command.name, 'validate');
  assert.equal(findCommand('kplan', ['-q', 'validate', 'x']).command.name, 'validate');
  assert.equal(findCommand('kplan', ['--base', 'show', 'x']).command.name, 'plan');
  assert.equal(findCommand('kplan', ['./validate']).command.name, 'plan');
  assert.equal(findCommand('kapply', ['validate']).command.name, 'apply');
});

test('flags are decoded by type', async () => {
  const args = await parseArguments('kplan', [
    'deploy',
    '-n',
    'a',
    '-n',
    'b',
    '--detailed-exitcode',
    '-o',
    'json=x.json',
    '-o',
    'text',
    '--base=main',
  ]);
  assert.deepEqual(args.positionals, ['deploy']);
  assert.deepEqual(args.list('namespace'), ['a', 'b']);
  assert.deepEqual(args.list('output'), ['json=x.json', 'text']);
  assert.equal(args.string('base'), 'main');
  assert.ok(args.has('detailed-exitcode'));
  assert.ok(!args.has('watch'));
});

test('the opposite of a flag is the nearest right one', async () => {
  for (const [given, meant] of [
    ['--wait=false', '--no-wait'],
    ['--no-yes', '--yes'],
  ] as const)
    await assert.rejects(parseArguments('kapply', [given]), new RegExp(`unknown flag .*; did you mean ${meant}\\?`));
});

test('a path after a list flag is not swallowed by it', async () => {
  const args = await parseArguments('kplan', ['-n', 'a', 'deploy']);
  assert.deepEqual(args.positionals, ['deploy']);
});

const wrong: readonly { readonly words: readonly string[]; readonly message: RegExp }[] = [
  { words: ['--bsae', 'main'], message: /unknown flag --bsae; did you mean --base\?/ },
  { words: ['--yes'], message: /--yes is a flag of kapply, not of kplan/ },
  { words: ['--fail-on', 'eror'], message: /--fail-on eror: must be error, warning, info, never; did you mean error\?/ },
  { words: ['--base'], message: /--base needs a value \(REV\)/ },
  { words: ['--base', 'a', '--base', 'b'], message: /--base is given 2 times/ },
  { words: ['a', 'b'], message: /^a is no command, .*: unexpected argument b/ },
  { words: ['show'], message: /kplan show FILE needs FILE/ },
];
for (const { words, message } of wrong)
  test(`kplan ${words.join(' ')} says what is wrong`, async () => {
    await assert.rejects(
      parseArguments('kplan', words),
      (error) => error instanceof KplanError && error.code === 'USAGE' && message.test(error.message),
    );
  });

test('every flag belongs to a command, and every command names known flags and three examples or more', () => {
  for (const flag of FLAGS)
    assert.ok(
      COMMANDS.some((command) => command.flags.includes(flag.id ?? flag.name)),
      flag.name,
    );
  for (const command of COMMANDS) {
    for (const name of command.flags)
      assert.ok(
        FLAGS.some((flag) => (flag.id ?? flag.name) === name),
        name,
      );
    assert.ok(command.examples.length >= 3, command.name);
  }
});

test('help names every flag of the command and fits 100 columns', () => {
  for (const command of COMMANDS) {
    const help = renderHelp(command);
    for (const flag of flagsOf(command)) assert.ok(help.includes(`--${flag.name}`), flag.name);
    for (const line of help.split('\n')) assert.ok(line.length <= 140, line);
  }
});

test('completion of every shell names every flag', () => {
  for (const shell of ['bash', 'zsh', 'fish'] as const)
    for (const flag of FLAGS) assert.ok(renderCompletion(shell).includes(flag.name), `${shell} ${flag.name}`);
});

test('bash completes what may stand after a flag, by its long and its short name', () => {
  const complete = (...words: readonly string[]): readonly string[] => {
    const quoted = words.map((word) => `'${word}'`).join(' ');
    const script = `${renderCompletion('bash')}\nCOMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; _kplan; echo "\${COMPREPLY[@]}"`;
    return execFileSync('bash', ['-c', script], { encoding: 'utf8' }).trim().split(' ');
  };
  for (const flag of ['-o', '--output'])
    assert.deepEqual(
      complete('kplan', flag, ''),
      ['gitlab', 'html', 'json', 'junit', 'markdown', 'sarif', 'text', 'yaml', 'github', 'gitlab-note'],
      flag,
    );
  assert.deepEqual(complete('kplan', 'validate', '-o', 'js'), ['json']);
  assert.deepEqual(complete('kplan', '--fail-on', 'w'), ['warning']);
  assert.deepEqual(complete('kplan', 'vali'), ['validate']);
});
