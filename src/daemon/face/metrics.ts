import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { DeliveryResult } from '../notify/outbox.ts';
import type { ShareNews } from '../share/share.ts';
import type { DaemonStatus } from '../status/status-file.ts';
import { OUTCOMES, outcomeOf, type UnitOutcome } from '../status/unit-outcome.ts';

const BUCKETS = [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300];

type UnitLabels = { readonly unit: string } & ClusterLabel;
type ClusterLabel = { readonly cluster?: string };

/** What the daemon counts, in the text format of Prometheus. Names and labels are part of the outward contract: docs/daemon.md. */
export class DaemonMetrics {
  readonly #registry = new Registry();
  readonly #outcomes = new Map<string, { readonly outcome: UnitOutcome; readonly of: UnitLabels }>();
  readonly #begun = new Map<string, number>();
  readonly #units: Gauge;
  readonly #outcome: Gauge;
  readonly #syncedAt: Gauge;
  readonly #failures: Gauge;
  readonly #syncs: Counter;
  readonly #duration: Histogram;
  readonly #webhooks: Counter;
  readonly #notifications: Counter;
  readonly #spans: Counter;
  readonly #held: Gauge;
  readonly #members: Gauge;
  readonly #reachable: Gauge;
  readonly #source: Gauge;

  constructor() {
    const registers = [this.#registry];
    const gauge = (name: string, help: string, labelNames: string[] = []): Gauge => new Gauge({ name, help, labelNames, registers });
    this.#units = gauge('kapply_units', 'Units by their last outcome.', ['outcome']);
    this.#outcome = gauge('kapply_unit_outcome', '1 for the last outcome of each unit.', ['unit', 'outcome', 'cluster']);
    this.#syncedAt = gauge('kapply_unit_synced_timestamp_seconds', 'When each unit was last equal to its source.', ['unit', 'cluster']);
    this.#failures = gauge('kapply_unit_failures', 'How often in a row each unit has failed.', ['unit', 'cluster']);
    this.#held = gauge('kapply_units_held', 'How many of the units this instance works on.', ['cluster']);
    this.#members = gauge('kapply_instances', 'How many instances share the units, this one included.', ['cluster']);
    this.#reachable = gauge('kapply_cluster_reachable', 'Whether the cluster answered the last time.', ['cluster']);
    this.#source = gauge('kapply_source_readable', 'Whether the source could be read the last time.');
    this.#syncs = new Counter({ name: 'kapply_syncs_total', help: 'Synchronisations by outcome.', labelNames: ['outcome'], registers });
    this.#webhooks = new Counter({
      name: 'kapply_webhooks_total',
      help: 'Webhooks by what became of them.',
      labelNames: ['result'],
      registers,
    });
    this.#notifications = new Counter({
      name: 'kapply_notifications_total',
      help: 'Notifications by receiver and what became of them.',
      labelNames: ['receiver', 'result'],
      registers,
    });
    this.#spans = new Counter({
      name: 'kapply_spans_total',
      help: 'Spans of traces by what became of them.',
      labelNames: ['result'],
      registers,
    });
    this.#duration = new Histogram({
      name: 'kapply_sync_duration_seconds',
      help: 'From reading a unit to the end of applying it.',
      labelNames: ['outcome'],
      buckets: BUCKETS,
      registers,
    });
    collectDefaultMetrics({ register: this.#registry });
  }

  /** Takes note of how a unit is. */
  noteUnit(status: DaemonStatus, now: number): void {
    const { unit, phase } = status;
    const isIdle = phase === 'idle' || phase === 'standby' || phase === 'stopped';
    if (!isIdle) {
      if (!this.#begun.has(unit)) this.#begun.set(unit, now);
      return;
    }
    const outcome = outcomeOf(status);
    const begun = this.#begun.get(unit);
    this.#begun.delete(unit);
    if (begun !== undefined && outcome !== 'pending') {
      this.#syncs.inc({ outcome });
      this.#duration.observe({ outcome }, (now - begun) / 1000);
    }
    const before = this.#outcomes.get(unit);
    const of = { unit, ...toClusterLabel(status.cluster) };
    if (before !== undefined && before.of.cluster !== of.cluster) this.forgetUnit(unit);
    else if (before !== undefined && before.outcome !== outcome) this.#outcome.remove({ ...of, outcome: before.outcome });
    this.#outcomes.set(unit, { outcome, of });
    this.#outcome.set({ ...of, outcome }, 1);
    this.#failures.set(of, status.failures);
    if (status.lastSynced !== undefined) this.#syncedAt.set(of, Date.parse(status.lastSynced.at) / 1000);
  }

  /** Forgets a unit that is no longer kept. */
  forgetUnit(unit: string): void {
    const known = this.#outcomes.get(unit);
    this.#begun.delete(unit);
    if (known === undefined) return;
    this.#outcome.remove({ ...known.of, outcome: known.outcome });
    this.#outcomes.delete(unit);
    this.#failures.remove(known.of);
    this.#syncedAt.remove(known.of);
  }

  noteShare({ held, members }: ShareNews, cluster?: string): void {
    this.#held.set(toClusterLabel(cluster), held);
    this.#members.set(toClusterLabel(cluster), members.length);
  }

  noteCluster(isReachable: boolean, cluster?: string): void {
    this.#reachable.set(toClusterLabel(cluster), isReachable ? 1 : 0);
  }

  noteSource(isReadable: boolean): void {
    this.#source.set(isReadable ? 1 : 0);
  }

  noteWebhook(result: 'accepted' | 'repeated' | 'refused' | 'limited'): void {
    this.#webhooks.inc({ result });
  }

  noteNotifications(receiver: string, result: DeliveryResult, count: number): void {
    this.#notifications.inc({ receiver, result }, count);
  }

  noteSpans(result: DeliveryResult, count: number): void {
    this.#spans.inc({ result }, count);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** All of it as text. */
  write(): Promise<string> {
    for (const outcome of OUTCOMES)
      this.#units.set({ outcome }, [...this.#outcomes.values()].filter((one) => one.outcome === outcome).length);
    return this.#registry.metrics();
  }
}

/** The daemon's own cluster has no label: most know no other. */
function toClusterLabel(cluster: string | undefined): ClusterLabel {
  return cluster === undefined ? {} : { cluster };
}
