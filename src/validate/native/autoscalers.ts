import { parseQuantity, type KubernetesObject } from '../../model/index.ts';
import { judgeLabel, judgePathSegment } from '../object/names.ts';
import type { Report } from '../problem.ts';
import { Place } from './place.ts';
import { judgeContainerName } from './pod/resources.ts';
import { printQuantity } from './quantities.ts';
import { checkLabelSelector } from './selectors.ts';

const METRIC_TYPES = ['ContainerResource', 'External', 'Object', 'Pods', 'Resource'];
const TARGET_TYPES = ['Utilization', 'Value', 'AverageValue'];
const SOURCES = ['object', 'external', 'pods', 'resource', 'containerResource'];
const LONGEST_WINDOW = 3600;
const LONGEST_PERIOD = 1800;

/** What `ValidateHorizontalPodAutoscaler` says. */
export function checkAutoscaler(object: KubernetesObject, report: Report): void {
  const spec = Place.of(object['spec'], ['spec'], 'KV0109', report);
  const [minimum, maximum, metrics] = [spec.at('minReplicas'), spec.at('maxReplicas'), spec.at('metrics')];
  minimum.atLeast(1);
  if (maximum.number === 0) maximum.required('must be set and greater than 0');
  maximum.atLeast(maximum.number === 0 ? 0 : 1);
  if ((maximum.number ?? 0) < (minimum.number ?? 1)) {
    maximum.invalid('must be greater than or equal to `minReplicas`', maximum.number ?? 0);
  }
  if (minimum.number === 0 && !metrics.items().some((metric) => ['Object', 'External'].includes(metric.at('type').text))) {
    metrics.forbidden('must specify at least one Object or External metric to support scaling to zero replicas');
  }
  checkReference(spec.at('scaleTargetRef'), 'ofAGroup');
  for (const metric of metrics.items()) checkMetric(metric, report);
  for (const direction of spec.at('behavior').given(['scaleUp', 'scaleDown'])) checkScaling(spec.at('behavior').at(direction));
}

function checkReference(reference: Place, group: 'ofAGroup' | 'any'): void {
  for (const field of ['kind', 'name']) reference.at(field).judged(judgePathSegment);
  const version = reference.at('apiVersion');
  const slashes = version.text.split('/').length - 1;
  if (slashes > 1) version.invalid(`unexpected GroupVersion string: ${version.text}`);
  else if (group === 'ofAGroup' && (slashes === 0 || version.text.startsWith('/'))) {
    version.invalid('apiVersion must specify API group', version.text);
  }
}

function checkMetric(metric: Place, report: Report): void {
  const type = metric.at('type');
  const given = metric.given(SOURCES);
  if (!METRIC_TYPES.includes(type.text)) type.unsupported(METRIC_TYPES, type.text);
  if (given[0] !== undefined) checkSource(metric.at(given[0]), given[0], report);
  const expected = type.text.charAt(0).toLowerCase() + type.text.slice(1);
  const isKnown = METRIC_TYPES.includes(type.text);
  if (isKnown && !given.includes(expected)) metric.at(expected).required('must populate information for the given metric source');
  if (given.length === 1) return;
  for (const source of given) {
    if (!isKnown || source !== expected) metric.at(source).forbidden('must populate the given metric source only');
  }
}

function checkSource(source: Place, kind: string, report: Report): void {
  const target = source.at('target');
  const name = source.at('metric').at('name');
  name.judged(judgePathSegment);
  checkLabelSelector(source.below('metric', 'selector'), source.at('metric').at('selector').path, report);
  checkTarget(target);
  const [value, average, share] = [target.at('value'), target.at('averageValue'), target.at('averageUtilization')];
  switch (kind) {
    case 'object':
      checkReference(source.at('describedObject'), 'any');
      if (!value.isSet && !average.isSet) average.required('must set either a target value or averageValue');
      return;
    case 'external':
      if (!value.isSet && !average.isSet) average.required('must set either a target value for metric or a per-pod target');
      if (value.isSet && average.isSet) value.forbidden('may not set both a target value for metric and a per-pod target');
      return;
    case 'pods':
      if (!average.isSet) average.required('must specify a positive target averageValue');
      return;
    default:
      if (kind === 'containerResource') {
        if (source.at('name').text !== '') judgeContainerName(source.at('name'), source.at('name').text);
        source.at('container').judged(judgeLabel);
      }
      if (!share.isSet && !average.isSet) share.required('must set either a target raw value or a target utilization');
      if (share.isSet && average.isSet) average.forbidden('may not set both a target raw value and a target utilization');
  }
}

function checkTarget(target: Place): void {
  const type = target.at('type');
  if (!TARGET_TYPES.includes(type.text)) type.invalid('must be either Utilization, Value, or AverageValue', type.text);
  for (const field of ['value', 'averageValue']) {
    const amount = parseQuantity(target.at(field).value);
    if (amount !== undefined && amount <= 0n) target.at(field).invalid('must be positive', printQuantity(target.at(field).value));
  }
  target.at('averageUtilization').atLeast(1, 'must be greater than 0');
}

function checkScaling(rules: Place): void {
  const [window, tolerance] = [rules.at('stabilizationWindowSeconds'), rules.at('tolerance')];
  window.atLeast(0, 'must be greater than or equal to zero');
  if ((window.number ?? 0) > LONGEST_WINDOW) window.invalid(`must be less than or equal to ${LONGEST_WINDOW}`);
  rules.at('selectPolicy').oneOf(['Disabled', 'Max', 'Min']);
  const policies = rules.at('policies');
  for (const policy of policies.items()) {
    const [type, value, period] = [policy.at('type'), policy.at('value'), policy.at('periodSeconds')];
    if (!['Percent', 'Pods'].includes(type.text)) type.unsupported(['Percent', 'Pods'], type.text);
    for (const place of [value, period]) if ((place.number ?? 0) <= 0) place.invalid('must be greater than zero', place.number ?? 0);
    if ((period.number ?? 0) > LONGEST_PERIOD) period.invalid(`must be less than or equal to ${LONGEST_PERIOD}`);
  }
  const amount = parseQuantity(tolerance.value);
  if (amount !== undefined && amount < 0n) tolerance.invalid('must be greater than or equal to 0', printQuantity(tolerance.value));
}
