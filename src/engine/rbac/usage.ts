import { getOrAdd, type JsonValue } from '../../std/index.ts';
import { readAuditEvent } from './audit-event.ts';
import { listImpersonationChecks } from './impersonation.ts';
import type { UserInfo } from './request.ts';
import { Uses, type Use } from './uses.ts';

/** More requests than these at a time whose end has not come are forgotten, the oldest first. */
const OPEN = 50_000;

/** What one user did, with one set of groups. */
export interface UserUsage {
  readonly user: UserInfo;
  readonly allowed: readonly Use[];
  /** What authorization refused. */
  readonly denied: readonly Use[];
}

/** What an audit log says of the use of rights. */
export interface Usage {
  readonly users: readonly UserUsage[];
  readonly requests: number;
  /** Requests that the log has the beginning of and not the end. */
  readonly unfinished: number;
  /** Requests of nobody who was known: refused before rights were asked. */
  readonly unknown: number;
  /** When the first and the last request came; empty where the log does not say. */
  readonly from: string;
  readonly to: string;
}

interface Tally {
  readonly user: UserInfo;
  readonly allowed: Uses;
  readonly denied: Uses;
}

/**
 * Counts which rights the requests of an audit log took, event by event, each request once, whatever stages of it are in the log. Who
 * acts for somebody has used the right to, and nothing else.
 */
export class UsageCounter {
  readonly #tallies = new Map<string, Tally>();
  /** Requests that came and are not answered; true for those that are counted already. */
  readonly #open = new Map<string, boolean>();
  #requests = 0;
  #forgotten = 0;
  #unknown = 0;
  #from = '';
  #to = '';

  /** Counts an event. False for what is none. */
  add(value: JsonValue): boolean {
    const event = readAuditEvent(value);
    if (event === undefined) return false;
    const { id, stage, time } = event;
    if (time !== '' && (this.#from === '' || time < this.#from)) this.#from = time;
    if (time > this.#to) this.#to = time;
    const wasCounted = this.#open.get(id) === true;
    if (stage === 'ended') this.#open.delete(id);
    else this.#keepOpen(id, wasCounted || stage === 'started');
    if (stage === 'received' || wasCounted) return true;
    this.#requests++;
    const { user, actor, action, isAllowed, constraint } = event;
    if (user === undefined) {
      this.#unknown++;
      return true;
    }
    const { allowed, denied } = this.#tallyOf(user);
    (isAllowed ? allowed : denied).add(action);
    if (actor !== undefined) for (const check of listImpersonationChecks(user, action, constraint)) this.#tallyOf(actor).allowed.add(check);
    return true;
  }

  /** What was counted so far. */
  result(): Usage {
    return {
      users: [...this.#tallies.values()].map(({ user, allowed, denied }) => ({ user, allowed: allowed.list(), denied: denied.list() })),
      requests: this.#requests,
      unfinished: this.#forgotten + [...this.#open.values()].filter((isCounted) => !isCounted).length,
      unknown: this.#unknown,
      from: this.#from,
      to: this.#to,
    };
  }

  #tallyOf(user: UserInfo): Tally {
    const key = [user.name, ...user.groups].join('\n');
    return getOrAdd(this.#tallies, key, (): Tally => ({ user, allowed: new Uses(), denied: new Uses() }));
  }

  #keepOpen(id: string, isCounted: boolean): void {
    this.#open.set(id, isCounted);
    if (this.#open.size <= OPEN) return;
    const [oldest] = this.#open;
    if (oldest === undefined) return;
    this.#open.delete(oldest[0]);
    if (!oldest[1]) this.#forgotten++;
  }
}
