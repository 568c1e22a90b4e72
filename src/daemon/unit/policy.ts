import {
  describe,
  describeCauses,
  formatPlace,
  formatRef,
  listBlockers,
  stepsOf,
  toRefKey,
  type Action,
  type Effect,
  type Finding,
  type Plan,
} from '../../model/index.ts';
import { sha256 } from '../../std/index.ts';

/** How many objects a plan may delete or replace, and how many effects it may have, without a person. */
export interface PolicyLimits {
  readonly deletes?: number;
  readonly replaces?: number;
  readonly effects?: number;
}

/** What may go without a person. */
export interface Policy {
  /** Codes and engines whose errors do not hold a plan. */
  readonly allow: ReadonlySet<string>;
  readonly limits?: PolicyLimits;
  /** The plan that a person has approved: it goes whatever holds it. */
  readonly approved?: () => string | undefined;
}

/** Why a plan is held, and what it is approved by. */
export interface Hold {
  readonly reasons: readonly string[];
  readonly plan: string;
}

/** Why a plan may not go without a person; undefined where it may, or one has approved it. */
export function judgePlan(plan: Plan, revision: string, policy: Policy): Hold | undefined {
  const blockers = listBlockers(plan, policy.allow);
  const reasons = [...blockers.map((item) => ('engine' in item ? tellEffect(item) : tellFinding(item))), ...tellExcesses(plan, policy)];
  if (reasons.length === 0) return undefined;
  const id = identifyPlan(plan, revision, blockers);
  return policy.approved?.() === id ? undefined : { reasons, plan: id };
}

/**
 * Names what a person approves: a revision, what it does to which objects, and the errors that stand against it. Another
 * revision, another object or another error is another plan.
 */
function identifyPlan(plan: Plan, revision: string, blockers: readonly (Finding | Effect)[]): string {
  const steps = stepsOf(plan).map(({ action, ref }) => `${action} ${toRefKey(ref)}`);
  const errors = blockers.map((item) => `${item.code} ${'engine' in item ? tellEffect(item) : tellFinding(item)}`);
  return sha256([plan.unit, revision, ...steps, ...errors].join('\n')).slice(0, 16);
}

function tellExcesses(plan: Plan, { limits = {} }: Policy): readonly string[] {
  const count = (action: Action): number => stepsOf(plan).filter((step) => step.action === action).length;
  return [
    ...tellExcess('deletes', count('delete'), limits.deletes, ['object would be deleted', 'objects would be deleted']),
    ...tellExcess('replaces', count('replace'), limits.replaces, ['object would be replaced', 'objects would be replaced']),
    ...tellExcess('effects', plan.effects.length, limits.effects, ['effect would follow', 'effects would follow']),
  ];
}

function tellExcess(
  name: keyof PolicyLimits,
  count: number,
  limit: number | undefined,
  [one, many]: readonly [string, string],
): readonly string[] {
  if (limit === undefined || count <= limit) return [];
  return [`${count} ${count === 1 ? one : many}, and limits.${name} lets ${limit} go without a person`];
}

function tellFinding(finding: Finding): string {
  const place = finding.source === undefined ? '' : ` (${formatPlace(finding.source)})`;
  const subject = finding.ref === undefined ? '' : `${formatRef(finding.ref)}: `;
  return `${finding.code} ${subject}${describe(finding)}${place}`;
}

function tellEffect(effect: Effect): string {
  const source = effect.causes.find((cause) => cause.source !== undefined)?.source;
  const causes = describeCauses(effect);
  return `${effect.code} ${describe(effect)}${causes === undefined ? '' : `: ${causes}`}${source === undefined ? '' : ` (${formatPlace(source)})`}`;
}
