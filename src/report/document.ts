import { compareBy, toPointer, type JsonObject, type JsonValue } from '../std/index.ts';
import {
  describe,
  describeRemedy,
  fingerprint,
  stepsOf,
  toRefKey,
  type Admission,
  type Cause,
  type Effect,
  type FieldChange,
  type Finding,
  type ObjectRef,
  type Plan,
  type Step,
  type WorldSource,
} from '../model/index.ts';
import { accessFields } from './access.ts';
import { adoptFields } from './adopt.ts';
import { capacityFields } from './capacity.ts';
import { reachFields } from './reach.ts';
import { suggestFields } from './reach-suggest.ts';
import { findingsOf, listBeyond, listIll, type AppliedStep, type Report } from './report.ts';
import { drainFields } from './drain.ts';
import { rbacFields } from './rbac.ts';
import { scheduleFields, type QuestionReport } from './schedule.ts';
import { maskSecrets } from './secrets.ts';
import { countActions, countEffects, countFindings } from './summary.ts';

/** The report as the one document that `-o json` and `-o yaml` print: the outward contract, stable and sorted. */
export function toDocument(report: Report): JsonObject {
  const head = { apiVersion: 'kplan.dev/v1', kind: report.kind };
  switch (report.kind) {
    case 'PlanReport':
      return { ...head, ...planFields(report.plan, undefined), notes: report.notes };
    case 'ApplyReport':
      return { ...head, ...planFields(report.plan, report.steps), notes: report.notes };
    case 'ValidateReport':
      return {
        ...head,
        after: worldFields(report.after),
        summary: { files: report.loaded.files, objects: report.loaded.objects, findings: countFindings(report.findings) },
        findings: findingFields(findingsOf(report)),
        notes: [...report.loaded.notes, ...report.notes],
      };
    case 'StatusReport':
      return {
        ...head,
        cluster: worldFields(report.cluster),
        units: report.units.map((unit) => ({
          unit: unit.unit,
          ...(unit.daemon === undefined ? {} : { daemon: unit.daemon }),
          objects: unit.objects.map((entry) => ({
            ref: refFields(entry.ref),
            health: entry.health,
            message: entry.message,
            ...(entry.wouldPrune === true ? { wouldPrune: true } : {}),
          })),
        })),
        notes: report.notes,
      };
    case 'AdoptReport':
      return {
        ...head,
        unit: report.unit,
        cluster: worldFields(report.cluster),
        objects: adoptFields(report, refFields),
        notes: report.notes,
      };
    case 'DrainReport':
      return { ...head, ...questionFields(report), ...drainFields(report), ...answeredFields(report) };
    case 'ScheduleReport':
      return { ...head, ...questionFields(report), ...scheduleFields(report, refFields), ...answeredFields(report) };
    case 'CapacityReport':
      return { ...head, ...questionFields(report), ...capacityFields(report, refFields), ...answeredFields(report) };
    case 'RbacReport':
      return { ...head, ...questionFields(report), ...rbacFields(report, refFields), ...answeredFields(report) };
    case 'AccessListReport':
    case 'AccessReport':
    case 'WhoCanReport':
      return { ...head, ...questionFields(report), ...accessFields(report, refFields), ...answeredFields(report) };
    case 'ReachAnswerReport':
    case 'ReachDiffReport':
    case 'ReachReport':
      return { ...head, ...questionFields(report), ...reachFields(report, refFields), ...answeredFields(report) };
    case 'ReachSuggestReport':
      return { ...head, ...questionFields(report), ...suggestFields(report, refFields), ...answeredFields(report) };
  }
}

/** Which world was asked, and where it came from. */
function questionFields({ which, before, after }: QuestionReport): JsonObject {
  return { world: which, before: worldFields(before), ...(after === undefined ? {} : { after: worldFields(after) }) };
}

function answeredFields({ findings, notes }: QuestionReport): JsonObject {
  return { findings: findingFields(findings), notes };
}

function planFields(plan: Plan, applied: readonly AppliedStep[] | undefined): JsonObject {
  const outcomes = new Map((applied ?? []).map((step) => [toRefKey(step.ref), step]));
  return {
    before: worldFields(plan.before),
    after: worldFields(plan.after),
    summary: { changes: countActions(plan), findings: countFindings(plan.findings), effects: countEffects(plan.effects) },
    changes: [
      ...stepsOf(plan).map((step) => ({ ...stepFields(step), ...outcomeFields(outcomes.get(toRefKey(step.ref))) })),
      ...listIll({ plan, steps: applied ?? [] }).map((ill) => ({
        action: 'none',
        ref: refFields(ill.ref),
        fields: [],
        ...outcomeFields(ill),
      })),
      ...listBeyond({ plan, steps: applied ?? [] }).map((step) => ({
        action: step.action ?? 'none',
        ref: refFields(step.ref),
        fields: [],
        ...outcomeFields(step),
      })),
    ],
    findings: findingFields(plan.findings),
    effects: plan.effects.map(effectFields),
    ...(plan.admission === undefined || plan.admission.length === 0 ? {} : { admission: plan.admission.map(admissionFields) }),
  };
}

function admissionFields({ sees, maySee, ...who }: Admission): JsonObject {
  return { ...who, sees: sees.map(refFields), maySee: maySee.map(refFields) };
}

function worldFields(source: WorldSource): JsonObject {
  const { kubernetesVersions, ...rest } = source;
  return { ...rest, kubernetesVersions };
}

/** A ref in the contract's shape: cluster-scoped refs have no `namespace` key. */
export function refFields(ref: ObjectRef): JsonObject {
  return {
    group: ref.group,
    version: ref.version,
    kind: ref.kind,
    ...(ref.namespace === undefined ? {} : { namespace: ref.namespace }),
    name: ref.name,
  };
}

function stepFields(step: Step): JsonObject {
  return {
    action: step.action,
    ref: refFields(step.ref),
    wave: step.wave,
    ...(step.reason === undefined ? {} : { reason: step.reason }),
    ...(step.movedFrom === undefined ? {} : { movedFrom: refFields(step.movedFrom) }),
    fields: step.fields.map((field) => fieldFields(maskSecrets(field, step.ref))),
    ...(step.confirmed === undefined ? {} : { confirmed: true }),
    ...(step.unconfirmed === undefined ? {} : { unconfirmed: step.unconfirmed }),
    ...(step.source === undefined ? {} : { source: { ...step.source } }),
  };
}

function fieldFields({ drift, ...field }: FieldChange): JsonObject {
  return { ...field, ...(drift === undefined ? {} : { drift: { ...drift } }) };
}

function outcomeFields(applied: AppliedStep | undefined): JsonObject {
  if (applied === undefined) return {};
  const { outcome, health, message } = applied;
  return { outcome, ...(health === undefined ? {} : { health }), ...(message === undefined ? {} : { message }) };
}

function findingFields(findings: readonly Finding[]): JsonValue {
  return findings
    .map((finding) => ({
      code: finding.code,
      severity: finding.severity,
      message: describe(finding),
      ...(finding.ref === undefined ? {} : { ref: refFields(finding.ref) }),
      ...(finding.path === undefined ? {} : { path: finding.path }),
      ...(finding.source === undefined ? {} : { source: { ...finding.source } }),
      ...(finding.beside === undefined ? {} : { beside: { ...finding.beside } }),
      ...(finding.versions === undefined ? {} : { versions: finding.versions }),
      ...(finding.waived === undefined ? {} : { waived: finding.waived }),
      remedy: describeRemedy(finding),
      fingerprint: fingerprint(finding),
    }))
    .toSorted(
      compareBy(
        (finding) => finding.source?.file ?? '',
        (finding) => finding.source?.line ?? 0,
        (finding) => finding.source?.column ?? 0,
        (finding) => finding.code,
        (finding) => finding.message,
      ),
    );
}

function effectFields(effect: Effect): JsonObject {
  return {
    engine: effect.engine,
    code: effect.code,
    severity: effect.severity,
    message: describe(effect),
    change: effect.change,
    ...(effect.subject === undefined ? {} : { subject: refFields(effect.subject) }),
    ...(effect.path === undefined ? {} : { path: effect.path }),
    data: effect.data,
    causes: effect.causes.map(causeFields),
    ...(effect.isWide === undefined ? {} : { isWide: true }),
    remedy: describeRemedy(effect),
    fingerprint: fingerprint(effect),
  };
}

function causeFields(cause: Cause): JsonObject {
  return {
    ref: refFields(cause.ref),
    path: cause.path ?? toPointer([]),
    ...(cause.action === undefined ? {} : { action: cause.action }),
    ...(cause.source === undefined ? {} : { source: { ...cause.source } }),
    ...(cause.beside === undefined ? {} : { beside: { ...cause.beside } }),
    ...(cause.missed === undefined ? {} : { missed: { ...cause.missed } }),
  };
}
