import type { ApplyResult, StepResult } from '../reconcile/index.ts';
import type { AppliedStep } from '../report/index.ts';

/** The results of an applied plan in the words of the report. */
export function toAppliedSteps(steps: readonly StepResult[]): readonly AppliedStep[] {
  return steps.map(({ ref, action, outcome, health, message }) => {
    const said = message ?? (health === undefined || health.status === 'Current' ? undefined : health.message);
    return {
      ref,
      action,
      outcome,
      ...(health === undefined ? {} : { health: health.status }),
      ...(said === undefined ? {} : { message: said }),
    };
  });
}

/** Why it ended as it did, where the steps do not say it. */
export function explainEnd({ conclusion, message, steps }: ApplyResult): readonly string[] {
  const isForbidden = steps.some(
    (step) => step.outcome === 'failed' && /Forbidden \(403\).* cannot \w+ resource /.test(step.message ?? ''),
  );
  const rights = isForbidden ? ['`kplan rbac --for-kapply PATH` prints the rights that applying PATH needs.'] : [];
  if (message === undefined) return rights;
  if (conclusion === 'unreachable') return [`Stopped before its end: ${message}.`];
  return [...rights, conclusion === 'stopped' ? `Stopped before its end: ${message}. What was under way was finished.` : message];
}

/** The last line: what to do next; `way` is the flag that goes on past what is not healthy. */
export function countResults(steps: readonly StepResult[], way = '--no-wait'): string {
  const faulty = steps.filter(({ outcome }) => outcome === 'failed' || outcome === 'refused');
  const bad = faulty.length;
  const skipped = steps.filter(({ outcome }) => outcome === 'skipped').length;
  if (skipped > 0 && bad > 0 && faulty.every(({ health }) => health !== undefined))
    return `${bad} not healthy, ${skipped} not begun: mend the cause and run it again, or go on all the same with ${way}.`;
  if (bad > 0 && steps.every(({ action, outcome }) => action === 'none' || outcome === 'applied' || outcome === 'unchanged'))
    return `${bad} not healthy; \`kapply status\` says how it is.`;
  if (bad + skipped === 0) return '`kapply status` says how it is.';
  if (bad === 0) return `${skipped} not begun: run it again to go on; what is done stays done.`;
  return `${bad} did not go well${skipped > 0 ? `, ${skipped} not begun` : ''}: mend the cause and run it again; what is done stays done.`;
}
