import { COMMANDS, FLAGS, mainCommand, type Command, type ProgramName } from './table.ts';

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
  if (word === undefined || word.includes('=')) return false;
  const flag = FLAGS.find((item) => word === `--${item.name}` || word === `-${item.alias ?? ''}`);
  return flag !== undefined && flag.type !== 'boolean';
}
