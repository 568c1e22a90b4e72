import { appendFileSync, existsSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { toErrorCommand } from '../github/index.ts';
import { KplanError } from '../model/index.ts';
import { getArray, getString, parseJson, type JsonValue } from '../std/index.ts';
import { inputOf, readActionRequest, type ActionRequest } from './action-inputs.ts';
import { readInput } from './input.ts';
import type { Io } from './io.ts';
import { runCommand, type Runners } from './main.ts';
import type { Command } from './command.ts';
import { COMMANDS } from './table.ts';

/** The commands that the action runs. */
export const ACTION_COMMANDS = ['plan', 'validate'] as const;

const RUNNERS: Runners = {
  plan: async () => (await import('./commands/plan.ts')).runPlan,
  validate: async () => (await import('./commands/validate.ts')).runValidate,
};

/**
 * Runs kplan as a step of a workflow (action.yml): inputs become flags, the report goes to the pull request and the job's summary, and
 * the outputs of the step are set, also where the step fails. What stops the whole question is an annotation of the run.
 */
export async function runAction(io: Io): Promise<number> {
  let said = '';
  const err = (text: string): void => {
    said += text;
    io.err(text);
  };
  try {
    const request = readActionRequest(findActionCommand(inputOf(io.env, 'command') || 'plan'), io.env);
    rmSync(resolve(io.cwd, request.report), { force: true });
    const token = request.token || io.env['GITHUB_TOKEN'];
    const env = { ...io.env, ...(token === undefined ? {} : { GITHUB_TOKEN: token }) };
    const code = await runCommand(RUNNERS, 'kplan', request.words, { ...io, env, err });
    if (code === 3) io.out(toErrorCommand(said));
    writeOutputs({ 'exit-code': String(code), ...readOutputs(request, io) }, io);
    return code;
  } catch (error) {
    if (!(error instanceof KplanError)) throw error;
    io.out(toErrorCommand(error.message));
    return 3;
  }
}

function findActionCommand(name: string): Command {
  const command = COMMANDS.find((item) => item.program === 'kplan' && item.name === name);
  if (command !== undefined && ACTION_COMMANDS.some((item) => item === name)) return command;
  throw new KplanError('USAGE', `command: ${name}: the action runs ${ACTION_COMMANDS.join(' or ')}`);
}

/** The outputs that a report fills; none where there is no report. */
function readOutputs({ report, plan }: ActionRequest, io: Io): Readonly<Record<string, string>> {
  const file = resolve(io.cwd, report);
  if (!existsSync(file)) return {};
  const document = parseJson(readInput(file, report).toString());
  return {
    changes: String(getArray(document, 'changes').length),
    effects: String(getArray(document, 'effects').length),
    findings: String(countOpen(document)),
    ...(plan === undefined ? {} : { 'plan-path': plan }),
  };
}

function countOpen(document: JsonValue | undefined): number {
  return getArray(document, 'findings').filter((finding) => getString(finding, 'waived') === undefined).length;
}

function writeOutputs(outputs: Readonly<Record<string, string>>, io: Io): void {
  const file = io.env['GITHUB_OUTPUT'];
  if (file === undefined || file === '') return;
  appendFileSync(
    file,
    Object.entries(outputs)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  );
}
