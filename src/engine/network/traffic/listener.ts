import { getArray, getAt, getNumber, getObject, getString, type JsonValue } from '../../../std/index.ts';
import {
  isGranted,
  isSelected,
  namespaceOf,
  readLabelSelector,
  refOf,
  specOf,
  type KubernetesObject,
  type ObjectRef,
  type World,
} from '../../../model/index.ts';
import { isProtocol, type Protocol } from '../port-set.ts';
import { readSide } from '../side.ts';

/** The group of the Gateway API. */
export const GATEWAY_GROUP = 'gateway.networking.k8s.io';

/** A listener of a Gateway, its own or one that a ListenerSet adds. */
export interface Listener {
  /** The Gateway or ListenerSet that it stands in. */
  readonly ref: ObjectRef;
  readonly path: string;
  readonly gateway: ObjectRef;
  readonly name: string;
  /** Empty: every host. */
  readonly host: string;
  readonly port: number;
  readonly transport: Protocol;
  /** The kinds of routes that it takes. */
  readonly kinds: ReadonlySet<string>;
  readonly takesFrom: (namespace: string) => boolean;
  /** Why it does not work; undefined if it does. */
  readonly problem: string | undefined;
}

/** The listeners of a world, Gateway by Gateway, those of ListenerSets last; cached. */
export function listListeners(world: World): readonly Listener[] {
  return world.derive(computeListeners);
}

function computeListeners(world: World): readonly Listener[] {
  const sets = ['ListenerSet', 'XListenerSet'].flatMap((kind) => [
    ...world.byKind(GATEWAY_GROUP, kind),
    ...world.byKind('gateway.networking.x-k8s.io', kind),
  ]);
  return world.byKind(GATEWAY_GROUP, 'Gateway').flatMap((gateway) => {
    const own = readListeners(world, gateway, gateway);
    const mine = sets.filter((set) => isChild(set, gateway)).toSorted(byAge);
    const taken = new Set(own.map(toPlace));
    return [...own, ...mine.flatMap((set) => addSet(world, { gateway, set, taken }))];
  });
}

function isChild(set: KubernetesObject, gateway: KubernetesObject): boolean {
  const parent = getObject(specOf(set), 'parentRef');
  const namespace = getString(parent, 'namespace') ?? namespaceOf(set);
  const kind = getString(parent, 'kind') ?? 'Gateway';
  return kind === 'Gateway' && getString(parent, 'name') === gateway.metadata['name'] && namespace === namespaceOf(gateway);
}

/** The oldest first; the order of their names among those of one age. */
function byAge(a: KubernetesObject, b: KubernetesObject): number {
  const [older, newer] = [getString(a.metadata, 'creationTimestamp') ?? '', getString(b.metadata, 'creationTimestamp') ?? ''];
  return older < newer ? -1 : older > newer ? 1 : 0;
}

interface Joining {
  readonly gateway: KubernetesObject;
  readonly set: KubernetesObject;
  /** The places of earlier listeners; those of the set are added. */
  readonly taken: Set<string>;
}

/** A set that the Gateway does not admit adds nothing; of a listener that two have, the earlier one counts. */
function addSet(world: World, { gateway, set, taken }: Joining): readonly Listener[] {
  const admits = readNamespaces(world, getAt(specOf(gateway), 'allowedListeners', 'namespaces'), namespaceOf(gateway) ?? '', 'None');
  const isAdmitted = admits(namespaceOf(set) ?? '');
  return readListeners(world, set, gateway).map((listener) => {
    if (!isAdmitted) return { ...listener, problem: `the Gateway's allowedListeners do not admit the namespace ${namespaceOf(set) ?? ''}` };
    if (taken.has(toPlace(listener))) return { ...listener, problem: 'an earlier listener has its port, protocol and hostname' };
    taken.add(toPlace(listener));
    return listener;
  });
}

function toPlace({ port, transport, host }: Listener): string {
  return `${port}/${transport} ${host}`;
}

function readListeners(world: World, object: KubernetesObject, gateway: KubernetesObject): readonly Listener[] {
  return getArray(specOf(object), 'listeners').flatMap((item, index): readonly Listener[] => {
    const protocol = getString(item, 'protocol') ?? '';
    const offered = kindsOf(protocol, getString(item, 'tls', 'mode') ?? 'Terminate');
    const port = getNumber(item, 'port');
    if (port === undefined) return [];
    const home = namespaceOf(object) ?? '';
    const transport = isProtocol(protocol) ? protocol : 'TCP';
    const hasHost = protocol !== 'TCP' && protocol !== 'UDP';
    return [
      {
        ref: refOf(object),
        path: `/spec/listeners/${index}`,
        gateway: refOf(gateway),
        name: getString(item, 'name') ?? '',
        host: hasHost ? (getString(item, 'hostname') ?? '').toLowerCase() : '',
        port,
        transport,
        kinds: narrowKinds(offered, getArray(item, 'allowedRoutes', 'kinds')),
        takesFrom: readNamespaces(world, getAt(item, 'allowedRoutes', 'namespaces'), home, 'Same'),
        problem: offered.length === 0 ? `the protocol ${protocol} is none of the Gateway API` : findCertificateProblem(world, object, item),
      },
    ];
  });
}

function kindsOf(protocol: string, mode: string): readonly string[] {
  switch (protocol) {
    case 'HTTP':
    case 'HTTPS':
      return ['HTTPRoute', 'GRPCRoute'];
    case 'TLS':
      return mode === 'Passthrough' ? ['TLSRoute'] : ['TLSRoute', 'TCPRoute'];
    case 'TCP':
      return ['TCPRoute'];
    case 'UDP':
      return ['UDPRoute'];
    default:
      return [];
  }
}

function narrowKinds(offered: readonly string[], asked: readonly JsonValue[]): ReadonlySet<string> {
  if (asked.length === 0) return new Set(offered);
  const named = asked.flatMap((item) => ((getString(item, 'group') ?? GATEWAY_GROUP) === GATEWAY_GROUP ? [getString(item, 'kind')] : []));
  return new Set(offered.filter((kind) => named.includes(kind)));
}

/** Whom a `namespaces: {from, selector}` admits. */
function readNamespaces(
  world: World,
  value: JsonValue | undefined,
  home: string,
  byDefault: 'None' | 'Same',
): (namespace: string) => boolean {
  switch (getString(value, 'from') ?? byDefault) {
    case 'All':
      return () => true;
    case 'Same':
      return (namespace) => namespace === home;
    case 'Selector': {
      const selector = readLabelSelector(getAt(value, 'selector'));
      return (namespace) => isSelected(selector, readSide(world).labelsOfNamespace(namespace));
    }
    default:
      return () => false;
  }
}

function findCertificateProblem(world: World, object: KubernetesObject, item: JsonValue): string | undefined {
  const home = namespaceOf(object) ?? '';
  const refused = getArray(item, 'tls', 'certificateRefs').find((certificate) => {
    const namespace = getString(certificate, 'namespace') ?? home;
    const to = { group: getString(certificate, 'group') ?? '', kind: getString(certificate, 'kind') ?? 'Secret', namespace };
    return !isGranted(world, refOf(object), { ...to, name: getString(certificate, 'name') ?? '' });
  });
  if (refused === undefined) return undefined;
  return `no ReferenceGrant lets it use the Secret ${getString(refused, 'namespace') ?? ''}/${getString(refused, 'name') ?? ''}`;
}
