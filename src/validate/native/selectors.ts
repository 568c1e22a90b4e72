import { isSelected, readLabelSelector, type Kind, type KubernetesObject, type Selector } from '../../model/index.ts';
import {
  compareStrings,
  getArray,
  getObject,
  getString,
  isObject,
  stringifyJsonInOrder,
  type JsonObject,
  type JsonValue,
  type Path,
} from '../../std/index.ts';
import { checkLabelMap, checkLabels } from '../object/metadata.ts';
import { judgeLabelValue, judgeQualifiedName } from '../object/names.ts';
import type { Report } from '../problem.ts';
import { toDottedPath } from '../structural/cursor.ts';
import { failAs, forbidden, invalid, required } from './field-error.ts';
import { Place } from './place.ts';

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
  const key = getString(expression, 'key') ?? '';
  for (const reason of judgeQualifiedName(key)) fail([...path, 'key'], invalid(key, reason));
}

/** What is said of the selector of a workload, which must select the pods of its template. */
export function checkSelectors(object: KubernetesObject, { group, kind }: Kind, report: Report): void {
  if (group === '' && kind === 'ReplicationController') return checkPlainSelector(object, report);
  if (group !== 'apps' || !WITH_TEMPLATE.has(kind)) return undefined;
  const spec = Place.of(object['spec'], ['spec'], 'KV0101', report);
  const selector = spec.at('selector');
  checkLabelSelector(selector.value, selector.path, report);
  const printed = printSelector(selector);
  const parsed = readLabelSelector(printed);
  if (selector.isSet && Object.keys(printed).length === 0) {
    selector.invalid(`empty selector is invalid for ${kind === 'ReplicaSet' ? 'deployment' : kind.toLowerCase()}`, printed);
    // The DaemonSet's looks at the labels all the same: an empty selector selects everything.
    return undefined;
  }
  if (parsed.invalid === true || !isSound(selector)) {
    if (kind === 'StatefulSet') selector.fail(`Invalid value: ${stringifyJsonInOrder(printed)}`);
    else if (kind !== 'DaemonSet') selector.invalid('invalid label selector', printed);
    return undefined;
  }
  return checkSelected(spec, selector.isSet ? parsed : undefined);
}

/** Whether all keys and values are such as labels may have. */
function isSound(selector: Place): boolean {
  const labels = Object.entries(printLabels(selector.at('matchLabels')));
  const areLabels = labels.every(([key, value]) => judgeQualifiedName(key).length === 0 && judgeLabelValue(value).length === 0);
  return (
    areLabels &&
    selector
      .at('matchExpressions')
      .items()
      .every((item) => {
        const { texts } = item.at('values');
        return judgeQualifiedName(item.at('key').text).length === 0 && texts.every((value) => judgeLabelValue(value).length === 0);
      })
  );
}

/** Without a selector nothing is selected. */
function checkSelected(spec: Place, selector: Selector | undefined): void {
  const labels = spec.at('template').at('metadata').at('labels');
  const given = printLabels(labels);
  if (selector !== undefined && isSelected(selector, new Map(Object.entries(given)))) return;
  labels.invalid('`selector` does not match template `labels`', labels.isSet ? given : null);
}

/** `ValidateReplicationControllerSpec`, whose selector is a map, and by default the labels of the pods. */
function checkPlainSelector(object: KubernetesObject, report: Report): void {
  const spec = Place.of(object['spec'], ['spec'], 'KV0101', report);
  const [selector, labels] = [spec.at('selector'), spec.at('template').at('metadata').at('labels')];
  if (!spec.at('template').isSet) spec.at('template').required();
  const wanted = selector.keys().length > 0 ? printLabels(selector) : printLabels(labels);
  if (Object.keys(wanted).length === 0) return selector.required();
  const given = printLabels(labels);
  if (Object.entries(wanted).some(([key, value]) => given[key] !== value)) {
    labels.invalid('`selector` does not match template `labels`', labels.isSet ? given : null);
  }
  return undefined;
}

/** Labels as Go has them: nothing is the empty text, and keys are in order. */
function printLabels(labels: Place): Readonly<Record<string, string>> {
  const keys = labels.keys().toSorted(compareStrings);
  return Object.fromEntries(keys.map((key) => [key, getString(labels.below(key)) ?? '']));
}

/** A selector as Go prints it. */
function printSelector(selector: Place): JsonObject {
  const labels = printLabels(selector.at('matchLabels'));
  const expressions = selector
    .at('matchExpressions')
    .items()
    .map((item) => ({
      key: item.at('key').text,
      operator: item.at('operator').text,
      ...(item.at('values').texts.length === 0 ? {} : { values: item.at('values').texts }),
    }));
  return {
    ...(Object.keys(labels).length === 0 ? {} : { matchLabels: labels }),
    ...(expressions.length === 0 ? {} : { matchExpressions: expressions }),
  };
}

/** The words for labels and annotations of a pod template, which the server calls `spec.template.labels`. */
export function checkTemplateLabels(object: KubernetesObject, path: Path, report: Report): void {
  const metadata = getObject(object, ...path, 'metadata');
  if (metadata !== undefined && path.length > 0) checkLabels(metadata, [...path, 'metadata'], toDottedPath(path), report);
}
