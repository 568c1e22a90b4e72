import { isSelected, readLabelSelector, type Kind, type KubernetesObject } from '../../model/index.ts';
import { getArray, getAt, getObject, getString, getStringMap, isArray, isObject, type JsonValue, type Path } from '../../std/index.ts';
import { checkLabelMap, checkLabels } from '../object/metadata.ts';
import { judgeQualifiedName } from '../object/names.ts';
import type { Report } from '../problem.ts';
import { toDottedPath } from '../structural/cursor.ts';
import { failAs, forbidden, invalid, required } from './field-error.ts';

const WITH_TEMPLATE = new Set(['DaemonSet', 'Deployment', 'ReplicaSet', 'StatefulSet']);

/** The words of `ValidateLabelSelector` for one selector, wherever it stands. */
export function checkLabelSelector(selector: JsonValue | undefined, path: Path, report: Report): void {
  if (!isObject(selector)) return;
  const matchLabels = [...path, 'matchLabels'];
  checkLabelMap(selector['matchLabels'], matchLabels, toDottedPath(matchLabels), report);
  for (const [index, expression] of getArray(selector, 'matchExpressions').entries()) {
    checkExpression(expression, [...path, 'matchExpressions', index], report);
  }
}

function checkExpression(expression: JsonValue, path: Path, report: Report): void {
  if (!isObject(expression)) return;
  const fail = failAs('KV0101', report);
  const values = getArray(expression, 'values');
  const operator = getString(expression, 'operator') ?? '';
  switch (operator) {
    case 'In':
    case 'NotIn':
      if (values.length === 0) fail([...path, 'values'], required("must be specified when `operator` is 'In' or 'NotIn'"));
      break;
    case 'Exists':
    case 'DoesNotExist':
      if (values.length > 0) fail([...path, 'values'], forbidden("may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
      break;
    default:
      fail([...path, 'operator'], invalid(operator, 'not a valid selector operator'));
  }
  const key = getString(expression, 'key');
  for (const reason of key === undefined ? [] : judgeQualifiedName(key)) fail([...path, 'key'], invalid(key ?? '', reason));
}

/** The words for selectors of kinds that have one, and for the labels of pod templates. */
export function checkSelectors(object: KubernetesObject, { group, kind }: Kind, report: Report): void {
  if (group === 'apps' && WITH_TEMPLATE.has(kind)) return checkWorkload(object, kind, report);
  if (group === 'policy' && kind === 'PodDisruptionBudget') {
    return checkLabelSelector(getAt(object, 'spec', 'selector'), ['spec', 'selector'], report);
  }
  if (group === '' && kind === 'Service')
    return checkLabelMap(getAt(object, 'spec', 'selector'), ['spec', 'selector'], 'spec.selector', report);
  return undefined;
}

function checkWorkload(object: KubernetesObject, kind: string, report: Report): void {
  const fail = failAs('KV0101', report);
  const selector = getAt(object, 'spec', 'selector');
  const labels = getAt(object, 'spec', 'template', 'metadata', 'labels');
  checkLabelSelector(selector, ['spec', 'selector'], report);
  const path = ['spec', 'template', 'metadata', 'labels'];
  if (isObject(selector) && isEmpty(selector)) {
    const noun = kind === 'ReplicaSet' ? 'deployment' : kind.toLowerCase();
    return fail(['spec', 'selector'], invalid(selector, `empty selector is invalid for ${noun}`));
  }
  const parsed = readLabelSelector(selector);
  const isUnreadable = isObject(selector) && parsed.invalid === true;
  if (isUnreadable || isSelected(parsed, getStringMap(labels))) return undefined;
  return fail(path, invalid(isObject(labels) ? labels : null, '`selector` does not match template `labels`'));
}

function isEmpty(selector: JsonValue): boolean {
  const labels = getObject(selector, 'matchLabels') ?? {};
  return Object.keys(labels).length === 0 && getArray(selector, 'matchExpressions').length === 0;
}

/** The words for labels and annotations of a pod template, which the server calls `spec.template.labels`. */
export function checkTemplateLabels(object: KubernetesObject, path: Path, report: Report): void {
  const metadata = getObject(object, ...path, 'metadata');
  if (metadata !== undefined && path.length > 0) checkLabels(metadata, [...path, 'metadata'], toDottedPath(path), report);
}

/** The selectors of a pod spec: of its node, its affinities and its spreading. */
export function checkPodSelectors(spec: JsonValue, path: Path, report: Report): void {
  const nodeSelector = [...path, 'nodeSelector'];
  checkLabelMap(getAt(spec, 'nodeSelector'), nodeSelector, toDottedPath(nodeSelector), report);
  for (const [index, item] of getArray(spec, 'topologySpreadConstraints').entries()) {
    checkLabelSelector(getAt(item, 'labelSelector'), [...path, 'topologySpreadConstraints', index, 'labelSelector'], report);
  }
  for (const kind of ['podAffinity', 'podAntiAffinity']) {
    const affinity = getAt(spec, 'affinity', kind);
    const at = [...path, 'affinity', kind];
    for (const field of ['requiredDuringSchedulingIgnoredDuringExecution', 'preferredDuringSchedulingIgnoredDuringExecution']) {
      const terms = getAt(affinity, field);
      if (!isArray(terms)) continue;
      for (const [index, term] of terms.entries()) checkTerm(term, [...at, field, index], report);
    }
  }
}

function checkTerm(term: JsonValue, path: Path, report: Report): void {
  const nested = getObject(term, 'podAffinityTerm');
  const at = nested === undefined ? path : [...path, 'podAffinityTerm'];
  checkLabelSelector(getAt(nested ?? term, 'labelSelector'), [...at, 'labelSelector'], report);
}
