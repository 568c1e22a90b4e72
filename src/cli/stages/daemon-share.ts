import { hostname } from 'node:os';
import type { Cluster } from '../../cluster/index.ts';
import { Share, SHARE_TIMING, type ShareNews } from '../../daemon/index.ts';
import { realClock } from '../clock.ts';
import type { Io, Log } from '../io.ts';

const NAMESPACE = 'default';

/** Names this process among the instances of its fleet. */
export function toIdentity(io: Io): string {
  const suffix = Math.floor(io.random() * 0x1_0000_0000)
    .toString(16)
    .padStart(8, '0');
  return `${hostname()}-${process.pid}-${suffix}`;
}

/** The share of this process in what the instances of one fleet keep in one cluster. `onNews` is told how it is shared, whenever that changes. */
export function openShare(
  cluster: Cluster,
  { fleet, identity, context }: { readonly fleet: string; readonly identity: string; readonly context?: string | undefined },
  io: Io,
  log: Log,
  onNews: (news: ShareNews) => void,
): Share {
  const where = context === undefined ? '' : `${context}: `;
  return new Share(cluster, {
    fleet,
    identity,
    namespace: NAMESPACE,
    clock: realClock(io),
    ticks: () => performance.now(),
    timing: SHARE_TIMING,
    onNews: (news) => {
      log.step(`${where}${describeNews(news)}`);
      onNews(news);
    },
    onProblem: (problem) => log.warn(`${where}the Leases by which instances share units cannot be kept: ${problem}`),
  });
}

function describeNews({ held, units, members }: ShareNews): string {
  if (members.length === 1) return `this instance alone keeps ${units} ${units === 1 ? 'unit' : 'units'}`;
  if (held === 0)
    return `standing by: ${members.length} instances share ${units} ${units === 1 ? 'unit' : 'units'}, and none is this one's`;
  return `this instance keeps ${held} of ${units} ${units === 1 ? 'unit' : 'units'}, shared by ${members.length}`;
}
