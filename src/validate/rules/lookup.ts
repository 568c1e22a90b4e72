import {
  formatRef,
  gvkOf,
  nameOf,
  namespaceOf,
  refOf,
  toRefKey,
  type GroupKind,
  type KubernetesObject,
  type World,
} from '../../model/index.ts';
import type { Path } from '../../std/index.ts';
import { LIKELY_ELSEWHERE, MAYBE_ELSEWHERE, type DanglingReference } from './rule.ts';

/** The identity of what a reference names. */
export type Target = GroupKind & { readonly namespace?: string; readonly name: string };

/** Kinds that every cluster has some of without anybody's manifest. */
const FROM_THE_CLUSTER = new Set([
  '/Secret',
  'gateway.networking.k8s.io/Gateway',
  'gateway.networking.k8s.io/GatewayClass',
  'networking.k8s.io/IngressClass',
  'node.k8s.io/RuntimeClass',
  'scheduling.k8s.io/PriorityClass',
  'storage.k8s.io/StorageClass',
]);

/** The reference as dangling if the world has no such object; undefined if all is well. */
export function findMissing(
  world: World,
  referrer: KubernetesObject,
  path: Path,
  target: Target,
  severity?: DanglingReference['severity'],
): DanglingReference | undefined {
  if (world.get(target) !== undefined || isBuiltIn(target)) return undefined;
  return {
    referrer,
    path,
    target: formatTarget(target),
    severity: severity ?? severityOf(world, target),
    findTargets: (other) => listOne(other.get(target)),
  };
}

/** Secrets and classes mostly come from operators and clusters: worth a look only where the repository makes some itself. */
function severityOf(world: World, target: Target): DanglingReference['severity'] {
  const isForeign = FROM_THE_CLUSTER.has(`${target.group}/${target.kind}`);
  return isForeign && (target.kind === 'Secret' || world.byKind(target.group, target.kind).length === 0)
    ? LIKELY_ELSEWHERE
    : MAYBE_ELSEWHERE;
}

/** The target as people read it: `ConfigMap shop/settings`. */
export function formatTarget(target: Target): string {
  return formatRef({ version: '', ...target });
}

/** The object in a list, or an empty one. */
export function listOne(object: KubernetesObject | undefined): readonly KubernetesObject[] {
  return object === undefined ? [] : [object];
}

/** The namespace of a referrer; empty where it has none. */
export function namespaceOrNone(object: KubernetesObject): string {
  return namespaceOf(object) ?? '';
}

const ALWAYS_THERE = new Set<string>([
  ...['default', 'kube-node-lease', 'kube-public', 'kube-system'].map((name) => toRefKey({ group: '', kind: 'Namespace', name })),
  ...['system-cluster-critical', 'system-node-critical'].map((name) =>
    toRefKey({ group: 'scheduling.k8s.io', kind: 'PriorityClass', name }),
  ),
  toRefKey({ group: '', kind: 'ConfigMap', namespace: 'kube-system', name: 'extension-apiserver-authentication' }),
  toRefKey({ group: '', kind: 'Service', namespace: 'default', name: 'kubernetes' }),
]);

/** What the API server and its controllers make in every cluster. */
function isBuiltIn(target: Target): boolean {
  switch (`${target.group}/${target.kind}`) {
    case '/ServiceAccount':
      return target.name === 'default';
    case '/ConfigMap':
      return target.name === 'kube-root-ca.crt' || ALWAYS_THERE.has(toRefKey(target));
    case 'rbac.authorization.k8s.io/ClusterRole':
      return /^(?:admin|cluster-admin|edit|view|system:.*)$/.test(target.name);
    case 'rbac.authorization.k8s.io/Role':
      return (
        (target.namespace === 'kube-system' || target.namespace === 'kube-public') &&
        /^(?:system:.*|extension-apiserver-authentication-reader)$/.test(target.name)
      );
    default:
      return ALWAYS_THERE.has(toRefKey(target));
  }
}

/** Whether a controller made the object: then its references are those of its owner. */
export function isControlled(object: KubernetesObject): boolean {
  const owners = object.metadata['ownerReferences'];
  return Array.isArray(owners) && owners.some((owner) => typeof owner === 'object' && owner !== null && owner['controller'] === true);
}

/** The identity of an object, to find it in another world. */
export function identityOf(object: KubernetesObject): Required<Target> {
  return { ...gvkOf(object), namespace: namespaceOrNone(object), name: nameOf(object) };
}

/** The object as people read it. */
export function formatObject(object: KubernetesObject): string {
  return formatRef(refOf(object));
}
