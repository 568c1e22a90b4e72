import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { findNearest } from '../std/index.ts';
import { KplanError } from '../model/index.ts';
import { FORMATS, type FormatName, type Report } from '../report/index.ts';
import { describeSystemError } from './system-error.ts';
import { usage, type Arguments } from './arguments.ts';
import { wantsColor, type Io } from './io.ts';

/** Where one format of the report goes. */
interface Target {
  readonly format: FormatName | 'github';
  readonly file?: string;
}

/** What `-o` takes. */
export const FORMAT_NAMES: readonly string[] = [...Object.keys(FORMATS), 'github'];

const LATER: ReadonlySet<string> = new Set(['html']);

/** Decodes `-o`: at most one format without a file. */
export function readTargets(args: Arguments): readonly Target[] {
  const targets = args.list('output').map((text): Target => {
    const equals = text.indexOf('=');
    const format = equals < 0 ? text : text.slice(0, equals);
    if (!isFormat(format)) {
      const nearest = findNearest(format, FORMAT_NAMES);
      const known = `there is ${FORMAT_NAMES.join(', ')}`;
      throw usage(
        args.command,
        LATER.has(format)
          ? `-o ${format} is not in this version: ${known}`
          : `-o ${format}: ${nearest === undefined ? known : `did you mean ${nearest}?`}`,
      );
    }
    if (equals >= 0 && equals === text.length - 1) throw usage(args.command, `-o ${text} names no file`);
    return equals < 0 ? { format } : { format, file: text.slice(equals + 1) };
  });
  if (targets.filter((target) => target.file === undefined).length > 1)
    throw usage(args.command, 'only one -o may go to standard output; give the others a file: -o json=report.json');
  return targets.every((target) => target.file !== undefined) ? [{ format: 'text' }, ...targets] : targets;
}

function isFormat(text: string): text is FormatName | 'github' {
  return text === 'github' || Object.hasOwn(FORMATS, text);
}

/** Prints a report in every format that was asked for. */
export async function printReport(report: Report, args: Arguments, io: Io): Promise<void> {
  const layout = { width: io.width, color: wantsColor(io, args.string('color')), all: args.has('all') };
  for (const target of readTargets(args)) {
    const text =
      target.format === 'github'
        ? await renderGithub(report, io)
        : FORMATS[target.format](report, { ...layout, ...(target.file === undefined ? {} : { color: false, width: 120 }) });
    if (target.file === undefined) io.out(text);
    else writeOutput(target.file, text, io);
  }
}

async function renderGithub(report: Report, io: Io): Promise<string> {
  const { renderWorkflowCommands, renderJobSummary } = await import('./github-output.ts');
  const summary = io.env['GITHUB_STEP_SUMMARY'];
  if (summary !== undefined && summary !== '') writeFileSync(summary, renderJobSummary(report), { flag: 'a' });
  return renderWorkflowCommands(report);
}

/** Writes a file that a user named, whole once it has begun; says which file and why where that fails. */
export function writeOutput(file: string, text: string, io: Io): void {
  io.hold();
  try {
    writeFileSync(resolve(io.cwd, file), text);
  } catch (error) {
    throw new KplanError('WRITE_FAILED', `${file} cannot be written: ${describeSystemError(error)}`, { cause: error });
  }
}
