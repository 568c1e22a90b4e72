import { type KubernetesObject, type World } from '../../model/index.ts';
import { getArray, getObject, getString, isObject, type JsonObject, type Path } from '../../std/index.ts';
import type { Target } from './lookup.ts';
import { namespaceOrNone } from './lookup.ts';

/** The group of the Gateway API. */
export const GATEWAY_GROUP = 'gateway.networking.k8s.io';
const ROUTE_KINDS = ['GRPCRoute', 'HTTPRoute', 'TCPRoute', 'TLSRoute', 'UDPRoute'];

/** A reference of the Gateway API: to a parent or to a backend. */
export interface RouteReference {
  readonly route: KubernetesObject;
  readonly path: Path;
  readonly reference: JsonObject;
  readonly target: Required<Target>;
}

function listRoutes(world: World): readonly KubernetesObject[] {
  return ROUTE_KINDS.flatMap((kind) => world.byKind(GATEWAY_GROUP, kind));
}

/** What the routes of a world hang on: Gateways, and Services where they route traffic within the cluster. */
export function listParents(world: World): readonly RouteReference[] {
  return listRoutes(world).flatMap((route) =>
    getArray(route, 'spec', 'parentRefs').flatMap((item, index) =>
      toReference(route, item, ['spec', 'parentRefs', index], { group: GATEWAY_GROUP, kind: 'Gateway' }),
    ),
  );
}

/** What the routes of a world send requests to, mirrors included. */
export function listBackends(world: World): readonly RouteReference[] {
  const usual = { group: '', kind: 'Service' };
  return listRoutes(world).flatMap((route) =>
    getArray(route, 'spec', 'rules').flatMap((rule, at) => [
      ...getArray(rule, 'backendRefs').flatMap((item, index) =>
        toReference(route, item, ['spec', 'rules', at, 'backendRefs', index], usual),
      ),
      ...getArray(rule, 'filters').flatMap((filter, index) =>
        toReference(
          route,
          getObject(filter, 'requestMirror', 'backendRef'),
          ['spec', 'rules', at, 'filters', index, 'requestMirror', 'backendRef'],
          usual,
        ),
      ),
    ]),
  );
}

function toReference(
  route: KubernetesObject,
  item: Parameters<typeof getString>[0],
  path: Path,
  usual: { readonly group: string; readonly kind: string },
): readonly RouteReference[] {
  const name = getString(item, 'name') ?? '';
  if (!isObject(item) || name === '') return [];
  const target = {
    group: getString(item, 'group') ?? usual.group,
    kind: getString(item, 'kind') ?? usual.kind,
    namespace: getString(item, 'namespace') ?? namespaceOrNone(route),
    name,
  };
  return [{ route, path, reference: item, target }];
}

/** Whether the reference is to a Service of the core group. */
export function isService({ target }: RouteReference): boolean {
  return target.group === '' && target.kind === 'Service';
}
