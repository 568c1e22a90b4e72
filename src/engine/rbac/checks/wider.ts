import { compareBy, getOrAdd } from '../../../std/index.ts';
import { listSubjectKeys } from '../binding.ts';
import type { Holding } from '../holding.ts';
import { listKeyed, type Permission } from '../permission.ts';
import type { Grant, RbacPolicy } from '../policy.ts';
import { toPrincipal } from '../principal.ts';
import { toPermissionSet } from '../role.ts';
import { isEffective } from '../scope.ts';

/** What a grant allows where it is bound. */
export function toHoldings(grant: Grant): readonly Holding[] {
  const { namespace } = grant.binding;
  return (grant.rules ?? []).flatMap((rule) =>
    listKeyed(rule.rule).flatMap(({ permission }) =>
      isEffective(permission, namespace) ? [{ permission, namespace, sources: [{ grant, rule }] }] : [],
    ),
  );
}

/** The grants of somebody in one scope, those that stay where others grant the same first, and by what they permit. */
interface Index {
  readonly ranked: readonly Grant[];
  readonly byPermission: ReadonlyMap<string, readonly Grant[]>;
}

/** More grants than these are looked up by what they permit, not one by one. */
const FEW = 8;

/** Which grants are taken in by another one of the same subject, or of a group that it is surely in. */
export class WiderGrants {
  readonly #policy: RbacPolicy;
  readonly #indexes = new Map<readonly Grant[], Index>();

  constructor(policy: RbacPolicy) {
    this.#policy = policy;
  }

  /** A grant that allows all that this one does, and more or the same with a better claim to stay; undefined if there is none. */
  find(grant: Grant): Grant | undefined {
    const { binding, subjectIndex } = grant;
    const holdings = toHoldings(grant);
    if (holdings.length === 0) return undefined;
    const principal = toPrincipal(listSubjectKeys(binding)[subjectIndex] ?? '');
    const isWider = (other: Grant): boolean =>
      other.binding !== binding &&
      covers(other, grant, holdings) &&
      (!covers(grant, other, toHoldings(other)) || compareClaims(other, grant) < 0);
    for (const key of [principal.key, ...principal.groups]) {
      for (const scope of binding.namespace === '' ? [''] : ['', binding.namespace]) {
        const found = this.#candidatesFor(this.#policy.grants.get(key)?.get(scope) ?? [], holdings).find(isWider);
        if (found !== undefined) return found;
      }
    }
    return undefined;
  }

  /** Of many grants those alone that permit what fewest of them do. */
  #candidatesFor(grants: readonly Grant[], holdings: readonly Holding[]): readonly Grant[] {
    if (grants.length <= FEW) return grants;
    const { ranked, byPermission } = getOrAdd(this.#indexes, grants, () => toIndex(grants));
    let fewest = ranked;
    for (const { permission } of holdings) {
      if (permission.kind === 'path') continue;
      const lists = listWiderKeys(permission).map((key) => byPermission.get(key) ?? []);
      const total = lists.reduce((sum, { length }) => sum + length, 0);
      if (total < fewest.length) fewest = lists.flat();
    }
    return fewest;
  }
}

function toIndex(grants: readonly Grant[]): Index {
  const ranked = grants.toSorted(compareClaims);
  const byPermission = new Map<string, Grant[]>();
  for (const grant of ranked) {
    for (const { rule } of grant.rules ?? []) {
      for (const { permission } of listKeyed(rule)) {
        if (permission.kind === 'path') continue;
        const list = getOrAdd(byPermission, toKey(permission), (): Grant[] => []);
        if (list.at(-1) !== grant) list.push(grant);
      }
    }
  }
  return { ranked, byPermission };
}

type ResourcePermission = Omit<Permission & { kind: 'resource' }, 'kind'>;

function toKey({ verb, group, resource, name }: ResourcePermission): string {
  return [verb, group, resource, ...(name === undefined ? [] : [name])].join(' ');
}

/** The keys of all permissions that take in one of a resource. */
function listWiderKeys({ verb, group, resource, name }: ResourcePermission): readonly string[] {
  const slash = resource.indexOf('/');
  const resources = new Set([resource, '*', ...(slash > 0 ? [`*${resource.slice(slash)}`] : [])]);
  const keys: string[] = [];
  for (const own of new Set([verb, '*']))
    for (const of of new Set([group, '*']))
      for (const what of resources) {
        keys.push(toKey({ verb: own, group: of, resource: what }));
        if (name !== undefined) keys.push(toKey({ verb: own, group: of, resource: what, name }));
      }
  return keys;
}

/** Which of two grants of the same stays: that of Kubernetes, that of more subjects, the first. */
const compareClaims: (a: Grant, b: Grant) => number = compareBy<Grant>(
  ({ binding }) => (binding.ref.name.startsWith('system:') ? 0 : 1),
  ({ binding }) => -binding.subjects.length,
  ({ order }) => order,
);

/** Whether one grant allows all that another one does, which is what it holds. */
function covers(wide: Grant, narrow: Grant, holdings: readonly Holding[]): boolean {
  if (wide.binding.namespace !== '' && wide.binding.namespace !== narrow.binding.namespace) return false;
  if (wide.rules === undefined || narrow.rules === undefined) return false;
  if (wide.rules === narrow.rules) return true;
  const set = toPermissionSet(wide.rules);
  return holdings.every(({ permission }) => set.covers(permission));
}
