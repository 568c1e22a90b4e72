import type { Clock } from '../../std/index.ts';
import type { DaemonStatus } from '../status/status-file.ts';
import { isTold, toNotification, type Notification } from './notification.ts';
import { Outbox, type DeliveryResult, type Poster } from './outbox.ts';
import type { Receiver } from './receivers.ts';

/** A receiver, and how it is reached. */
export interface Reached {
  readonly receiver: Receiver;
  readonly post: Poster;
}

/** What a notifier runs with. */
export interface NotifierOptions {
  readonly receivers: readonly Reached[];
  readonly clock: Clock;
  readonly random: () => number;
  readonly onResult: (receiver: string, result: DeliveryResult, count: number) => void;
  readonly onProblem: (message: string) => void;
}

/**
 * Tells receivers how units come off: once for each unit, revision and phase, until the unit comes off otherwise. Each receiver has
 * a queue of its own, so that one that is dead holds up neither the others nor any unit.
 */
export class Notifier {
  readonly #outboxes: readonly Outbox<Notification>[];
  readonly #told = new Map<string, Notification | undefined>();

  constructor({ receivers, onResult, ...options }: NotifierOptions) {
    this.#outboxes = receivers.map(
      ({ receiver, post }) =>
        new Outbox({
          ...options,
          receiver,
          post,
          onResult: (result, count) => onResult(receiver.name, result, count),
          onProblem: (problem) => options.onProblem(`notifications to ${problem}`),
        }),
    );
  }

  /** Takes note of how a unit is. `earlier` is what was known of it before this process, which was told already. */
  note(status: DaemonStatus, earlier: () => DaemonStatus | undefined = () => undefined): void {
    if (this.#outboxes.length === 0) return;
    const { unit } = status;
    if (!this.#told.has(unit)) {
      const known = earlier();
      this.#told.set(unit, known === undefined ? undefined : toNotification({ ...known, phase: 'idle' }));
    }
    const notification = toNotification(status);
    if (notification === undefined || isTold(this.#told.get(unit), notification)) return;
    this.#told.set(unit, notification);
    for (const outbox of this.#outboxes) outbox.put(notification);
  }

  /** Forgets what was told of a unit that this instance works on no more. */
  forget(unit: string): void {
    this.#told.delete(unit);
  }

  /** Sends what waits, for a few seconds at most. */
  async close(): Promise<void> {
    await Promise.all(this.#outboxes.map((outbox) => outbox.close()));
  }
}
