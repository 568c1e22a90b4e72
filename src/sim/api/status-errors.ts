import type { StatusError } from '../../cluster/index.ts';
import type { Kind } from '../../model/index.ts';

/** The causes of a refusal: which fields, and why. */
export type StatusCause = NonNullable<StatusError['causes']>[number];

/** `deployments.apps`: a resource as the API server's messages name it. */
export function toResourceName(kind: { readonly plural: string; readonly group: string }): string {
  return kind.group === '' ? kind.plural : `${kind.plural}.${kind.group}`;
}

export function notServed(): StatusError {
  return { kind: 'error', code: 404, reason: 'NotFound', message: 'the server could not find the requested resource' };
}

export function notFound(kind: Pick<Kind, 'plural' | 'group'>, name: string): StatusError {
  return { kind: 'error', code: 404, reason: 'NotFound', message: `${toResourceName(kind)} "${name}" not found` };
}

export function methodNotAllowed(): StatusError {
  const message = 'the server does not allow this method on the requested resource';
  return { kind: 'error', code: 405, reason: 'MethodNotAllowed', message };
}

export function alreadyExists(kind: Kind, name: string, isBeingDeleted: boolean): StatusError {
  const message = `${toResourceName(kind)} "${name}" already exists`;
  return { kind: 'error', code: 409, reason: 'AlreadyExists', message: isBeingDeleted ? `object is being deleted: ${message}` : message };
}

export function conflict(kind: Kind, name: string, why: string): StatusError {
  const message = `Operation cannot be fulfilled on ${toResourceName(kind)} "${name}": ${why}`;
  return { kind: 'error', code: 409, reason: 'Conflict', message };
}

/** A deletion whose preconditions do not hold names the kind, not the resource. */
export function deleteConflict(kind: Kind, name: string, why: string): StatusError {
  return conflict({ ...kind, plural: kind.kind }, name, why);
}

/** An update of a kind that wants to be told which version it changes. */
export function versionWanted(kind: Kind, name: string): StatusError {
  const problem = invalidField('metadata.resourceVersion', '0', 'must be specified for an update');
  const message = `${toResourceName(kind)} "${name}" is invalid: ${problem.field}: ${problem.message}`;
  return { kind: 'error', code: 422, reason: 'Invalid', message, causes: [problem] };
}

export const OBJECT_MODIFIED = 'the object has been modified; please apply your changes to the latest version and try again';

export function badRequest(message: string): StatusError {
  return { kind: 'error', code: 400, reason: 'BadRequest', message };
}

export function forbidden(kind: Kind, name: string, why: string, causes: readonly StatusCause[] = []): StatusError {
  const message = `${toResourceName(kind)} "${name}" is forbidden: ${why}`;
  return { kind: 'error', code: 403, reason: 'Forbidden', message, ...(causes.length === 0 ? {} : { causes }) };
}

/** A problem of one field, as `field.Error` of apimachinery has it: `message` is what follows the field. */
export interface FieldProblem {
  readonly reason: string;
  readonly field: string;
  readonly message: string;
}

export function invalid(kind: Kind, name: string, problems: readonly FieldProblem[]): StatusError {
  const texts = problems.map((problem) => `${problem.field}: ${problem.message}`);
  const list = texts.length === 1 ? texts.join() : `[${texts.join(', ')}]`;
  const qualified = kind.group === '' ? kind.kind : `${kind.kind}.${kind.group}`;
  return { kind: 'error', code: 422, reason: 'Invalid', message: `${qualified} "${name}" is invalid: ${list}`, causes: problems };
}

export function invalidField(field: string, value: string, why: string): FieldProblem {
  return { reason: 'FieldValueInvalid', field, message: `Invalid value: ${value}: ${why}` };
}

export function forbiddenField(field: string, why: string): FieldProblem {
  return { reason: 'FieldValueForbidden', field, message: `Forbidden: ${why}` };
}
