import type { StatusError } from '../../cluster/index.ts';
import { describe, nameOf, namespaceOf, type Finding, type Kind, type KubernetesObject, type Origin } from '../../model/index.ts';
import { compareStrings, getArray, getString } from '../../std/index.ts';
import { validateManifests } from '../../validate/index.ts';
import type { Write } from './context.ts';
import { checkImmutable } from './immutable.ts';
import { badRequest, forbiddenField, invalid, type FieldProblem } from './status-errors.ts';

/** What is said about manifests in a repository, and not by a server that is given one object. */
const NOT_THE_SERVERS: ReadonlySet<string> = new Set(['KV0003', 'KV0004', 'KV0005', 'KV0006', 'KV0007', 'KV0008', 'KV0042']);
const WRONG_TYPE = 'KV0041';
const PLACE = { file: '', line: 1, column: 1, endLine: 1, endColumn: 1 };
const ORIGIN: Origin = { file: '', document: 0, line: 1, locate: () => PLACE };

/** Why an object cannot be stored as it is; undefined if it can. */
export function checkObject(write: Write, object: KubernetesObject): StatusError | undefined {
  const { context, kind, live } = write;
  const options = { catalogs: [context.catalog], knowsCluster: false, defaultNamespace: namespaceOf(object) ?? 'default' };
  const findings = validateManifests([{ object, origin: ORIGIN }], options).filter(isServers);
  const unreadable = findings.find((finding) => finding.code === WRONG_TYPE);
  if (unreadable !== undefined) return cannotBeHandled(kind, unreadable);
  const problems = [
    ...findings.map(toProblem),
    ...checkFinalizers(write, object),
    ...(live === undefined ? [] : checkImmutable(kind, live, object)),
  ];
  return problems.length === 0 ? undefined : invalid(kind, nameOf(object), problems);
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
