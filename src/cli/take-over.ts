import type { TakeOver } from '../model/index.ts';
import type { Arguments } from './arguments.ts';

/** Whose fields are taken over: `--force-conflicts` stands for everybody's, each `--force-conflicts-with` for one manager's. */
export function readTakeOver(args: Arguments): TakeOver {
  const managers = args.list('force-conflicts-with');
  if (args.has('force-conflicts')) return true;
  return managers.length > 0 && new Set(managers);
}
