export type { Commit, StateChange, StoredEvent } from './commit.ts';
export { Draft } from './draft.ts';
export { claimLease } from './lease.ts';
export { eventsAfter, type State } from './state.ts';
export { Store, type StoreOptions } from './store.ts';
