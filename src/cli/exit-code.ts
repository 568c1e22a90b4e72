import type { Arguments } from './arguments.ts';
import type { ProgramName } from './command.ts';

/** Exit codes are a contract: what each means, for help, README and tests. */
export const EXIT_CODES: Readonly<Record<ProgramName, readonly (readonly [code: number, meaning: string])[]>> = {
  kplan: [
    [0, 'done; nothing at or above --fail-on'],
    [1, 'a finding or effect at or above --fail-on (default error)'],
    [2, 'with --detailed-exitcode and no failure: there are changes'],
    [3, 'could not answer: usage, unreadable input, cluster unreachable'],
    [130, 'Ctrl-C (143 after SIGTERM); nothing is half-written'],
  ],
  kapply: [
    [0, 'applied and healthy, or nothing to do'],
    [1, 'something failed, or is not healthy in time'],
    [2, 'with --dry-run and --detailed-exitcode: there are changes'],
    [3, 'refused before touching anything: stale plan, error finding, declined question, usage'],
    [130, 'Ctrl-C (143 after SIGTERM); nothing is half-written'],
  ],
};

/** 2 where there are changes and the caller asks for that, with `--detailed-exitcode` or in the style of another tool. */
export function exitCodeOfChanges(changes: number, args: Arguments): 0 | 2 {
  return changes > 0 && (args.has('detailed-exitcode') || args.string('exit-code-style') !== undefined) ? 2 : 0;
}

/** What other tools end a comparison with: nothing to change, a failure, changes, no answer. */
const STYLES: ReadonlyMap<string, readonly number[]> = new Map([
  ['kubectl', [0, 2, 1, 3]],
  ['flux', [0, 2, 1, 3]],
  ['kapp', [2, 1, 3, 1]],
]);

/** An exit code of ours as `--exit-code-style` says it; those of signals stay. */
export function toStyle(code: number, args: Arguments): number {
  return STYLES.get(args.string('exit-code-style') ?? '')?.[code] ?? code;
}
