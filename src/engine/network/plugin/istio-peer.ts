import {
  compareBy,
  getAt,
  getObject,
  getOrAdd,
  getString,
  getStringMap,
  groupBy,
  intersect,
  sha256,
  sortedUnique,
  subtract,
  toPointer,
  uniteAll,
} from '../../../std/index.ts';
import { isSelected, nameOf, namespaceOf, refOf, specOf, type KubernetesObject, type Selector, type World } from '../../../model/index.ts';
import { ISOLATES_NONE, toPlace, type Peer, type PodFacts, type PodTest, type Policy } from '../policy.ts';
import { toPortSet, type PortSet } from '../port-set.ts';
import { IN_MESH, ISTIO_GROUP, partOf, ROOT_NAMESPACE, toEdgeTest, toMeshTest, toSelector, type Mesh } from './istio-mesh.ts';
import { readRange } from './ports.ts';
import { Problems, type ReadPolicies } from './problem.ts';

const MODES = ['DISABLE', 'PERMISSIVE', 'STRICT', 'UNSET'] as const;
type Mode = (typeof MODES)[number];

/** Before all policies of authorization: who is shut out is asked nothing. */
const STRICT_FIRST = -2;
const TCP: PortSet = toPortSet('TCP');

interface Authentication {
  readonly object: KubernetesObject;
  readonly home: string;
  /** Undefined: the whole namespace, or the whole mesh. */
  readonly selector: Selector | undefined;
  readonly mode: Mode;
  readonly ports: ReadonlyMap<number, Mode>;
}

/** Pods that take no proof of who a sender is, on some ports. */
export interface Plaintext {
  readonly subject: PodTest;
  readonly ports: PortSet;
}

/** What the PeerAuthentications of a world come to. */
export interface PeerAuthentications extends ReadPolicies {
  readonly plaintext: readonly Plaintext[];
}

/**
 * Reads the PeerAuthentications (`security/v1beta1/peer_authentication.proto`): STRICT shuts out who has no proxy of the mesh. What is
 * said of a port comes before what is said of its workload, that before its namespace and that before the mesh; UNSET leaves it to
 * the next. Of two of one place the older counts. Those of workloads count for nothing in the root namespace, DISABLE nothing in the
 * ambient mode, and none of them at gateways.
 */
export function readPeerAuthentications(world: World, mesh: Mesh): PeerAuthentications {
  const objects = world.byKind(ISTIO_GROUP, 'PeerAuthentication').toSorted(
    compareBy(
      (object) => getString(object, 'metadata', 'creationTimestamp') ?? '',
      (object) => nameOf(object),
    ),
  );
  const firsts = new Map<string, Authentication>();
  const read = objects.map((object) => {
    const problems = new Problems(object);
    const one = readOne(object, problems);
    if (one === undefined) return { one, problems };
    const earlier = getOrAdd(firsts, JSON.stringify([one.home, one.selector]), () => one);
    if (earlier !== one && getString(object, 'metadata', 'creationTimestamp') === undefined)
      problems.tie('/spec', `the same pods as PeerAuthentication ${nameOf(earlier.object)} (the older counts)`, refOf(earlier.object));
    return { one, problems };
  });
  const edge = toEdgeTest(mesh);
  const groups = listGroups(read.flatMap(({ one }) => one ?? []));
  return {
    policies: groups.flatMap((group) => toPolicies(group, edge)),
    plaintext: groups.flatMap((group) => toPlaintext(group)),
    problems: read.flatMap(({ problems }) => problems.list),
  };
}

/** Undefined for one that counts for nothing. */
function readOne(object: KubernetesObject, problems: Problems): Authentication | undefined {
  const spec = specOf(object);
  const home = namespaceOf(object) ?? '';
  const labels = getStringMap(spec, 'selector', 'matchLabels');
  const readMode = (text: string | undefined, path: string): Mode => {
    const mode = MODES.find((known) => known === (text ?? 'UNSET'));
    if (mode === undefined) problems.refuse(path, `mode ${text ?? ''}: must be UNSET, DISABLE, PERMISSIVE or STRICT`);
    return mode ?? 'UNSET';
  };
  const ports = new Map(
    Object.keys(getObject(spec, 'portLevelMtls') ?? {}).flatMap((port) => {
      const path = ['spec', 'portLevelMtls', port];
      if ((readRange(port, '-')?.[0] ?? 0) > 0)
        return [[Number(port), readMode(getString(getAt(spec, 'portLevelMtls', port), 'mode'), toPointer([...path, 'mode']))] as const];
      problems.refuse(toPointer(path), `${port}: no port`);
      return [];
    }),
  );
  if (labels.size === 0 && ports.size > 0) {
    problems.refuse('/spec/portLevelMtls', 'modes of ports need a selector of workloads: they count for nothing here');
    ports.clear();
  }
  if (labels.size > 0 && home === ROOT_NAMESPACE) {
    problems.refuse('/spec/selector', 'a selector in the root namespace selects nothing: the policy counts for nothing');
    return undefined;
  }
  const selector = labels.size === 0 ? undefined : toSelector(labels);
  return { object, home, selector, mode: readMode(getString(spec, 'mtls', 'mode'), '/spec/mtls/mode'), ports };
}

/** Pods of which the same authentications say the modes: `base` of all ports, `own` of some. */
interface Group {
  readonly base: Authentication | undefined;
  readonly own: Authentication | undefined;
  readonly subject: PodTest;
}

function listGroups(read: readonly Authentication[]): readonly Group[] {
  const own = read.filter(({ selector }) => selector !== undefined);
  const wide = new Map<string, Authentication>();
  for (const one of read) if (one.selector === undefined) getOrAdd(wide, one.home, () => one);
  const ownOf = groupBy(own, ({ home }) => home);
  const found = new Map<string, WeakMap<PodFacts['labels'], Authentication | 'none'>>();
  const findOwn = ({ namespace, labels }: PodFacts): Authentication | 'none' =>
    getOrAdd(
      getOrAdd(found, namespace, () => new WeakMap<PodFacts['labels'], Authentication | 'none'>()),
      labels,
      () => ownOf.get(namespace)?.find(({ selector }) => selector !== undefined && isSelected(selector, labels)) ?? 'none',
    );
  const findBase = (namespace: string): Authentication | undefined =>
    [namespace, ROOT_NAMESPACE].flatMap((home) => wide.get(home) ?? []).find(({ mode }) => mode !== 'UNSET');
  const listKeys = (of: readonly Authentication[]): readonly string[] =>
    sortedUnique(of.flatMap(({ selector }) => selector?.requirements.map(({ key }) => key) ?? []));
  const keysOf = new Map([...ownOf].map(([home, of]) => [home, listKeys(of)]));
  const allKeys = listKeys(own);
  const all = sha256(JSON.stringify(read.map(({ home, mode, object, selector }) => [home, nameOf(object), mode, selector])));
  const toTest = ({ home, object }: Authentication, isMatch: PodTest['isMatch']): PodTest => {
    const text = `authenticated by ${home}/${nameOf(object)} of ${all}`;
    if (home === ROOT_NAMESPACE) return toMeshTest(text, isMatch, allKeys);
    return { ...toMeshTest(text, isMatch, keysOf.get(home)), namespace: home };
  };
  return [
    ...[...wide.values()]
      .filter((one) => findBase(one.home) === one)
      .map((base): Group => ({
        base,
        own: undefined,
        subject: toTest(base, (pod) => findBase(pod.namespace) === base && findOwn(pod) === 'none'),
      })),
    ...own.map((one): Group => ({
      base: one.mode === 'UNSET' ? findBase(one.home) : one,
      own: one,
      subject: toTest(one, (pod) => findOwn(pod) === one),
    })),
  ];
}

const toPort = (port: number): PortSet => toPortSet('TCP', port, port);

/** The ports on which a mode holds, by who says so. */
function listPorts(
  { base, own }: Group,
  mode: Mode,
): readonly { readonly by: Authentication; readonly path: string; readonly ports: PortSet }[] {
  const said = [...(own?.ports ?? [])].filter((port) => port[1] !== 'UNSET');
  const rest = subtract(TCP, uniteAll(said.map(([port]) => toPort(port))));
  return [
    ...(base?.mode === mode ? [{ by: base, path: '/spec/mtls/mode', ports: rest }] : []),
    ...said.flatMap(([port, of]) =>
      own === undefined || of !== mode ? [] : [{ by: own, path: `/spec/portLevelMtls/${port}/mode`, ports: toPort(port) }],
    ),
  ];
}

function toPolicies(group: Group, edge: PodTest): readonly Policy[] {
  const subject: Peer = { kind: 'every', of: [IN_MESH, { kind: 'not', of: edge }, group.subject] };
  return listPorts(group, 'STRICT').map(({ by, path, ports }): Policy => ({
    ref: refOf(by.object),
    object: by.object,
    place: toPlace('mesh'),
    priority: STRICT_FIRST,
    namespace: by.home,
    subject,
    subjectPath: by.selector === undefined ? '/spec' : '/spec/selector',
    ingress: [{ path, name: '', action: 'deny', peers: [{ kind: 'not', of: IN_MESH }], ports, namedPorts: [] }],
    egress: undefined,
    isolates: ISOLATES_NONE,
  }));
}

function toPlaintext(group: Group): readonly Plaintext[] {
  const ports = uniteAll(listPorts(group, 'DISABLE').map((item) => item.ports));
  if (intersect(ports, TCP).cuts.length === 0) return [];
  const { subject } = group;
  return [
    { ports, subject: { ...subject, text: `${subject.text} plain`, isMatch: (pod) => partOf(pod) === 'sidecar' && subject.isMatch(pod) } },
  ];
}
