import { compareBy, getArray, getString, sortedUnique } from '../../std/index.ts';
import { labelsOf, nameOf, type KubernetesObject, type Requirement, type Selector, type World } from '../../model/index.ts';
import { parseAddress } from './address.ts';
import { ADMIN_GROUP, ADMIN_KINDS, readAdminPolicy } from './admin-policy.ts';
import { listAdminProblems } from './admin-problem.ts';
import { listPeers, NAME_LABEL, readPolicy, type Peer, type Policy, type Rule } from './policy.ts';
import { readPluginPolicies } from './plugin/index.ts';
import type { PolicyProblem } from './plugin/problem.ts';
import { listWorkloads, type Workload } from './workload.ts';

/** A node as the end of a connection. */
export interface NodeEnd {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly addresses: readonly bigint[];
}

/** What of a world decides who reaches whom. */
export interface Side {
  readonly workloads: readonly Workload[];
  /** In the order in which they are asked: by tier, priority and name. */
  readonly policies: readonly Policy[];
  /** What is wrong with policies of administrators, network plugins and meshes, and what of them is not judged. */
  readonly problems: readonly PolicyProblem[];
  /** The labels of the namespaces that some object makes. */
  readonly namespaces: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** The labels of a namespace, the one that the API server sets included, also where no manifest makes it. */
  labelsOfNamespace(namespace: string): ReadonlyMap<string, string>;
  /** The nodes, as far as they are known. */
  readonly nodes: readonly NodeEnd[];
  /** The addresses of the nodes: what host-network pods are seen as. */
  readonly nodeAddresses: readonly bigint[];
  /** Pod label keys that some selector looks at: pods that agree in these are alike. */
  readonly labelKeys: ReadonlySet<string>;
  /** Whether some rule looks at the service accounts of pods. */
  readonly isAccountAsked: boolean;
  /** Port names that some rule looks up. */
  readonly portNames: ReadonlySet<string>;
}

/** Reads a world; cached by world. */
export function readSide(world: World): Side {
  return world.derive(computeSide);
}

function computeSide(world: World): Side {
  const namespaces = world.kind('', 'Namespace').derive(computeNamespaces);
  const plugin = world.derive(readPluginPolicies);
  return toSide({
    workloads: listWorkloads(world),
    problems: [...plugin.problems, ...listAdminProblems(world)],
    policies: [
      ...plugin.policies,
      ...world.kind('networking.k8s.io', 'NetworkPolicy').derive(computePolicies),
      ...ADMIN_KINDS.flatMap((kind) => world.kind(ADMIN_GROUP, kind).derive(computeAdminPolicies)),
    ],
    nodes: world.kind('', 'Node').derive(computeNodes),
    namespaces,
  });
}

/** How many policies decide in a world. */
export function countPolicies(world: World): number {
  return new Set(readSide(world).policies.map(({ object }) => object)).size;
}

/** What decides, put in order; `namespaces` has the labels of those that some manifest makes. */
export function toSide({
  workloads,
  policies,
  problems = [],
  nodes,
  namespaces,
}: Pick<Side, 'nodes' | 'policies' | 'workloads'> & {
  readonly problems?: Side['problems'];
  readonly namespaces: ReadonlyMap<string, ReadonlyMap<string, string>>;
}): Side {
  const asked = policies.map(readAsked);
  return {
    workloads,
    policies: policies.toSorted(
      compareBy(
        ({ place }) => place.order,
        ({ place }) => place.name,
        ({ priority }) => priority,
      ),
    ),
    problems,
    namespaces,
    labelsOfNamespace: (namespace) => namespaces.get(namespace) ?? new Map([[NAME_LABEL, namespace]]),
    nodes,
    nodeAddresses: nodes.flatMap(({ addresses }) => addresses),
    labelKeys: new Set(asked.flatMap(({ labelKeys }) => labelKeys)),
    isAccountAsked: asked.some(({ isAccountAsked }) => isAccountAsked),
    portNames: new Set(asked.flatMap(({ portNames }) => portNames)),
  };
}

const policyOf = new WeakMap<KubernetesObject, Policy>();

/** One and the same policy of one object, in whatever world. */
function computePolicies(objects: readonly KubernetesObject[]): readonly Policy[] {
  return objects.map((object) => {
    let policy = policyOf.get(object);
    if (policy === undefined) policyOf.set(object, (policy = readPolicy(object)));
    return policy;
  });
}

function computeNodes(objects: readonly KubernetesObject[]): readonly NodeEnd[] {
  return objects.map(toNodeEnd);
}

/** Whether policies speak of the same ends: a policy that both sides have matches alike on both. */
export function hasSameEnds(a: Side, b: Side): boolean {
  return a.workloads === b.workloads && a.nodes === b.nodes && a.namespaces === b.namespaces;
}

function computeAdminPolicies(objects: readonly KubernetesObject[]): readonly Policy[] {
  return objects.map(readAdminPolicy);
}

/** The labels of namespaces by name, with the one that the API server sets. */
export function computeNamespaces(objects: readonly KubernetesObject[]): ReadonlyMap<string, ReadonlyMap<string, string>> {
  return new Map(objects.map((object) => [nameOf(object), new Map([...labelsOf(object), [NAME_LABEL, nameOf(object)]])]));
}

function toNodeEnd(node: KubernetesObject): NodeEnd {
  const addresses = getArray(node, 'status', 'addresses').flatMap((item) => {
    const point = getString(item, 'type') === 'InternalIP' ? parseAddress(getString(item, 'address') ?? '') : undefined;
    return point === undefined ? [] : [point];
  });
  return { name: nameOf(node), labels: labelsOf(node), addresses };
}

/** The rules of both directions. */
function listRules(policy: Policy): readonly Rule[] {
  return [...(policy.ingress ?? []), ...(policy.egress ?? [])];
}

/** Whom a policy speaks of: its subjects and the peers of its rules, and what these are made of. */
function listAllPeers(policy: Policy): readonly Peer[] {
  return [policy.subject, ...listRules(policy).flatMap(({ peers = [] }) => peers)].flatMap(listPeers);
}

/** What a policy looks at of pods, and of addresses. */
export interface Asked {
  readonly labelKeys: readonly string[];
  readonly isAccountAsked: boolean;
  readonly portNames: readonly string[];
  /** Where it tells addresses apart. */
  readonly cuts: readonly bigint[];
  /** Whether it tells the addresses of nodes from others. */
  readonly isNodeAsked: boolean;
}

const askedBy = new WeakMap<Policy, Asked>();

/** What a policy looks at; read once. */
export function readAsked(policy: Policy): Asked {
  let asked = askedBy.get(policy);
  if (asked === undefined) askedBy.set(policy, (asked = findAsked(policy)));
  return asked;
}

function findAsked(policy: Policy): Asked {
  const peers = listAllPeers(policy);
  return {
    labelKeys: sortedUnique(peers.flatMap(listLabelKeys)),
    isAccountAsked: peers.some((peer) => peer.kind === 'test' && peer.isAccountAsked),
    portNames: sortedUnique(listRules(policy).flatMap(({ namedPorts }) => namedPorts.map(({ name }) => name))),
    cuts: peers.flatMap((peer) => (peer.kind === 'addresses' ? peer.addresses.cuts : [])),
    isNodeAsked: peers.some(
      (peer) =>
        peer.kind === 'nodes' ||
        peer.kind === 'hosts' ||
        peer.kind === 'placed' ||
        (peer.kind === 'addresses' && peer.meaning === 'outside'),
    ),
  };
}

function listLabelKeys(peer: Peer): readonly string[] {
  if (peer.kind === 'test') return peer.labelKeys;
  return peer.kind === 'pods' ? keysOf(peer.pods) : [];
}

function keysOf(selector: Selector): readonly string[] {
  return selector.requirements.map(({ key }: Requirement) => key);
}
