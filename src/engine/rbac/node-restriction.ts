import { getAt, getObject, getString, isEqualJson, isObject, quoteGo, sortedUnique, type JsonValue } from '../../std/index.ts';
import { labelsOf, nameOf, type KubernetesObject, type World } from '../../model/index.ts';
import { readRequestedName } from './certificate-request.ts';
import { findNode } from './node-authorizer.ts';
import { restrictPod, restrictPodEviction, restrictPodStatus } from './node-pods.ts';
import { restrictToken } from './node-tokens.ts';
import type { ResourceRequest, UserInfo } from './request.ts';
import { withoutEmpty } from './semantic.ts';

/** A write as admission sees it: what is asked for, with what is to be stored and what is there. */
export interface AdmittedWrite extends Pick<ResourceRequest, 'group' | 'name' | 'namespace' | 'resource' | 'subresource'> {
  readonly user: UserInfo;
  readonly operation: 'create' | 'delete' | 'update';
  /** What is sent; absent of a deletion, or where it is not known: then nothing is said of what hangs on it. */
  readonly object?: KubernetesObject;
  /** What is there; absent if nothing is, or where it is not known. */
  readonly old?: KubernetesObject;
}

/** A write of a node. */
export interface NodeWrite {
  readonly world: World;
  readonly node: string;
  readonly write: AdmittedWrite;
}

/** What is wrong with a write: why it is forbidden, or an error of its own that stands for itself. */
export type Restriction = { readonly forbidden: string } | { readonly error: string } | undefined;

type Restrict = (write: NodeWrite) => Restriction;

/**
 * Why the admission plugin NodeRestriction does not let a node write something that its authorizer lets it ask for, in the plugin's
 * words; undefined for what it lets pass, and for all who are no nodes
 * (`plugin/pkg/admission/noderestriction/admission.go`, with the gates of 1.36 as they are by default).
 */
export function restrictNode(world: World, write: AdmittedWrite): string | undefined {
  const node = findNode(write.user);
  if (node === undefined) return undefined;
  const said =
    node === ''
      ? { forbidden: `could not determine node from user ${quoteGo(write.user.name)}` }
      : KINDS[`${write.group}/${write.resource}`]?.({ world, node, write });
  if (said === undefined || 'error' in said) return said?.error;
  const { group, resource, name, object } = write;
  const of = name || (object === undefined ? '' : nameOf(object) || (getString(object.metadata, 'generateName') ?? '')) || 'Unknown';
  return `${resource}${group === '' ? '' : `.${group}`} ${quoteGo(of)} is forbidden: ${said.forbidden}`;
}

const KINDS: Readonly<Record<string, Restrict>> = {
  '/nodes': restrictOwnNode,
  '/persistentvolumeclaims': restrictClaim,
  '/pods': restrictPods,
  '/serviceaccounts': restrictToken,
  'certificates.k8s.io/certificatesigningrequests': restrictCertificate,
  // The gate is off, and so no node is asked for one.
  'certificates.k8s.io/podcertificaterequests': () => ({ forbidden: 'PodCertificateRequest feature gate is disabled' }),
  'coordination.k8s.io/leases': restrictLease,
  'resource.k8s.io/resourceslices': restrictSlice,
  'storage.k8s.io/csinodes': (write) => restrictName(write, 'can only access CSINode with the same name as the requesting node'),
};

function restrictPods(write: NodeWrite): Restriction {
  const { subresource } = write.write;
  switch (subresource) {
    case '':
      return restrictPod(write);
    case 'status':
      return restrictPodStatus(write);
    case 'eviction':
      return restrictPodEviction(write);
    default:
      return { forbidden: `unexpected pod subresource ${quoteGo(subresource)}, only 'status' and 'eviction' are allowed` };
  }
}

function restrictOwnNode({ node, write: { operation, name, object, old } }: NodeWrite): Restriction {
  const who = `node ${quoteGo(node)} is not allowed to`;
  if (name === '' && object === undefined) return undefined;
  if (name !== node) return { forbidden: `${who} modify node ${quoteGo(name)}` };
  if (object === undefined || operation === 'delete') return undefined;
  const source = getObject(object, 'spec', 'configSource');
  if (operation === 'create') {
    if (source !== undefined) return { forbidden: `${who} create pods with a non-nil configSource` };
    const labels = listForbidden(object, undefined);
    return labels.length === 0 ? undefined : { forbidden: `${who} set the following labels: ${labels.join(', ')}` };
  }
  if (old === undefined) return undefined;
  const isOther = (...path: readonly string[]): boolean => !isAlike(getAt(object, ...path), getAt(old, ...path));
  const known = getObject(old, 'spec', 'configSource');
  if (source !== undefined && (known === undefined || !isAlike(source, known)))
    return { forbidden: `${who} update configSource to a new non-nil configSource` };
  if (isOther('spec', 'taints')) return { forbidden: `${who} modify taints` };
  if (isOther('metadata', 'ownerReferences')) return { forbidden: `${who} modify ownerReferences` };
  const labels = listForbidden(object, old);
  return labels.length === 0 ? undefined : { forbidden: `is not allowed to modify labels: ${labels.join(', ')}` };
}

function isAlike(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  return isEqualJson(withoutEmpty({ value: a ?? null }), withoutEmpty({ value: b ?? null }));
}

const RESTRICTED = 'node-restriction.kubernetes.io';
const KUBELET_LABELS: ReadonlySet<string> = new Set([
  'beta.kubernetes.io/arch',
  'beta.kubernetes.io/instance-type',
  'beta.kubernetes.io/os',
  'failure-domain.beta.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
  'kubernetes.io/arch',
  'kubernetes.io/hostname',
  'kubernetes.io/os',
  'node.kubernetes.io/instance-type',
  'topology.kubernetes.io/region',
  'topology.kubernetes.io/zone',
]);

/** The labels that differ and that are not a kubelet's to set: those of Kubernetes but for what a kubelet tells of its node. */
function listForbidden(object: KubernetesObject, old: KubernetesObject | undefined): readonly string[] {
  const [next, known] = [labelsOf(object), old === undefined ? new Map<string, string>() : labelsOf(old)];
  const changed = sortedUnique([...next.keys(), ...known.keys()]).filter((key) => next.get(key) !== known.get(key));
  return changed.filter((key) => {
    const domain = key.includes('/') ? key.slice(0, key.indexOf('/')) : '';
    if (isWithin(domain, RESTRICTED)) return true;
    if (!isWithin(domain, 'kubernetes.io') && !isWithin(domain, 'k8s.io')) return false;
    return !KUBELET_LABELS.has(key) && !isWithin(domain, 'kubelet.kubernetes.io') && !isWithin(domain, 'node.kubernetes.io');
  });
}

function isWithin(domain: string, outer: string): boolean {
  return domain === outer || domain.endsWith(`.${outer}`);
}

const CLAIM_STATUS = ['allocatedResourceStatuses', 'allocatedResources', 'capacity', 'conditions'];

function restrictClaim({ node, write: { subresource, operation, object, old } }: NodeWrite): Restriction {
  if (subresource !== 'status') return { forbidden: 'may only update PVC status' };
  if (operation !== 'update') return { forbidden: `unexpected operation ${quoteGo(operation.toUpperCase())}` };
  if (object === undefined || old === undefined || isAlike(withoutOwn(object), withoutOwn(old))) return undefined;
  return { forbidden: `node ${quoteGo(node)} is not allowed to update fields other than status.quantity and status.conditions` };
}

function withoutOwn({ metadata, status, ...rest }: KubernetesObject): JsonValue {
  const { resourceVersion: _version, managedFields: _managers, ...kept } = metadata;
  const told = isObject(status) ? Object.fromEntries(Object.entries(status).filter(([key]) => !CLAIM_STATUS.includes(key))) : {};
  return { ...rest, metadata: kept, status: told };
}

function restrictName({ node, write: { operation, name, object } }: NodeWrite, why: string): Restriction {
  const of = operation === 'create' && object !== undefined ? nameOf(object) : name;
  return of === node || (of === '' && object === undefined) ? undefined : { forbidden: why };
}

const LEASES = 'kube-node-lease';

function restrictLease(write: NodeWrite): Restriction {
  if (write.write.namespace !== LEASES) return { forbidden: `can only access leases in the ${quoteGo(LEASES)} system namespace` };
  return restrictName(write, 'can only access node lease with the same name as the requesting node');
}

function restrictSlice({ node, write: { operation, object, old } }: NodeWrite): Restriction {
  const slice = operation === 'create' ? object : operation === 'delete' ? old : undefined;
  if (slice === undefined || getString(slice, 'spec', 'nodeName') === node) return undefined;
  return { forbidden: `can only ${operation} ResourceSlice with the same NodeName as the requesting node` };
}

const OF_KUBELETS = ['kubernetes.io/kube-apiserver-client-kubelet', 'kubernetes.io/kubelet-serving'];

function restrictCertificate({ node, write: { operation, object } }: NodeWrite): Restriction {
  if (operation !== 'create' || object === undefined) return undefined;
  if (!OF_KUBELETS.includes(getString(object, 'spec', 'signerName') ?? '')) return undefined;
  const asked = readRequestedName(getString(object, 'spec', 'request') ?? '');
  if ('problem' in asked) return { forbidden: `unable to parse csr: ${asked.problem}` };
  return asked.name === `system:node:${node}` ? undefined : { forbidden: `can only create a node CSR with CN=system:node:${node}` };
}
