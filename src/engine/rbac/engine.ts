import { compareBy, groupBy, sortedUnique } from '../../std/index.ts';
import { compareRefs, toRefKey, type Engine, type Fact, type FactChange, type World } from '../../model/index.ts';
import { listCauses } from './cause.ts';
import { compareChecks } from './checks/index.ts';
import { listDangling } from './dangling.ts';
import { compareRights } from './difference.ts';
import { listPathChanges } from './escalation/index.ts';
import { groupHoldings, type Gain } from './gain.ts';
import type { Holding } from './holding.ts';
import type { Principal } from './principal.ts';
import { describeReach, splitSpreads, type Spread } from './spread.ts';
import { describeAbility, describeBindings, describeWhere, joinSome } from './wording.ts';

type Direction = FactChange['change'];

/** More principals than these that change alike are told in one fact. */
const MANY = 8;

/**
 * What a change lets whom do, and what it takes away: per principal the permissions that it did not hold before in any way
 * (covering, not text), grouped for readers. A grant to a group is told of the group, not of its members. What follows from
 * aggregation is told once for all who are bound. Also bindings to roles that do not exist, what is worth a warning in what the
 * change writes, and the paths of escalation that open and close.
 */
export const rbacEngine: Engine = { name: 'rbac', compare };

function compare(before: World, after: World): readonly FactChange[] {
  const { spreads, rest } = splitSpreads(compareRights(before, after), before, after);
  const told = rest.flatMap(({ principal, gained, lost }) => [...tell(principal, 'gained', gained), ...tell(principal, 'lost', lost)]);
  const changes = [
    ...listDangling(before, after),
    ...compareChecks(before, after),
    ...listPathChanges(before, after),
    ...spreads.map((spread) => toSpreadChange(spread, before, after)),
    ...fold(told).map((group) => toFactChange(group, before, after)),
  ];
  return changes.toSorted(
    compareBy(
      ({ fact }) => fact.key,
      ({ change }) => change,
    ),
  );
}

interface Told {
  readonly principal: Principal;
  readonly change: Direction;
  readonly gain: Gain;
  readonly isAdmin: boolean;
}

function tell(principal: Principal, change: Direction, holdings: readonly Holding[]): readonly Told[] {
  const admin = holdings.filter(isAdmin);
  const shown = admin.length > 0 ? admin : holdings;
  return groupHoldings(shown).map((gain) => ({ principal, change, gain, isAdmin: admin.length > 0 }));
}

function isAdmin({ permission, namespace }: Holding): boolean {
  if (permission.kind === 'path' || namespace !== '' || permission.name !== undefined) return false;
  return permission.verb === '*' && permission.group === '*' && permission.resource === '*';
}

function fold(told: readonly Told[]): readonly (readonly Told[])[] {
  return [...groupBy(told, toTextKey).values()].flatMap((group) => (group.length > MANY ? [group] : group.map((item) => [item])));
}

function toTextKey({ change, gain, isAdmin }: Told): string {
  const abilities = gain.abilities.map(({ verbs, resources, paths, names }) => [verbs, resources, paths, names].join(' '));
  const scope = gain.namespaces.includes('') ? 'cluster' : 'namespaces';
  return [change, isAdmin ? 'admin' : (gain.power?.id ?? ''), scope, ...abilities].join('; ');
}

function toFactChange(group: readonly Told[], before: World, after: World): FactChange {
  const [first] = group;
  if (first === undefined) throw new Error('a folded fact has a member');
  const { change, gain, isAdmin } = first;
  const holdings = group.flatMap((item) => item.gain.holdings);
  const subjects = group.map(({ principal }) => principal.text);
  const namespaces = sortedUnique(group.flatMap((item) => item.gain.namespaces));
  const isAlike = group.every((item) => item.gain.namespaces.join() === gain.namespaces.join());
  const only = group.length === 1 ? first.principal.ref : undefined;
  const bindings = describeBindings(holdings);
  const fact: Fact = {
    engine: 'rbac',
    ...toCode(change, isAdmin, gain),
    key: ['permission', group.length > 1 ? 'many' : first.principal.key, namespaces.join(), toTextKey(first)].join(' '),
    ...(only === undefined ? {} : { subject: only }),
    data: {
      subject: group.length > 1 ? `${group.length} subjects (${joinSome(subjects)})` : (subjects[0] ?? ''),
      subjects,
      can: describeAbility(gain),
      where: `${describeWhere(namespaces)}${isAlike ? '' : ', each where it is bound'}`,
      ...(gain.power === undefined ? {} : { power: gain.power.id }),
      permissions: gain.abilities.map((ability) => ({ ...ability })),
      namespaces,
      via: joinSome(bindings, 3),
      bindings,
    },
    objects: listCauses(holdings, before, after).toSorted((a, b) => compareRefs(a.ref, b.ref)),
  };
  return { change, fact };
}

/** What an aggregated role passes on, in one sentence for all who are bound to it. */
function toSpreadChange(spread: Spread, before: World, after: World): FactChange {
  const { change, from, why, into, links, principals, gains, holdings, isClusterWide } = spread;
  const subjects = principals.map(({ text }) => text);
  const can = gains.map(describeAbility);
  const admin = isClusterWide && holdings.some((holding) => isAdmin({ ...holding, namespace: '' }));
  const isPower = gains.some(({ power }) => power !== undefined);
  const causes = listCauses(holdings, before, after).toSorted((a, b) => compareRefs(a.ref, b.ref));
  const known = new Set(causes.map(({ ref }) => toRefKey(ref)));
  const severity = change === 'lost' ? 'info' : admin ? 'error' : isPower ? 'warning' : 'info';
  const fact: Fact = {
    engine: 'rbac',
    code: change === 'gained' ? 'KA0107' : 'KA0108',
    severity,
    key: ['aggregation', from.name, ...into, ...can].join(' '),
    subject: from,
    data: {
      why,
      bindings: describeReach(spread),
      roles: joinSome(into),
      can: can.join('; '),
      subjects,
      who: joinSome(subjects, 3),
      permissions: gains.flatMap(({ abilities }) => abilities.map((ability) => ({ ...ability }))),
    },
    objects: [...links.filter((ref) => !known.has(toRefKey(ref))).map((ref) => ({ ref, path: '/metadata/labels' })), ...causes],
  };
  return { change, fact };
}

function toCode(change: Direction, isOfAdmin: boolean, { power, isDisturbing }: Gain): Pick<Fact, 'code' | 'severity'> {
  const isPower = power !== undefined;
  if (isDisturbing && !isOfAdmin) return { code: 'KA0109', severity: 'info' };
  if (change === 'lost') return { code: isOfAdmin ? 'KA0102' : isPower ? 'KA0104' : 'KA0106', severity: 'info' };
  if (isOfAdmin) return { code: 'KA0101', severity: 'error' };
  return isPower ? { code: 'KA0103', severity: 'warning' } : { code: 'KA0105', severity: 'info' };
}
