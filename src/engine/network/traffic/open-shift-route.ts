import { getArray, getAt, getNumber, getObject, getString, type JsonValue } from '../../../std/index.ts';
import { namespaceOf, refOf, specOf, type KubernetesObject, type World } from '../../../model/index.ts';
import { type Backend, type Doorway, type Entry, type Proxy } from './entry.ts';

const ROUTERS: Proxy = { kind: 'router', name: 'the routers', ref: undefined };

/**
 * What the Routes of OpenShift let in (`route.openshift.io/v1`): a host and path to a Service and its alternatives by weight.
 * Plain HTTP is served where there is no TLS, or `insecureEdgeTerminationPolicy` is `Allow`.
 */
export function listRouteEntries(world: World): readonly Entry[] {
  return world.byKind('route.openshift.io', 'Route').map(readRoute);
}

function readRoute(route: KubernetesObject): Entry {
  const spec = specOf(route);
  const wildcard = getString(spec, 'wildcardPolicy') === 'Subdomain';
  const host = (getString(spec, 'host') ?? '').toLowerCase();
  return {
    ref: refOf(route),
    path: '/spec',
    host: wildcard ? host.replace(/^[^.]*/, '*') : host,
    match: { kind: 'prefix', value: getString(spec, 'path') ?? '/' },
    isConditional: false,
    isFallback: false,
    proxy: ROUTERS,
    doorways: listDoorways(spec),
    backends: listBackends(spec, namespaceOf(route) ?? ''),
    problem: undefined,
  };
}

function listDoorways(spec: JsonValue): readonly Doorway[] {
  const tls = getObject(spec, 'tls');
  const ports = tls === undefined ? [80] : getString(tls, 'insecureEdgeTerminationPolicy') === 'Allow' ? [80, 443] : [443];
  return ports.map((port) => ({ protocol: 'TCP', port, listener: undefined }));
}

function listBackends(spec: JsonValue, namespace: string): readonly Backend[] {
  const port = getNumber(spec, 'port', 'targetPort') ?? getString(spec, 'port', 'targetPort');
  const targets = [
    { target: getAt(spec, 'to'), path: '/spec/to' },
    ...getArray(spec, 'alternateBackends').map((target, index) => ({ target, path: `/spec/alternateBackends/${index}` })),
  ];
  return targets.flatMap(({ target, path }) => {
    const name = getString(target, 'name');
    if (name === undefined || (getString(target, 'kind') ?? 'Service') !== 'Service') return [];
    const isIdle = getNumber(target, 'weight') === 0;
    return [{ path, namespace, name, port, problem: isIdle ? 'its weight is 0' : undefined, isIdle, isMirror: false }];
  });
}
