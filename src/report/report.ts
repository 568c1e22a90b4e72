import {
  findEntry,
  stepsOf,
  toRefKey,
  type Action,
  type Effect,
  type Finding,
  type Illustration,
  type ObjectRef,
  type Plan,
  type SourceRange,
  type Step,
  type WorldSource,
} from '../model/index.ts';
import type { AccessListReport, AccessReport, WhoCanReport } from './access.ts';
import type { AdoptReport } from './adopt.ts';
import type { CapacityReport } from './capacity.ts';
import type { DrainReport } from './drain.ts';
import type { AnyReachReport } from './reach.ts';
import type { ReachSuggestReport } from './reach-suggest.ts';
import type { RbacReport } from './rbac.ts';
import type { ScheduleReport } from './schedule.ts';

/** How a step of an applied plan ended. */
export type StepOutcome = 'applied' | 'unchanged' | 'failed' | 'refused' | 'skipped';

/** What became of one object of an applied plan. */
export interface AppliedStep {
  readonly ref: ObjectRef;
  /** What was done to it; absent where the plan says so. */
  readonly action?: Action;
  readonly outcome: StepOutcome;
  /** The object's health in kstatus' words; absent where it was not waited for. */
  readonly health?: string;
  readonly message?: string;
}

/** An object of a unit and how it is. */
export interface StatusEntry {
  readonly ref: ObjectRef;
  readonly health: string;
  readonly message: string;
  /** True if the unit's last known manifests no longer hold it: the next apply would delete it. */
  readonly wouldPrune?: boolean;
}

/** A unit that kapply owns in a cluster. */
export interface UnitStatus {
  readonly unit: string;
  readonly objects: readonly StatusEntry[];
  /** What the daemon last did and what it waits for, one sentence; absent where none runs. */
  readonly daemon?: string;
}

/** What a run looked at, for the summary line. */
export interface LoadSummary {
  readonly files: number;
  readonly objects: number;
  readonly notes: readonly string[];
}

interface Common {
  /** What to do next: the last line of the text. */
  readonly next: string;
  /** What was left out or is unknown, one sentence each. */
  readonly notes: readonly string[];
}

/** The answer of `kplan plan` and `kplan show`. */
export interface PlanReport extends Common {
  readonly kind: 'PlanReport';
  readonly plan: Plan;
  /** For formats that show more than words; absent where none does, and of a saved plan that has none. */
  readonly illustration?: Illustration;
  /** For formats that stand beside the change; absent where none does. */
  readonly beside?: BesideChange;
}

/** How files with findings or effects differ from before. */
export interface BesideChange {
  /** The lines that differ, by file. */
  readonly changed: ReadonlyMap<string, readonly number[]>;
  /** Where what is gone is missed in files that are still there: a line, by file and line before (`a.yaml:7`). */
  readonly missed: ReadonlyMap<string, number>;
}

/** The answer of `kplan validate`. */
export interface ValidateReport extends Common {
  readonly kind: 'ValidateReport';
  readonly after: WorldSource;
  readonly loaded: LoadSummary;
  readonly findings: readonly Finding[];
}

/** The answer of `kapply`. */
export interface ApplyReport extends Common {
  readonly kind: 'ApplyReport';
  readonly plan: Plan;
  readonly steps: readonly AppliedStep[];
}

/** The answer of `kapply status`. */
export interface StatusReport extends Common {
  readonly kind: 'StatusReport';
  readonly cluster: WorldSource;
  readonly units: readonly UnitStatus[];
}

/** A result that every format can show. */
export type Report =
  | AccessListReport
  | AccessReport
  | AdoptReport
  | ApplyReport
  | CapacityReport
  | DrainReport
  | PlanReport
  | AnyReachReport
  | ReachSuggestReport
  | RbacReport
  | ScheduleReport
  | StatusReport
  | ValidateReport
  | WhoCanReport;

/** How a text is laid out; data never depends on it. */
export interface Layout {
  readonly width: number;
  readonly color: boolean;
  /** Show what is folded otherwise. */
  readonly all: boolean;
}

/** The objects of an applied plan that were to stay as they are and are not well. */
export function listIll({ plan, steps }: Pick<ApplyReport, 'plan' | 'steps'>): readonly AppliedStep[] {
  if (plan.unchanged.length === 0) return [];
  const kept = new Set(plan.unchanged.map(toRefKey));
  return steps.filter(({ ref }) => kept.has(toRefKey(ref)));
}

/** What was done beyond the steps of a plan: hooks of a failure, or a removal, which has no plan that was shown. */
export function listBeyond({ plan, steps }: Pick<ApplyReport, 'plan' | 'steps'>): readonly AppliedStep[] {
  const planned = new Set([...stepsOf(plan).map(({ ref }) => ref), ...plan.unchanged].map(toRefKey));
  return steps.filter(({ ref, action }) => action !== undefined && action !== 'none' && !planned.has(toRefKey(ref)));
}

/** The findings of a report, in the order in which they are shown. */
export function findingsOf(report: Report): readonly Finding[] {
  switch (report.kind) {
    case 'PlanReport':
    case 'ApplyReport':
      return report.plan.findings;
    case 'ValidateReport':
    case 'DrainReport':
    case 'ScheduleReport':
    case 'CapacityReport':
    case 'AccessListReport':
    case 'AccessReport':
    case 'RbacReport':
    case 'WhoCanReport':
    case 'ReachAnswerReport':
    case 'ReachDiffReport':
    case 'ReachReport':
    case 'ReachSuggestReport':
      return report.findings;
    case 'StatusReport':
    case 'AdoptReport':
      return [];
  }
}

/** The effects of a report. */
export function effectsOf(report: Report): readonly Effect[] {
  return report.kind === 'PlanReport' || report.kind === 'ApplyReport' ? report.plan.effects : [];
}

/** Whether what was applied is the removal of a whole unit: nothing is wanted in its place. */
export function isRemoval({ plan }: ApplyReport): boolean {
  return plan.after.kind === 'none';
}

/** How a step ended, in a word; where a whole unit is removed, what is applied is a deletion. */
export function outcomeWord(outcome: StepOutcome, removal: boolean): string {
  return removal && outcome === 'applied' ? 'deleted' : outcome;
}

/** The first place of an effect's causes; without any, the first where a deleted one is missed. */
export function placeOf({ causes }: Effect): SourceRange | undefined {
  return causes.find(({ source }) => source !== undefined)?.source ?? causes.find(({ beside }) => beside !== undefined)?.beside;
}

/** That place for people, `a.yaml:7`; of a cause that is deleted, said to be of the files before. */
export function describePlaceOf(effect: Effect): string | undefined {
  const place = placeOf(effect);
  if (place === undefined) return undefined;
  const { action } = effect.causes.find(({ source }) => source === place) ?? {};
  return `${place.file}:${place.line}${action === 'delete' ? ' (before)' : ''}`;
}

/** What follows the place of a finding: that it is of the files before, where its object is in no manifest any more. */
export function ageOf({ code }: Finding): string {
  return findEntry(code).isOfBefore === true ? ' (before)' : '';
}

/** Where the manifest of a step stands, for people; of one that is gone, where it stood, if that is known. */
export function describePlaceOfStep({ action, source }: Step): string | undefined {
  if (action !== 'delete') return source === undefined ? undefined : `${source.file}:${source.line}`;
  return source === undefined ? 'no longer in the manifests' : `${source.file}:${source.line} (before)`;
}
