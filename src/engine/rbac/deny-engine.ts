import { compareBy, sortedUnique } from '../../std/index.ts';
import { compareRefs, toRefKey, type Engine, type Fact, type FactChange, type World } from '../../model/index.ts';
import { listCauses } from './cause.ts';
import { listViolations, type DenyRule, type Violation } from './deny.ts';
import { describePath, listPathDenials, listPathObjects, type PathDenial } from './escalation/index.ts';
import { groupHoldings, type Gain } from './gain.ts';
import { toCoverage, type Holding } from './holding.ts';
import { readPolicy } from './policy.ts';
import { describeAbility, describeBindings, describeGrants, describeWhere, joinSome } from './wording.ts';

/** What a change lets somebody do although a policy denies it, and what it takes from them again. */
export function createDenyEngine(rules: readonly DenyRule[]): Engine {
  const listNew = (from: World, to: World): readonly Violation[] =>
    listViolations(to, rules).flatMap((violation) => {
      const { principal, holdings } = violation;
      const isCovered = toCoverage(readPolicy(from), [principal.key, ...principal.groups]);
      const fresh = holdings.filter(({ permission, namespace }) => !isCovered(permission, namespace));
      return fresh.length === 0 ? [] : [{ ...violation, holdings: fresh }];
    });
  const compare = (before: World, after: World): readonly FactChange[] => {
    if (rules.length === 0) return [];
    const causes = (holdings: readonly Holding[]): Fact['objects'] => listCauses(holdings, before, after);
    const pathsTo = (from: World, to: World): readonly Fact[] => toPathFacts(to, listPathDenials(to, rules, from), { before, after });
    return [
      ...pathsTo(before, after).map((fact): FactChange => ({ change: 'gained', fact })),
      ...pathsTo(after, before).map((fact): FactChange => ({ change: 'lost', fact: { ...fact, severity: 'info' } })),
      ...toFacts(listNew(before, after), causes).map((fact): FactChange => ({ change: 'gained', fact })),
      ...toFacts(listNew(after, before), causes).map((fact): FactChange => ({ change: 'lost', fact: { ...fact, severity: 'info' } })),
    ];
  };
  return { name: 'rbac', compare };
}

/** What somebody may do in a world, or comes to by steps, although a policy denies it: a fact for each policy and ability, of all who hold it alike. */
export function listDenied(world: World, rules: readonly DenyRule[]): readonly Fact[] {
  return [
    ...toFacts(listViolations(world, rules), (holdings) => listCauses(holdings, world, world)),
    ...toPathFacts(world, listPathDenials(world, rules), { before: world, after: world }),
  ];
}

interface Told {
  readonly violation: Violation;
  readonly gain: Gain;
}

type Causes = (holdings: readonly Holding[]) => Fact['objects'];

function toFacts(violations: readonly Violation[], listCausesOf: Causes): readonly Fact[] {
  const alike = new Map<string, Told[]>();
  for (const violation of violations)
    for (const gain of groupHoldings(violation.holdings)) {
      const key = [violation.rule.label, describeAbility(gain), gain.namespaces.join(), ...listBindings(gain)].join('; ');
      const group = alike.get(key);
      if (group === undefined) alike.set(key, [{ violation, gain }]);
      else group.push({ violation, gain });
    }
  return [...alike].map(([key, group]) => toFact(key, group, listCausesOf)).toSorted(compareBy(({ key }) => key));
}

function listBindings({ holdings }: Gain): readonly string[] {
  return sortedUnique(holdings.flatMap(({ sources }) => sources.map(({ grant }) => toRefKey(grant.binding.ref))));
}

function toFact(key: string, group: readonly Told[], listCausesOf: Causes): Fact {
  const [first] = group;
  if (first === undefined) throw new Error('a folded fact has a member');
  const { gain, violation } = first;
  const { rule, principal } = violation;
  const subjects = group.map((told) => told.violation.principal.text);
  const holdings = group.flatMap((told) => told.gain.holdings);
  const bindings = describeBindings(holdings);
  return {
    engine: 'rbac',
    code: 'KA0501',
    severity: 'error',
    key: ['denied', key, ...subjects].join('; '),
    ...(group.length > 1 || principal.ref === undefined ? {} : { subject: principal.ref }),
    data: {
      subject: joinSome(subjects),
      subjects,
      can: describeAbility(gain),
      where: describeWhere(gain.namespaces),
      via: joinSome(bindings, 3),
      bindings,
      policy: rule.label,
      because: rule.reason === undefined ? '' : `: ${rule.reason}`,
    },
    objects: listCausesOf(holdings).toSorted((a, b) => compareRefs(a.ref, b.ref)),
  };
}

/** A fact for each path that leads to what a policy denies. */
function toPathFacts(
  world: World,
  denials: readonly PathDenial[],
  worlds: { readonly before: World; readonly after: World },
): readonly Fact[] {
  return denials.map((denial): Fact => {
    const { rule, principal, holdings, path, footing, steps, closedBy } = denial;
    const gains = groupHoldings(holdings);
    const closing = describeGrants(closedBy);
    return {
      engine: 'rbac',
      code: 'KA0502',
      severity: 'error',
      key: ['denied path', rule.label, principal.key].join('; '),
      ...(principal.ref === undefined ? {} : { subject: principal.ref }),
      data: {
        subject: principal.text,
        can: joinSome(gains.map(describeAbility)),
        where: describeWhere(sortedUnique(gains.flatMap(({ namespaces }) => namespaces))),
        path: describePath(steps),
        steps: steps.map((step) => ({ ...step })),
        closedBy: closing,
        close: closing.length === 0 ? 'change what it leads over' : `remove ${joinSome(closing, 4)}`,
        policy: rule.label,
        because: rule.reason === undefined ? '' : `: ${rule.reason}`,
      },
      objects: listPathObjects(world, path, worlds, footing),
    };
  });
}
