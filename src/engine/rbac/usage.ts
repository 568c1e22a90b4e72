import { getOrAdd } from '../../std/index.ts';
import { readAuditEvent } from './audit-event.ts';
import type { JsonValue } from '../../std/index.ts';
import { toImpersonations } from './impersonation.ts';
import type { Action, UserInfo } from './request.ts';

/** More names than these are not told apart: rights that name so many objects are no help. */
const NAMES = 16;
/** More paths than these are told by their first step. */
const PATHS = 64;
/** More requests than these at a time whose end has not come are forgotten, the oldest first. */
const OPEN = 50_000;

/** Requests alike but for their names. */
export interface Use {
  readonly action: Action;
  /** The names that were asked for; undefined if there were too many, or requests without a name among them. */
  readonly names: ReadonlySet<string> | undefined;
  readonly count: number;
}

/** What one user did, with one set of groups. */
export interface UserUsage {
  readonly user: UserInfo;
  readonly allowed: readonly Use[];
  readonly denied: readonly Use[];
}

/** What an audit log says of the use of rights. */
export interface Usage {
  readonly users: readonly UserUsage[];
  readonly requests: number;
  /** Requests that the log has the beginning of and not the end. */
  readonly unfinished: number;
  /** Requests of nobody who was known: refused before rights were asked. */
  readonly anonymous: number;
  /** When the first and the last request came; empty where the log does not say. */
  readonly from: string;
  readonly to: string;
}

interface Tally {
  readonly user: UserInfo;
  readonly allowed: Map<string, Counted>;
  readonly denied: Map<string, Counted>;
}

interface Counted {
  readonly action: Action;
  names: Set<string> | undefined;
  count: number;
}

/**
 * Counts which rights the requests of an audit log took, event by event: each request once, whatever stages the log has of it. Its
 * size follows the kinds of requests, not their number.
 */
export class UsageCounter {
  readonly #tallies = new Map<string, Tally>();
  /** Requests that came and are not answered; true for those that are counted already. */
  readonly #open = new Map<string, boolean>();
  #requests = 0;
  #forgotten = 0;
  #anonymous = 0;
  #from = '';
  #to = '';

  /** Counts an event, or all of an `EventList`. False for what is neither. */
  add(value: JsonValue): boolean {
    const event = readAuditEvent(value);
    if (event === undefined) return false;
    const { id, stage, time, user, actor, action, isAllowed } = event;
    this.#note(time);
    const wasCounted = this.#open.get(id) === true;
    if (stage === 'ended') this.#open.delete(id);
    else this.#keepOpen(id, wasCounted || stage === 'started');
    if (stage === 'received' || wasCounted) return true;
    this.#requests++;
    if (user === undefined) this.#anonymous++;
    else this.#count(user, action, isAllowed);
    if (actor !== undefined && user !== undefined) for (const own of toImpersonations(user)) this.#count(actor, own, true);
    return true;
  }

  /** What was counted so far. */
  result(): Usage {
    const unfinished = this.#forgotten + [...this.#open.values()].filter((isCounted) => !isCounted).length;
    return {
      users: [...this.#tallies.values()].map(({ user, allowed, denied }) => ({
        user,
        allowed: [...allowed.values()],
        denied: [...denied.values()],
      })),
      requests: this.#requests,
      unfinished,
      anonymous: this.#anonymous,
      from: this.#from,
      to: this.#to,
    };
  }

  #note(time: string): void {
    if (time === '') return;
    if (this.#from === '' || time < this.#from) this.#from = time;
    if (time > this.#to) this.#to = time;
  }

  #keepOpen(id: string, isCounted: boolean): void {
    this.#open.set(id, isCounted);
    if (this.#open.size <= OPEN) return;
    const [oldest] = this.#open;
    if (oldest === undefined) return;
    this.#open.delete(oldest[0]);
    if (!oldest[1]) this.#forgotten++;
  }

  #count(user: UserInfo, action: Action, isAllowed: boolean): void {
    const tally = getOrAdd(this.#tallies, [user.name, ...user.groups].join('\n'), (): Tally => ({
      user,
      allowed: new Map(),
      denied: new Map(),
    }));
    const uses = isAllowed ? tally.allowed : tally.denied;
    if (action.kind === 'path') countPath(uses, action);
    else countResource(uses, action);
  }
}

function countResource(uses: Map<string, Counted>, action: Extract<Action, { kind: 'resource' }>): void {
  const { verb, group, resource, subresource, namespace, name } = action;
  const key = `${verb}\n${group}\n${resource}\n${subresource}\n${namespace}`;
  const use = getOrAdd(uses, key, (): Counted => ({ action: { ...action, name: '' }, names: new Set(), count: 0 }));
  use.count++;
  if (name === '') use.names = undefined;
  else use.names?.add(name);
  if (use.names !== undefined && use.names.size > NAMES) use.names = undefined;
}

function countPath(uses: Map<string, Counted>, action: Extract<Action, { kind: 'path' }>): void {
  const exact = uses.get(toPathKey(action));
  if (exact !== undefined) {
    exact.count++;
    return;
  }
  const isWide = [...uses.values()].filter((use) => use.action.kind === 'path').length >= PATHS;
  const own = isWide ? { ...action, path: action.path.replace(/^(\/[^/]*\/?)[^]*$/, '$1*') } : action;
  getOrAdd(uses, toPathKey(own), (): Counted => ({ action: own, names: undefined, count: 0 })).count++;
}

function toPathKey({ verb, path }: Extract<Action, { kind: 'path' }>): string {
  return `${verb}\n${path}`;
}
