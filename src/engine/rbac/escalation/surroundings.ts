import { compareBy, getOrAdd, getString, groupBy, sortedUnique, toPointer } from '../../../std/index.ts';
import { isPrivilegedAdmitted, podSecuritySiteOf } from '../../../model/pod-security/index.ts';
import { annotationsOf, labelsOf, nameOf, namespaceOf, refOf, type KindIndex, type World } from '../../../model/index.ts';
import { isOlderThan135 } from '../bootstrap.ts';
import { readPolicy, type RbacPolicy } from '../policy.ts';
import { parseServiceAccountName } from '../request.ts';
import { listDeputies, type Deputy } from './deputy.ts';
import type { Footing } from './graph.ts';
import { toAccountKey } from './place.ts';
import { listWorkloads, type Workload } from './workload.ts';

/** A Secret that holds the token of a ServiceAccount. */
export interface TokenSecret {
  readonly name: string;
  readonly account: string;
  readonly footing: Footing;
}

/** Secrets by name, with the fields that mount them. */
export interface HeldSecrets {
  readonly names: readonly string[];
  readonly footing: readonly Footing[];
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
  /** The ServiceAccounts that have a role in the cloud, by key, with the annotation that says so. */
  readonly cloudRoles: ReadonlyMap<string, Footing>;
  /** Whether who may get `pods/exec` runs commands: servers before 1.35 ask for no more, where it is done over a WebSocket. */
  readonly execsByGet: boolean;
  /** The Secrets that programs of a namespace (`*`: of any) hold in files or variables. */
  secretsHeldIn(scope: string): HeldSecrets;
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
  const held = new Map<string, HeldSecrets>();
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
    cloudRoles: readCloudRoles(world),
    execsByGet: isOlderThan135(world),
    secretsHeldIn: (scope) => getOrAdd(held, scope, () => listHeld(workloads, scope)),
    admitsPrivileged: (namespace) => getOrAdd(privileged, namespace, () => isPrivilegedAdmitted(podSecuritySiteOf(world, namespace))),
    findKind: (resource) => {
      const kind = kinds.get(resource);
      return kind === undefined ? undefined : world.kind(kind.group, kind.kind);
    },
  };
}

/** What clouds know a role of a ServiceAccount by: EKS, GKE and Azure. */
const CLOUD_ANNOTATIONS = ['azure.workload.identity/client-id', 'eks.amazonaws.com/role-arn', 'iam.gke.io/gcp-service-account'];

function readCloudRoles(world: World): Surroundings['cloudRoles'] {
  return new Map(
    world.byKind('', 'ServiceAccount').flatMap((account) => {
      const name = CLOUD_ANNOTATIONS.find((annotation) => annotationsOf(account).has(annotation));
      const footing: Footing = { ref: refOf(account), path: toPointer(['metadata', 'annotations', name ?? '']) };
      return name === undefined ? [] : [[toAccountKey(namespaceOf(account) ?? '', nameOf(account)), footing] as const];
    }),
  );
}

function listHeld(workloads: Surroundings['workloads'], scope: string): HeldSecrets {
  const isAll = scope === '*';
  const own = isAll ? [...workloads.values()].flat() : (workloads.get(scope) ?? []);
  return {
    names: sortedUnique(own.flatMap(({ namespace, secrets }) => secrets.map(({ name }) => (isAll ? `${namespace}/${name}` : name)))),
    footing: own.flatMap(({ secrets }) => secrets.map(({ footing }) => footing)),
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
