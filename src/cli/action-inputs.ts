import { join } from 'node:path';
import type { Flag } from './flags.ts';
import type { Command } from './command.ts';
import { flagsOf } from './table.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What one step of a workflow asks for. */
export interface ActionRequest {
  /** The words of the command line that asks the same. */
  readonly words: readonly string[];
  /** Where the JSON report is written, which the outputs are read from. */
  readonly report: string;
  /** Where the plan is saved; undefined of commands that make none. */
  readonly plan?: string;
  readonly token: string;
}

/** Flags that say where or how a terminal is written to; the action decides on these. */
const WITHOUT_INPUT: ReadonlySet<string> = new Set(['all', 'color', 'detailed-exitcode', 'exit-code-style', 'help', 'version', 'watch']);

/** The flags of a command that are inputs of the action, by the same names. */
export function listInputs(command: Command): readonly Flag[] {
  return flagsOf(command).filter(({ name }) => !WITHOUT_INPUT.has(name));
}

/**
 * Decodes the inputs of a step, as the runner hands them over (`INPUT_FAIL-ON`), for a command. An empty input is none; of a list
 * each line is one value; `true` sets what is either on or off. What is wrong with a value, the command line says.
 */
export function readActionRequest(command: Command, env: Environment): ActionRequest {
  const scratch = env['RUNNER_TEMP'] || '.';
  const report = join(scratch, 'kplan-report.json');
  const makesPlan = command.flags.includes('out');
  const plan = makesPlan ? inputOf(env, 'out') || join(scratch, 'kplan.plan') : undefined;
  const paths = linesOf(inputOf(env, 'path'));
  const flags = listInputs(command)
    .filter(({ name }) => name !== 'out')
    .flatMap(({ name, type }) => {
      const value = inputOf(env, name);
      if (type === 'boolean') return value === 'true' ? [`--${name}`] : [];
      const values = type === 'list' ? linesOf(value) : value === '' ? [] : [value];
      return values.map((item) => `--${name}=${item}`);
    });
  return {
    words: [
      command.name,
      ...paths,
      ...flags,
      '--output=github',
      `--output=json=${report}`,
      ...(plan === undefined ? [] : [`--out=${plan}`]),
    ],
    report,
    ...(plan === undefined ? {} : { plan }),
    token: inputOf(env, 'token'),
  };
}

/** An input, without surrounding spaces; the empty string where it was not given. */
export function inputOf(env: Environment, name: string): string {
  return (env[`INPUT_${name.toUpperCase()}`] ?? '').trim();
}

function linesOf(text: string): readonly string[] {
  return text.split('\n').flatMap((line) => line.trim() || []);
}
