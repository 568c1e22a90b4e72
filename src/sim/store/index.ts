export type { Commit, StateChange, StoredEvent } from './commit.ts';
export { Draft } from './draft.ts';
export { claimLease, releaseLease } from './lease.ts';
export { eventsAfter, type State } from './state.ts';
export { Store, type StoreOptions } from './store.ts';
