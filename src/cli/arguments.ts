import yargs from 'yargs';
import { findNearest } from '../std/index.ts';
import { KplanError } from '../model/index.ts';
import { parseDuration } from './duration.ts';
import { adviseOnWord, findCommand, joinDashes } from './arguments-words.ts';
import { FLAGS, type Flag } from './flags.ts';
import type { Command, ProgramName } from './command.ts';
import { COMMANDS, flagsOf, mainCommand } from './table.ts';

/** The words of a command line, decoded against the table: only flags of the command, each of its type. */
export interface Arguments {
  readonly command: Command;
  /** True where a word names the command: then no other word may be one that was meant. */
  readonly isNamed: boolean;
  readonly positionals: readonly string[];
  has(flag: string): boolean;
  string(flag: string): string | undefined;
  number(flag: string): number | undefined;
  list(flag: string): readonly string[];
}

/** Parses the words after the program; throws `KplanError` USAGE that names the nearest right flag or command. */
export async function parseArguments(program: ProgramName, words: readonly string[]): Promise<Arguments> {
  const { command, rest } = findCommand(program, words);
  const flags = flagsOf(command);
  const parsed: Readonly<Record<string, unknown>> = await yargs([...joinDashes(rest)])
    .help(false)
    .version(false)
    .exitProcess(false)
    .parserConfiguration({
      'camel-case-expansion': false,
      'dot-notation': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'duplicate-arguments-array': true,
      'greedy-arrays': false,
      'boolean-negation': false,
    })
    .options(
      Object.fromEntries(
        flags.map((flag) => [flag.name, { type: typeOf(flag), ...(flag.alias === undefined ? {} : { alias: flag.alias }) }]),
      ),
    )
    .fail(false)
    .parseAsync();
  checkKnown(command, parsed, flags);
  const positionals = toStrings(parsed['_']);
  const [least, most] = command.positionals;
  if (positionals.length < least)
    throw usage(command, `${command.program} ${command.usage} needs ${command.usage.split(' ').at(-1) ?? 'an argument'}`);
  if (positionals.includes(''))
    throw new KplanError('USAGE', 'an argument is empty', { hint: 'a variable may be unset; `.` stands for the current directory' });
  if (positionals.length > most) throw unexpected(command, positionals, rest.length < words.length);
  return { ...decode(command, positionals, parsed, flags), isNamed: rest.length < words.length };
}

/** One argument too many: after a first word that is no command, that word is the likelier mistake. */
function unexpected(command: Command, positionals: readonly string[], isNamed: boolean): KplanError {
  const [word = ''] = positionals;
  const extra = positionals[command.positionals[1]] ?? '';
  if (isNamed || !/^[\w-]+$/.test(word)) return usage(command, `unexpected argument ${extra}`);
  return new KplanError('USAGE', `${word} is no command, and after a PATH nothing is expected: unexpected argument ${extra}`, {
    hint: adviseOnWord(command.program, word),
  });
}

function typeOf(flag: Flag): 'boolean' | 'string' | 'array' {
  return flag.type === 'boolean' ? 'boolean' : flag.type === 'list' ? 'array' : 'string';
}

function checkKnown(command: Command, parsed: Readonly<Record<string, unknown>>, flags: readonly Flag[]): void {
  const known = new Set(['_', '$0', ...flags.flatMap((flag) => [flag.name, flag.alias ?? flag.name])]);
  for (const name of Object.keys(parsed)) {
    if (known.has(name)) continue;
    const dashes = name.length === 1 ? '-' : '--';
    const elsewhere = FLAGS.find((flag) => flag.name === name || flag.alias === name);
    const owner = COMMANDS.find((item) => elsewhere !== undefined && item.flags.includes(elsewhere.id ?? elsewhere.name));
    if (elsewhere !== undefined && owner !== undefined)
      throw usage(command, `${dashes}${name} is a flag of ${commandName(owner)}, not of ${commandName(command)}`);
    const names = flags.map((flag) => flag.name);
    const opposite = name.startsWith('no-') ? name.slice(3) : `no-${name}`;
    const nearest = names.includes(opposite) ? opposite : findNearest(name, names);
    throw usage(command, `unknown flag ${dashes}${name}${nearest === undefined ? '' : `; did you mean --${nearest}?`}`);
  }
}

/** A command as people type it. */
export function commandName(command: Command): string {
  return command === mainCommand(command.program) ? command.program : `${command.program} ${command.name}`;
}

function decode(
  command: Command,
  positionals: readonly string[],
  parsed: Readonly<Record<string, unknown>>,
  flags: readonly Flag[],
): Omit<Arguments, 'isNamed'> {
  const values = new Map<string, readonly string[]>();
  const set = new Set<string>();
  for (const flag of flags) {
    const given = parsed[flag.name];
    if (given === undefined) continue;
    if (flag.type === 'boolean') {
      if (lastOf(given) === true) set.add(flag.name);
      continue;
    }
    const list = toStrings(given);
    if (list.length === 0 || list.includes(''))
      throw usage(
        command,
        `--${flag.name} needs a value${flag.choices === undefined ? (flag.value === undefined ? '' : ` (${flag.value})`) : `: ${flag.choices.join(', ')}`}`,
      );
    if (flag.type !== 'list' && list.length > 1) throw usage(command, `--${flag.name} is given ${list.length} times; it takes one value`);
    checkChoice(command, flag, list);
    if (flag.type === 'number') toNumber(command, flag.name, list[0]);
    if (flag.value === 'DURATION') parseDuration(list[0] ?? '', flag.name);
    values.set(flag.name, list);
  }
  return {
    command,
    positionals,
    has: (name) => set.has(name),
    string: (name) => values.get(name)?.[0],
    number: (name) => toNumber(command, name, values.get(name)?.[0]),
    list: (name) => values.get(name) ?? [],
  };
}

/** The arguments as if these flags had not been given: they mean something else to this command. */
export function withoutFlags(args: Arguments, names: readonly string[]): Arguments {
  const isLeft = (name: string): boolean => !names.includes(name);
  return {
    ...args,
    has: (name) => isLeft(name) && args.has(name),
    string: (name) => (isLeft(name) ? args.string(name) : undefined),
    number: (name) => (isLeft(name) ? args.number(name) : undefined),
    list: (name) => (isLeft(name) ? args.list(name) : []),
  };
}

function checkChoice(command: Command, flag: Flag, list: readonly string[]): void {
  for (const value of list) {
    if (flag.choices === undefined || flag.choices.includes(value)) continue;
    const nearest = findNearest(value, flag.choices);
    throw usage(
      command,
      `--${flag.name} ${value}: must be ${flag.choices.join(', ')}${nearest === undefined ? '' : `; did you mean ${nearest}?`}`,
    );
  }
}

function toNumber(command: Command, name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,5}$/.test(text)) throw usage(command, `--${name} ${text}: must be a whole number from 1 on`);
  return Number(text);
}

function lastOf(value: unknown): unknown {
  return Array.isArray(value) ? value.at(-1) : value;
}

function toStrings(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.map((item) => (typeof item === 'string' ? item : String(item)));
}

/** A usage error with the command's help as its hint. */
export function usage(command: Command, message: string): KplanError {
  return new KplanError('USAGE', message, { hint: `${commandName(command)} --help lists its flags and examples` });
}
