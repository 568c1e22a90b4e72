import { getArray, getObject, getString, printGo, type JsonObject, type JsonValue, type Path } from '../../std/index.ts';
import { toDottedPath } from '../structural/cursor.ts';
import type { Report } from '../problem.ts';

/** What `ValidateOwnerReferences` says of the owners in the metadata at a path. */
export function checkOwners(metadata: JsonObject, path: Path, report: Report): void {
  const given = getArray(metadata, 'ownerReferences');
  if (given.length === 0) return;
  const owners = given.map(toOwner);
  const list = [...path, 'ownerReferences'];
  let controller: string | undefined;
  for (const [index, owner] of owners.entries()) {
    const fail: Fail = (value, reason, field = '') => {
      const at = field === '' ? [] : [field];
      const data = { field: toDottedPath([...list, ...at]), reason: `${printGo(value)}: ${reason}` };
      report({ code: 'KV0027', path: [...list, index, ...at], data });
    };
    checkOwner(owner, fail);
    if (owner['controller'] !== true) continue;
    const name = `${textOf(owner, 'kind')}/${textOf(owner, 'name')}`;
    if (controller === undefined) controller = name;
    else fail(owners, `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${name}`);
  }
}

type Fail = (value: JsonValue, reason: string, field?: string) => void;

function checkOwner(owner: JsonObject, fail: Fail): void {
  const apiVersion = textOf(owner, 'apiVersion');
  if (!/^[^/]+$|^[^/]*\/[^/]+$/.test(apiVersion)) fail(apiVersion, 'version must not be empty', 'apiVersion');
  for (const field of ['kind', 'name', 'uid']) if (textOf(owner, field) === '') fail(textOf(owner, field), 'must not be empty', field);
  if (apiVersion === 'v1' && owner['kind'] === 'Event') fail(owner, '/v1, Kind=Event is disallowed from being an owner');
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
