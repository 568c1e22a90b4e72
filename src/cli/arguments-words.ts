import { findNearest } from '../std/index.ts';
import { FLAGS, type Flag } from './flags.ts';
import type { Command, ProgramName } from './command.ts';
import { COMMANDS, mainCommand } from './table.ts';

/** Finds the command that the first word names; any other word is an argument of the program's main job. */
export function findCommand(
  program: ProgramName,
  words: readonly string[],
): { readonly command: Command; readonly rest: readonly string[] } {
  const first = words.findIndex((word) => !word.startsWith('-'));
  const named = COMMANDS.find((item) => item.program === program && item.name === words[first] && item.name !== 'apply');
  if (named === undefined || first < 0 || (first > 0 && takesValue(words[first - 1])))
    return { command: mainCommand(program), rest: words };
  return { command: named, rest: words.filter((_, index) => index !== first) };
}

function takesValue(word: string | undefined): boolean {
  return findValued(word) !== undefined;
}

function findValued(word: string | undefined): Flag | undefined {
  return FLAGS.find((item) => item.type !== 'boolean' && (word === `--${item.name}` || word === `-${item.alias ?? ''}`));
}

/** The words with `--flag -` as one word: a dash alone is a value there, standard input. */
export function joinDashes(words: readonly string[]): readonly string[] {
  return words.flatMap((word, index) => {
    if (word === '-' && takesValue(words[index - 1])) return [];
    const flag = words[index + 1] === '-' ? findValued(word) : undefined;
    return flag === undefined ? [word] : [`--${flag.name}=-`];
  });
}

/** What to say of a first word that is no command: the one that was meant, or all there are. */
export function adviseOnWord(program: ProgramName, word: string): string {
  const named = COMMANDS.filter(({ name }) => name !== 'apply');
  const own = named.filter((command) => command.program === program).map(({ name }) => name);
  const nearest = findNearest(word, own);
  if (nearest !== undefined) return `did you mean \`${program} ${nearest}\`?`;
  const other = named.find(({ name }) => name === word);
  return other === undefined
    ? `the commands of ${program} are ${own.join(', ')}`
    : `${word} is a command of ${other.program}: \`${other.program} ${other.usage}\``;
}
