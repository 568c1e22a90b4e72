import { getOrAdd } from '../../../std/index.ts';
import type { World } from '../../../model/index.ts';
import { intersect, isMeant, narrow, type DenyRule } from '../deny.ts';
import { listHoldings, toCoverage, type Coverage, type Holding } from '../holding.ts';
import { listNodePermissions } from '../node-authorizer.ts';
import { PermissionSet, type Permission } from '../permission.ts';
import { readPolicy, type Grant, type RbacPolicy } from '../policy.ts';
import { toPrincipal, type Principal } from '../principal.ts';
import type { PolicyRule } from '../rule.ts';
import { isEffective } from '../scope.ts';
import { listAllowedOn, listGrantsOf, listOthers, meetScopes, type ActingMode } from './acting.ts';
import { findCut } from './cut.ts';
import type { EscalationGraph, Footing } from './graph.ts';
import { readNodeObjects, type NodeObjects } from './node-objects.ts';
import { toPathSteps, type PathStep } from './path.ts';
import type { Place } from './place.ts';
import { findPath, findWays } from './reach.ts';
import { readStandings } from './standing.ts';
import { ESCALATION_LENS } from './view.ts';

/** What somebody comes to by steps although a policy denies it. */
export interface PathDenial {
  readonly rule: DenyRule;
  readonly principal: Principal;
  /** The part of what is had at the end of the path that is denied. */
  readonly holdings: readonly Holding[];
  /** The path, as edges and as people read it. */
  readonly path: readonly number[];
  /** What the holdings follow from besides the path: the workloads that name what is read. */
  readonly footing: readonly Footing[];
  readonly steps: readonly PathStep[];
  /** The fewest grants without which no path leads to anything that the policy denies; none where more than four would have to go. */
  readonly closedBy: readonly Grant[];
}

/**
 * Who comes by steps to what a policy denies: the shortest path of each, to what it was neither granted itself nor came to in the other
 * world. The control plane's own are left out, and so are members of a group that is told of itself.
 */
export function listPathDenials(world: World, rules: readonly DenyRule[], other?: World): readonly PathDenial[] {
  if (other !== undefined && ESCALATION_LENS.isAlike(other, world)) return [];
  const seen = ESCALATION_LENS.show(world);
  const had = other === undefined ? undefined : ESCALATION_LENS.show(other);
  return rules.flatMap((rule) => new DeniedPlaces(seen, rule).list(had === undefined ? undefined : new DeniedPlaces(had, rule)));
}

const EVERYTHING: Permission = { kind: 'resource', verb: '*', group: '*', resource: '*' };
const READ = ['get', 'list', 'watch'];
const NODES = 'group system:nodes';
/** Kinds whose objects are read by whoever gets, lists or watches them. */
const CONTENTS: ReadonlySet<string> = new Set(['configmaps', 'secrets']);

/** The places of a graph at which something is had that one policy denies. */
class DeniedPlaces {
  readonly #rule: DenyRule;
  readonly #graph: EscalationGraph;
  readonly #policy: RbacPolicy;
  readonly #objects: NodeObjects;
  readonly #sources: ReadonlyMap<string, Place>;
  readonly #holdings = new Map<number, readonly Holding[]>();
  readonly #heldByKey = new Map<string, readonly Holding[]>();
  readonly #denied: readonly number[];

  constructor(world: World, rule: DenyRule) {
    const { graph, sources } = readStandings(world);
    this.#rule = rule;
    this.#graph = graph;
    this.#policy = readPolicy(world);
    this.#objects = readNodeObjects(world);
    this.#sources = sources;
    this.#denied = graph.places.flatMap((_, place) => (this.#holdingsAt(place).length > 0 ? [place] : []));
  }

  list(other: DeniedPlaces | undefined): readonly PathDenial[] {
    const ways = findWays(this.#graph, this.#denied);
    const meant = [...this.#sources].filter(([key, place]) => place.kind === 'identity' && isMeant(this.#rule, toPrincipal(key)));
    return meant.flatMap(([key]) => {
      const from = this.#graph.find(key);
      return from === undefined || (ways.length[from] ?? -1) < 0 ? [] : (this.#findDenial(key, from, other) ?? []);
    });
  }

  #findDenial(key: string, from: number, other: DeniedPlaces | undefined): PathDenial | undefined {
    const principal = toPrincipal(key);
    const isGranted = toCoverage(this.#policy, [key, ...principal.groups]);
    const wasReached = other?.coverageFrom(key);
    const isNew = ({ permission, namespace }: Holding): boolean =>
      !listEquals(permission).some((equal) => isGranted(equal, namespace) || wasReached?.(equal, namespace) === true);
    const graph = this.#graph;
    const listNew = (place: number): readonly Holding[] => this.#holdingsAt(place).filter(isNew);
    const path = findPath(graph, from, (place) => listNew(place).length > 0);
    const last = graph.edges[path?.at(-1) ?? -1];
    if (path === undefined || last === undefined || this.#isOfGroup(path)) return undefined;
    const goals = this.#denied.filter((place) => listNew(place).length > 0);
    const cut = findCut({ graph, from, ways: findWays(graph, goals), isPreferred: () => false });
    const holdings = listNew(last.to);
    const footing = holdings.flatMap((holding) => this.#objects.footingOf(holding));
    return { rule: this.#rule, principal, holdings, path, footing, steps: toPathSteps(graph, path), closedBy: cut ?? [] };
  }

  /** Whether a path is one of a group that the policy speaks of, too. */
  #isOfGroup(path: readonly number[]): boolean {
    const first = this.#graph.edges[path[0] ?? -1];
    return first?.step === 'member' && isMeant(this.#rule, toPrincipal(this.#graph.keys[first.to] ?? ''));
  }

  /** What of the denied somebody comes to, on any path or on none. */
  coverageFrom(key: string): Coverage {
    const reached = new Set([this.#graph.find(key) ?? -1]);
    const sets = new Map<string, PermissionSet>();
    for (const place of reached) {
      for (const { permission, namespace } of this.#holdingsAt(place)) getOrAdd(sets, namespace, () => new PermissionSet()).add(permission);
      for (const index of this.#graph.outgoing[place] ?? []) reached.add(this.#graph.edges[index]?.to ?? -1);
    }
    return (permission, namespace) => sets.get('')?.covers(permission) === true || sets.get(namespace)?.covers(permission) === true;
  }

  #holdingsAt(number: number): readonly Holding[] {
    return getOrAdd(this.#holdings, number, () => {
      const place = this.#graph.places[number];
      if (place === undefined) return [];
      if (place.kind === 'acting') return this.#listLent(place);
      if (place.kind === 'users' || place.kind === 'groups') return this.#listOfSome(place.kind === 'users' ? 'user ' : 'group ');
      return listHeldAt(place, this.#policy, this.#objects).flatMap((holding) => narrow(holding, this.#rule));
    });
  }

  #heldBy(key: string): readonly Holding[] {
    const list = (): readonly Holding[] => [...listHoldings(this.#policy, key), ...(key === NODES ? listOfNodes() : [])];
    return getOrAdd(this.#heldByKey, key, () => list().flatMap((holding) => narrow(holding, this.#rule)));
  }

  /** What is held by those who have no place of their own, since no step leads on from them. */
  #listOfSome(prefix: string): readonly Holding[] {
    const keys = [...this.#policy.grants.keys()].filter((key) => key.startsWith(prefix) && this.#graph.find(key) === undefined);
    return keys.filter((key) => key !== 'group system:masters').flatMap((key) => this.#heldBy(key));
  }

  /** What of the denied a node may do to what its Pods name: of its own, those that are on every node. */
  #objectsOf(mode: ActingMode): readonly Holding[] {
    const { all, everywhere } = this.#objects;
    return (mode === 'associated-node' ? everywhere : all).flatMap((holding) => narrow(holding, this.#rule));
  }

  /** What of the denied others hold and may be asked for in their place. */
  #listLent({ key, mode, others }: Place & { kind: 'acting' }): readonly Holding[] {
    const allowed = listAllowedOn(mode, listGrantsOf(this.#policy, key));
    const bounds = allowed.flatMap(({ binding, rules = [] }) => rules.map(({ rule }) => ({ scope: binding.namespace, ...toBounds(rule) })));
    return listOthers(key, others).flatMap((other) =>
      [...this.#heldBy(other), ...(other === NODES ? this.#objectsOf(mode) : [])].flatMap((holding) =>
        bounds.flatMap((bound) => {
          const namespace = meetScopes(holding.namespace, bound.scope);
          if (namespace === undefined) return [];
          const parts = intersect(holding.permission, bound).filter((part) => isEffective(part, namespace));
          return parts.map((permission): Holding => ({ ...holding, permission, namespace }));
        }),
      ),
    );
  }
}

/** A rule as what permissions are held against; `secrets.` is of the core group alone. */
function toBounds({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }: PolicyRule): Bounds {
  const withGroup = (resource: string, group: string): string => resource.replace(/(?=\/)|$/, `.${group}`);
  return {
    verbs,
    resources: apiGroups.flatMap((group) => resources.map((resource) => withGroup(resource, group))),
    names: resourceNames,
    paths: nonResourceURLs,
  };
}

type Bounds = Parameters<typeof intersect>[1];

/** Whoever may get, list or watch Secrets or ConfigMaps reads them. */
function listEquals(permission: Permission): readonly Permission[] {
  const isReading = permission.kind === 'resource' && permission.group === '' && CONTENTS.has(permission.resource);
  return isReading && READ.includes(permission.verb) ? READ.map((verb) => ({ ...permission, verb })) : [permission];
}

/** What the Node authorizer lets every node do. */
function listOfNodes(): readonly Holding[] {
  return listNodePermissions().map((permission) => ({ permission, namespace: '', sources: [] }));
}

/** What is had at a place. */
function listHeldAt(place: Place, policy: RbacPolicy, objects: NodeObjects): readonly Holding[] {
  const hold = (permission: Permission, scope: string): Holding => ({ permission, namespace: scope === '*' ? '' : scope, sources: [] });
  const read = (resource: string, scope: string, name?: string): readonly Holding[] =>
    READ.map((verb) => hold({ kind: 'resource', verb, group: '', resource, ...(name === undefined ? {} : { name }) }, scope));
  switch (place.kind) {
    case 'admin':
      return [hold(EVERYTHING, '')];
    case 'control':
      return [hold(EVERYTHING, place.scope)];
    case 'pods':
      return read('configmaps', place.scope);
    case 'secrets':
      return read('secrets', place.scope);
    case 'secret':
      return read('secrets', place.namespace, place.name);
    case 'workload':
      return objects.configMapsOf(place.ref);
    case 'identity':
      return listHoldings(policy, place.key);
    case 'node':
      return [...listOfNodes(), ...objects.everywhere];
    case 'nodes':
      return [...listOfNodes(), ...objects.all];
    case 'bound':
      return listBound(place, policy);
    default:
      return [];
  }
}

/** What the role gives that somebody has bound to itself. */
function listBound({ role, scope }: Place & { kind: 'bound' }, policy: RbacPolicy): readonly Holding[] {
  const space = role.indexOf(' ');
  const bound = { kind: role.slice(0, space), name: role.slice(space + 1) };
  const binding = { ref: { group: '', version: '', kind: '', name: '' }, namespace: scope, role: bound, subjects: [] };
  const grants = new Map([[scope, [{ binding, subjectIndex: 0, rules: policy.rulesOf(bound, scope), order: 0 }]]]);
  return listHoldings({ ...policy, grants: new Map([[role, grants]]) }, role);
}
