import type { StatusError } from '../../cluster/index.ts';
import {
  describe,
  nameOf,
  namespaceOf,
  type Finding,
  type Kind,
  type KubernetesObject,
  type Origin,
  specOf,
  toFinding,
} from '../../model/index.ts';
import { compareStrings, getArray, getString } from '../../std/index.ts';
import { judgeUpdate, validateManifests } from '../../validate/index.ts';
import type { Write } from './context.ts';
import { badRequest, forbiddenField, invalid, type FieldProblem } from './status-errors.ts';

/** Who binds pods to nodes. */
export const BINDER = 'kube-scheduler';

/** What is said about manifests in a repository, and not by a server that is given one object. */
const NOT_THE_SERVERS: ReadonlySet<string> = new Set(['KV0003', 'KV0004', 'KV0005', 'KV0006', 'KV0007', 'KV0008', 'KV0009', 'KV0042']);
const WRONG_TYPE = 'KV0041';
const UNWANTED_NULL = 'KV0050';
const PLACE = { file: '', line: 1, column: 1, endLine: 1, endColumn: 1 };
const ORIGIN: Origin = { file: '', document: 0, line: 1, locate: () => PLACE };

/** Why an object cannot be stored as it is, besides what is known already; undefined if it can. */
export function checkObject(write: Write, object: KubernetesObject, known: readonly FieldProblem[] = []): StatusError | undefined {
  const { kind } = write;
  const findings = validate(write, object).filter(isServers);
  const unreadable = findings.find((finding) => finding.code === WRONG_TYPE);
  if (unreadable !== undefined) return cannotBeHandled(kind, unreadable);
  const problems = [...findings.map(toProblem), ...known, ...checkFinalizers(write, object), ...checkUpdate(write, object)];
  return problems.length === 0 ? undefined : invalid(kind, nameOf(object), problems);
}

/** What an update may not change. */
function checkUpdate({ context, kind, live }: Write, object: KubernetesObject): readonly FieldProblem[] {
  if (live === undefined || kind.custom) return [];
  const before = context.fieldManager === BINDER ? withNodeOf(object, live) : live;
  return judgeUpdate(before, object, kind, context.catalog.version).map(({ code, data }) => toProblem(toFinding(code, { data })));
}

/** A pod as if it had its node already: a scheduler gives it by a Binding, which is no update. */
function withNodeOf({ spec }: KubernetesObject, live: KubernetesObject): KubernetesObject {
  const nodeName = getString(live, 'spec', 'nodeName') ?? getString(spec, 'nodeName');
  return nodeName === undefined ? live : { ...live, spec: { ...specOf(live), nodeName } };
}

/**
 * The nulls of a custom resource that its schema does not allow. A create and an update drop what is sent as null; those that
 * an apply leaves where it empties a map or list stay, and are refused (structured-merge-diff `RemoveItems`, in all versions but 6.3.2).
 */
export function findNulls(write: Write, merged: KubernetesObject): readonly FieldProblem[] {
  if (!write.kind.custom) return [];
  return validate(write, merged)
    .filter((finding) => finding.code === UNWANTED_NULL)
    .map((finding) => ({ ...toProblem(finding), reason: 'FieldValueTypeInvalid' }));
}

function validate({ context }: Write, object: KubernetesObject): readonly Finding[] {
  const options = { catalogs: [context.catalog], knowsCluster: false, defaultNamespace: namespaceOf(object) ?? 'default' };
  return validateManifests([{ object, origin: ORIGIN }], options);
}

function isServers(finding: Finding): boolean {
  return finding.severity === 'error' && finding.code.startsWith('KV') && !NOT_THE_SERVERS.has(finding.code);
}

function cannotBeHandled(kind: Kind, finding: Finding): StatusError {
  return badRequest(`${kind.kind} in version "${kind.version}" cannot be handled as a ${kind.kind}: ${describe(finding)}`);
}

const REASONS: readonly (readonly [string, string])[] = [
  ['Required value', 'FieldValueRequired'],
  ['Unsupported value', 'FieldValueNotSupported'],
  ['Duplicate value', 'FieldValueDuplicate'],
  ['Forbidden', 'FieldValueForbidden'],
  ['Too long', 'FieldValueTooLong'],
  ['Too many', 'FieldValueTooMany'],
];

function toProblem(finding: Finding): FieldProblem {
  const field = getString(finding.data, 'field') ?? '';
  const text = describe(finding);
  const message = text.startsWith(`${field}: `) ? text.slice(field.length + 2) : text;
  const reason = REASONS.find(([start]) => message.startsWith(start))?.[1] ?? 'FieldValueInvalid';
  return { reason, field, message };
}

function checkFinalizers({ live }: Write, object: KubernetesObject): readonly FieldProblem[] {
  if (live?.metadata['deletionTimestamp'] === undefined) return [];
  const known = getArray(live.metadata, 'finalizers');
  const added = getArray(object.metadata, 'finalizers').filter((item) => !known.includes(item));
  if (added.length === 0) return [];
  const list = `[]string{${added
    .map((item) => JSON.stringify(item))
    .toSorted(compareStrings)
    .join(', ')}}`;
  const why = `no new finalizers can be added if the object is being deleted, found new finalizers ${list}`;
  return [forbiddenField('metadata.finalizers', why)];
}
