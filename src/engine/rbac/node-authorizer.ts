import { nameOf, parseFieldSelector, type World } from '../../model/index.ts';
import { quoteGo } from '../../std/index.ts';
import { listBootstrapPolicy } from './bootstrap.ts';
import { isRelated, type Related } from './node-graph.ts';
import { listKeyed, type Permission } from './permission.ts';
import type { AccessRequest, ResourceRequest, UserInfo } from './request.ts';
import { listRules } from './role.ts';
import { isAllowedBy } from './rule.ts';

/** What the Node authorizer says: `allow`, or why it has no opinion; empty where it gives no reason. */
export type NodeVerdict = { readonly allowed: true } | { readonly allowed: false; readonly reason: string };

const PREFIX = 'system:node:';
const LEASES = 'kube-node-lease';
const ALLOW: NodeVerdict = { allowed: true };

const no = (reason: string): NodeVerdict => ({ allowed: false, reason });

/**
 * The Node authorizer (`plugin/pkg/auth/authorizer/node/node_authorizer.go`) with the gates of 1.36 as they are by default: what a kubelet may do
 * because of the pods that are bound to its node. Undefined for users that are no nodes.
 */
export function decideForNode(world: World, request: AccessRequest): NodeVerdict | undefined {
  const node = findNode(request.user);
  if (node === undefined) return undefined;
  if (node === '') return no(`unknown node for user ${quoteGo(request.user.name)}`);
  const own = request.kind === 'resource' ? RESOURCES[`${request.group}/${request.resource}`] : undefined;
  if (own !== undefined && request.kind === 'resource') return own({ world, node, request });
  return NODE_RULES.some(({ rule }) => isAllowedBy(rule, request)) ? ALLOW : no('');
}

/** The node that a user is, by its name and its group together; undefined for all others (`nodeidentifier.NodeIdentity`). */
export function findNode({ name, groups }: UserInfo): string | undefined {
  return name.startsWith(PREFIX) && groups.includes('system:nodes') ? name.slice(PREFIX.length) : undefined;
}

/** The rules that the authorizer has built in, whatever the ClusterRole of the cluster says. */
const NODE_RULES = listBootstrapPolicy()
  .filter((object) => object.kind === 'ClusterRole' && nameOf(object) === 'system:node')
  .flatMap(listRules);

/**
 * What every node may do by itself and to the Pods that are bound to it, whichever these are. Left out is what it may do to single objects
 * that its Pods name, and what NodeRestriction keeps it from: Pods that it makes are mirrors of what it runs already.
 */
export function listNodePermissions(): readonly Permission[] {
  return NODE_RULES.flatMap(({ rule }) => listKeyed(rule).map(({ permission }) => permission)).filter((permission) => {
    if (permission.kind === 'path') return true;
    const { verb, group, resource } = permission;
    const [kind = ''] = resource.split('/');
    if (group === '' && kind === 'pods') return verb !== 'create' || resource !== kind;
    return (group === '' && kind === 'nodes') || RESOURCES[`${group}/${kind}`] === undefined;
  });
}

interface NodeRequest {
  readonly world: World;
  readonly node: string;
  readonly request: ResourceRequest;
}

type Judge = (asked: NodeRequest) => NodeVerdict;

const RESOURCES: Readonly<Record<string, Judge>> = {
  '/configmaps': (asked) => judgeRead(asked, 'configmap'),
  '/nodes': judgeNode,
  '/persistentvolumeclaims': (asked) => (asked.request.subresource === 'status' ? judgeClaimStatus(asked) : judgeGet(asked, 'pvc')),
  '/persistentvolumes': (asked) => judgeGet(asked, 'persistentvolume'),
  '/pods': judgePod,
  '/secrets': (asked) => judgeRead(asked, 'secret'),
  '/serviceaccounts': judgeServiceAccount,
  // The gate PodCertificateRequest is off.
  'certificates.k8s.io/podcertificaterequests': () => no(''),
  'coordination.k8s.io/leases': judgeLease,
  'resource.k8s.io/resourceclaims': (asked) => judgeGet(asked, 'resourceclaim'),
  'resource.k8s.io/resourceslices': judgeSlice,
  'storage.k8s.io/csinodes': judgeCsiNode,
  'storage.k8s.io/volumeattachments': (asked) => judgeGet(asked, 'volumeattachment'),
};

function judgeRelated({ world, node, request: { namespace, name } }: NodeRequest, kind: Related): NodeVerdict {
  if (name === '') return no('No Object name found');
  return isRelated(world, node, kind, namespace, name) ? ALLOW : no(`no relationship found between node '${node}' and this object`);
}

function judgeRead(asked: NodeRequest, kind: Related): NodeVerdict {
  const { verb, subresource, namespace } = asked.request;
  if (!['get', 'list', 'watch'].includes(verb)) return no('can only read resources of this type');
  if (subresource !== '') return no('cannot read subresource');
  if (namespace === '') return no('can only read namespaced object of this type');
  return judgeRelated(asked, kind);
}

function judgeGet(asked: NodeRequest, kind: Related): NodeVerdict {
  if (asked.request.verb !== 'get') return no('can only get individual resources of this type');
  return asked.request.subresource === '' ? judgeRelated(asked, kind) : no('cannot get subresource');
}

function judgeClaimStatus(asked: NodeRequest): NodeVerdict {
  return ['patch', 'update'].includes(asked.request.verb) ? judgeRelated(asked, 'pvc') : no('can only get/update/patch this type');
}

function judgeServiceAccount(asked: NodeRequest): NodeVerdict {
  const { verb, subresource, name } = asked.request;
  if (verb === 'get' && subresource === '') return judgeRead(asked, 'serviceAccount');
  if (verb !== 'create' || name === '') return no('can only create tokens for individual service accounts');
  return subresource === 'token' ? judgeRelated(asked, 'serviceAccount') : no('can only create token subresource of serviceaccount');
}

const OWN_VERBS = ['create', 'delete', 'get', 'patch', 'update'];

function judgeLease({ node, request: { verb, namespace, name } }: NodeRequest): NodeVerdict {
  if (!OWN_VERBS.includes(verb)) return no('can only get, create, update, patch, or delete a node lease');
  if (namespace !== LEASES) return no(`can only access leases in the ${quoteGo(LEASES)} system namespace`);
  if (verb !== 'create' && name !== node) return no('can only access node lease with the same name as the requesting node');
  return ALLOW;
}

function judgeCsiNode({ node, request: { verb, subresource, name } }: NodeRequest): NodeVerdict {
  if (!OWN_VERBS.includes(verb)) return no('can only get, create, update, patch, or delete a CSINode');
  if (subresource !== '') return no('cannot authorize CSINode subresources');
  if (verb !== 'create' && name !== node) return no('can only access CSINode with the same name as the requesting node');
  return ALLOW;
}

function judgeSlice(asked: NodeRequest): NodeVerdict {
  const { verb, subresource } = asked.request;
  if (subresource !== '') return no('cannot authorize ResourceSlice subresources');
  if (verb === 'create') return ALLOW;
  if (['delete', 'get', 'patch', 'update'].includes(verb)) return judgeRelated(asked, 'resourceslice');
  if (!['deletecollection', 'list', 'watch'].includes(verb))
    return no(
      'only the following verbs are allowed for a ResourceSlice: get, watch, list, create, update, patch, delete, deletecollection',
    );
  return isOfOwnNode(asked) ? ALLOW : no('can only list/watch/deletecollection resourceslices with nodeName field selector');
}

/** Whether the objects that are asked for are those of the node alone; a selector that cannot be read selects nothing. */
function isOfOwnNode({ node, request: { fieldSelector = '' } }: NodeRequest): boolean {
  const terms = parseFieldSelector(fieldSelector) ?? [];
  return terms.some(({ field, isEqual, value }) => field === 'spec.nodeName' && isEqual && value === node);
}

function judgeNode({ node, request: { verb, subresource, name } }: NodeRequest): NodeVerdict {
  if (subresource === 'status') return ['patch', 'update'].includes(verb) ? ALLOW : no('');
  if (subresource !== '') return no('');
  if (['create', 'patch', 'update'].includes(verb)) return ALLOW;
  if (!['get', 'list', 'watch'].includes(verb)) return no('');
  if (name === node) return ALLOW;
  return no(
    name === ''
      ? `node '${node}' cannot read all nodes, only its own Node object`
      : `node '${node}' cannot read '${name}', only its own Node object`,
  );
}

function judgePod(asked: NodeRequest): NodeVerdict {
  const { verb, subresource, name } = asked.request;
  if (subresource === 'status') return ['patch', 'update'].includes(verb) ? ALLOW : no('');
  if (subresource === 'eviction') return verb === 'create' ? ALLOW : no('');
  if (subresource !== '') return no('');
  if (verb === 'get') return judgeGet(asked, 'pod');
  if (verb === 'list' || verb === 'watch') {
    if (isOfOwnNode(asked)) return ALLOW;
    return name === '' ? no('can only list/watch pods with spec.nodeName field selector') : judgeRelated(asked, 'pod');
  }
  return verb === 'create' || verb === 'delete' ? ALLOW : no('');
}
