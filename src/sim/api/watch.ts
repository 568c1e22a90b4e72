import type { WatchEvent } from '../../cluster/index.ts';
import { gvkOf, namespaceOf, type Kind } from '../../model/index.ts';
import { eventsAfter, type Store, type StoredEvent } from '../store/index.ts';
import { toVersion } from './served-kinds.ts';

/** From where to watch, and what. */
export interface WatchRequest {
  readonly resourceVersion: string;
  readonly namespace?: string;
  readonly signal?: AbortSignal;
}

/** The changes of a kind after a resourceVersion, until a signal aborts; `expired` where they are no longer known. */
export async function* watchKind(store: Store, kind: Kind, from: WatchRequest, closing: AbortSignal): AsyncGenerator<WatchEvent> {
  const signal = from.signal === undefined ? closing : AbortSignal.any([closing, from.signal]);
  const news = new News();
  const stop = store.listen(() => news.tell());
  const abort = (): void => news.tell();
  signal.addEventListener('abort', abort);
  let revision = Number(from.resourceVersion);
  try {
    while (!signal.aborted) {
      const state = store.read();
      if (revision < state.oldest) {
        yield { type: 'expired' };
        return;
      }
      const events = eventsAfter(state, revision);
      revision = state.revision;
      for (const event of events) {
        if (signal.aborted) return;
        if (isOf(event, kind, from.namespace)) yield { type: event.type, object: toVersion(event.object, kind) };
      }
      if (events.length === 0) await news.wait();
    }
  } finally {
    signal.removeEventListener('abort', abort);
    stop();
  }
}

function isOf(event: StoredEvent, kind: Kind, namespace: string | undefined): boolean {
  const of = gvkOf(event.object);
  return of.kind === kind.kind && of.group === kind.group && (namespace === undefined || namespaceOf(event.object) === namespace);
}

/** Wakes whoever waits, also if the news came before the waiting. */
class News {
  #pending = false;
  #wake: (() => void) | undefined;

  tell(): void {
    this.#pending = true;
    this.#wake?.();
  }

  async wait(): Promise<void> {
    if (!this.#pending) await new Promise<void>((resolve) => (this.#wake = resolve));
    this.#pending = false;
    this.#wake = undefined;
  }
}
