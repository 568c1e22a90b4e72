import type { GuardFormat } from '../../engine/network/index.ts';
import { usage, type Arguments } from '../arguments.ts';
import { readTargets } from '../output.ts';

const FORMATS: Readonly<Record<string, GuardFormat>> = {
  npguard: 'txt',
  'npguard-csv': 'csv',
  'npguard-dot': 'dot',
  'npguard-json': 'json',
  'npguard-md': 'md',
};

/** The formats in netpol-analyzer's grammar. */
export const GUARD_FORMATS: readonly string[] = Object.keys(FORMATS);

/** How the format that -o names is called by the printer; undefined where it is none of netpol-analyzer's. */
export function guardFormatOf(name: string): GuardFormat | undefined {
  return Object.hasOwn(FORMATS, name) ? FORMATS[name] : undefined;
}

/** Flags that go with these formats alone. */
export const GUARD_FLAGS = ['exposure', 'explain', 'focus-workload', 'focus-conn'] as const;
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
