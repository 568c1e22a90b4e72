import type { Cluster } from '../../cluster/index.ts';
import { KplanError, type KubernetesObject } from '../../model/index.ts';
import { parentRef, type InventoryOptions } from '../../reconcile/index.ts';
import { getObject, sha256, stringifyJson, toKubernetesTime, type Clock } from '../../std/index.ts';
import type { DaemonStatus } from './status-file.ts';
import { toStatusObject, writeStatusObject } from './status-object.ts';

/** How an outcome is called in an Event, and whether it is one to be looked at. */
const EVENTS: Readonly<Record<string, readonly ['Normal' | 'Warning', string]>> = {
  synced: ['Normal', 'Synced'],
  held: ['Warning', 'Held'],
  failed: ['Warning', 'Failed'],
  unreadable: ['Warning', 'Unreadable'],
};
const LONGEST_MESSAGE = 1000;

interface Kept {
  written: string;
  next: DaemonStatus | undefined;
  writing: Promise<void> | undefined;
  told: string;
}

/**
 * Keeps one object a unit that says how it is, and tells of outcomes by Events on the unit's ApplySet parent. Only what has
 * changed is written, one write a unit at a time, the newest last; what cannot be written is told once and tried again with the next change.
 */
export class StatusKeeper {
  readonly #clusterOf: (unit: string) => Cluster;
  readonly #clock: Clock;
  readonly #inventory: InventoryOptions;
  readonly #onProblem: (unit: string, message: string) => void;
  readonly #kept = new Map<string, Kept>();

  /** `clusterOf` is where the status of a unit is written to: a cluster that refuses what is no longer this instance's to say. */
  constructor(
    clusterOf: (unit: string) => Cluster,
    options: InventoryOptions & { readonly clock: Clock; readonly onProblem: (unit: string, message: string) => void },
  ) {
    this.#clusterOf = clusterOf;
    this.#clock = options.clock;
    this.#inventory = options;
    this.#onProblem = options.onProblem;
  }

  /** Takes note of how a unit is. */
  note(status: DaemonStatus): void {
    const kept = this.#kept.get(status.unit) ?? { written: '', next: undefined, writing: undefined, told: '' };
    this.#kept.set(status.unit, kept);
    if (status.outcome === undefined || contentOf(status) === kept.written) return;
    kept.next = status;
    kept.writing ??= this.#write(kept).finally(() => (kept.writing = undefined));
  }

  /** Forgets what was written of a unit: another instance says how it is by now. */
  forget(unit: string): void {
    this.#kept.delete(unit);
  }

  /** Waits for the writes under way. */
  async close(): Promise<void> {
    await Promise.all([...this.#kept.values()].flatMap(({ writing }) => writing ?? []));
  }

  async #write(kept: Kept): Promise<void> {
    for (let status = kept.next; status !== undefined; status = kept.next) {
      kept.next = undefined;
      kept.written = contentOf(status);
      const problem = await this.#tryWrite(kept, status);
      if (problem === undefined) continue;
      kept.written = '';
      this.#onProblem(status.unit, `its status cannot be written: ${problem}`);
    }
  }

  async #tryWrite(kept: Kept, status: DaemonStatus): Promise<string | undefined> {
    try {
      const problem = await writeStatusObject(this.#clusterOf(status.unit), status, this.#inventory);
      const told = `${status.outcome} ${status.reasons.join('\n')} ${status.lastSynced?.revision ?? ''}`;
      if (told !== kept.told) await this.#tell(status);
      kept.told = told;
      return problem;
    } catch (error) {
      if (error instanceof KplanError) return error.message;
      throw error;
    }
  }

  /** Who may not write Events does without. */
  async #tell(status: DaemonStatus): Promise<void> {
    const event = toEvent(status, this.#clock.now(), this.#inventory);
    if (event !== undefined) await this.#clusterOf(status.unit).create(event, { fieldManager: 'kapply' });
  }
}

/** All of a status but when it was written, and when the same was found again. */
function contentOf({ lastSynced, ...status }: DaemonStatus): string {
  const synced = lastSynced === undefined ? {} : { lastSynced: { ...lastSynced, at: '' } };
  return stringifyJson({ ...getObject(toStatusObject({ ...status, ...synced, updatedAt: '', waitsFor: '' }), 'data') });
}

function toEvent(status: DaemonStatus, now: number, options: InventoryOptions): KubernetesObject | undefined {
  const [type, reason] = EVENTS[status.outcome ?? ''] ?? [];
  if (type === undefined || reason === undefined) return undefined;
  const { kind, name, namespace } = parentRef(status.unit, options);
  const time = toKubernetesTime(now);
  const said = status.reasons.length === 0 ? `${status.outcome} ${status.lastSynced?.revision ?? ''}` : status.reasons.join('; ');
  const message = `unit ${status.unit}: ${said}`.slice(0, LONGEST_MESSAGE);
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${name}.${sha256(`${now} ${message}`).slice(0, 16)}`, namespace },
    involvedObject: { apiVersion: 'v1', kind, name, namespace },
    type: status.reasons.length > 0 ? 'Warning' : type,
    reason,
    message,
    source: { component: 'kapply' },
    reportingComponent: 'kplan.dev/kapply',
    reportingInstance: status.identity,
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
  };
}
