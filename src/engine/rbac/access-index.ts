import { getOrAdd } from '../../std/index.ts';
import type { World } from '../../model/index.ts';
import type { Binding } from './binding.ts';
import { readPolicy, type Grant, type RbacPolicy } from './policy.ts';
import type { AccessRequest, Action } from './request.ts';
import type { SourcedRule } from './role.ts';
import { RoleIndex, type AllowingRoles } from './role-index.ts';

type Scopes = ReadonlyMap<string, readonly Grant[]>;

const NO_ROLE = -1;

/** A policy laid out for many questions: whose grants are where, and which roles allow what. Cached by world. */
export function readAccessIndex(world: World): AccessIndex {
  return world.derive(computeAccessIndex);
}

function computeAccessIndex(world: World): AccessIndex {
  return new AccessIndex(readPolicy(world));
}

/** Answers which bindings allow a request; made from the same roles and bindings as `RbacPolicy`, and immutable like it. */
export class AccessIndex {
  /** Whether some binding names a role that does not exist. */
  readonly hasUnresolved: boolean;
  readonly #policy: RbacPolicy;
  readonly #roles: RoleIndex;
  /** The number of each binding's role, in the order of the bindings. */
  readonly #roleOf: Int32Array;
  /** The places of bindings by their namespace. */
  readonly #places = new Map<string, number[]>();
  readonly #users = new Map<string, Scopes>();
  readonly #groups = new Map<string, Scopes>();

  constructor(policy: RbacPolicy) {
    this.#policy = policy;
    const numbers = new Map<readonly SourcedRule[], number>();
    this.#roleOf = Int32Array.from(policy.bindings, (binding) => numberOf(policy.rulesOf(binding.role, binding.namespace), numbers));
    this.#roles = new RoleIndex([...numbers.keys()]);
    this.hasUnresolved = this.#roleOf.includes(NO_ROLE);
    for (const [order, { namespace }] of policy.bindings.entries()) getOrAdd(this.#places, namespace, (): number[] => []).push(order);
    for (const [key, scopes] of policy.grants) {
      if (key.startsWith('user ')) this.#users.set(key.slice('user '.length), scopes);
      else this.#groups.set(key.slice('group '.length), scopes);
    }
  }

  /** The grant by which the authorizer would allow a request: the first of those that do, by binding and subject. */
  findGrant(request: AccessRequest): Grant | undefined {
    const allowing = this.#roles.listAllowing(request);
    const namespace = request.kind === 'resource' ? request.namespace : '';
    let first = this.#findIn(this.#users.get(request.user.name), namespace, allowing, undefined);
    for (const group of request.user.groups) first = this.#findIn(this.#groups.get(group), namespace, allowing, first);
    return first;
  }

  /** Whether the role of a grant has a rule that allows an action. */
  toAllows(action: Action): (grant: Grant) => boolean {
    const allowing = this.#roles.listAllowing(action);
    return ({ order }) => this.#allows(order, allowing);
  }

  /** The bindings whose roles allow an action, with their places: cluster-wide ones and those of a namespace, or all. */
  listBindings(action: Action, namespace: string | undefined): readonly { readonly binding: Binding; readonly order: number }[] {
    const allowing = this.#roles.listAllowing(action);
    const { bindings } = this.#policy;
    const listed =
      namespace === undefined ? [...bindings.keys()] : [...new Set(['', namespace])].flatMap((where) => this.#places.get(where) ?? []);
    return listed.flatMap((order) => {
      const binding = this.#allows(order, allowing) ? bindings[order] : undefined;
      return binding === undefined ? [] : [{ binding, order }];
    });
  }

  #findIn(scopes: Scopes | undefined, namespace: string, allowing: AllowingRoles, first: Grant | undefined): Grant | undefined {
    if (scopes === undefined) return first;
    const everywhere = this.#findEarlier(scopes.get(''), allowing, first);
    return namespace === '' ? everywhere : this.#findEarlier(scopes.get(namespace), allowing, everywhere);
  }

  /** The first allowing grant of a list, unless one that is known comes before it. */
  #findEarlier(grants: readonly Grant[] | undefined, allowing: AllowingRoles, known: Grant | undefined): Grant | undefined {
    if (grants === undefined) return known;
    for (const grant of grants) {
      if (known !== undefined && isBefore(known, grant)) return known;
      if (this.#allows(grant.order, allowing)) return grant;
    }
    return known;
  }

  #allows(order: number, { always, named }: AllowingRoles): boolean {
    const role = this.#roleOf[order] ?? NO_ROLE;
    return role !== NO_ROLE && (always.has(role) || named?.has(role) === true);
  }
}

function isBefore(a: Grant, b: Grant): boolean {
  return a.order < b.order || (a.order === b.order && a.subjectIndex < b.subjectIndex);
}

function numberOf(rules: readonly SourcedRule[] | undefined, numbers: Map<readonly SourcedRule[], number>): number {
  if (rules === undefined) return NO_ROLE;
  return getOrAdd(numbers, rules, () => numbers.size);
}
