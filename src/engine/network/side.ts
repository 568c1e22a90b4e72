import { getArray, getString } from '../../std/index.ts';
import { labelsOf, nameOf, type KubernetesObject, type Requirement, type Selector, type World } from '../../model/index.ts';
import { parseAddress } from './address.ts';
import { readPolicy, type Policy, type Rule } from './policy.ts';
import { listWorkloads, type Workload } from './workload.ts';

const NAME_LABEL = 'kubernetes.io/metadata.name';

/** What of a world decides who reaches whom. */
export interface Side {
  readonly workloads: readonly Workload[];
  readonly policies: readonly Policy[];
  /** The labels of a namespace, the one that the API server sets included, also where no manifest makes it. */
  labelsOfNamespace(namespace: string): ReadonlyMap<string, string>;
  /** The addresses of the nodes, as far as they are known: what host-network pods are seen as. */
  readonly nodeAddresses: readonly bigint[];
  /** Pod label keys that some selector looks at: pods that agree in these are alike. */
  readonly labelKeys: ReadonlySet<string>;
  /** Port names that some rule looks up. */
  readonly portNames: ReadonlySet<string>;
}

/** Reads a world; cached by world. */
export function readSide(world: World): Side {
  return world.derive(computeSide);
}

function computeSide(world: World): Side {
  const policies = world.kind('networking.k8s.io', 'NetworkPolicy').derive(computePolicies);
  const namespaces = world.kind('', 'Namespace').derive(computeNamespaces);
  const rules = policies.flatMap(listRules);
  return {
    workloads: listWorkloads(world),
    policies,
    labelsOfNamespace: (namespace) => namespaces.get(namespace) ?? new Map([[NAME_LABEL, namespace]]),
    nodeAddresses: world.byKind('', 'Node').flatMap(listNodeAddresses),
    labelKeys: new Set([...policies.flatMap(({ pods }) => keysOf(pods)), ...rules.flatMap(listLabelKeys)]),
    portNames: new Set(rules.flatMap(({ namedPorts }) => namedPorts.map(({ name }) => name))),
  };
}

function computePolicies(objects: readonly KubernetesObject[]): readonly Policy[] {
  return objects.map(readPolicy);
}

function computeNamespaces(objects: readonly KubernetesObject[]): ReadonlyMap<string, ReadonlyMap<string, string>> {
  return new Map(objects.map((object) => [nameOf(object), new Map([...labelsOf(object), [NAME_LABEL, nameOf(object)]])]));
}

function listNodeAddresses(node: KubernetesObject): readonly bigint[] {
  return getArray(node, 'status', 'addresses').flatMap((item) => {
    const point = getString(item, 'type') === 'InternalIP' ? parseAddress(getString(item, 'address') ?? '') : undefined;
    return point === undefined ? [] : [point];
  });
}

/** The rules of both directions. */
export function listRules(policy: Policy): readonly Rule[] {
  return [...(policy.ingress ?? []), ...(policy.egress ?? [])];
}

function listLabelKeys(rule: Rule): readonly string[] {
  return (rule.peers ?? []).flatMap((peer) => (peer.kind === 'pods' ? keysOf(peer.pods) : []));
}

function keysOf(selector: Selector): readonly string[] {
  return selector.requirements.map(({ key }: Requirement) => key);
}
