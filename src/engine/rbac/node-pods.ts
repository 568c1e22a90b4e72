import { getArray, getAt, getBoolean, getObject, getString, isEqualJson, isObject, quoteGo, type JsonValue } from '../../std/index.ts';
import { annotationsOf, labelsOf, nameOf, type KubernetesObject, type World } from '../../model/index.ts';
import { listOfPodSpec } from './node-graph.ts';
import type { NodeWrite, Restriction } from './node-restriction.ts';

const MIRROR = 'kubernetes.io/config.mirror';

/** What NodeRestriction says of a Pod that a node makes or deletes: it makes mirror Pods alone, and deletes those that are bound to it. */
export function restrictPod(asked: NodeWrite): Restriction {
  const { world, node, write } = asked;
  switch (write.operation) {
    case 'create':
      return write.object === undefined ? undefined : restrictMirror(world, node, write.object);
    case 'delete':
      return write.name === ''
        ? undefined
        : restrictBound(asked, write.name, `node ${quoteGo(node)} can only delete pods with spec.nodeName set to itself`);
    case 'update':
      return { forbidden: `unexpected operation "UPDATE", node ${quoteGo(node)} can only create and delete mirror pods` };
  }
}

/** What it says of an eviction: of Pods that are bound to the node alone. */
export function restrictPodEviction(asked: NodeWrite): Restriction {
  const { node, write } = asked;
  if (write.operation !== 'create') return { forbidden: `unexpected operation ${write.operation.toUpperCase()}` };
  const name = write.name || (write.object === undefined ? '' : nameOf(write.object));
  if (name === '' && write.object === undefined) return undefined;
  if (name === '') return { forbidden: 'could not determine pod from request data' };
  return restrictBound(asked, name, `node ${node} can only evict pods with spec.nodeName set to itself`);
}

/** What it says of the status of a Pod, through which nothing else may change. */
export function restrictPodStatus({ node, write: { operation, object, old } }: NodeWrite): Restriction {
  if (operation !== 'update') return { forbidden: `unexpected operation ${quoteGo(operation.toUpperCase())}` };
  if (old === undefined) return undefined;
  const who = `node ${quoteGo(node)}`;
  if (getString(old, 'spec', 'nodeName') !== node)
    return { forbidden: `${who} can only update pod status for pods with spec.nodeName set to itself` };
  if (object === undefined) return undefined;
  const isOther = (read: (pod: KubernetesObject) => JsonValue): boolean => !isEqualJson(read(object), read(old));
  if (isOther((pod) => Object.fromEntries(labelsOf(pod)))) return { forbidden: `${who} cannot update labels through pod status` };
  if (isOther(claimStatuses)) return { forbidden: `${who} cannot update resource claim statues` };
  return isOther(extendedClaim) ? { forbidden: `${who} cannot update extended resource claim status` } : undefined;
}

function claimStatuses(pod: KubernetesObject): JsonValue {
  return getArray(pod, 'status', 'resourceClaimStatuses').map((status) => [
    getString(status, 'name') ?? '',
    getString(status, 'resourceClaimName') ?? null,
  ]);
}

function extendedClaim(pod: KubernetesObject): JsonValue {
  const status = getObject(pod, 'status', 'extendedResourceClaimStatus');
  if (status === undefined) return null;
  const mappings = getArray(status, 'requestMappings').map((item) =>
    ['containerName', 'resourceName', 'requestName'].map((field) => getString(item, field) ?? ''),
  );
  return [getString(status, 'resourceClaimName') ?? '', mappings];
}

function restrictBound({ world, node, write: { namespace } }: NodeWrite, name: string, why: string): Restriction {
  const pod = world.get({ group: '', kind: 'Pod', namespace, name });
  if (pod === undefined) return { error: `pod ${quoteGo(name)} not found` };
  return getString(pod, 'spec', 'nodeName') === node ? undefined : { forbidden: why };
}

function restrictMirror(world: World, node: string, pod: KubernetesObject): Restriction {
  const who = `node ${quoteGo(node)}`;
  if (!annotationsOf(pod).has(MIRROR))
    return { forbidden: `pod does not have ${quoteGo(MIRROR)} annotation, ${who} can only create mirror pods` };
  if (getString(pod, 'spec', 'nodeName') !== node) return { forbidden: `${who} can only create pods with spec.nodeName set to itself` };
  const owned = restrictOwner(world, node, getArray(pod, 'metadata', 'ownerReferences'));
  if (owned !== undefined) return owned;
  const reference = findReference(pod);
  if (typeof reference === 'string') return { forbidden: `${who} can not create pods that reference ${reference}` };
  return reference;
}

function restrictOwner(world: World, name: string, owners: readonly JsonValue[]): Restriction {
  const only = `node ${quoteGo(name)} can only create pods with`;
  const [owner = null] = owners;
  const text = (field: string): string => getString(owner, field) ?? '';
  if (owners.length > 1) return { forbidden: `${only} a single owner reference set to itself` };
  if (text('apiVersion') !== 'v1' || text('kind') !== 'Node' || text('name') !== name)
    return { forbidden: `${only} an owner reference set to itself` };
  if (getBoolean(owner, 'controller') !== true) return { forbidden: `${only} a controller owner reference set to itself` };
  if (getBoolean(owner, 'blockOwnerDeletion') === true)
    return { forbidden: `node ${quoteGo(name)} must not set blockOwnerDeletion on an owner reference` };
  const node = world.get({ group: '', kind: 'Node', name });
  if (node === undefined) return { error: `node ${quoteGo(name)} not found` };
  const uid = getString(node.metadata, 'uid') ?? '';
  return text('uid') === uid ? undefined : { forbidden: `node ${name} UID mismatch: expected ${text('uid')} got ${uid}` };
}

/** Volumes that need what is no Secret and no ConfigMap: those are looked for by their names. */
const REFERENCES: readonly (readonly [source: string, what: string])[] = [
  ['csi', 'csidrivers (via CSI volumes)'],
  ['glusterfs', 'endpoints (via glusterFS volumes)'],
  ['persistentVolumeClaim', 'persistentvolumeclaims'],
  ['ephemeral', 'persistentvolumeclaims (via ephemeral volumes)'],
];

const PROJECTED: readonly (readonly [source: string, what: string])[] = [
  ['serviceAccountToken', 'serviceaccounts (via projected volumes)'],
  ['clusterTrustBundle', 'clustertrustbundles'],
  ['podCertificate', 'podcertificates'],
];

/** What of the API a Pod names, which a mirror Pod must not (`podutil.HasAPIObjectReference`). */
function findReference(pod: KubernetesObject): string | Restriction {
  const spec = getObject(pod, 'spec') ?? {};
  if ((getString(spec, 'serviceAccountName') || getString(spec, 'serviceAccount') || '') !== '') return 'serviceaccounts';
  const named = listOfPodSpec(spec, nameOf(pod)).filter(([, name]) => name !== '');
  for (const kind of ['secret', 'configmap']) if (named.some(([found]) => found === kind)) return `${kind}s`;
  if (getArray(spec, 'resourceClaims').length > 0) return 'resourceclaims';
  for (const volume of getArray(spec, 'volumes')) {
    const found = findOf(volume, REFERENCES) ?? findProjected(volume);
    if (found !== undefined) return found;
  }
  return undefined;
}

function findOf(holder: JsonValue, kinds: typeof REFERENCES): string | undefined {
  return kinds.find(([source]) => isObject(getAt(holder, source) ?? null))?.[1];
}

function findProjected(volume: JsonValue): string | Restriction {
  for (const source of getArray(volume, 'projected', 'sources')) {
    const found = findOf(source, PROJECTED);
    if (found !== undefined) return found;
    if (['configMap', 'downwardAPI', 'secret'].some((kind) => getObject(source, kind) !== undefined)) continue;
    const problem = `unknown source for projected volume ${quoteGo(getString(volume, 'name') ?? '')}`;
    return { forbidden: `error checking mirror pod for API references: ${problem}` };
  }
  return undefined;
}
