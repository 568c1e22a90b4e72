import { EMPTY_INTERVALS, getArray, getAt, getNumber, getObject, getString, uniteAll, type JsonValue } from '../../../std/index.ts';
import { containersOf, isSelected, nameOf, readMapSelector, specOf, type KubernetesObject } from '../../../model/index.ts';
import { isProtocol, toPortSet, type PortSet } from '../port-set.ts';
import { homeOf, type GuardPeer } from './peers.ts';

/** A way by which an Ingress or Route leads to a workload. */
export interface Entrance {
  readonly kind: 'Ingress' | 'Route';
  /** `namespace/name` of the Ingress or Route. */
  readonly name: string;
  readonly service: string;
  /** The pod's ports that are reached so; never none. */
  readonly ports: PortSet;
}

interface Backend {
  readonly service: string;
  /** Undefined: all ports of the Service. */
  readonly port: number | string | undefined;
}

/** The entrances of a directory to each workload: backends of Ingresses and Routes, through Services of their namespace. */
export function listEntrances(objects: readonly KubernetesObject[], peer: GuardPeer): readonly Entrance[] {
  const services = objects.filter((object) => object.kind === 'Service' && homeOf(object) === peer.namespace && isBehind(object, peer));
  if (services.length === 0) return [];
  return objects.flatMap((object) => {
    const kind = object.kind;
    if ((kind !== 'Ingress' && kind !== 'Route') || homeOf(object) !== peer.namespace) return [];
    const backends = kind === 'Ingress' ? listBackends(object) : listTargets(object);
    return backends.flatMap((backend) => {
      const service = services.find((item) => nameOf(item) === backend.service);
      const ports = service === undefined ? EMPTY_INTERVALS : resolvePorts(service, backend.port, peer);
      return ports.cuts.length === 0 ? [] : [{ kind, name: `${homeOf(object)}/${nameOf(object)}`, service: backend.service, ports }];
    });
  });
}

function isBehind(service: KubernetesObject, peer: GuardPeer): boolean {
  const selector = readMapSelector(specOf(service)['selector']);
  return selector !== undefined && isSelected(selector, peer.labels);
}

function listBackends(ingress: KubernetesObject): readonly Backend[] {
  const spec = specOf(ingress);
  const paths = getArray(spec, 'rules').flatMap((rule) => getArray(rule, 'http', 'paths').map((path) => getAt(path, 'backend')));
  return [getAt(spec, 'defaultBackend'), ...paths].flatMap((backend) => {
    const service = getString(backend ?? null, 'service', 'name');
    const port = getObject(backend ?? null, 'service', 'port');
    return service === undefined ? [] : [{ service, port: getNumber(port ?? null, 'number') ?? getString(port ?? null, 'name') }];
  });
}

function listTargets(route: KubernetesObject): readonly Backend[] {
  const spec = specOf(route);
  const port = toPort(getAt(spec, 'port', 'targetPort'));
  return [getAt(spec, 'to'), ...getArray(spec, 'alternateBackends')].flatMap((target) => {
    const service = getString(target ?? null, 'name');
    const kind = getString(target ?? null, 'kind') ?? 'Service';
    return service === undefined || kind !== 'Service' ? [] : [{ service, port }];
  });
}

function toPort(value: JsonValue | undefined): number | string | undefined {
  return typeof value === 'number' || typeof value === 'string' ? value : undefined;
}

/** The declared TCP ports of a workload that a port of a Service, by name, number or target, leads to. */
function resolvePorts(service: KubernetesObject, wanted: number | string | undefined, peer: GuardPeer): PortSet {
  const matching = getArray(specOf(service), 'ports').filter(
    (item) => wanted === undefined || [getAt(item, 'name'), getAt(item, 'port'), getAt(item, 'targetPort')].includes(wanted),
  );
  const declared = listDeclared(peer);
  return uniteAll(
    matching.flatMap((item) => {
      const target = toPort(getAt(item, 'targetPort')) ?? toPort(getAt(item, 'port'));
      return declared
        .filter(({ name, port }) => (typeof target === 'string' ? name === target : port === target))
        .map(({ port }) => toPortSet('TCP', port, port));
    }),
  );
}

function listDeclared({ template }: GuardPeer): readonly { readonly name: string | undefined; readonly port: number }[] {
  return containersOf(template.spec).flatMap(({ type, container }) =>
    type !== 'container'
      ? []
      : getArray(container, 'ports').flatMap((item) => {
          const [protocol, port] = [getString(item, 'protocol') ?? 'TCP', getNumber(item, 'containerPort')];
          return port === undefined || !isProtocol(protocol) || protocol !== 'TCP' ? [] : [{ name: getString(item, 'name'), port }];
        }),
  );
}
