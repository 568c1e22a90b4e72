import { type Flag } from './flags.ts';
import { EXIT_CODES } from './exit-code.ts';
import type { Command, ProgramName } from './command.ts';
import { COMMANDS, flagsOf, mainCommand } from './table.ts';

const GROUPS = ['World', 'Plan', 'Apply', 'Daemon', 'Output', 'General'] as const;

/** The help of a command: one sentence, a usage line, the other commands, grouped flags with defaults, examples, exit codes. */
export function renderHelp(command: Command): string {
  const main = mainCommand(command.program);
  const parts = [command.summary, `Usage: ${command.program} ${command.usage} [flags]`];
  if (command === main) parts.push(section('Commands', commandRows(command.program)));
  for (const group of GROUPS) {
    const flags = flagsOf(command).filter((flag) => flag.group === group);
    if (flags.length > 0) parts.push(section(group, flags.map(flagRow)));
  }
  parts.push(section('Examples', command.examples));
  if (command === main)
    parts.push(
      section(
        'Exit codes',
        EXIT_CODES[command.program].map(([code, meaning]) => [String(code), meaning] as const),
      ),
    );
  return `${parts.join('\n\n')}\n`;
}

function commandRows(program: ProgramName): readonly (readonly [string, string])[] {
  return COMMANDS.filter((item) => item.program === program).map((item) => [`${program} ${item.usage}`, item.summary] as const);
}

function flagRow(flag: Flag): readonly [string, string] {
  const value = flag.choices === undefined ? (flag.value ?? (flag.type === 'number' ? 'N' : '')) : flag.choices.join('|');
  const name = `${flag.alias === undefined ? '    ' : `-${flag.alias}, `}--${flag.name}${flag.type === 'boolean' ? '' : ` ${value}`}`;
  return [name, `${flag.summary}${flag.fallback === undefined ? '' : ` (default ${flag.fallback})`}`];
}

function section(title: string, rows: readonly (readonly [string, string])[]): string {
  const wide = Math.min(34, Math.max(...rows.map(([left]) => left.length)));
  const lines = rows.map(([left, right]) =>
    left.length > wide ? `  ${left}\n  ${' '.repeat(wide)}  ${right}` : `  ${left.padEnd(wide)}  ${right}`,
  );
  return `${title}:\n${lines.join('\n')}`;
}
