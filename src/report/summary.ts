import { compareBy, type JsonObject } from '../std/index.ts';
import { stepsOf, type Action, type Effect, type Finding, type Plan, type Severity } from '../model/index.ts';

/** How many objects each action takes. */
export type ActionCounts = Readonly<Record<Action, number>>;

/** Counts the steps of a plan by action. */
export function countActions(plan: Plan): ActionCounts {
  const counts: Record<Action, number> = { create: 0, update: 0, replace: 0, delete: 0, none: plan.unchanged.length };
  for (const step of stepsOf(plan)) counts[step.action]++;
  return counts;
}

/** Counts findings by severity, leaving out the waived ones. */
export function countFindings(findings: readonly Finding[]): Readonly<Record<Severity, number>> {
  const counts: Record<Severity, number> = { error: 0, warning: 0, info: 0 };
  for (const finding of findings) if (finding.waived === undefined) counts[finding.severity]++;
  return counts;
}

/** Counts what stands open by severity, findings and effects together: the sum that a plan's first line gives. */
export function countProblems(plan: Pick<Plan, 'findings' | 'effects'>): Readonly<Record<Severity, number>> {
  const counts: Record<Severity, number> = { ...countFindings(plan.findings) };
  for (const effect of plan.effects) counts[effect.severity]++;
  return counts;
}

/** Counts effects by engine, engines in code-unit order. */
export function countEffects(effects: readonly Effect[]): JsonObject {
  const counts = new Map<string, number>();
  for (const effect of effects) counts.set(effect.engine, (counts.get(effect.engine) ?? 0) + 1);
  return Object.fromEntries([...counts].toSorted(compareBy(([engine]) => engine)));
}

/** `3 errors, 1 warning`; the empty string if all counts are zero. Infos are named only if there is nothing worse. */
export function phraseSeverities(counts: Readonly<Record<Severity, number>>): string {
  const parts = [count(counts.error, 'error'), count(counts.warning, 'warning')].filter((part) => part !== '');
  return parts.length > 0 ? parts.join(', ') : count(counts.info, 'note');
}

/** `1 error`, `2 errors`; the empty string for none. */
export function count(n: number, noun: string): string {
  return n === 0 ? '' : `${n} ${noun}${n === 1 ? '' : 's'}`;
}

/** Severity as a number, worst first. */
export function severityRank(severity: Severity): number {
  switch (severity) {
    case 'error':
      return 0;
    case 'warning':
      return 1;
    case 'info':
      return 2;
  }
}
