import { parseLabelSelector } from '../cluster/index.ts';
import {
  isSelected,
  labelsOf,
  namespaceOf,
  toRefKey,
  type Admission,
  type KubernetesObject,
  type ObjectRef,
  type Plan,
  type RefKey,
  type Selector,
  type Step,
} from '../model/index.ts';
import { usage, type Arguments } from './arguments.ts';

/** The plan with only the steps, findings and effects of the namespaces and labels that -n and -l ask for. The whole was planned: effects cross borders. */
export function limitPlan(plan: Plan, args: Arguments): Plan {
  const namespaces = new Set(args.list('namespace'));
  const text = args.string('selector');
  if (namespaces.size === 0 && text === undefined) return plan;
  const selector = text === undefined ? undefined : toSelector(text, args);
  const isNamespace = (ref: ObjectRef | undefined): boolean =>
    namespaces.size === 0 || (ref !== undefined && namespaces.has(ref.namespace ?? (ref.kind === 'Namespace' ? ref.name : '')));
  const isWanted = (step: Step): boolean =>
    isNamespace(step.ref) && (selector === undefined || (step.merged !== undefined && isSelected(selector, labelsOf(step.merged))));
  const waves = plan.waves.map((wave) => ({ ...wave, steps: wave.steps.filter(isWanted) })).filter((wave) => wave.steps.length > 0);
  const kept = new Set(waves.flatMap(({ steps }) => steps.map(({ ref }) => toRefKey(ref))));
  const isShown = (ref: ObjectRef | undefined): boolean =>
    selector === undefined ? isNamespace(ref) : ref !== undefined && kept.has(toRefKey(ref));
  return {
    ...plan,
    waves: waves.map((wave, index) => ({ ...wave, index, steps: wave.steps.map((step) => ({ ...step, wave: index })) })),
    unchanged: plan.unchanged.filter(isNamespace),
    findings: plan.findings.filter(({ ref }) => ref === undefined || isShown(ref)),
    ...(plan.admission === undefined ? {} : { admission: limitAdmission(plan.admission, kept) }),
    effects: plan.effects.filter(({ subject, causes }) => isShown(subject) || causes.some((cause) => isShown(cause.ref))),
  };
}

/** Whether -n and -l ask for an object; for every object without them. */
export function readLimit(args: Arguments): (object: KubernetesObject) => boolean {
  const namespaces = new Set(args.list('namespace'));
  const text = args.string('selector');
  const selector = text === undefined ? undefined : toSelector(text, args);
  return (object) =>
    (namespaces.size === 0 || namespaces.has(namespaceOf(object) ?? '')) &&
    (selector === undefined || isSelected(selector, labelsOf(object)));
}

function limitAdmission(admission: readonly Admission[], kept: ReadonlySet<RefKey>): readonly Admission[] {
  const isKept = (ref: ObjectRef): boolean => kept.has(toRefKey(ref));
  return admission
    .map((item) => ({ ...item, sees: item.sees.filter(isKept), maySee: item.maySee.filter(isKept) }))
    .filter(({ sees, maySee }) => sees.length + maySee.length > 0);
}

/** The label selector that a flag gives; undefined without it. */
export function readSelector(flag: string, args: Arguments): Selector | undefined {
  const text = args.string(flag);
  return text === undefined ? undefined : toSelector(text, args, flag);
}

function toSelector(text: string, args: Arguments, flag = 'selector'): Selector {
  const selector = parseLabelSelector(text);
  if ('requirements' in selector) return selector;
  throw usage(args.command, `--${flag} ${text}: ${selector.error}`);
}
