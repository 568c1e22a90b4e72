import { getArray, getObject, getString } from '../../../std/index.ts';
import { ensureAt, fieldsAt, fill, itemsAt, type Draft } from './draft.ts';

export function defaultNamespace(object: Draft): void {
  const metadata = ensureAt(object, 'metadata');
  const name = getString(metadata, 'name') ?? '';
  if (name !== '') ensureAt(metadata, 'labels')['kubernetes.io/metadata.name'] = name;
}

export function defaultNode(object: Draft): void {
  const spec = fieldsAt(object, 'spec');
  delete spec?.['configSource'];
  if (spec !== undefined) settleRanges(spec);
  const status = fieldsAt(object, 'status');
  const capacity = getObject(status, 'capacity');
  if (status !== undefined && capacity !== undefined) fill(status, { allocatable: capacity });
}

/** The first of a node's ranges stands in a field of its own, which decides where both are written (`Convert_v1_NodeSpec_To_core_NodeSpec`). */
function settleRanges(spec: Draft): void {
  const one = getString(spec, 'podCIDR') ?? '';
  const [first] = getArray(spec, 'podCIDRs');
  if (one === '' && typeof first === 'string') spec['podCIDR'] = first;
  else if (one !== '' && first !== one) spec['podCIDRs'] = [one];
}

/** Of the secrets that a ServiceAccount lists only the names are kept. */
export function defaultServiceAccount(object: Draft): void {
  for (const secret of itemsAt(object, 'secrets')) for (const field of Object.keys(secret)) if (field !== 'name') delete secret[field];
}

export function defaultSecret(object: Draft): void {
  fill(object, { type: 'Opaque' });
}

/** Completes a container's limits: the default from the maximum, the default request from the default, then from the minimum. */
export function defaultLimitRange(object: Draft): void {
  for (const item of itemsAt(object, 'spec', 'limits')) {
    if (item['type'] !== 'Container') continue;
    const limits = ensureAt(item, 'default');
    fill(limits, getObject(item, 'max') ?? {});
    const requests = ensureAt(item, 'defaultRequest');
    fill(requests, limits);
    fill(requests, getObject(item, 'min') ?? {});
  }
}

const RBAC = 'rbac.authorization.k8s.io';

/** Completes a RoleBinding or ClusterRoleBinding. */
export function defaultBinding(object: Draft): void {
  fill(ensureAt(object, 'roleRef'), { apiGroup: RBAC });
  for (const subject of itemsAt(object, 'subjects')) {
    if (subject['kind'] === 'User' || subject['kind'] === 'Group') fill(subject, { apiGroup: RBAC });
  }
}

export function defaultPriorityClass(object: Draft): void {
  fill(object, { preemptionPolicy: 'PreemptLowerPriority' });
}
