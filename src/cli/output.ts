import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { findNearest } from '../std/index.ts';
import { KplanError } from '../model/index.ts';
import { FORMATS, type FormatName, type Report } from '../report/index.ts';
import { describeSystemError } from './system-error.ts';
import { usage, type Arguments } from './arguments.ts';
import { wantsColor, type Io } from './io.ts';

/** Where one format of the report goes. */
export interface Target {
  readonly format: string;
  readonly file?: string;
}

/** Formats that one command has besides those of every report: by name, what is written, piece by piece. */
export type OwnFormats = Readonly<Record<string, () => Iterable<string> | Promise<Iterable<string>>>>;

/** What `-o` takes. */
export const FORMAT_NAMES: readonly string[] = [...Object.keys(FORMATS), 'github', 'gitlab-note'];

/** Decodes `-o`: at most one format without a file. */
export function readTargets(args: Arguments, own: readonly string[] = []): readonly Target[] {
  const names = [...FORMAT_NAMES, ...own];
  const targets = args.list('output').map((text): Target => {
    const equals = text.indexOf('=');
    const format = equals < 0 ? text : text.slice(0, equals);
    if (!names.includes(format)) {
      const nearest = findNearest(format, names);
      const known = `there is ${names.join(', ')}`;
      throw usage(args.command, `-o ${format}: ${nearest === undefined ? known : `did you mean ${nearest}?`}`);
    }
    if (equals >= 0 && equals === text.length - 1) throw usage(args.command, `-o ${text} names no file`);
    return equals < 0 ? { format } : { format, file: text.slice(equals + 1) };
  });
  if (targets.filter((target) => target.file === undefined).length > 1)
    throw usage(args.command, 'only one -o may go to standard output; give the others a file: -o json=report.json');
  return targets.every((target) => target.file !== undefined) ? [{ format: 'text' }, ...targets] : targets;
}

/** Prints a report in every format that was asked for; `failOn` is what the configuration says where --fail-on is silent. */
export async function printReport(report: Report, args: Arguments, io: Io, failOn?: string, own: OwnFormats = {}): Promise<void> {
  const layout = { width: io.width, color: wantsColor(io, args.string('color')), all: args.has('all') };
  for (const { format, file } of readTargets(args, Object.keys(own))) {
    const pieces = (await own[format]?.()) ?? [
      isFormat(format)
        ? (await FORMATS[format]())(report, { ...layout, ...(file === undefined ? {} : { color: false, width: 120 }) })
        : format === 'github'
          ? await showOnGithub(report, args, io, failOn)
          : ((await noteOnGitlab(report, args, io)) ?? (await FORMATS.text())(report, layout)),
    ];
    await printPieces(pieces, { format, ...(file === undefined ? {} : { file }) }, io);
  }
}

const LEAST_PIECE = 1 << 16;

/** Prints pieces where a target says, a few at once. */
export async function printPieces(pieces: Iterable<string>, { file }: Target, io: Io): Promise<void> {
  if (file !== undefined) {
    writeOutput(file, [...pieces].join(''), io);
    return;
  }
  // Joined, a text of many parts is written at once; added to each other, they would be kept apart until it is read.
  let waiting: string[] = [];
  let length = 0;
  for (const piece of pieces) {
    waiting.push(piece);
    length += piece.length;
    if (length < LEAST_PIECE) continue;
    io.out(waiting.join(''));
    await io.drain();
    waiting = [];
    length = 0;
  }
  if (length > 0) io.out(waiting.join(''));
}

function isFormat(text: string): text is FormatName {
  return Object.hasOwn(FORMATS, text);
}

async function showOnGithub(report: Report, args: Arguments, io: Io, failOn: string | undefined): Promise<string> {
  const github = await import('./github-output.ts');
  return github.showOnGithub(report, nameOf(args), args.string('fail-on') ?? failOn ?? 'error', io);
}

async function noteOnGitlab(report: Report, args: Arguments, io: Io): Promise<string | undefined> {
  const { keepGitlabNote } = await import('./gitlab-note.ts');
  return keepGitlabNote(report, nameOf(args), io);
}

/** What tells the check, comment or note of this command from those of others. */
function nameOf(args: Arguments): string {
  const paths = args.positionals.filter((path) => path !== '.');
  return [args.command.program, args.command.name, ...paths].filter((word) => word !== '').join(' ');
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
