import type { Grant } from '../policy.ts';
import { describeGrants } from '../wording.ts';
import type { Edge, EscalationGraph, Footing } from './graph.ts';
import { describeOthers, describePlace, type Place } from './place.ts';
import { lengthOf, STEPS, type StepKind } from './step.ts';

/** One step of a path as reports show it. */
export interface PathStep {
  readonly step: StepKind;
  /** What whoever takes it does, and to what it leads: `runs a Pod of its choice → ServiceAccount shop/web`. */
  readonly text: string;
  /** Where it leads: `ServiceAccount shop/web`, `cluster admin`. */
  readonly to: string;
  /** The grants that let it, as the API server words bindings; none where it takes no right. */
  readonly grants: readonly string[];
}

/** The steps of a path: what a place includes is one step with what leads to it. */
export function toPathSteps(graph: EscalationGraph, path: readonly number[]): readonly PathStep[] {
  const steps: PathStep[] = [];
  let last: Edge | undefined;
  for (const index of path) {
    const edge = graph.edges[index];
    if (edge === undefined) continue;
    const isNew = last === undefined || lengthOf(edge.step) > 0;
    if (isNew) last = edge;
    const to = graph.places[edge.to];
    if (last === undefined || to === undefined) continue;
    const step: PathStep = {
      step: last.step,
      text: describeStep(last.step, to),
      to: describePlace(to),
      grants: describeGrants(listGrantsOf(last)),
    };
    steps.splice(isNew ? steps.length : -1, isNew ? 0 : 1, step);
  }
  return steps;
}

function describeStep(step: StepKind, to: Place): string {
  if (to.kind === 'acting') return `${STEPS[step]} ${describeOthers(to.others)} for some requests`;
  const scope = 'scope' in to && to.kind !== 'bound' && to.kind !== 'logs' ? to.scope : undefined;
  if (scope === undefined) return `${STEPS[step]} → ${describePlace(to)}`;
  return `${STEPS[step]} in ${scope === '*' ? 'every namespace' : scope}`;
}

/** A path in a line: `runs a Pod of its choice → ServiceAccount shop/web → reads Secrets in pay`. */
export function describePath(steps: readonly PathStep[]): string {
  return steps.map(({ text }) => text).join(' → ');
}

function listGrantsOf({ needs }: Edge): readonly Grant[] {
  return needs.flatMap(({ grants }) => grants.slice(0, 1));
}

/** The objects and fields besides grants that a path leads over. */
export function listFooting(graph: EscalationGraph, path: readonly number[]): readonly Footing[] {
  return [...new Set(path.map((index) => graph.edges[index]?.footing ?? []))].flat();
}
