import { quoteGo } from '../../std/index.ts';
import type { World } from '../../model/index.ts';
import { decide } from './authorize.ts';
import type { AccessRequest } from './request.ts';

/**
 * Why the API server does not let somebody make a request, in its words; undefined if it does
 * (`apiserver/pkg/endpoints/handlers/responsewriters/errors.go`).
 */
export function refuseRequest(world: World, request: AccessRequest): string | undefined {
  const { allowed, reason } = decide(world, request);
  return allowed ? undefined : describeRefusal(request, reason);
}

/** The words in which the API server forbids a request, for a reason; empty where it gives none. */
export function describeRefusal(request: AccessRequest, reason: string): string {
  const { user, verb } = request;
  const why = reason === '' ? '' : `: ${reason}`;
  if (request.kind === 'path')
    return `forbidden: ${sanitize(`User ${quoteGo(user.name)} cannot ${verb} path ${quoteGo(request.path)}`)}${why}`;
  const { group, resource, subresource, namespace, name } = request;
  const what = `${group === '' ? resource : `${resource}.${group}`}${name === '' ? '' : ` ${quoteGo(name)}`}`;
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace ${quoteGo(namespace)}`;
  const asked = quoteGo(subresource === '' ? resource : `${resource}/${subresource}`);
  const said = sanitize(`User ${quoteGo(user.name)} cannot ${verb} resource ${asked} in API group ${quoteGo(group)} ${where}`);
  return `${what} is forbidden: ${said}${why}`;
}

function sanitize(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
