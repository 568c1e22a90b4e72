import type { Cluster } from '../../cluster/index.ts';
import { statusRef, type LiveWorld, type Share, type UnitRemoval } from '../../daemon/index.ts';
import { formatRef, refKeyOf, refOf } from '../../model/index.ts';
import { deleteUnit, readInventory, type ApplyResult } from '../../reconcile/index.ts';
import type { Arguments } from '../arguments.ts';
import { realClock } from '../clock.ts';
import { parseDuration } from '../duration.ts';
import type { Io, Log } from '../io.ts';
import { createProgress } from './carry-out.ts';

/** What a daemon removes units with. */
export interface RemovalParts {
  readonly share: Share;
  readonly cluster: Cluster;
  readonly live: LiveWorld;
  readonly args: Arguments;
  readonly io: Io;
  readonly log: Log;
}

/**
 * Removes the units of a fleet that had `deletionPolicy: delete`. A unit of which another asks for an object is left whole until that
 * one has taken it over; what needs an explicit yes (a Namespace, a definition, a volume, a claim) is refused and stays.
 */
export function openRemoval(fleet: string, { share, cluster, live, args, io, log }: RemovalParts): UnitRemoval {
  return {
    list: async () => {
      const statuses = await live.listStatuses();
      return statuses.flatMap((status) => (status.fleet === fleet && status.deletionPolicy === 'delete' ? [status.unit] : []));
    },
    remove: async (unit, asked, signal) => {
      const target = share.fence(unit, cluster);
      const { objects } = await readInventory(target, unit);
      const moved = objects.filter((object) => asked.has(refKeyOf(object)));
      const [first] = moved;
      if (first !== undefined)
        return `${formatRef(refOf(first))}${moved.length > 1 ? ` and ${moved.length - 1} more` : ''} of it is asked for by another unit: \`allow: [KP0108]\` there takes it over`;
      const result = await deleteUnit(target, unit, {
        clock: realClock(io),
        signal,
        timeout: parseDuration(args.string('timeout') ?? '5m', 'timeout'),
        onEvent: createProgress(log),
      });
      if (result.conclusion !== 'applied') return describeRest(unit, result);
      const gone = await target.delete(statusRef(unit));
      return gone.kind === 'ok' || gone.reason === 'NotFound' ? undefined : `its status: ${gone.message}`;
    },
  };
}

function describeRest(unit: string, { steps, message }: ApplyResult): string {
  const left = steps.filter(({ outcome }) => outcome === 'refused' || outcome === 'failed' || outcome === 'skipped');
  const why = left[0]?.message ?? message ?? 'it could not be deleted';
  return `${why}${left.length > 1 ? ` (${left.length} objects are left)` : ''}; \`kapply delete --unit ${unit}\` asks and removes the rest`;
}
