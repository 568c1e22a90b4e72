import type { Report } from '../../problem.ts';
import { judgeLabel, judgeLabelValue, judgeQualifiedName, judgeSubdomain } from '../../object/names.ts';
import type { Place } from '../place.ts';
import { checkLabelSelector } from '../selectors.ts';
import { checkLabelKeys } from './spreading.ts';

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';

/** `validateAffinity`. */
export function checkAffinity(affinity: Place, report: Report): void {
  const node = affinity.at('nodeAffinity');
  if (node.at(REQUIRED).isSet) checkNodeSelector(node.at(REQUIRED));
  for (const term of node.at(PREFERRED).items()) {
    checkWeight(term.at('weight'));
    checkNodeTerm(term.at('preference'), 'anyValue');
  }
  for (const kind of ['podAffinity', 'podAntiAffinity']) {
    for (const term of affinity.at(kind).at(REQUIRED).items()) checkPodTerm(term, report);
    for (const term of affinity.at(kind).at(PREFERRED).items()) {
      checkWeight(term.at('weight'));
      checkPodTerm(term.at('podAffinityTerm'), report);
    }
  }
}

function checkWeight(weight: Place): void {
  if (weight.number !== undefined) weight.between(1, 100, 'must be in the range 1-100');
}

/** `ValidateNodeSelector`. */
export function checkNodeSelector(selector: Place): void {
  const terms = selector.at('nodeSelectorTerms');
  if (terms.items().length === 0) terms.required('must have at least one node selector term');
  for (const term of terms.items()) checkNodeTerm(term, 'labelValues');
}

function checkNodeTerm(term: Place, values: 'labelValues' | 'anyValue'): void {
  for (const item of term.at('matchExpressions').items()) {
    checkNodeExpression(item);
    for (const value of values === 'labelValues' ? item.at('values').items() : []) value.judgedEvenEmpty(judgeLabelValue);
  }
  for (const item of term.at('matchFields').items()) checkNodeField(item);
}

function checkNodeExpression(item: Place): void {
  const [operator, values] = [item.at('operator'), item.at('values')];
  const count = values.items().length;
  if (['In', 'NotIn'].includes(operator.text)) {
    if (count === 0) values.required("must be specified when `operator` is 'In' or 'NotIn'");
  } else if (['Exists', 'DoesNotExist'].includes(operator.text)) {
    if (count > 0) values.forbidden("may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
  } else if (['Gt', 'Lt'].includes(operator.text)) {
    if (count !== 1) values.required("must be specified single value when `operator` is 'Lt' or 'Gt'");
  } else operator.invalid('not a valid selector operator', operator.text);
  item.at('key').judgedEvenEmpty(judgeQualifiedName);
}

function checkNodeField(item: Place): void {
  const [operator, key, values] = [item.at('operator'), item.at('key'), item.at('values')];
  if (!['In', 'NotIn'].includes(operator.text)) operator.invalid('not a valid selector operator', operator.text);
  else if (values.items().length !== 1)
    values.required("must be only one value when `operator` is 'In' or 'NotIn' for node field selector");
  if (key.text !== 'metadata.name') key.invalid('not a valid field selector key', key.text);
  else for (const value of values.items()) value.judgedEvenEmpty(judgeSubdomain);
}

function checkPodTerm(term: Place, report: Report): void {
  for (const field of ['labelSelector', 'namespaceSelector']) checkLabelSelector(term.below(field), term.at(field).path, report);
  for (const namespace of term.at('namespaces').items()) namespace.as(term, '.namespace').judgedEvenEmpty(judgeLabel);
  checkLabelKeys(term);
  const key = term.at('topologyKey');
  if (!key.wanted('can not be empty') || key.text !== '') key.judgedEvenEmpty(judgeQualifiedName);
}
