import type { WorldSource } from '../../model/index.ts';
import { toRemarks, type BesideChange, type PlanReport } from '../../report/index.ts';
import { findLinesAfter, groupBy, listChangedLines } from '../../std/index.ts';
import type { Arguments } from '../arguments.ts';
import type { Io } from '../io.ts';
import type { Desired } from './desired.ts';
import { readFileLines, readRevisionLines } from './excerpts.ts';

/**
 * Of the files that findings and effects of a plan stand in, or stood, how they differ from the revision that it compares with; of files
 * that are as they were, were not there, or may hold a Secret, nothing is said. What is gone is missed at the next line that differs.
 * Empty for plans against a cluster.
 */
export async function readChangedLines(
  { plan }: Pick<PlanReport, 'plan'>,
  { desired, before }: { readonly desired: Desired; readonly before: WorldSource },
  args: Arguments,
  io: Io,
): Promise<BesideChange> {
  const { commit } = before;
  if (before.kind !== 'revision' || commit === undefined) return { changed: new Map(), missed: new Map() };
  const remarks = toRemarks(plan.findings, plan.effects);
  const gone = groupBy(
    remarks.flatMap(({ stood }) => stood ?? []),
    ({ file }) => file,
  );
  const files = new Set([...remarks.flatMap(({ source }) => source?.file ?? []), ...gone.keys()]);
  const lines = await readFileLines(desired, files, args, io);
  const changed = new Map<string, readonly number[]>();
  const missed = new Map<string, number>();
  for (const [file, were] of await readRevisionLines(commit, desired.path, files, args, io)) {
    const own = lines.get(file);
    if (own === undefined) continue;
    const differ = listChangedLines(were, own);
    changed.set(file, differ);
    const places = gone.get(file) ?? [];
    const rows = places.map(({ line }) => line);
    let next = 0;
    for (const [line, at] of findLinesAfter(were, own, rows)) {
      while ((differ[next] ?? Infinity) < at) next++;
      missed.set(`${file}:${line}`, differ[next] ?? at);
    }
  }
  return { changed, missed };
}
