import { getOrAdd } from '../../std/index.ts';
import type { World } from '../../model/index.ts';
import { describeBinding, type Binding } from './binding.ts';
import { readPolicy, type Grant, type RbacPolicy } from './policy.ts';
import type { AccessRequest, Action } from './request.ts';
import type { SourcedRule } from './role.ts';
import { RoleIndex, type AllowingRoles } from './role-index.ts';

const NO_ROLE = -1;

/** A grant with the number of its role, and what is said of it where it allows. */
class IndexedGrant {
  readonly grant: Grant;
  readonly role: number;
  #reason: string | undefined;

  constructor(grant: Grant, role: number) {
    this.grant = grant;
    this.role = role;
  }

  /** As the server words it; put together when first asked for. */
  get reason(): string {
    const { binding, subjectIndex } = this.grant;
    const subject = binding.subjects[subjectIndex];
    return (this.#reason ??= subject === undefined ? '' : `RBAC: allowed by ${describeBinding(binding, subject)}`);
  }
}

/** The grants of a subject, each list in the order of the bindings. */
interface Held {
  readonly everywhere: readonly IndexedGrant[];
  readonly within: ReadonlyMap<string, readonly IndexedGrant[]>;
}

const NOTHING: readonly IndexedGrant[] = [];

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
  readonly #users = new Map<string, Held>();
  readonly #groups = new Map<string, Held>();

  constructor(policy: RbacPolicy) {
    this.#policy = policy;
    const numbers = new Map<readonly SourcedRule[], number>();
    this.#roleOf = Int32Array.from(policy.bindings, (binding) => numberOf(policy.rulesOf(binding.role, binding.namespace), numbers));
    this.#roles = new RoleIndex([...numbers.keys()]);
    this.hasUnresolved = this.#roleOf.includes(NO_ROLE);
    for (const [order, { namespace }] of policy.bindings.entries()) getOrAdd(this.#places, namespace, (): number[] => []).push(order);
    for (const [key, scopes] of policy.grants) {
      const held = this.#toHeld(scopes);
      if (key.startsWith('user ')) this.#users.set(key.slice('user '.length), held);
      else this.#groups.set(key.slice('group '.length), held);
    }
  }

  #toHeld(scopes: ReadonlyMap<string, readonly Grant[]>): Held {
    const within = new Map<string, readonly IndexedGrant[]>();
    for (const [namespace, grants] of scopes)
      within.set(
        namespace,
        grants.map((grant) => new IndexedGrant(grant, this.#roleOf[grant.order] ?? NO_ROLE)),
      );
    return { everywhere: within.get('') ?? NOTHING, within };
  }

  /** The grant by which the authorizer would allow a request: the first of those that do, by binding and subject. */
  findGrant(request: AccessRequest): IndexedGrant | undefined {
    const allowing = this.#roles.listAllowing(request);
    const namespace = request.kind === 'resource' ? request.namespace : '';
    let first = findIn(this.#users.get(request.user.name), namespace, allowing, undefined);
    for (const group of request.user.groups) first = findIn(this.#groups.get(group), namespace, allowing, first);
    return first;
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
    const listed =
      namespace === undefined ? [...bindings.keys()] : [...new Set(['', namespace])].flatMap((where) => this.#places.get(where) ?? []);
    return listed.flatMap((order) => {
      const binding = allows(allowing, this.#roleOf[order] ?? NO_ROLE) ? bindings[order] : undefined;
      return binding === undefined ? [] : [{ binding, order }];
    });
  }
}

function findIn(
  held: Held | undefined,
  namespace: string,
  allowing: AllowingRoles,
  first: IndexedGrant | undefined,
): IndexedGrant | undefined {
  if (held === undefined) return first;
  const everywhere = findEarlier(held.everywhere, allowing, first);
  const grants = namespace === '' ? undefined : held.within.get(namespace);
  return grants === undefined ? everywhere : findEarlier(grants, allowing, everywhere);
}

/** The first allowing grant of a list, unless one that is known comes before it. */
function findEarlier(grants: readonly IndexedGrant[], allowing: AllowingRoles, known: IndexedGrant | undefined): IndexedGrant | undefined {
  for (const item of grants) {
    if (known !== undefined && isBefore(known.grant, item.grant)) return known;
    if (allows(allowing, item.role)) return item;
  }
  return known;
}

function allows({ always, named }: AllowingRoles, role: number): boolean {
  return role !== NO_ROLE && (always.has(role) || named?.has(role) === true);
}

function isBefore(a: Grant, b: Grant): boolean {
  return a.order < b.order || (a.order === b.order && a.subjectIndex < b.subjectIndex);
}

function numberOf(rules: readonly SourcedRule[] | undefined, numbers: Map<readonly SourcedRule[], number>): number {
  if (rules === undefined) return NO_ROLE;
  return getOrAdd(numbers, rules, () => numbers.size);
}
