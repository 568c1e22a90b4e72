import {
  findFault,
  parseFocusConnection,
  printGuardDiff,
  printGuardList,
  type GuardFormat,
  type GuardOptions,
} from '../../engine/network/index.ts';
import { KplanError, type KubernetesObject } from '../../model/index.ts';
import { usage, type Arguments } from '../arguments.ts';
import { createLog, type Io } from '../io.ts';
import { printPieces, readTargets, type Target } from '../output.ts';
import { readDesired } from '../stages/desired.ts';

const FORMATS: Readonly<Record<string, GuardFormat>> = {
  npguard: 'txt',
  'npguard-csv': 'csv',
  'npguard-dot': 'dot',
  'npguard-json': 'json',
  'npguard-md': 'md',
};

/** The formats in netpol-analyzer's grammar. */
export const GUARD_FORMATS: readonly string[] = Object.keys(FORMATS);

const GUARD_FLAGS = ['exposure', 'explain', 'focus-workload', 'focus-conn'] as const;
const ELSEWHERE = ['batch', 'from', 'to', 'port', 'world', 'snapshot', 'live', 'embedded'] as const;

/** Whether the output that is asked for is netpol-analyzer's; throws for flags that go with the other kind of output alone. */
export function wantsGuard(args: Arguments, own: readonly string[]): boolean {
  const targets = readTargets(args, [...own, ...GUARD_FORMATS]);
  const isGiven = (flag: string): boolean => args.has(flag) || args.string(flag) !== undefined;
  const asked = targets.filter(({ format }) => format in FORMATS);
  if (asked.length === 0) {
    const flag = GUARD_FLAGS.find(isGiven);
    if (flag !== undefined) throw usage(args.command, `--${flag} goes with -o npguard`);
    return false;
  }
  if (targets.some(({ format, file }) => !(format in FORMATS) && !(format === 'text' && file === undefined)))
    throw usage(args.command, 'the formats of npguard are of manifests alone: ask for the others by themselves');
  const flag = ELSEWHERE.find(isGiven);
  if (flag !== undefined)
    throw usage(args.command, `-o ${asked[0]?.format ?? ''} is of the manifests alone: --${flag} is of no use with it`);
  return true;
}

/** `kplan reach [diff] PATH... -o npguard`: what netpol-analyzer would print of these manifests alone, byte for byte. */
export async function runReachGuard(paths: readonly string[], isDiff: boolean, args: Arguments, io: Io): Promise<number> {
  const targets = readTargets(args, GUARD_FORMATS).filter(({ format }) => format in FORMATS);
  const [first = '.', second] = paths;
  if (isDiff && second === undefined) throw usage(args.command, 'reach diff -o npguard compares two directories: give both');
  const options = readOptions(args, isDiff);
  const before = await readObjects(first, args, io);
  const after = second === undefined ? [] : await readObjects(second, args, io);
  for (const target of targets)
    printPieces(second === undefined ? list(before, options, target) : diff(before, after, target, args), target, io);
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
  return printGuardList(objects, { ...options, format: FORMATS[format] ?? 'txt' });
}

function diff(
  before: readonly KubernetesObject[],
  after: readonly KubernetesObject[],
  { format }: Target,
  args: Arguments,
): Iterable<string> {
  const name = FORMATS[format] ?? 'txt';
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
