export type { StoredEvent } from './commit.ts';
export { Draft } from './draft.ts';
export { claimLease, releaseLease } from './lease.ts';
export { eventsAfter } from './state.ts';
export { Store } from './store.ts';
