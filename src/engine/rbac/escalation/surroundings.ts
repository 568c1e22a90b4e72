import { compareBy, getOrAdd, getString, groupBy, sortedUnique } from '../../../std/index.ts';
import { isPrivilegedAdmitted, podSecuritySiteOf } from '../../../model/pod-security/index.ts';
import { annotationsOf, labelsOf, nameOf, namespaceOf, refOf, type KindIndex, type World } from '../../../model/index.ts';
import { readPolicy, type RbacPolicy } from '../policy.ts';
import { parseServiceAccountName } from '../request.ts';
import { listDeputies, type Deputy } from './deputy.ts';
import type { Footing } from './graph.ts';
import { listWorkloads, type Workload } from './workload.ts';

/** A Secret that holds the token of a ServiceAccount. */
export interface TokenSecret {
  readonly name: string;
  readonly account: string;
  readonly footing: Footing;
}

/** What of a world paths lead over besides roles and bindings. */
export interface Surroundings {
  readonly world: World;
  readonly policy: RbacPolicy;
  /** All that are known of, by name. */
  readonly namespaces: readonly string[];
  /** The names of the ServiceAccounts of each namespace: those that exist, that run something, that are bound. */
  readonly accounts: ReadonlyMap<string, readonly string[]>;
  readonly tokens: ReadonlyMap<string, readonly TokenSecret[]>;
  readonly workloads: ReadonlyMap<string, readonly Workload[]>;
  readonly deputies: readonly Deputy[];
  readonly controlPlane: Footing | undefined;
  /** Whether Pod Security lets privileged Pods into a namespace. */
  admitsPrivileged(namespace: string): boolean;
  /** The objects of a resource (`apps/deployments`); undefined where the world has none. */
  findKind(resource: string): KindIndex | undefined;
}

const IMPLIED_NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];

/** Reads what surrounds the roles and bindings of a world. */
export function readSurroundings(world: World): Surroundings {
  const policy = readPolicy(world);
  const workloads = groupBy(listWorkloads(world), ({ namespace }) => namespace);
  const bound = [...policy.grants.keys()].flatMap((key) =>
    key.startsWith('user ') ? (parseServiceAccountName(key.slice('user '.length)) ?? []) : [],
  );
  const existing = world.byKind('', 'ServiceAccount').map((object) => ({ namespace: namespaceOf(object) ?? '', name: nameOf(object) }));
  const namespaces = sortedUnique([
    ...IMPLIED_NAMESPACES,
    ...world.byKind('', 'Namespace').map(nameOf),
    ...workloads.keys(),
    ...[...bound, ...existing].map(({ namespace }) => namespace),
    ...policy.bindings.flatMap(({ namespace }) => (namespace === '' ? [] : [namespace])),
  ]);
  const running = [...workloads].flatMap(([namespace, list]) =>
    list.flatMap(({ account }) => (account === undefined ? [] : [{ namespace, name: account.name }])),
  );
  const byNamespace = groupBy([...bound, ...existing, ...running], ({ namespace }) => namespace);
  const privileged = new Map<string, boolean>();
  const kinds = new Map(world.kinds().map(({ group, kind }) => [`${group}/${kind.toLowerCase()}s`, { group, kind }]));
  return {
    world,
    policy,
    namespaces,
    accounts: new Map(
      namespaces.map((namespace) => [namespace, sortedUnique(['default', ...(byNamespace.get(namespace) ?? []).map(({ name }) => name)])]),
    ),
    tokens: readTokens(world),
    workloads,
    deputies: listDeputies(world, [...workloads.values()].flat()),
    controlPlane: findControlPlane(world),
    admitsPrivileged: (namespace) => getOrAdd(privileged, namespace, () => isPrivilegedAdmitted(podSecuritySiteOf(world, namespace))),
    findKind: (resource) => {
      const kind = kinds.get(resource);
      return kind === undefined ? undefined : world.kind(kind.group, kind.kind);
    },
  };
}

function readTokens(world: World): ReadonlyMap<string, readonly TokenSecret[]> {
  const tokens = world.byKind('', 'Secret').flatMap((secret) => {
    const account = annotationsOf(secret).get('kubernetes.io/service-account.name');
    if (account === undefined || getString(secret, 'type') !== 'kubernetes.io/service-account-token') return [];
    const ref = refOf(secret);
    return [{ namespace: ref.namespace ?? '', name: ref.name, account, footing: { ref, path: '/metadata/annotations' } }];
  });
  return groupBy(tokens.toSorted(compareBy(({ name }) => name)), ({ namespace }) => namespace);
}

function findControlPlane(world: World): Footing | undefined {
  const node = world.byKind('', 'Node').find((candidate) => {
    const labels = labelsOf(candidate);
    return labels.has('node-role.kubernetes.io/control-plane') || labels.has('node-role.kubernetes.io/master');
  });
  return node === undefined ? undefined : { ref: refOf(node), path: '/metadata/labels' };
}

/** Whether kube-system has a ConfigMap of a name. */
export function hasSystemConfig({ world }: Surroundings, name: string): boolean {
  return world.get({ group: '', kind: 'ConfigMap', namespace: 'kube-system', name }) !== undefined;
}
