import type { KubernetesObject } from '../../model/index.ts';
import { getArray, getAt, getObject, getString } from '../../std/index.ts';
import { judgePathSegment, judgeSubdomain } from '../object/names.ts';
import type { Report } from '../problem.ts';
import { Place } from './place.ts';
import { checkLabelSelector } from './selectors.ts';
import { checkShare } from './shares.ts';
import { failAs, invalid, required, unsupported } from './field-error.ts';

const RBAC = 'rbac.authorization.k8s.io';

/** What `ValidatePodDisruptionBudget` says. */
export function checkDisruptionBudget(object: KubernetesObject, report: Report): void {
  const fail = failAs('KV0108', report);
  const spec = getObject(object, 'spec') ?? {};
  const isSet = (field: string): boolean => (spec[field] ?? null) !== null;
  if (isSet('minAvailable') && isSet('maxUnavailable')) {
    const printed = {
      MinAvailable: spec['minAvailable'] ?? null,
      Selector: spec['selector'] ?? null,
      MaxUnavailable: spec['maxUnavailable'] ?? null,
      UnhealthyPodEvictionPolicy: spec['unhealthyPodEvictionPolicy'] ?? null,
    };
    fail(['spec'], invalid(printed, 'minAvailable and maxUnavailable cannot be both set'));
  }
  for (const field of ['minAvailable', 'maxUnavailable']) checkShare(Place.of(spec[field], ['spec', field], 'KV0108', report));
  checkLabelSelector(spec['selector'], ['spec', 'selector'], report);
}

/** What `rbac/validation` says of roles. */
export function checkRole(object: KubernetesObject, kind: string, report: Report): void {
  const fail = failAs('KV0116', report);
  if (kind === 'ClusterRole') checkAggregation(object, report);
  for (const [index, rule] of getArray(object, 'rules').entries()) {
    const at = ['rules', index];
    const isPath = getArray(rule, 'nonResourceURLs').length > 0;
    if (Array.isArray(getAt(rule, 'verbs')) && getArray(rule, 'verbs').length === 0) {
      fail([...at, 'verbs'], required('verbs must contain at least one value'));
    }
    const isResource = ['apiGroups', 'resources', 'resourceNames'].some((field) => getArray(rule, field).length > 0);
    if (isPath && isResource)
      fail(
        [...at, 'nonResourceURLs'],
        invalid(getArray(rule, 'nonResourceURLs'), 'rules cannot apply to both regular resources and non-resource URLs'),
      );
    if (isPath && kind === 'Role')
      fail([...at, 'nonResourceURLs'], invalid(getArray(rule, 'nonResourceURLs'), 'namespaced rules cannot apply to non-resource URLs'));
    if (isPath) continue;
    if (getArray(rule, 'apiGroups').length === 0) fail([...at, 'apiGroups'], required('resource rules must supply at least one api group'));
    if (getArray(rule, 'resources').length === 0) fail([...at, 'resources'], required('resource rules must supply at least one resource'));
  }
}

function checkAggregation(object: KubernetesObject, report: Report): void {
  const rule = Place.of(object['aggregationRule'], ['aggregationRule'], 'KV0116', report);
  const selectors = rule.at('clusterRoleSelectors');
  if (rule.isSet && selectors.items().length === 0) {
    selectors.required('at least one clusterRoleSelector required if aggregationRule is non-nil');
  }
  for (const selector of selectors.items()) checkLabelSelector(selector.value, selector.path, report);
}

/** What `rbac/validation` says of bindings. */
export function checkBinding(object: KubernetesObject, kind: string, report: Report): void {
  const fail = failAs('KV0116', report);
  const kinds = kind === 'RoleBinding' ? ['Role', 'ClusterRole'] : ['ClusterRole'];
  const role = getString(object, 'roleRef', 'kind') ?? '';
  if (!kinds.includes(role)) fail(['roleRef', 'kind'], unsupported(role, kinds));
  const roleName = getString(object, 'roleRef', 'name') ?? '';
  for (const reason of roleName === '' ? [] : judgePathSegment(roleName)) fail(['roleRef', 'name'], invalid(roleName, reason));
  const group = getString(object, 'roleRef', 'apiGroup') ?? '';
  if (group !== '' && group !== RBAC) fail(['roleRef', 'apiGroup'], unsupported(group, [RBAC]));
  for (const [index, subject] of getArray(object, 'subjects').entries()) {
    const at = ['subjects', index];
    const subjectKind = getString(subject, 'kind') ?? '';
    const supported = ['ServiceAccount', 'User', 'Group'];
    if (!supported.includes(subjectKind)) fail([...at, 'kind'], unsupported(subjectKind, supported));
    const subjectGroup = getString(subject, 'apiGroup') ?? '';
    const wantedGroup = subjectKind === 'ServiceAccount' ? '' : RBAC;
    if (supported.includes(subjectKind) && subjectGroup !== '' && subjectGroup !== wantedGroup) {
      fail([...at, 'apiGroup'], unsupported(subjectGroup, [wantedGroup]));
    }
    const name = getString(subject, 'name') ?? '';
    for (const reason of subjectKind === 'ServiceAccount' && name !== '' ? judgeSubdomain(name) : [])
      fail([...at, 'name'], invalid(name, reason));
    if (subjectKind === 'ServiceAccount' && kind === 'ClusterRoleBinding' && (getString(subject, 'namespace') ?? '') === '') {
      fail([...at, 'namespace'], required());
    }
  }
}
