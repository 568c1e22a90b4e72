import type { Cluster } from '../../cluster/index.ts';
import type { RefKey } from '../../model/index.ts';
import type { InventoryOptions } from '../../reconcile/index.ts';
import type { Clock } from '../../std/index.ts';
import type { UnitShare } from '../share/share.ts';
import type { DaemonStatus, GoodRevision } from '../status/status-file.ts';
import type { LoopState } from '../unit/loop.ts';
import type { DaemonParts } from '../unit/synchronise.ts';
import type { Unit } from '../unit/unit.ts';
import type { DaemonLogEntry } from '../unit/unit-runner.ts';
import type { Neighbours } from './neighbours.ts';
import type { UnitRemoval } from './removal.ts';

/** A repository as it stands. */
export interface FleetRevision {
  readonly id: string;
  readonly units: readonly Unit[];
  /** The paths that differ from what was read before; absent where any may. */
  readonly changed?: readonly string[];
}

/** Where the units come from. */
export interface FleetSource {
  readonly description: string;
  /** The newest revision. Throws `KplanError` where it cannot be had. */
  readonly read: () => Promise<FleetRevision>;
  /** Calls `onChange` where there may be another revision, until the signal aborts. */
  readonly watch: (onChange: () => void, signal: AbortSignal) => Promise<void>;
}

/** What a unit is worked on with. */
export interface UnitWork<S> {
  readonly cluster: Cluster;
  readonly parts: DaemonParts<S>;
  /** The files that the unit was last read from; undefined where that is not known. */
  readonly readFrom: () => ReadonlySet<string> | undefined;
  /** All that the unit asks for, by every name that it may get. Throws `KplanError` where not all of it can be read. */
  readonly listAsked: () => Promise<ReadonlySet<RefKey>>;
}

/** What is heard of a cluster between two looks. */
export interface ClusterNews {
  readonly drift: (applySet: string) => void;
  readonly approval: (unit: string) => void;
}

/** What a fleet runs with. */
export interface FleetOptions<S> extends InventoryOptions {
  readonly source: FleetSource;
  /** Whether a listed unit is this fleet's; each is, without. */
  readonly keeps?: (unit: Unit) => boolean;
  readonly open: (unit: Unit) => UnitWork<S>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly signal: AbortSignal;
  readonly identity: string;
  /** Between two looks at a unit that says nothing else, in milliseconds. */
  readonly interval: number;
  /** Units read and planned at once. */
  readonly concurrency: number;
  /** Codes and engines whose errors hold no plan of any unit. */
  readonly allow: readonly string[];
  /** Which of the units this instance works on. */
  readonly share: UnitShare;
  /** Tells, until the signal aborts, of the ApplySets whose objects somebody else has changed, and of units that a person has let go. */
  readonly watchCluster?: (on: ClusterNews, signal: AbortSignal) => Promise<void>;
  readonly log: (entry: DaemonLogEntry) => void;
  readonly onStatus?: (status: DaemonStatus, state: LoopState, unit: Unit) => void;
  /** Removes units that are listed no more; they are kept, without. */
  readonly removal?: UnitRemoval;
  /** Called with a unit that the repository lists no more, once its loop has stopped. */
  readonly onRemoved?: (unit: Unit) => void;
  /** Awaited once all loops have stopped, while the units are held still. */
  readonly onStopped?: () => Promise<void>;
  /** Called whenever every unit, those of neighbours too, has been looked at and none has anything to do until something happens. */
  readonly onSettled?: () => void;
  /** The fleets of other clusters, whose units those of this one may depend on; none without. */
  readonly neighbours?: Neighbours;
  /** The revision that the unit's status names as the last good one. */
  readonly goodOf?: (unit: string) => GoodRevision | undefined;
  /** The plan of a unit that a person has approved. */
  readonly approvedOf?: (unit: string) => string | undefined;
}
