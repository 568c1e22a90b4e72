import { getArray, getObject, getString, quoteGo, stringifyJsonInOrder, type JsonObject, type JsonValue } from '../../std/index.ts';
import type { Report } from '../problem.ts';

const FIELD = 'metadata.ownerReferences';

/** What `ValidateOwnerReferences` says. */
export function checkOwners(metadata: JsonObject, report: Report): void {
  const given = getArray(metadata, 'ownerReferences');
  if (given.length === 0) return;
  const owners = given.map(toOwner);
  let controller: string | undefined;
  for (const [index, owner] of owners.entries()) {
    const fail = (value: JsonValue, reason: string, field?: string): void => reportOwner(index, value, reason, field, report);
    checkOwner(owner, fail);
    if (owner['controller'] !== true) continue;
    const name = `${textOf(owner, 'kind')}/${textOf(owner, 'name')}`;
    if (controller === undefined) controller = name;
    else fail(owners, `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${name}`);
  }
}

function checkOwner(owner: JsonObject, fail: (value: JsonValue, reason: string, field?: string) => void): void {
  const apiVersion = textOf(owner, 'apiVersion');
  if (!/^[^/]+$|^[^/]*\/[^/]+$/.test(apiVersion)) fail(apiVersion, 'version must not be empty', 'apiVersion');
  for (const field of ['kind', 'name', 'uid']) if (textOf(owner, field) === '') fail(textOf(owner, field), 'must not be empty', field);
  if (apiVersion === 'v1' && owner['kind'] === 'Event') fail(owner, '/v1, Kind=Event is disallowed from being an owner');
}

function reportOwner(index: number, value: JsonValue, reason: string, field: string | undefined, report: Report): void {
  const printed = typeof value === 'string' ? quoteGo(value) : stringifyJsonInOrder(value);
  report({
    code: 'KV0027',
    path: ['metadata', 'ownerReferences', index, ...(field === undefined ? [] : [field])],
    data: { field: field === undefined ? FIELD : `${FIELD}.${field}`, reason: `${printed}: ${reason}` },
  });
}

/** As Go prints it: in the order of the struct, with the texts that are not there. */
function toOwner(reference: JsonValue): JsonObject {
  const texts = ['apiVersion', 'kind', 'name', 'uid'].map((field): [string, JsonValue] => [field, textOf(reference, field)]);
  const given = getObject(reference) ?? {};
  const flags = ['controller', 'blockOwnerDeletion'].flatMap((field): [string, JsonValue][] => {
    const value = given[field];
    return typeof value === 'boolean' ? [[field, value]] : [];
  });
  return Object.fromEntries([...texts, ...flags]);
}

function textOf(reference: JsonValue, field: string): string {
  return getString(reference, field) ?? '';
}
