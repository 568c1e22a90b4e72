import { decide, type AccessRequest } from '../engine/rbac/index.ts';
import { parseFieldSelector, type World } from '../model/index.ts';
import { getArray, getString, isObject, parseJson, type JsonObject, type JsonValue } from '../std/index.ts';

const FIELDS: ReadonlySet<string> = new Set([
  'user',
  'groups',
  'verb',
  'group',
  'resource',
  'subresource',
  'namespace',
  'name',
  'fieldSelector',
  'path',
]);

/** Answers one line of a file of questions about rights. */
export function answerAccess(line: string, world: World): JsonObject {
  const request = readRequest(line);
  if (typeof request === 'string') return { error: request };
  const { allowed, reason } = decide(world, request);
  return { allowed, reasons: reason === '' ? [] : [reason] };
}

/** A line as a request, or what is wrong with it. */
function readRequest(line: string): AccessRequest | string {
  let value: JsonValue;
  try {
    value = parseJson(line);
  } catch {
    return 'not JSON';
  }
  if (!isObject(value)) return 'not an object';
  const wrong = Object.keys(value).find((key) => !FIELDS.has(key)) ?? Object.keys(value).find((key) => !isRight(key, value[key]));
  if (wrong !== undefined)
    return FIELDS.has(wrong) ? `${wrong}: not a ${wrong === 'groups' ? 'list of texts' : 'text'}` : `unknown field ${wrong}`;
  const text = (field: string): string => getString(value, field) ?? '';
  const groups = getArray(value, 'groups').filter((item) => typeof item === 'string');
  const [user, verb, path, resource] = [{ name: text('user'), groups }, text('verb'), text('path'), text('resource')];
  if (verb === '') return 'no verb';
  if ((path === '') === (resource === '')) return path === '' ? 'neither a resource nor a path' : 'a resource and a path';
  if (path !== '') return { kind: 'path', user, verb, path };
  const [group, subresource, fieldSelector] = [text('group'), text('subresource'), text('fieldSelector')];
  if (parseFieldSelector(fieldSelector) === undefined) return 'fieldSelector: not of the form spec.nodeName=n1,metadata.name!=web';
  const asked = { kind: 'resource', user, verb, group, resource, subresource, namespace: text('namespace'), name: text('name') } as const;
  return fieldSelector === '' ? asked : { ...asked, fieldSelector };
}

function isRight(field: string, value: JsonValue | undefined): boolean {
  return field === 'groups' ? Array.isArray(value) && value.every((item) => typeof item === 'string') : typeof value === 'string';
}
