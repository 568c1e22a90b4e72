import { Bitset, getOrAdd } from '../../std/index.ts';
import type { Action } from './request.ts';
import type { SourcedRule } from './role.ts';
import { isUrlMatch } from './rule.ts';

/** The roles that allow an action, by their numbers. */
export interface AllowingRoles {
  /** Those that allow it whatever the name is. */
  readonly always: Bitset;
  /** Those that allow it for the asked name; undefined if none does. */
  readonly named: ReadonlySet<number> | undefined;
}

type ResourceAction = Extract<Action, { kind: 'resource' }>;

/** The roles that have one verb on one resource of one group. */
interface Cell {
  readonly always: number[];
  readonly named: { readonly role: number; readonly names: readonly string[] }[];
}

/** The roles for one kind of action: of a name that no rule is about, and of each that some are. */
interface Answer {
  readonly unnamed: AllowingRoles;
  readonly byName: ReadonlyMap<string, AllowingRoles>;
}

/** By verb, group and resource: as text joined, parts could be mistaken for others. */
type Table<T> = Map<string, Map<string, Map<string, T>>>;

/** How many kinds of actions are remembered: honest questions have hundreds, made-up ones have no end. */
const REMEMBERED = 1024;

/**
 * Which of many roles allow an action: `isAllowedBy` from the action to the roles instead of from role to role. The answer for
 * each kind of action is worked out once, so that a question about a binding is a look at one bit.
 */
export class RoleIndex {
  readonly #size: number;
  readonly #cells: Table<Cell> = new Map();
  readonly #urls = new Map<string, Map<string, number[]>>();
  readonly #answers: Table<Map<string, Answer>> = new Map();
  readonly #paths = new Map<string, Map<string, AllowingRoles>>();
  #remembered = 0;

  /** Roles are known by their place in this list. */
  constructor(roles: readonly (readonly SourcedRule[])[]) {
    this.#size = roles.length;
    for (const [role, rules] of roles.entries()) for (const { rule } of rules) this.#add(role, rule);
  }

  /** The roles with a rule that allows an action. */
  listAllowing(action: Action): AllowingRoles {
    if (action.kind === 'path') {
      const paths = getOrAdd(this.#paths, action.verb, () => new Map<string, AllowingRoles>());
      return getOrAdd(paths, action.path, () => this.#computePath(action.verb, action.path));
    }
    const { verb, group, resource, subresource, name } = action;
    const known = this.#answers.get(verb)?.get(group)?.get(resource)?.get(subresource);
    const { unnamed, byName } = known ?? this.#remember(action);
    return byName.get(name) ?? unnamed;
  }

  #remember(action: ResourceAction): Answer {
    const answer = this.#compute(action);
    getCell(this.#answers, action, () => new Map<string, Answer>()).set(action.subresource, answer);
    return answer;
  }

  #add(role: number, { verbs, apiGroups, resources, resourceNames: names, nonResourceURLs }: SourcedRule['rule']): void {
    for (const verb of verbs) {
      for (const group of apiGroups) {
        for (const resource of resources) {
          const cell = getCell(this.#cells, { verb, group, resource }, (): Cell => ({ always: [], named: [] }));
          if (names.length === 0) cell.always.push(role);
          else cell.named.push({ role, names });
        }
      }
      const urls = getOrAdd(this.#urls, verb, () => new Map<string, number[]>());
      for (const url of nonResourceURLs) getOrAdd(urls, url, (): number[] => []).push(role);
    }
  }

  #compute({ verb, group, resource, subresource }: ResourceAction): Answer {
    this.#makeRoom();
    const always = new Bitset(this.#size);
    const byName = new Map<string, Set<number>>();
    const resources = subresource === '' ? ['*', resource] : ['*', `${resource}/${subresource}`, `*/${subresource}`];
    for (const ownVerb of ['*', verb]) {
      for (const ownGroup of ['*', group]) {
        for (const own of resources) {
          const cell = this.#cells.get(ownVerb)?.get(ownGroup)?.get(own);
          for (const role of cell?.always ?? []) always.add(role);
          for (const { role, names } of cell?.named ?? [])
            for (const name of names) getOrAdd(byName, name, () => new Set<number>()).add(role);
        }
      }
    }
    return {
      unnamed: { always, named: undefined },
      byName: new Map([...byName].map(([name, named]) => [name, { always, named }])),
    };
  }

  #computePath(verb: string, path: string): AllowingRoles {
    this.#makeRoom();
    const always = new Bitset(this.#size);
    for (const own of ['*', verb]) {
      for (const [url, roles] of this.#urls.get(own) ?? []) if (isUrlMatch(url, path)) for (const role of roles) always.add(role);
    }
    return { always, named: undefined };
  }

  #makeRoom(): void {
    if (this.#remembered++ < REMEMBERED) return;
    for (const memory of [this.#answers, this.#paths]) memory.clear();
    this.#remembered = 1;
  }
}

function getCell<T>(table: Table<T>, { verb, group, resource }: Pick<ResourceAction, 'group' | 'resource' | 'verb'>, make: () => T): T {
  const byGroup = getOrAdd(table, verb, () => new Map<string, Map<string, T>>());
  return getOrAdd(
    getOrAdd(byGroup, group, () => new Map<string, T>()),
    resource,
    make,
  );
}
