import { findFault, parseFocusConnection, printGuardDiff, printGuardList, type GuardOptions } from '../../engine/network/index.ts';
import { KplanError, type KubernetesObject } from '../../model/index.ts';
import { usage, type Arguments } from '../arguments.ts';
import { createLog, type Io } from '../io.ts';
import { printPieces, readTargets, type Target } from '../output.ts';
import { readDesired } from '../stages/desired.ts';
import { GUARD_FLAGS, GUARD_FORMATS, guardFormatOf } from './guard-formats.ts';

/** `kplan reach [diff] PATH... -o npguard`: what netpol-analyzer would print of these manifests alone, byte for byte. */
export async function runReachGuard(paths: readonly string[], isDiff: boolean, args: Arguments, io: Io): Promise<number> {
  const targets = readTargets(args, GUARD_FORMATS).filter(({ format }) => guardFormatOf(format) !== undefined);
  const [first = '.', second] = paths;
  if (isDiff && second === undefined) throw usage(args.command, 'reach diff -o npguard compares two directories: give both');
  const options = readOptions(args, isDiff);
  const before = await readObjects(first, args, io);
  const after = second === undefined ? [] : await readObjects(second, args, io);
  for (const target of targets)
    await printPieces(second === undefined ? list(before, options, target) : diff(before, after, target, args), target, io);
  return 0;
}

function readOptions(args: Arguments, isDiff: boolean): Omit<GuardOptions, 'format'> {
  const flag = GUARD_FLAGS.find((name) => args.has(name) || args.string(name) !== undefined);
  if (isDiff && flag !== undefined) throw usage(args.command, `--${flag} is of one directory: it is of no use with diff`);
  const text = args.string('focus-conn');
  const focusConnection = text === undefined ? undefined : parseFocusConnection(text);
  if (text !== undefined && focusConnection === undefined)
    throw usage(args.command, `--focus-conn ${text}: must be a protocol and a port, as in tcp-8080`);
  return {
    exposure: args.has('exposure'),
    explain: args.has('explain'),
    focusWorkloads: args.list('focus-workload'),
    ...(focusConnection === undefined ? {} : { focusConnection }),
  };
}

function list(objects: readonly KubernetesObject[], options: Omit<GuardOptions, 'format'>, { format }: Target): Iterable<string> {
  return printGuardList(objects, { ...options, format: guardFormatOf(format) ?? 'txt' });
}

function diff(
  before: readonly KubernetesObject[],
  after: readonly KubernetesObject[],
  { format }: Target,
  args: Arguments,
): Iterable<string> {
  const name = guardFormatOf(format) ?? 'txt';
  if (name === 'json')
    throw usage(args.command, `-o ${format} is of one directory: a difference has npguard, npguard-csv, npguard-dot and npguard-md`);
  return [printGuardDiff(before, after, name, ['ref1', 'ref2'])];
}

async function readObjects(path: string, args: Arguments, io: Io): Promise<readonly KubernetesObject[]> {
  const { manifests } = await readDesired(args, io, createLog(io, args.has('quiet'), args.has('verbose')), path);
  const objects = manifests.map(({ object }) => object);
  const fault = findFault(objects);
  if (fault === undefined) return objects;
  throw new KplanError('UNREADABLE', `${path}: ${fault}`, {
    hint: 'netpol-analyzer stops there, and so does -o npguard; `kplan validate` says where it stands',
  });
}
