import { sortedUnique } from '../../../std/index.ts';
import type { Grant } from '../policy.ts';
import { isWide, listRights, type Right } from './right.ts';

/** What a step needs: one of some rights, by one of these grants. */
export interface Need {
  readonly rights: readonly Right[];
  /** The names that it is needed for one of, where it is not held for every one. */
  readonly names: readonly string[];
  /** Any of them is enough. Empty where the actor has given itself the right on the way. */
  readonly grants: readonly Grant[];
}

/** The place in the authorizer's order of a grant that exists only once an actor has made it. */
const MADE = -1;

/** The place of what somebody may do in the place of others. */
export const LENT = -2;

const NOTHING: readonly never[] = [];

/** The grant that an actor makes itself by binding a role. */
export function makeGrant(grant: Omit<Grant, 'order'>): Grant {
  return { ...grant, order: MADE };
}

interface Held {
  readonly all: Grant[];
  readonly named: Map<string, Grant[]>;
}

/** What an actor may do in one scope: a namespace, with what it may do everywhere; or everywhere (`""`). */
export class Powers {
  readonly scope: string;
  /** The grants that are the actor's own, not those of a group that it is in. */
  readonly own: ReadonlySet<Grant>;
  readonly grants: readonly Grant[];
  readonly #held = new Map<Right, Held>();
  readonly #isMade: boolean;

  constructor(scope: string, own: readonly Grant[], ofGroups: readonly Grant[]) {
    this.scope = scope;
    this.own = new Set(own);
    this.grants = [...own, ...ofGroups];
    this.#isMade = own.some(({ order }) => order === MADE);
    for (const grant of this.grants) if (grant.rules !== undefined) this.#add(grant);
  }

  #add(grant: Grant): void {
    const within = grant.binding.namespace;
    for (const [right, { all, names }] of listRights(grant.rules ?? [])) {
      const isOfNamespace = within !== '' && right.endsWith(' /namespaces');
      if (within !== '' && !isOfNamespace && isWide(right)) continue;
      let held = this.#held.get(right);
      if (held === undefined) this.#held.set(right, (held = { all: [], named: new Map() }));
      if (isOfNamespace) {
        if (all || names.has(within)) addTo(held.named, within, grant);
      } else {
        if (all) held.all.push(grant);
        for (const name of names) addTo(held.named, name, grant);
      }
    }
  }

  /** Whether there is anything that a step asks for. */
  get isEmpty(): boolean {
    return this.#held.size === 0;
  }

  /** Whether one of some rights is held, for whatever name. */
  hasSome(rights: readonly Right[]): boolean {
    return rights.some((right) => this.#held.has(right));
  }

  /** One of some rights, for every name or for one of these; undefined if none is held. */
  find(rights: readonly Right[], names: readonly string[] = NOTHING): Need | undefined {
    return this.#toNeed(rights, names, ({ all, named }) =>
      named.size === 0 || names.length === 0 ? all : [...all, ...names.flatMap((name) => named.get(name) ?? [])],
    );
  }

  /** One of some rights, for whatever name; undefined if none is held. */
  findSome(rights: readonly Right[]): Need | undefined {
    return this.#toNeed(rights, this.listNames(rights), ({ all, named }) => [...all, ...[...named.values()].flat()]);
  }

  /** The names that one of some rights is held for by name. */
  listNames(rights: readonly Right[]): readonly string[] {
    const names = rights.flatMap((right) => [...(this.#held.get(right)?.named.keys() ?? NOTHING)]);
    return names.length === 0 ? NOTHING : sortedUnique(names);
  }

  /** Whether a step that needs these is one of this scope and of the actor itself, not one that it takes elsewhere already. */
  isOwn(needs: readonly Need[]): boolean {
    if (this.#isMade) return needs.some(({ grants }) => grants.length === 0);
    const { scope, own } = this;
    return (
      needs.some(({ grants }) => grants.some((grant) => own.has(grant))) &&
      (scope === '' || needs.some(({ grants }) => grants.some(({ binding }) => binding.namespace === scope)))
    );
  }

  #toNeed(rights: readonly Right[], names: readonly string[], pick: (held: Held) => readonly Grant[]): Need | undefined {
    const held = rights.flatMap((right) => this.#held.get(right) ?? []);
    if (held.length === 0) return undefined;
    const grants = [...new Set(held.flatMap(pick))];
    if (grants.length === 0) return undefined;
    return { rights, names, grants: grants.some(({ order }) => order === MADE) ? [] : grants };
  }
}

function addTo(map: Map<string, Grant[]>, key: string, grant: Grant): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [grant]);
  else list.push(grant);
}
