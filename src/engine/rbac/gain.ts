import { compareStrings, groupBy, sortedUnique } from '../../std/index.ts';
import type { Holding } from './holding.ts';
import { listDisturbing } from './disturbance.ts';
import { listPowers } from './power.ts';

/** The same verbs on resources or paths, for some names or all. */
export interface Ability {
  readonly verbs: readonly string[];
  /** As kubectl writes them: `pods/exec`, `deployments.apps`. */
  readonly resources: readonly string[];
  /** Paths that are no resources: `/healthz`. */
  readonly paths: readonly string[];
  /** The only names it holds for; empty: every name. */
  readonly names: readonly string[];
}

/** Holdings that are told in one sentence: in the same namespaces, for the same reason to care. */
export interface Gain {
  /** A dangerous power; absent for ordinary permissions. */
  readonly power?: { readonly id: string; readonly phrase: string };
  /** Whether one disturbs the work of others by it: deletes their Pods, their nodes. */
  readonly isDisturbing: boolean;
  /** One for a power; ordinary permissions of the same namespaces may be many. */
  readonly abilities: readonly Ability[];
  /** `""` is everywhere. */
  readonly namespaces: readonly string[];
  readonly holdings: readonly Holding[];
}

interface Cell {
  readonly group: string;
  readonly resource: string;
  readonly isPath: boolean;
  readonly names: readonly string[];
  readonly verbs: readonly string[];
  readonly namespaces: readonly string[];
  readonly holdings: readonly Holding[];
}

const VERBS = ['*', 'get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'];

/** Groups holdings for readers, each with one ability: verbs of one resource, then namespaces, then names, then resources with the same power. */
export function listGains(holdings: readonly Holding[]): readonly Gain[] {
  const cells = mergeNames(mergeNamespaces(mergeVerbs(holdings)));
  return merge(
    cells.flatMap(splitPowers),
    (gain) => [
      gain.power?.id ?? '',
      gain.power?.phrase ?? '',
      String(gain.isDisturbing),
      gain.namespaces.join(),
      ...gain.abilities.map(toAbilityKey),
    ],
    (group, first) => ({ ...first, abilities: [joinResources(group)], holdings: group.flatMap((gain) => gain.holdings) }),
  );
}

/** The same, with ordinary abilities of the same namespaces told together, and so those that disturb. */
export function groupHoldings(holdings: readonly Holding[]): readonly Gain[] {
  const same = listGains(holdings);
  const bundles = merge(
    same.filter(({ power }) => power === undefined),
    (gain) => [String(gain.isDisturbing), gain.namespaces.join()],
    (group, first) => ({
      ...first,
      abilities: group.flatMap((gain) => gain.abilities),
      holdings: group.flatMap((gain) => gain.holdings),
    }),
  );
  return [...same.filter(({ power }) => power !== undefined), ...bundles];
}

function toAbilityKey({ verbs, names }: Ability): string {
  return `${verbs.join()} ${names.join()}`;
}

function joinResources(group: readonly Gain[]): Ability {
  const abilities = group.flatMap((gain) => gain.abilities);
  const [first] = abilities;
  return {
    verbs: first?.verbs ?? [],
    resources: sortedUnique(abilities.flatMap(({ resources }) => resources)),
    paths: sortedUnique(abilities.flatMap(({ paths }) => paths)),
    names: first?.names ?? [],
  };
}

function mergeVerbs(holdings: readonly Holding[]): readonly Cell[] {
  const cells = holdings.map((holding): Cell => {
    const { permission, namespace } = holding;
    const isPath = permission.kind === 'path';
    return {
      group: isPath ? '' : permission.group,
      resource: isPath ? permission.path : permission.resource,
      isPath,
      names: isPath || permission.name === undefined ? [] : [permission.name],
      verbs: [permission.verb],
      namespaces: [namespace],
      holdings: [holding],
    };
  });
  return merge(
    cells,
    (cell) => [String(cell.isPath), cell.namespaces.join(), cell.group, cell.resource, cell.names.join()],
    (group, first) => ({
      ...first,
      verbs: sortVerbs(group.flatMap(({ verbs }) => verbs)),
      holdings: group.flatMap((cell) => cell.holdings),
    }),
  );
}

function mergeNamespaces(cells: readonly Cell[]): readonly Cell[] {
  return merge(
    cells,
    (cell) => [String(cell.isPath), cell.group, cell.resource, cell.names.join(), cell.verbs.join()],
    (group, first) => ({
      ...first,
      namespaces: sortedUnique(group.flatMap(({ namespaces }) => namespaces)),
      holdings: group.flatMap((cell) => cell.holdings),
    }),
  );
}

function mergeNames(cells: readonly Cell[]): readonly Cell[] {
  const keys = (cell: Cell): string[] => [
    String(cell.isPath),
    cell.group,
    cell.resource,
    cell.verbs.join(),
    cell.namespaces.join(),
    String(cell.names.length > 0),
  ];
  return merge(cells, keys, (group, first) => ({
    ...first,
    names: sortedUnique(group.flatMap(({ names }) => names)),
    holdings: group.flatMap((cell) => cell.holdings),
  }));
}

function splitPowers(cell: Cell): readonly Gain[] {
  const { namespaces, names } = cell;
  const powers = cell.isPath ? [] : listPowers(cell);
  const used = new Set(powers.flatMap(({ verbs }) => verbs));
  const ofVerbs = (verbs: readonly string[], isDisturbing: boolean = false): Gain => ({
    isDisturbing,
    abilities: [
      { verbs, names, ...(cell.isPath ? { resources: [], paths: [cell.resource] } : { resources: [toResourceText(cell)], paths: [] }) },
    ],
    namespaces,
    holdings: cell.holdings.filter(({ permission }) => verbs.includes(permission.verb)),
  });
  const left = used.has('*') ? [] : cell.verbs.filter((verb) => !used.has(verb));
  const disturbing = cell.isPath ? [] : listDisturbing({ ...cell, verbs: left });
  const rest = left.filter((verb) => !disturbing.includes(verb));
  const dangerous = powers.map(({ id, phrase, verbs }): Gain => ({ power: { id, phrase }, ...ofVerbs(verbs) }));
  return [...dangerous, ...(disturbing.length === 0 ? [] : [ofVerbs(disturbing, true)]), ...(rest.length === 0 ? [] : [ofVerbs(rest)])];
}

function toResourceText({ group, resource }: Cell): string {
  if (group === '') return resource;
  const slash = resource.indexOf('/');
  return slash < 0 ? `${resource}.${group}` : `${resource.slice(0, slash)}.${group}${resource.slice(slash)}`;
}

function sortVerbs(verbs: readonly string[]): readonly string[] {
  const rank = (verb: string): string => String.fromCharCode(VERBS.includes(verb) ? VERBS.indexOf(verb) : VERBS.length) + verb;
  return sortedUnique(verbs).toSorted((a, b) => compareStrings(rank(a), rank(b)));
}

function merge<T>(items: readonly T[], key: (item: T) => readonly string[], join: (group: readonly T[], first: T) => T): T[] {
  return [...groupBy(items, (item) => key(item).join('\u0000')).values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [join(group, first)];
  });
}
