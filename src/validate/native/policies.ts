import type { KubernetesObject } from '../../model/index.ts';
import { getArray, getAt, getNumber, getObject, getString, type JsonValue, type Path } from '../../std/index.ts';
import { judgeSubdomain } from '../object/names.ts';
import type { Report } from '../problem.ts';
import { failAs, forbidden, invalid, NON_NEGATIVE, required, unsupported, type Fail } from './field-error.ts';

const PERCENT =
  "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";
const RBAC = 'rbac.authorization.k8s.io';
const METRIC_TYPES = ['ContainerResource', 'External', 'Object', 'Pods', 'Resource'];

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
  for (const field of ['minAvailable', 'maxUnavailable']) checkShare(spec[field], ['spec', field], fail);
}

function checkShare(value: JsonValue | undefined, path: Path, fail: Fail): void {
  if (typeof value === 'number' && value < 0) fail(path, invalid(value, NON_NEGATIVE));
  if (typeof value !== 'string') return;
  if (!/^\d+%$/.test(value)) fail(path, invalid(value, PERCENT));
  else if (Number.parseInt(value, 10) > 100) fail(path, invalid(value, 'must not be greater than 100%'));
}

/** What `ValidateHorizontalPodAutoscaler` says. */
export function checkAutoscaler(object: KubernetesObject, report: Report): void {
  const fail = failAs('KV0109', report);
  const minimum = getNumber(object, 'spec', 'minReplicas');
  const maximum = getNumber(object, 'spec', 'maxReplicas');
  const metrics = getArray(object, 'spec', 'metrics');
  if (minimum !== undefined && minimum < 1) fail(['spec', 'minReplicas'], invalid(minimum, 'must be greater than or equal to 1'));
  if (maximum !== undefined && maximum < 1) fail(['spec', 'maxReplicas'], required('must be set and greater than 0'));
  if (minimum !== undefined && (maximum ?? 0) < minimum) {
    fail(['spec', 'maxReplicas'], invalid(maximum ?? 0, 'must be greater than or equal to `minReplicas`'));
  }
  if (minimum === 0 && !metrics.some((metric) => ['Object', 'External'].includes(getString(metric, 'type') ?? ''))) {
    fail(['spec', 'metrics'], forbidden('must specify at least one Object or External metric to support scaling to zero replicas'));
  }
  for (const [index, metric] of metrics.entries()) {
    const type = getString(metric, 'type') ?? '';
    checkMetric(metric, type, ['spec', 'metrics', index], fail);
    if (!METRIC_TYPES.includes(type)) fail(['spec', 'metrics', index, 'type'], unsupported(type, METRIC_TYPES));
  }
}

const TARGET_TYPES = ['Utilization', 'Value', 'AverageValue'];

function checkMetric(metric: JsonValue, type: string, path: Path, fail: Fail): void {
  const field = type.charAt(0).toLowerCase() + type.slice(1);
  const source = getObject(metric, field);
  if (source === undefined) {
    if (METRIC_TYPES.includes(type)) fail([...path, field], required('must populate information for the given metric source'));
    return;
  }
  const target = getObject(source, 'target');
  if (target === undefined) return;
  const at = [...path, field, 'target'];
  const kind = getString(target, 'type') ?? '';
  if (kind !== '' && !TARGET_TYPES.includes(kind))
    fail([...at, 'type'], invalid(kind, 'must be either Utilization, Value, or AverageValue'));
  const utilization = getNumber(target, 'averageUtilization');
  if (utilization !== undefined && utilization < 1) fail([...at, 'averageUtilization'], invalid(utilization, 'must be greater than 0'));
  const isResource = type === 'Resource' || type === 'ContainerResource';
  if (isResource && utilization === undefined && (target['averageValue'] ?? null) === null) {
    fail([...at, 'averageUtilization'], required('must set either a target raw value or a target utilization'));
  }
}

/** What `rbac/validation` says of roles. */
export function checkRole(object: KubernetesObject, kind: string, report: Report): void {
  const fail = failAs('KV0116', report);
  for (const [index, rule] of getArray(object, 'rules').entries()) {
    const at = ['rules', index];
    const isPath = getArray(rule, 'nonResourceURLs').length > 0;
    if (Array.isArray(getAt(rule, 'verbs')) && getArray(rule, 'verbs').length === 0) {
      fail([...at, 'verbs'], required('verbs must contain at least one value'));
    }
    if (isPath && kind === 'Role')
      fail([...at, 'nonResourceURLs'], invalid(getArray(rule, 'nonResourceURLs'), 'namespaced rules cannot apply to non-resource URLs'));
    if (isPath) continue;
    if (getArray(rule, 'apiGroups').length === 0) fail([...at, 'apiGroups'], required('resource rules must supply at least one api group'));
    if (getArray(rule, 'resources').length === 0) fail([...at, 'resources'], required('resource rules must supply at least one resource'));
  }
}

/** What `rbac/validation` says of bindings. */
export function checkBinding(object: KubernetesObject, kind: string, report: Report): void {
  const fail = failAs('KV0116', report);
  const kinds = kind === 'RoleBinding' ? ['Role', 'ClusterRole'] : ['ClusterRole'];
  const role = getString(object, 'roleRef', 'kind') ?? '';
  if (!kinds.includes(role)) fail(['roleRef', 'kind'], unsupported(role, kinds));
  const group = getString(object, 'roleRef', 'apiGroup') ?? '';
  if (group !== '' && group !== RBAC) fail(['roleRef', 'apiGroup'], unsupported(group, [RBAC]));
  for (const [index, subject] of getArray(object, 'subjects').entries()) {
    const at = ['subjects', index];
    const subjectKind = getString(subject, 'kind') ?? '';
    const supported = ['ServiceAccount', 'User', 'Group'];
    if (!supported.includes(subjectKind)) fail([...at, 'kind'], unsupported(subjectKind, supported));
    const name = getString(subject, 'name') ?? '';
    for (const reason of subjectKind === 'ServiceAccount' && name !== '' ? judgeSubdomain(name) : [])
      fail([...at, 'name'], invalid(name, reason));
    if (subjectKind === 'ServiceAccount' && kind === 'ClusterRoleBinding' && (getString(subject, 'namespace') ?? '') === '') {
      fail([...at, 'namespace'], required());
    }
  }
}
