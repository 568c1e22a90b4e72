import { resolve, join } from 'node:path';
import { listUnitStatuses, readDaemonStatus, type DaemonStatus } from '../../daemon/index.ts';
import { KplanError, World, type WorldSource } from '../../model/index.ts';
import { listUnits, readStatus } from '../../reconcile/index.ts';
import type { StatusReport, UnitStatus } from '../../report/index.ts';
import { sortedUnique } from '../../std/index.ts';
import type { Arguments } from '../arguments.ts';
import { createLog, type Io } from '../io.ts';
import { printReport, readTargets } from '../output.ts';
import { readConfig } from '../stages/config-file.ts';
import { chooseTarget, daemonDirectory, openExistingTarget } from '../stages/target.ts';

/** `kapply status`: what kapply owns in a cluster, and how that is. Exit 1 where something is not healthy. */
export async function runStatus(args: Arguments, io: Io): Promise<number> {
  readTargets(args);
  const log = createLog(io, args.has('quiet'), args.has('verbose'));
  const { cluster, source } = await openExistingTarget(chooseTarget(args, io, log), World.EMPTY, args, io, log);
  try {
    const asked = args.string('unit');
    const kept = await listUnitStatuses(cluster);
    const known = sortedUnique([...(await listUnits(cluster)), ...kept.keys()]);
    if (asked !== undefined && !known.includes(asked))
      throw new KplanError('NOT_FOUND', `${source.path ?? source.description} has no unit ${asked}`, {
        hint: known.length === 0 ? 'it has no units at all: `kapply PATH` applies one' : `there is ${known.join(', ')}`,
      });
    const names = asked === undefined ? known : [asked];
    const { health } = await readConfig(args, io, '');
    const units: UnitStatus[] = [];
    for (const unit of names) {
      const status = await readStatus(cluster, unit, { now: io.now(), ...(health === undefined ? {} : { healthRules: health }) });
      const objects = status.objects.map((object) => ({
        ref: object.ref,
        health: object.health.status,
        message: object.health.message,
        ...(object.prunable ? { wouldPrune: true } : {}),
      }));
      const own = kept.get(unit) ?? readDaemonStatus(join(resolve(io.cwd, daemonDirectory(source)), unit));
      const daemon = own === undefined ? undefined : describeDaemon(own);
      units.push({ unit, objects, ...(daemon === undefined ? {} : { daemon }) });
    }
    const ill = units.flatMap((unit) => unit.objects).filter((object) => object.health !== 'Current');
    await printReport(toReport(source, units, ill.length), args, io);
    return ill.length > 0 ? 1 : 0;
  } finally {
    await cluster.close();
  }
}

function toReport(cluster: WorldSource, units: readonly UnitStatus[], ill: number): StatusReport {
  const next =
    units.length === 0
      ? '`kapply PATH` applies a first unit.'
      : ill > 0
        ? `${ill} not healthy; \`kapply status --all\` lists everything.`
        : 'Everything is healthy.';
  return { kind: 'StatusReport', cluster, units, notes: [], next };
}

function describeDaemon(status: DaemonStatus): string {
  const synced =
    status.lastSynced === undefined
      ? 'nothing synced yet'
      : `last synced ${status.lastSynced.revision.slice(0, 12)} at ${status.lastSynced.at}`;
  const problem = status.sourceProblem === undefined ? '' : `; ${status.sourceProblem}`;
  return `daemon: ${status.phase}, ${synced}${problem}${status.reasons.length > 0 ? `; ${status.outcome ?? 'held'}: ${status.reasons.join('; ')}` : ''}; waits for ${status.waitsFor}`;
}
