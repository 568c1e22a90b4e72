import { quoteGo } from '../../std/index.ts';
import type { World } from '../../model/index.ts';
import { decide } from './authorize.ts';
import type { ResourceRequest } from './request.ts';

/**
 * Why the API server does not let somebody make a request, in its words; undefined if it does
 * (`apiserver/pkg/endpoints/handlers/responsewriters/errors.go`).
 */
export function refuseRequest(world: World, request: ResourceRequest): string | undefined {
  const { allowed, reason } = decide(world, request);
  if (allowed) return undefined;
  const { user, verb, group, resource, subresource, namespace, name } = request;
  const what = `${group === '' ? resource : `${resource}.${group}`}${name === '' ? '' : ` ${quoteGo(name)}`}`;
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace ${quoteGo(namespace)}`;
  const asked = quoteGo(subresource === '' ? resource : `${resource}/${subresource}`);
  const said = sanitize(`User ${quoteGo(user.name)} cannot ${verb} resource ${asked} in API group ${quoteGo(group)} ${where}`);
  return `${what} is forbidden: ${said}${reason === '' ? '' : `: ${reason}`}`;
}

function sanitize(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
