import { parseFieldSelector } from '../model/index.ts';
import { parseLabelSelector } from './label-selector.ts';

/** What a raw request asks for, as it is authorized: a resource (what is absent is empty), or a path that is none. */
export type RequestInfo =
  | {
      readonly kind: 'resource';
      readonly verb: string;
      readonly group: string;
      readonly resource: string;
      readonly subresource: string;
      readonly namespace: string;
      readonly name: string;
      /** As it is written, whether or not it can be read; absent if there is none. */
      readonly fieldSelector?: string;
    }
  | { readonly kind: 'path'; readonly verb: string; readonly path: string };

const VERBS: Readonly<Record<string, string>> = {
  DELETE: 'delete',
  GET: 'get',
  HEAD: 'get',
  PATCH: 'patch',
  POST: 'create',
  PUT: 'update',
};

const VERBS_IN_PATHS: ReadonlySet<string> = new Set(['proxy', 'watch']);

/** Of these requests an authorizer is told what they select. */
const VERBS_WITH_SELECTORS: ReadonlySet<string> = new Set(['deletecollection', 'list', 'watch']);

/** Subresources of a Namespace; what else follows its name is a resource in it. */
const OF_NAMESPACES: ReadonlySet<string> = new Set(['finalize', 'status']);

/**
 * What the API server takes a request for: `GET /api/v1/namespaces/shop/pods?watch=true` watches pods in shop. A problem if it is
 * none that the server can read (`apiserver/pkg/endpoints/request/requestinfo.go`).
 */
export function readRequestInfo(method: string, target: string): RequestInfo | { readonly problem: string } {
  const [, escaped = '', query = ''] = /^([^?]*)\??([\s\S]*)$/.exec(target) ?? [];
  const path = unescape(escaped);
  if (path === undefined) return { problem: `${target}: a path has percent signs only where they escape` };
  const asPath: RequestInfo = { kind: 'path', verb: method.toLowerCase(), path };
  const [prefix = '', ...parts] = path.replaceAll(/^\/+|\/+$/g, '').split('/');
  const least = { api: 2, apis: 3 }[prefix] ?? Infinity;
  if (parts.length < least) return asPath;
  const group = prefix === 'apis' ? (parts[0] ?? '') : '';
  const rest = parts.slice(least - 1);
  const [first = ''] = rest;
  if (!VERBS_IN_PATHS.has(first)) return toResource(VERBS[method] ?? '', group, rest, query);
  if (rest.length < 2) return { problem: `unable to determine kind and namespace from url, ${target}` };
  // A verb in the path takes no selectors.
  const { fieldSelector: _, ...asked } = toResource(first, group, rest.slice(1), query);
  return asked;
}

function toResource(said: string, group: string, parts: readonly string[], query: string): RequestInfo & { readonly kind: 'resource' } {
  const namespace = parts[0] === 'namespaces' ? (parts[1] ?? '') : '';
  const isWithin = parts[0] === 'namespaces' && parts.length > 2 && !OF_NAMESPACES.has(parts[2] ?? '');
  const [resource = '', given = '', below = ''] = isWithin ? parts.slice(2) : parts;
  const { verb, name } = given === '' ? toCollection(said, query) : { verb: said, name: given };
  const selector = VERBS_WITH_SELECTORS.has(verb) ? (readQuery(query).get('fieldSelector') ?? '') : '';
  const asked = { kind: 'resource', verb, group, resource, subresource: said === 'proxy' ? '' : below, namespace, name } as const;
  return { ...asked, ...(selector === '' ? {} : { fieldSelector: selector }) };
}

/** A request without a name is of many objects; one whose field selector names an object is of that one. */
function toCollection(verb: string, query: string): { readonly verb: string; readonly name: string } {
  if (verb !== 'get') return { verb: verb === 'delete' ? 'deletecollection' : verb, name: '' };
  const values = readQuery(query);
  const watch = values.get('watch');
  const fields = parseFieldSelector(values.get('fieldSelector') ?? '');
  const isRead =
    fields !== undefined &&
    !('error' in parseLabelSelector(values.get('labelSelector') ?? '')) &&
    ['limit', 'timeoutSeconds'].every((key) => isInt64(values.get(key) ?? '0'));
  const name = isRead ? fields.find(({ field, isEqual }) => isEqual && field === 'metadata.name')?.value : undefined;
  return {
    verb: watch === undefined || watch === '0' || watch.toLowerCase() === 'false' ? 'list' : 'watch',
    name: name === undefined || name === '.' || name === '..' || /[/%]/.test(name) ? '' : name,
  };
}

function isInt64(text: string): boolean {
  return /^[+-]?\d{1,40}$/.test(text) && BigInt.asIntN(64, BigInt(text.replace('+', ''))) === BigInt(text.replace('+', ''));
}

/** The first value of each key; what cannot be read is left out. */
function readQuery(query: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const part of query.split('&')) {
    const [, before = '', after = ''] = /^([^=]*)=?([\s\S]*)$/.exec(part) ?? [];
    const [key, value] = [before, after].map((text) => unescape(text.replaceAll('+', ' ')));
    if (part !== '' && !part.includes(';') && key !== undefined && value !== undefined && !values.has(key)) values.set(key, value);
  }
  return values;
}

function unescape(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
