import { restrictNode, type AdmittedWrite } from '../../src/engine/rbac/node-restriction.ts';
import { isKubernetesObject, World } from '../../src/model/index.ts';
import { getArray, getObject, getString, sortedUnique, type JsonValue } from '../../src/std/index.ts';
import type { Comparison } from './judge.ts';
import type { OracleJudge } from './oracle-judge.ts';
import { readUser } from './rbac-world.ts';
import { makeNodeWorld } from './restriction-world.ts';
import { makeNodeWrite } from './restriction-writes.ts';

/** Writes in each world of nodes and pods. */
const WRITES = 10;

const REASONS = [
  'PodCertificateRequest feature gate is disabled',
  'audience X not found in pod spec volume, node is not authorized to request tokens for this audience',
  'can only access CSINode with the same name as the requesting node',
  'can only access leases in the X system namespace',
  'can only access node lease with the same name as the requesting node',
  'can only create ResourceSlice with the same NodeName as the requesting node',
  'can only create a node CSR with CN=node',
  'can only delete ResourceSlice with the same NodeName as the requesting node',
  'could not determine node from user X',
  'could not determine pod from request data',
  'error validating audience X: X not found',
  'error validating audience X: several not found',
  'is not allowed to modify labels',
  'may only update PVC status',
  'node UID mismatch',
  'node can only evict pods with spec.nodeName set to itself',
  'node X can not create pods that reference configmaps',
  'node X can not create pods that reference csidrivers (via CSI volumes)',
  'node X can not create pods that reference clustertrustbundles',
  'node X can not create pods that reference persistentvolumeclaims',
  'node X can not create pods that reference persistentvolumeclaims (via ephemeral volumes)',
  'node X can not create pods that reference resourceclaims',
  'node X can not create pods that reference secrets',
  'node X can not create pods that reference serviceaccounts',
  'node X can not create pods that reference serviceaccounts (via projected volumes)',
  'node X can only create pods with a controller owner reference set to itself',
  'node X can only create pods with a single owner reference set to itself',
  'node X can only create pods with an owner reference set to itself',
  'node X can only create pods with spec.nodeName set to itself',
  'node X can only delete pods with spec.nodeName set to itself',
  'node X can only update pod status for pods with spec.nodeName set to itself',
  'node X cannot update extended resource claim status',
  'node X cannot update labels through pod status',
  'node X cannot update resource claim statues',
  'node X is not allowed to create pods with a non-nil configSource',
  'node X is not allowed to modify node X',
  'node X is not allowed to modify ownerReferences',
  'node X is not allowed to modify taints',
  'node X is not allowed to set the following labels',
  'node X is not allowed to update configSource to a new non-nil configSource',
  'node X is not allowed to update fields other than status.quantity and status.conditions',
  'node X must not set blockOwnerDeletion on an owner reference',
  'node X not found',
  'node may only request 0 or 1 audiences',
  'node requested token bound to a pod scheduled on a different node',
  'node requested token not bound to a pod',
  'node requested token with a pod binding without a uid',
  'pod X not found',
  'pod does not have X annotation, node X can only create mirror pods',
  'the UID in the bound object reference does not match the UID in record',
  'unable to parse csr',
  'unexpected operation',
  'unexpected pod subresource X, only X and X are allowed',
];

const PASSED = [
  'certificatesigningrequests',
  'csinodes',
  'events',
  'leases',
  'nodes',
  'nodes/status',
  'persistentvolumeclaims/status',
  'pods',
  'pods/eviction',
  'pods/status',
  'resourceslices',
  'serviceaccounts/token',
];

/** Whether NodeRestriction says what ours says of random writes of nodes, word for word. */
export const restrictionJudge: OracleJudge = {
  subject: 'restriction',
  cases: 1000,
  branches: [...REASONS, ...PASSED.map((what) => `passed: ${what}`)],
  generate: (random) => ({ ...makeNodeWorld(random), writes: random.list(WRITES, () => makeNodeWrite(random)) }),
  compare,
};

function compare(input: JsonValue, answer: JsonValue): Comparison | undefined {
  const objects = [...getArray(input, 'objects'), ...getArray(input, 'policy')];
  const known = objects.filter(isKubernetesObject);
  if (known.length !== objects.length || known.some(({ metadata }) => (getString(metadata, 'name') ?? '') === '')) return undefined;
  const world = World.of(known);
  const answers = getArray(answer);
  const coverage: string[] = [];
  for (const [index, value] of getArray(input, 'writes').entries()) {
    const write = toWrite(value);
    if (write === undefined) return undefined;
    const ours = restrictNode(world, write) ?? '';
    const given = answers[index];
    const real = typeof given === 'string' ? withoutDiff(given) : '';
    coverage.push(describe(ours, write));
    if (ours !== real) return { coverage, difference: { signature: describe(ours, write), ours, servers: real } };
  }
  return { coverage: sortedUnique(coverage) };
}

/** How two claims differ is printed in a form that is another one each time. */
function withoutDiff(text: string): string {
  return text.replace(/(status\.quantity and status\.conditions): [\s\S]*$/, '$1');
}

function toWrite(value: JsonValue): AdmittedWrite | undefined {
  const text = (name: string): string => getString(value, name) ?? '';
  const operation = text('operation');
  if (operation !== 'create' && operation !== 'delete' && operation !== 'update') return undefined;
  const [object, old] = [getObject(value, 'object') ?? null, getObject(value, 'old') ?? null];
  if ([object, old].some((side) => side !== null && !isKubernetesObject(side))) return undefined;
  if (operation === 'update' && (object === null || old === null)) return undefined;
  return {
    user: readUser(getObject(value, 'user') ?? null),
    operation,
    group: text('group'),
    resource: text('resource'),
    subresource: text('subresource'),
    namespace: text('namespace'),
    name: text('name'),
    ...(isKubernetesObject(object) ? { object } : {}),
    ...(isKubernetesObject(old) ? { old } : {}),
  };
}

function describe(said: string, { resource, subresource }: AdmittedWrite): string {
  if (said === '') return `passed: ${subresource === '' ? resource : `${resource}/${subresource}`}`;
  return said
    .replace(/^\S+ "[^"]*" is forbidden: /, '')
    .replaceAll(/"[^"]*"|'[^']*'/g, 'X')
    .replaceAll(/system:node:n\d/g, 'node')
    .replaceAll(/\bnode n\d\b/g, 'node')
    .replace(/UID mismatch.*/, 'UID mismatch')
    .replace(/reference \([^)]*\) (does not match the UID in record).*/, 'reference $1')
    .replace(/labels: .*/, 'labels')
    .replace(/csr: .*/, 'csr')
    .replace(/unexpected operation.*/, 'unexpected operation')
    .replace(/audience X: \[.*/, 'audience X: several not found')
    .replace(/audience X: \S+ X not found/, 'audience X: X not found');
}
