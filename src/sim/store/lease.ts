import { getNumber, getString } from '../../std/index.ts';
import type { Draft } from './draft.ts';
import type { Store } from './store.ts';

const DURATION = 2000;

/**
 * Takes or keeps a lease for this process, as part of the draft. False if another one has it: one that lives and has
 * renewed it lately. It saves work and guards nothing; commits are safe without it.
 */
export function claimLease(store: Store, draft: Draft, name: string): boolean {
  const setting = `lease/${name}`;
  const lease = draft.setting(setting);
  const until = getNumber(lease, 'until') ?? 0;
  const isOurs = getString(lease, 'holder') === store.id;
  const now = store.realNow;
  const left = until - now;
  // Nobody takes it for longer: the clock was set back since.
  const isBogus = left > DURATION;
  if (!isOurs && !isBogus && left > 0 && isAlive(getNumber(lease, 'pid') ?? 0)) return false;
  if (!isOurs || isBogus || left < DURATION / 2) draft.set(setting, { holder: store.id, pid: process.pid, until: now + DURATION });
  return true;
}

/** Gives a lease back, if this process has it. */
export function releaseLease(store: Store, draft: Draft, name: string): void {
  const setting = `lease/${name}`;
  if (getString(draft.setting(setting), 'holder') === store.id) draft.set(setting, null);
}

/** Whether a process of this machine lives. One of another container may seem not to, which costs double work and no more. */
function isAlive(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
