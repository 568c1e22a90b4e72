import { stepsOf, type Action, type Plan, type Severity } from '../model/index.ts';

/** A plan in numbers. */
export interface PlanSummary {
  readonly changes: Readonly<Record<Action, number>>;
  /** Waived findings are left out. */
  readonly findings: Readonly<Record<Severity, number>>;
  readonly effects: Readonly<Record<Severity, number>>;
  readonly waves: number;
}

/** Counts what a plan changes, finds and does. */
export function summarize(plan: Plan): PlanSummary {
  const changes: Record<Action, number> = { create: 0, update: 0, replace: 0, delete: 0, none: plan.unchanged.length };
  for (const { action } of stepsOf(plan)) changes[action]++;
  return {
    changes,
    findings: countSeverities(plan.findings.filter(({ waived }) => waived === undefined)),
    effects: countSeverities(plan.effects),
    waves: plan.waves.length,
  };
}

function countSeverities(items: readonly { readonly severity: Severity }[]): Readonly<Record<Severity, number>> {
  const counts: Record<Severity, number> = { error: 0, warning: 0, info: 0 };
  for (const { severity } of items) counts[severity]++;
  return counts;
}
