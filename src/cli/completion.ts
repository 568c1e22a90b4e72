import { FORMAT_NAMES } from './output.ts';
import { type Flag } from './flags.ts';
import type { Command, ProgramName } from './command.ts';
import { COMMANDS, flagsOf } from './table.ts';

/** The shells that completion is written for. */
export type Shell = 'bash' | 'zsh' | 'fish';

const PROGRAMS: readonly ProgramName[] = ['kplan', 'kapply'];

/** A completion script for both programs, made from the table of commands. */
export function renderCompletion(shell: Shell): string {
  switch (shell) {
    case 'bash':
      return PROGRAMS.map(bash).join('\n');
    case 'zsh':
      return `#compdef kplan kapply\nautoload -U +X bashcompinit && bashcompinit\n${PROGRAMS.map(bash).join('\n')}`;
    case 'fish':
      return PROGRAMS.map(fish).join('\n');
  }
}

function commandsOf(program: ProgramName): readonly Command[] {
  return COMMANDS.filter((command) => command.program === program);
}

function isNamed(command: Command): boolean {
  return command.name !== 'apply';
}

function bash(program: ProgramName): string {
  const names = commandsOf(program)
    .filter(isNamed)
    .map((command) => command.name);
  const cases = commandsOf(program).map(
    (command) => `    ${isNamed(command) ? command.name : '__main'}) flags="${words(flagsOf(command))}" ;;`,
  );
  const main = program === 'kplan' ? 'plan' : '__main';
  const choices = allFlags(program).flatMap((flag) => {
    const names = [`--${flag.name}`, ...(flag.alias === undefined ? [] : [`-${flag.alias}`])].join('|');
    const values = choicesOf(flag);
    return values === undefined ? [] : [`    ${names}) COMPREPLY=($(compgen -W "${values.join(' ')}" -- "$word")); return ;;`];
  });
  return `_${program}() {
  local word="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" command="${main}" flags=""
  case " ${names.join(' ')} " in *" \${COMP_WORDS[1]} "*) command="\${COMP_WORDS[1]}" ;; esac
  case "$previous" in
${choices.join('\n')}
  esac
  case "$command" in
${cases.join('\n')}
  esac
  if [[ "$word" == -* ]]; then COMPREPLY=($(compgen -W "$flags" -- "$word")); return; fi
  if [[ $COMP_CWORD -eq 1 ]]; then COMPREPLY=($(compgen -W "${names.join(' ')}" -- "$word") $(compgen -f -- "$word")); return; fi
  if [[ "$command" == completion ]]; then COMPREPLY=($(compgen -W "bash zsh fish" -- "$word")); return; fi
  COMPREPLY=($(compgen -f -- "$word"))
}
complete -o filenames -F _${program} ${program}
`;
}

function fish(program: ProgramName): string {
  const lines = commandsOf(program)
    .filter(isNamed)
    .map((command) => `complete -c ${program} -n __fish_use_subcommand -a ${command.name} -d ${quote(command.summary)}`);
  for (const flag of allFlags(program)) {
    const short = flag.alias === undefined ? '' : ` -s ${flag.alias}`;
    const values = choicesOf(flag);
    const value = flag.type === 'boolean' ? '' : values === undefined ? ' -r' : ` -x -a ${quote(values.join(' '))}`;
    lines.push(`complete -c ${program} -l ${flag.name}${short}${value} -d ${quote(flag.summary)}`);
  }
  return `${lines.join('\n')}\n`;
}

/** What may stand after a flag: its choices, or of the output the formats, each of which may go on with `=FILE`. */
function choicesOf(flag: Flag): readonly string[] | undefined {
  return flag.name === 'output' ? FORMAT_NAMES : flag.choices;
}

function allFlags(program: ProgramName): readonly Flag[] {
  const names = new Set(commandsOf(program).flatMap((command) => command.flags));
  return flagsOf({ program, name: 'plan', summary: '', usage: '', positionals: [0, 0], flags: [...names], examples: [] });
}

function words(flags: readonly Flag[]): string {
  return flags.flatMap((flag) => [`--${flag.name}`, ...(flag.alias === undefined ? [] : [`-${flag.alias}`])]).join(' ');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`\'`)}'`;
}
