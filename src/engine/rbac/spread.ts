import { compareBy, getArray, getObject, getOrAdd, getString, isEqualJson, sortedUnique } from '../../std/index.ts';
import {
  compareRefs,
  labelsOf,
  nameOf,
  toRefKey,
  type FactChange,
  type KubernetesObject,
  type ObjectRef,
  type World,
} from '../../model/index.ts';
import type { RightsChange } from './difference.ts';
import { groupHoldings, type Gain } from './gain.ts';
import { compact, type Holding } from './holding.ts';
import { RBAC_GROUP, readPolicy, type RbacPolicy } from './policy.ts';
import type { Principal } from './principal.ts';
import { joinSome } from './wording.ts';

/** What a ClusterRole gives to, or takes from, all who are bound to roles that aggregate it: their bindings do not change. */
export interface Spread {
  readonly change: FactChange['change'];
  /** The ClusterRole that the rules stand in. */
  readonly from: ObjectRef;
  /** What changed, as a clause: `the label x on ClusterRole c`. */
  readonly why: string;
  /** ClusterRoles whose labels or selectors differ. */
  readonly links: readonly ObjectRef[];
  /** The bound ClusterRoles that aggregate it, by name. */
  readonly into: readonly string[];
  /** The bindings through which somebody gains or loses something. */
  readonly bindings: readonly ObjectRef[];
  readonly principals: readonly Principal[];
  /** What comes or goes, whatever the namespace of the binding. */
  readonly gains: readonly Gain[];
  readonly holdings: readonly Holding[];
  /** Whether a binding gives it everywhere. */
  readonly isClusterWide: boolean;
}

/** A difference of rights taken apart: what comes or goes by aggregation alone, and the rest of each principal's. */
export interface SpreadDifference {
  readonly spreads: readonly Spread[];
  readonly rest: readonly RightsChange[];
}

interface Part {
  readonly principal: Principal;
  readonly holding: Holding;
}

/** Takes out of a difference what follows from nothing but other rules in roles that were bound before and still are. */
export function splitSpreads(changes: readonly RightsChange[], before: World, after: World): SpreadDifference {
  const [from, to] = [readPolicy(before), readPolicy(after)];
  const parts = { gained: new Map<string, Part[]>(), lost: new Map<string, Part[]>() };
  const split = (change: FactChange['change'], principal: Principal, holdings: readonly Holding[], other: RbacPolicy): readonly Holding[] =>
    holdings.filter((holding) => {
      const source = findSpreader(holding, principal, other);
      if (source === undefined) return true;
      getOrAdd(parts[change], toRefKey(source), (): Part[] => []).push({ principal, holding });
      return false;
    });
  const rest = changes.map(({ principal, gained, lost }) => ({
    principal,
    gained: split('gained', principal, gained, from),
    lost: split('lost', principal, lost, to),
  }));
  const spreads = (['gained', 'lost'] as const).flatMap((change) => {
    if (parts[change].size === 0) return [];
    const [without, having] = change === 'gained' ? [before, after] : [after, before];
    const reason = { links: listLinks(without, having), without, having };
    return [...parts[change].values()].map((group) => toSpread(change, group, reason));
  });
  return {
    spreads: spreads.toSorted(
      compareBy(
        ({ from: { name } }) => name,
        ({ change }) => change,
      ),
    ),
    rest,
  };
}

/** The role that a holding is aggregated from, if all its bindings bound the same role in the other world as well. */
function findSpreader({ sources, namespace }: Holding, principal: Principal, other: RbacPolicy): ObjectRef | undefined {
  const known = other.grants.get(principal.key)?.get(namespace) ?? [];
  const isSpread = sources.every(({ grant, rule }) => {
    const { ref, role } = grant.binding;
    if (role.kind !== 'ClusterRole' || role.name === rule.source.ref.name) return false;
    return known.some(({ binding }) => toRefKey(binding.ref) === toRefKey(ref) && isEqualJson({ ...binding.role }, { ...role }));
  });
  return isSpread ? sources[0]?.rule.source.ref : undefined;
}

function toSpread(change: FactChange['change'], parts: readonly Part[], reason: Reason): Spread {
  const [first] = parts;
  const from = first?.holding.sources[0]?.rule.source.ref;
  if (from === undefined) throw new Error('what is aggregated has a source');
  const holdings = parts.map(({ holding }) => holding);
  const grants = holdings.flatMap(({ sources }) => sources.map(({ grant }) => grant));
  const bindings = new Map(grants.map(({ binding }) => [toRefKey(binding.ref), binding.ref]));
  const into = sortedUnique(grants.map(({ binding }) => binding.role.name));
  const principals = new Map(parts.map(({ principal }) => [principal.key, principal]));
  const links = reason.links.filter(({ name, isAggregated }) => isAggregated || name === from.name);
  return {
    change,
    from,
    why: describeWhy(from, into, { ...reason, links }),
    links: links.map(({ name }) => ({ ...from, name })),
    into,
    bindings: [...bindings.values()].toSorted(compareRefs),
    principals: sortedUnique(principals.keys()).flatMap((key) => principals.get(key) ?? []),
    gains: groupHoldings(compact(holdings.map((holding) => ({ ...holding, namespace: '' })))),
    holdings,
    isClusterWide: holdings.some(({ namespace }) => namespace === ''),
  };
}

/** What the one world has and the other has not, so that the rules reach the roles that are bound. */
function describeWhy(ref: ObjectRef, into: readonly string[], { links, without, having }: Reason): string {
  const [was, is] = [without.get(ref), having.get(ref)];
  if (is === undefined || was === undefined) return `ClusterRole ${ref.name}`;
  if (!isEqualJson(was['rules'] ?? [], is['rules'] ?? [])) return `the rules of ClusterRole ${ref.name}`;
  const labels = links.flatMap(({ name, keys }) => (keys.length === 0 ? [] : [`the label ${joinSome(keys)} on ClusterRole ${name}`]));
  return labels.length === 0 ? `what ${joinSome(into)} aggregates` : joinSome(labels);
}

interface Reason {
  readonly links: readonly Link[];
  readonly without: World;
  readonly having: World;
}

/** A ClusterRole of which labels that are selected by, or selectors, differ. */
interface Link {
  readonly name: string;
  readonly keys: readonly string[];
  readonly isAggregated: boolean;
}

/** The ClusterRoles that have other labels or selectors in one world than in the other, as far as aggregation looks at them. */
function listLinks(without: World, having: World): readonly Link[] {
  const [was, is] = [without, having].map((world) => new Map(world.byKind(RBAC_GROUP, 'ClusterRole').map((role) => [nameOf(role), role])));
  const selected = new Set([...(was?.values() ?? []), ...(is?.values() ?? [])].flatMap(listSelectedKeys));
  return [...(is ?? [])].flatMap(([name, role]) => {
    const old = was?.get(name);
    if (old === role) return [];
    const known = old === undefined ? undefined : labelsOf(old);
    const fresh = [...labelsOf(role)].filter(([key, value]) => known?.get(key) !== value).map(([key]) => key);
    const keys = sortedUnique(fresh.filter((key) => selected.has(key) || key.startsWith(DEFAULT_LABELS)));
    return keys.length > 0 || !isEqualJson(old?.['aggregationRule'] ?? null, role['aggregationRule'] ?? null)
      ? [{ name, keys, isAggregated: role['aggregationRule'] !== undefined }]
      : [];
  });
}

/** What the aggregated roles that every cluster has select by. */
const DEFAULT_LABELS = 'rbac.authorization.k8s.io/aggregate-to-';

function listSelectedKeys(role: KubernetesObject): readonly string[] {
  return getArray(role, 'aggregationRule', 'clusterRoleSelectors').flatMap((selector) => [
    ...Object.keys(getObject(selector, 'matchLabels') ?? {}),
    ...getArray(selector, 'matchExpressions').flatMap((item) => getString(item, 'key') ?? []),
  ]);
}

/** `41 RoleBindings in 38 namespaces and 1 ClusterRoleBinding`. */
export function describeReach({ bindings }: Pick<Spread, 'bindings'>): string {
  const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;
  const local = bindings.flatMap(({ namespace }) => namespace ?? []);
  const namespaces = new Set(local).size;
  const wide = bindings.length - local.length;
  const parts = [
    ...(local.length === 0 ? [] : [`${count(local.length, 'RoleBinding')} in ${count(namespaces, 'namespace')}`]),
    ...(wide === 0 ? [] : [count(wide, 'ClusterRoleBinding')]),
  ];
  return parts.join(' and ');
}
