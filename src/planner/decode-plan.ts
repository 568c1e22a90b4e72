import {
  CATALOG,
  isKubernetesObject,
  type Admission,
  type Cause,
  type Effect,
  type FieldChange,
  type FieldWriter,
  type Finding,
  type KubernetesObject,
  type ObjectRef,
  type Plan,
  type Precondition,
  type SourceRange,
  type Step,
  type UnchangedObject,
  type Wave,
  type WorldSource,
} from '../model/index.ts';
import { isObject } from '../std/index.ts';
import { anyObject, count, json, listOf, oneOf, record, refuse, text, yes, type Decoder } from './decode.ts';

type Optional<T, K extends keyof T> = Pick<T, K>;

const ref: Decoder<ObjectRef> = record<Omit<ObjectRef, 'namespace'>, Optional<ObjectRef, 'namespace'>>(
  { group: text, version: text, kind: text, name: text },
  { namespace: text },
);

const source: Decoder<SourceRange> = record<SourceRange>({ file: text, line: count, column: count, endLine: count, endColumn: count }, {});

const severity = oneOf('error', 'warning', 'info');

const code: Decoder<string> = (value, path) =>
  typeof value === 'string' && Object.hasOwn(CATALOG, value) ? value : refuse(path, 'a code that this version of kplan knows');

const kubernetesObject: Decoder<KubernetesObject> = (value, path) =>
  isKubernetesObject(value) ? value : refuse(path, 'a Kubernetes object');

const writer = record<object, FieldWriter>({}, { manager: text, time: text });

const field: Decoder<FieldChange> = record<Pick<FieldChange, 'path'>, Omit<FieldChange, 'path'>>(
  { path: text },
  { before: json, after: json, drift: writer, by: oneOf('admission', 'server') },
);

const absent = record<Extract<Precondition, { kind: 'absent' }>>({ kind: oneOf('absent') }, {});

const present = record<Extract<Precondition, { kind: 'present' }>>(
  { kind: oneOf('present'), uid: text, resourceVersion: text, fieldsHash: text },
  {},
);

const precondition: Decoder<Precondition> = (value, path) =>
  isObject(value) && value['kind'] === 'absent' ? absent(value, path) : present(value, path);

const unchanged: Decoder<UnchangedObject> = record<
  Omit<ObjectRef, 'namespace'>,
  Optional<UnchangedObject, 'namespace' | 'precondition' | 'intent'>
>({ group: text, version: text, kind: text, name: text }, { namespace: text, precondition, intent: text });

type StepOptions = 'reason' | 'movedFrom' | 'source' | 'desired' | 'merged' | 'confirmed' | 'unconfirmed';

const action = oneOf('create', 'update', 'replace', 'delete');

const step: Decoder<Step> = record<Omit<Step, StepOptions>, Optional<Step, StepOptions>>(
  { action, ref, fields: listOf(field), precondition, wave: count },
  { reason: text, movedFrom: ref, source, desired: kubernetesObject, merged: kubernetesObject, confirmed: yes, unconfirmed: text },
);

const wave: Decoder<Wave> = record<Wave>({ index: count, label: text, steps: listOf(step) }, {});

type SourceOptions = 'path' | 'commit' | 'cluster' | 'clusterUid' | 'servedVersion';

const worldSource: Decoder<WorldSource> = record<Omit<WorldSource, SourceOptions>, Optional<WorldSource, SourceOptions>>(
  {
    kind: oneOf('directory', 'revision', 'stdin', 'cluster', 'snapshot', 'embedded', 'none'),
    description: text,
    kubernetesVersions: listOf(text),
  },
  { path: text, commit: text, cluster: text, clusterUid: text, servedVersion: text },
);

const finding: Decoder<Finding> = record<Pick<Finding, 'code' | 'severity' | 'data'>, Omit<Finding, 'code' | 'severity' | 'data'>>(
  { code, severity, data: anyObject },
  { ref, path: text, source, beside: source, versions: listOf(text), waived: text },
);

const cause: Decoder<Cause> = record<Pick<Cause, 'ref'>, Omit<Cause, 'ref'>>(
  { ref },
  { path: text, action, source, beside: source, missed: source },
);

const effect: Decoder<Effect> = record<Omit<Effect, 'isWide' | 'path' | 'subject'>, Optional<Effect, 'isWide' | 'path' | 'subject'>>(
  {
    engine: oneOf('scheduler', 'admission', 'rollout', 'rbac', 'network', 'restart', 'lifecycle', 'reference', 'order'),
    code,
    severity,
    change: oneOf('gained', 'lost'),
    data: anyObject,
    causes: listOf(cause),
  },
  { subject: ref, path: text, isWide: yes },
);

const admission = record<Admission>(
  {
    kind: oneOf('MutatingAdmissionPolicy', 'MutatingWebhook', 'ValidatingAdmissionPolicy', 'ValidatingWebhook'),
    name: text,
    configuration: text,
    failurePolicy: oneOf('Fail', 'Ignore'),
    sees: listOf(ref),
    maySee: listOf(ref),
  },
  {},
);

/** Reads a plan strictly: every field of the right type, none missing, none unknown. */
export const decodePlan: Decoder<Plan> = record<Omit<Plan, 'admission' | 'hooks'>, Pick<Plan, 'admission' | 'hooks'>>(
  {
    unit: text,
    fieldManager: text,
    before: worldSource,
    after: worldSource,
    waves: listOf(wave),
    unchanged: listOf(unchanged),
    findings: listOf(finding),
    effects: listOf(effect),
    salt: text,
  },
  { admission: listOf(admission), hooks: listOf(kubernetesObject) },
);
