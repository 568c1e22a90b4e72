import type { WorldSource } from '../../model/index.ts';
import { toRemarks, type PlanReport } from '../../report/index.ts';
import { listChangedLines } from '../../std/index.ts';
import type { Arguments } from '../arguments.ts';
import type { Io } from '../io.ts';
import type { Desired } from './desired.ts';
import { readFileLines, readRevisionLines } from './excerpts.ts';

/**
 * Of the files that findings and effects of a plan stand in, the lines that differ from the revision that it compares with; of files that
 * are as they were, were not there, or may hold a Secret, none. Empty for plans against a cluster.
 */
export async function readChangedLines(
  { plan }: Pick<PlanReport, 'plan'>,
  { desired, before }: { readonly desired: Desired; readonly before: WorldSource },
  args: Arguments,
  io: Io,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const { commit } = before;
  if (before.kind !== 'revision' || commit === undefined) return new Map();
  const files = new Set(toRemarks(plan.findings, plan.effects).flatMap(({ source }) => (source === undefined ? [] : [source.file])));
  const lines = await readFileLines(desired, files, args, io);
  const changed = new Map<string, readonly number[]>();
  for (const [file, were] of await readRevisionLines(commit, desired.path, files, args, io)) {
    const own = lines.get(file);
    if (own !== undefined) changed.set(file, listChangedLines(were, own));
  }
  return changed;
}
