import { quoteGo } from '../../std/index.ts';
import type { World } from '../../model/index.ts';
import { describeRefusal, refuseRequest } from './forbidden.ts';
import { parseServiceAccountName, toServiceAccountUser, type Action, type UserInfo } from './request.ts';

/** Whom the impersonation headers of a request name, as they are sent. */
export interface ImpersonatedUser extends UserInfo {
  readonly uid: string;
  /** The values of each `Impersonate-Extra-KEY`. */
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

/** Somebody who impersonates somebody else, and for what request. */
export interface Impersonation {
  readonly user: UserInfo;
  /** The node that the Pod runs on whose token is used; empty if that is not known. */
  readonly node: string;
  readonly wanted: ImpersonatedUser;
  readonly action: Action;
  /** Whether the server has constrained impersonation (KEP-5284: on from 1.36), or the verb `impersonate` alone. */
  readonly isConstrained: boolean;
}

/** A right that impersonation is asked for. */
export interface ImpersonationCheck {
  /** The header that asks for it; `the request` for the right to do this while impersonating. */
  readonly header: string;
  readonly action: Action;
  readonly allowed: boolean;
}

/** What one mode says, with what it asked for, up to the first right that is missing. */
export interface ImpersonationAttempt {
  /** `associated-node`, `arbitrary-node`, `serviceaccount`, `user-info`, `legacy`. */
  readonly mode: string;
  readonly checks: readonly ImpersonationCheck[];
  /** In the server's words; absent where the mode lets it. */
  readonly refusal?: string;
}

/** Whether a request goes on as somebody else's. */
export interface ImpersonationVerdict {
  /** The modes that are tried, in the server's order, up to the one that lets it. */
  readonly attempts: readonly ImpersonationAttempt[];
  /** Who the request is of then, with the groups that the server adds; absent if nothing lets it. */
  readonly user?: UserInfo;
  /** Why not: what the first mode says that was tried. */
  readonly refusal?: string;
}

/**
 * Whether the API server lets a request with impersonation headers go on: each mode in turn, constrained ones first, and which
 * right each header needs (`apiserver/pkg/endpoints/filters/impersonation`).
 */
export function judgeImpersonation(world: World, asked: Impersonation): ImpersonationVerdict {
  const attempts: ImpersonationAttempt[] = [];
  for (const mode of MODES) {
    if (!mode.isMeant(asked)) continue;
    const attempt = new Attempt(world, asked, mode.name).run();
    attempts.push(attempt);
    if (attempt.refusal === undefined) return { attempts, user: toUser(asked.wanted, mode.name) };
  }
  const refusal = attempts[0]?.refusal;
  return { attempts, ...(refusal === undefined ? {} : { refusal }) };
}

const LEGACY = 'legacy';
const AUTHENTICATION = 'authentication.k8s.io';
const MASTERS = 'system:masters';
const NODE = 'system:node:';

/** From so many groups or values on, one right to all of them is looked for first. */
const MANY = 4;

interface Mode {
  readonly name: string;
  isMeant(asked: Impersonation): boolean;
}

const MODES: readonly Mode[] = [
  {
    name: 'associated-node',
    isMeant: ({ user, node, wanted, isConstrained }) =>
      isConstrained && isNameAlone(wanted) && nodeOf(wanted) !== undefined && nodeOf(wanted) === node && isAccount(user),
  },
  { name: 'arbitrary-node', isMeant: ({ wanted, isConstrained }) => isConstrained && isNameAlone(wanted) && nodeOf(wanted) !== undefined },
  { name: 'serviceaccount', isMeant: ({ wanted, isConstrained }) => isConstrained && isNameAlone(wanted) && isAccount(wanted) },
  { name: 'user-info', isMeant: ({ wanted, isConstrained }) => isConstrained && nodeOf(wanted) === undefined && !isAccount(wanted) },
  { name: LEGACY, isMeant: () => true },
];

function isNameAlone({ groups, uid, extra }: ImpersonatedUser): boolean {
  return groups.length === 0 && uid === '' && Object.keys(extra).length === 0;
}

function isAccount({ name }: UserInfo): boolean {
  return parseServiceAccountName(name) !== undefined;
}

function nodeOf({ name }: UserInfo): string | undefined {
  const node = name.startsWith(NODE) ? name.slice(NODE.length) : '';
  return node.length <= 253 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(node) ? node : undefined;
}

/** Who is impersonated in the end: groups are those that are asked for, or those that follow from the name, and one of the server's. */
function toUser({ name, groups }: ImpersonatedUser, mode: string): UserInfo {
  const account = groups.length === 0 ? parseServiceAccountName(name) : undefined;
  const own = account === undefined ? groups : toServiceAccountUser(account.namespace, account.name).groups.slice(0, 2);
  const all = mode.endsWith('-node') ? ['system:nodes'] : own;
  const added = name === 'system:anonymous' ? 'system:unauthenticated' : 'system:authenticated';
  return { name, groups: all.includes(added) || all.includes('system:unauthenticated') ? all : [...all, added] };
}

/** One mode, asking for one right after the other. */
class Attempt {
  readonly #world: World;
  readonly #asked: Impersonation;
  readonly #mode: string;
  readonly #checks: ImpersonationCheck[] = [];

  constructor(world: World, asked: Impersonation, mode: string) {
    this.#world = world;
    this.#asked = asked;
    this.#mode = mode;
  }

  get #isLegacy(): boolean {
    return this.#mode === LEGACY;
  }

  run(): ImpersonationAttempt {
    const refusal =
      this.#askRequest() ??
      this.#askName() ??
      (this.#asked.isConstrained
        ? (this.#askUid() ?? this.#askGroups() ?? this.#askExtra())
        : (this.#askGroups() ?? this.#askExtra() ?? this.#askUid()));
    return { mode: this.#mode, checks: this.#checks, ...(refusal === undefined ? {} : { refusal }) };
  }

  #ask(header: string, action: Action): string | undefined {
    const refusal = refuseRequest(this.#world, { ...action, user: this.#asked.user });
    this.#checks.push({ header, action, allowed: refusal === undefined });
    return refusal;
  }

  #toAction(
    resource: string,
    name: string,
    more: { readonly group?: string; readonly namespace?: string; readonly subresource?: string },
  ): Action {
    const verb = this.#isLegacy ? 'impersonate' : `impersonate:${this.#mode}`;
    const group = more.group ?? (this.#isLegacy ? '' : AUTHENTICATION);
    return { kind: 'resource', verb, group, resource, subresource: more.subresource ?? '', namespace: more.namespace ?? '', name };
  }

  #askRequest(): string | undefined {
    const { action } = this.#asked;
    if (this.#isLegacy) return undefined;
    return this.#ask('the request', { ...action, verb: `impersonate-on:${this.#mode}:${action.verb}` });
  }

  #askName(): string | undefined {
    const { wanted } = this.#asked;
    const account = parseServiceAccountName(wanted.name);
    const node = this.#isLegacy ? undefined : nodeOf(wanted);
    const action =
      account !== undefined
        ? this.#toAction('serviceaccounts', account.name, { namespace: account.namespace })
        : node === undefined
          ? this.#toAction('users', wanted.name, {})
          : this.#toAction('nodes', this.#mode === 'associated-node' ? '*' : node, {});
    return this.#ask('Impersonate-User', action);
  }

  #askUid(): string | undefined {
    const { uid } = this.#asked.wanted;
    return uid === '' ? undefined : this.#ask('Impersonate-Uid', this.#toAction('uids', uid, { group: AUTHENTICATION }));
  }

  #askGroups(): string | undefined {
    const { groups } = this.#asked.wanted;
    const header = 'Impersonate-Group';
    const toAction = (name: string): Action => this.#toAction('groups', name, {});
    if (!this.#isLegacy) {
      if (groups.includes('')) return this.#refuse(toAction(''), 'impersonating the empty string group is not allowed');
      if (groups.includes(MASTERS)) return this.#refuse(toAction(MASTERS), `impersonating the ${MASTERS} group is not allowed`);
      if (groups.length >= MANY && this.#ask(header, toAction('*')) === undefined) return undefined;
    }
    return this.#askEach(groups.map((name) => [header, toAction(name)] as const));
  }

  #askExtra(): string | undefined {
    const extra = Object.entries(this.#asked.wanted.extra);
    const toAction = (key: string, name: string): Action => this.#toAction('userextras', name, { group: AUTHENTICATION, subresource: key });
    if (!this.#isLegacy) {
      const problem = extra.flatMap(([key, values]) => judgeExtra(key, values) ?? [])[0];
      if (problem !== undefined) return this.#refuse(toAction('', ''), problem);
      const isLarge = extra.length >= MANY || extra.reduce((sum, [, values]) => sum + values.length, 0) >= MANY;
      if (isLarge && this.#ask('Impersonate-Extra-*', toAction('*', '*')) === undefined) return undefined;
    }
    return this.#askEach(
      extra.flatMap(([key, values]) => values.map((value) => [`Impersonate-Extra-${key}`, toAction(key, value)] as const)),
    );
  }

  #askEach(checks: readonly (readonly [header: string, action: Action])[]): string | undefined {
    for (const [header, action] of checks) {
      const refusal = this.#ask(header, action);
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  }

  /** What no right lets anybody, in the words of a right that is missing. */
  #refuse(action: Action, why: string): string {
    return describeRefusal({ ...action, user: this.#asked.user }, why);
  }
}

const PATH = /^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/;

/** Why a key of extra information is none that may be impersonated (`validation.IsDomainPrefixedPath`). */
function judgeExtra(key: string, values: readonly string[]): string | undefined {
  const at = key.indexOf('/');
  const isPath = at > 0 && at < key.length - 1 && PATH.test(key.slice(at + 1));
  if (!isPath) {
    const why = `extra.key: Invalid value: ${quoteGo(key)}: must be a domain-prefixed path (such as "acme.io/foo")`;
    return `impersonating an invalid key in extra is not allowed: ${why}`;
  }
  return values.includes('') ? 'impersonating the empty string value in extra is not allowed' : undefined;
}
