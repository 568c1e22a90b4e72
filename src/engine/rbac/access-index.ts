import { getOrAdd } from '../../std/index.ts';
import type { World } from '../../model/index.ts';
import { describeBinding, type Binding } from './binding.ts';
import { readPolicy, type Grant, type RbacPolicy } from './policy.ts';
import type { AccessRequest, Action } from './request.ts';
import type { SourcedRule } from './role.ts';
import { RoleIndex, type AllowingRoles } from './role-index.ts';

/** The number of a role that does not exist: one without rules. */
const NO_ROLE = 0;

/** The grant that allows a request, and what the server says of it. */
export interface AllowingGrant {
  readonly binding: Binding;
  readonly subjectIndex: number;
  readonly reason: string;
}

/** The bindings of a namespace, by their places: they lie side by side. */
interface Span {
  readonly from: number;
  /** The place after the last. */
  readonly to: number;
}

const NOWHERE: Span = { from: 0, to: 0 };
const NOT_FOUND = Number.MAX_SAFE_INTEGER;

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
  /** The rank of each binding's first subject, and at the end the number of ranks: all subjects of all bindings, in their order. */
  readonly #firstRank: Int32Array;
  /** The place of each rank's binding, and the number of its role. */
  readonly #orderOf: Int32Array;
  readonly #roleOfRank: Int32Array;
  /** What was found before, by rank. */
  readonly #found: (AllowingGrant | undefined)[];
  /** By namespace. */
  readonly #spans = new Map<string, Span>();
  /** The rank after the last of the cluster-wide bindings. */
  readonly #clusterWide: number;
  /** The ranks of each user and group, ascending: a question looks at numbers, not at an object for each grant. */
  readonly #users = new Map<string, readonly number[]>();
  readonly #groups = new Map<string, readonly number[]>();

  constructor(policy: RbacPolicy) {
    const { bindings } = policy;
    this.#policy = policy;
    const numbers = new Map<readonly SourcedRule[], number>([[[], NO_ROLE]]);
    this.#roleOf = Int32Array.from(bindings, (binding) => numberOf(policy.rulesOf(binding.role, binding.namespace), numbers));
    this.#roles = new RoleIndex([...numbers.keys()]);
    this.hasUnresolved = this.#roleOf.includes(NO_ROLE);
    this.#firstRank = new Int32Array(bindings.length + 1);
    for (const [order, { namespace, subjects }] of bindings.entries()) {
      this.#spans.set(namespace, { from: this.#spans.get(namespace)?.from ?? order, to: order + 1 });
      this.#firstRank[order + 1] = this.#rankAt(order) + subjects.length;
    }
    this.#clusterWide = this.#rankAt(this.#spanOf('').to);
    this.#orderOf = new Int32Array(this.#rankAt(bindings.length));
    this.#roleOfRank = new Int32Array(this.#orderOf.length);
    this.#found = Array.from(this.#orderOf, () => undefined);
    for (const [key, scopes] of policy.grants) {
      const ranks = [...scopes.values()].flatMap((grants) => grants.map((grant) => this.#addRank(grant)));
      if (key.startsWith('user ')) this.#users.set(key.slice('user '.length), ranks);
      else this.#groups.set(key.slice('group '.length), ranks);
    }
  }

  #addRank({ order, subjectIndex }: Grant): number {
    const rank = this.#rankAt(order) + subjectIndex;
    this.#orderOf[rank] = order;
    this.#roleOfRank[rank] = this.#roleOf[order] ?? NO_ROLE;
    return rank;
  }

  #rankAt(order: number): number {
    return this.#firstRank[order] ?? 0;
  }

  #spanOf(namespace: string): Span {
    return this.#spans.get(namespace) ?? NOWHERE;
  }

  /** The grant by which the authorizer would allow a request: the first of those that do, by binding and subject. */
  findGrant(request: AccessRequest): AllowingGrant | undefined {
    const allowing = this.#roles.listAllowing(request);
    const span = this.#spanOf(request.kind === 'resource' ? request.namespace : '');
    let first = this.#findFirst(this.#users.get(request.user.name), span, allowing, NOT_FOUND);
    for (const group of request.user.groups) first = this.#findFirst(this.#groups.get(group), span, allowing, first);
    return first === NOT_FOUND ? undefined : (this.#found[first] ??= this.#describe(first));
  }

  /** The first allowing rank, cluster-wide or of the bindings of a namespace, unless the known one comes before it. */
  #findFirst(ranks: readonly number[] | undefined, { from, to }: Span, allowing: AllowingRoles, known: number): number {
    if (ranks === undefined) return known;
    const everywhere = this.#findBetween(ranks, 0, this.#clusterWide, allowing, known);
    return this.#findBetween(ranks, this.#rankAt(from), this.#rankAt(to), allowing, everywhere);
  }

  #findBetween(ranks: readonly number[], start: number, end: number, allowing: AllowingRoles, known: number): number {
    const last = Math.min(end, known);
    for (let at = findPlace(ranks, start); at < ranks.length; at++) {
      const rank = ranks[at] ?? last;
      if (rank >= last) return known;
      if (allows(allowing, this.#roleOfRank[rank] ?? NO_ROLE)) return rank;
    }
    return known;
  }

  #describe(rank: number): AllowingGrant | undefined {
    const order = this.#orderOf[rank] ?? 0;
    const subjectIndex = rank - this.#rankAt(order);
    const binding = this.#policy.bindings[order];
    const subject = binding?.subjects[subjectIndex];
    if (binding === undefined || subject === undefined) return undefined;
    return { binding, subjectIndex, reason: `RBAC: allowed by ${describeBinding(binding, subject)}` };
  }

  /** Whether the role of a grant has a rule that allows an action. */
  toAllows(action: Action): (grant: Grant) => boolean {
    const allowing = this.#roles.listAllowing(action);
    return ({ order }) => allows(allowing, this.#roleOf[order] ?? NO_ROLE);
  }

  /** The bindings whose roles allow an action, with their places: cluster-wide ones and those of a namespace, or all. */
  listBindings(action: Action, namespace: string | undefined): readonly { readonly binding: Binding; readonly order: number }[] {
    const allowing = this.#roles.listAllowing(action);
    const { bindings } = this.#policy;
    const spans =
      namespace === undefined ? [{ from: 0, to: bindings.length }] : [...new Set(['', namespace])].map((where) => this.#spanOf(where));
    return spans.flatMap(({ from, to }) =>
      bindings.slice(from, to).flatMap((binding, at) => {
        const order = from + at;
        return allows(allowing, this.#roleOf[order] ?? NO_ROLE) ? [{ binding, order }] : [];
      }),
    );
  }
}

/** The place of the first number that is not below a limit, among ascending ones. */
function findPlace(numbers: readonly number[], limit: number): number {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((numbers[middle] ?? limit) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

function allows({ always, named }: AllowingRoles, role: number): boolean {
  return always.has(role) || named?.has(role) === true;
}

function numberOf(rules: readonly SourcedRule[] | undefined, numbers: Map<readonly SourcedRule[], number>): number {
  if (rules === undefined) return NO_ROLE;
  return getOrAdd(numbers, rules, () => numbers.size);
}
