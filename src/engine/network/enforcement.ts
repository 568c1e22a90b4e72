import { compareBy } from '../../std/index.ts';
import { formatRef, nameOf, refOf, type Fact, type KubernetesObject, type ObjectRef, type World } from '../../model/index.ts';
import { ADMIN_GROUP, ADMIN_KINDS } from './admin-policy.ts';
import { CALICO_KINDS } from './plugin/calico.ts';
import { CALICO_GROUPS } from './plugin/calico-context.ts';
import { listStaged } from './plugin/staged.ts';
import { CILIUM_KINDS } from './plugin/cilium.ts';
import { CILIUM_GROUP } from './plugin/cilium-context.ts';

/** The network plugins that are known, by the names of `reach.cni` in kplan.yaml. */
export const NETWORK_PLUGINS = [
  'antrea',
  'aws',
  'calico',
  'cilium',
  'flannel',
  'kindnet',
  'kube-router',
  'ovn-kubernetes',
  'weave',
] as const;
export type NetworkPlugin = (typeof NETWORK_PLUGINS)[number];

/** The kinds of policies that some plugin enforces; those of Calico are one. */
export const POLICY_KINDS = [
  'NetworkPolicy',
  'AdminNetworkPolicy',
  'BaselineAdminNetworkPolicy',
  'ClusterNetworkPolicy',
  'CalicoNetworkPolicy',
  'CiliumNetworkPolicy',
] as const;
export type PolicyKind = (typeof POLICY_KINDS)[number];

/** What somebody says of the network plugin of a cluster; what is left out is looked for in the world. */
export interface NetworkSettings {
  readonly plugin?: NetworkPlugin;
  /** The kinds that are enforced, whatever the plugin is known for. */
  readonly enforces?: readonly PolicyKind[];
}

/** Nobody says anything. */
export const NO_NETWORK_SETTINGS: NetworkSettings = {};

const ENFORCED: Readonly<Record<NetworkPlugin, readonly PolicyKind[]>> = {
  antrea: ['NetworkPolicy', 'AdminNetworkPolicy', 'BaselineAdminNetworkPolicy'],
  aws: ['NetworkPolicy'],
  calico: ['NetworkPolicy', 'AdminNetworkPolicy', 'BaselineAdminNetworkPolicy', 'CalicoNetworkPolicy'],
  cilium: ['NetworkPolicy', 'CiliumNetworkPolicy'],
  flannel: [],
  kindnet: ['NetworkPolicy'],
  'kube-router': ['NetworkPolicy'],
  'ovn-kubernetes': ['NetworkPolicy', 'AdminNetworkPolicy', 'BaselineAdminNetworkPolicy'],
  weave: ['NetworkPolicy'],
};

/** The DaemonSets by which plugins run, as their own manifests and charts name them. */
const AGENTS: ReadonlyMap<string, NetworkPlugin> = new Map(
  Object.entries<NetworkPlugin>({
    'antrea-agent': 'antrea',
    'aws-node': 'aws',
    'calico-node': 'calico',
    cilium: 'cilium',
    kindnet: 'kindnet',
    'kube-flannel': 'flannel',
    'kube-flannel-ds': 'flannel',
    'kube-router': 'kube-router',
    'ovnkube-node': 'ovn-kubernetes',
    'weave-net': 'weave',
  }),
);

/** Which policies count in a world, and who says so. */
interface Enforcement {
  readonly enforces: ReadonlySet<PolicyKind>;
  readonly by: string;
}

/** What a world or its settings say; undefined where neither does, or where two plugins run: then every policy counts. */
function findEnforcement(world: World, { plugin, enforces }: NetworkSettings): Enforcement | undefined {
  if (enforces !== undefined) return { enforces: new Set(enforces), by: 'reach.enforces of the configuration' };
  if (plugin !== undefined) return { enforces: new Set(ENFORCED[plugin]), by: `${plugin} (reach.cni of the configuration)` };
  const agents = world.byKind('apps', 'DaemonSet').filter((object) => AGENTS.has(nameOf(object)));
  const [agent] = agents;
  const seen = new Set(agents.map((object) => AGENTS.get(nameOf(object))));
  // Flannel is the network of Canal, whose policies Calico enforces.
  if (seen.has('calico')) seen.delete('flannel');
  const [only] = seen;
  if (agent === undefined || only === undefined || seen.size > 1) return undefined;
  return { enforces: new Set(ENFORCED[only]), by: `${only} (${formatRef(refOf(agent))})` };
}

interface Policies {
  readonly kind: PolicyKind;
  readonly objects: readonly KubernetesObject[];
}

function listPolicies(world: World): readonly Policies[] {
  return [
    { kind: 'NetworkPolicy', objects: world.byKind('networking.k8s.io', 'NetworkPolicy') },
    ...POLICY_KINDS.filter((kind) => ADMIN_KINDS.includes(kind)).map((kind) => ({ kind, objects: world.byKind(ADMIN_GROUP, kind) })),
    { kind: 'CalicoNetworkPolicy', objects: CALICO_GROUPS.flatMap((group) => CALICO_KINDS.flatMap((kind) => world.byKind(group, kind))) },
    { kind: 'CiliumNetworkPolicy', objects: CILIUM_KINDS.flatMap((kind) => world.byKind(CILIUM_GROUP, kind)) },
  ];
}

function listUnenforcedObjects(world: World, enforcement: Enforcement | undefined): readonly KubernetesObject[] {
  if (enforcement === undefined) return [];
  return listPolicies(world).flatMap(({ kind, objects }) => (enforcement.enforces.has(kind) ? [] : objects));
}

const enforcedWorlds = new WeakMap<NetworkSettings, WeakMap<World, World>>();

/**
 * A world without the policies that nothing enforces: as the configuration says which network plugin there is, or as its DaemonSet
 * does where one is among the objects. Where nobody says it, the world itself.
 */
export function keepEnforced(world: World, settings: NetworkSettings): World {
  let known = enforcedWorlds.get(settings);
  if (known === undefined) enforcedWorlds.set(settings, (known = new WeakMap()));
  let kept = known.get(world);
  if (kept === undefined) {
    const left = listUnenforcedObjects(world, findEnforcement(world, settings));
    known.set(world, (kept = left.length === 0 ? world : world.without(left.map(refOf))));
  }
  return kept;
}

/** Policies that nothing enforces: they read as a limit and are none. Also policies of two plugins, of which one at most counts. */
export function listUnenforced(world: World, settings: NetworkSettings): readonly Fact[] {
  const enforcement = findEnforcement(world, settings);
  const unenforced = listUnenforcedObjects(world, enforcement).map((object) => toFact(refOf(object), enforcement?.by ?? ''));
  const plugins = listPolicies(world).filter(
    ({ kind, objects }) => objects.length > 0 && (kind === 'CalicoNetworkPolicy' || kind === 'CiliumNetworkPolicy'),
  );
  const both = enforcement === undefined && plugins.length > 1 ? plugins.flatMap(({ objects }) => objects.map(refOf)) : [];
  const staged = listStaged(world).map((object) => toFact(refOf(object), STAGED, 'info'));
  return [
    ...unenforced,
    ...staged,
    ...both.map((ref) => toFact(ref, 'the network plugin, if it is the other one of Calico and Cilium')),
  ].toSorted(compareBy(({ key }) => key));
}

const STAGED = 'anything, since it is staged (`kplan reach diff --staged` says what it would change)';

function toFact(ref: ObjectRef, by: string, severity: Fact['severity'] = 'warning'): Fact {
  return {
    engine: 'network',
    code: 'KN0308',
    severity,
    key: `unenforced ${ref.group} ${formatRef(ref)}`,
    subject: ref,
    data: { policy: formatRef(ref), by },
    objects: [{ ref }],
  };
}
