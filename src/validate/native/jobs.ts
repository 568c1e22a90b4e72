import { nameOf, type KubernetesObject } from '../../model/index.ts';
import { getObject, type JsonObject, type Path } from '../../std/index.ts';
import { judgeLabel, judgeLabelValue, judgeQualifiedName } from '../object/names.ts';
import type { Report } from '../problem.ts';
import { checkDomainPath } from './network.ts';
import { Place } from './place.ts';
import { checkLabelSelector } from './selectors.ts';

const COUNTS = [
  'activeDeadlineSeconds',
  'backoffLimit',
  'backoffLimitPerIndex',
  'completions',
  'maxFailedIndexes',
  'parallelism',
  'ttlSecondsAfterFinished',
];
const MANY_COMPLETIONS = 100_000;
const MOST_AT_ONCE = 10_000;

/** What `ValidateJob` says besides of its pods. */
export function checkJob(object: KubernetesObject, report: Report): void {
  const name = nameOf(object);
  const named = Place.of(object.metadata, ['metadata'], 'KV0121', report).at('name');
  const spec = Place.of(object['spec'], ['spec'], 'KV0102', report);
  checkJobSpec(spec, report);
  checkLabelSelector(spec.below('selector'), ['spec', 'selector'], report);
  const isGenerated = !spec.at('manualSelector').isTrue;
  // The pods of a Job are labelled with its name.
  for (const reason of isGenerated && name !== '' ? new Set(judgeLabelValue(name)) : []) {
    named.as(spec, '.template.labels').invalid(reason);
  }
  const completions = spec.at('completions').number ?? (spec.at('parallelism').isSet ? 0 : 1);
  if (spec.at('completionMode').text !== 'Indexed' || name === '' || completions <= 0) return;
  const last = `${name}-${completions - 1}`;
  if (judgeLabel(last).length > 0) named.invalid(`will not able to create pod with invalid DNS label: ${last}`);
}

/** What `ValidateCronJobCreate` says of the Jobs that it makes. */
export function checkJobTemplate(object: KubernetesObject, report: Report): void {
  const path: Path = ['spec', 'jobTemplate', 'spec'];
  const spec = Place.of(getObject(object, ...path), path, 'KV0102', report);
  checkJobSpec(spec, report);
  if (spec.at('manualSelector').isTrue) spec.at('manualSelector').unsupported(['nil', 'false']);
  if (spec.at('selector').isSet) spec.at('selector').invalid('`selector` will be auto-generated');
  const cron = Place.of(object['spec'], ['spec'], 'KV0102', report);
  for (const field of ['failedJobsHistoryLimit', 'startingDeadlineSeconds', 'successfulJobsHistoryLimit']) cron.at(field).atLeast(0);
}

function checkJobSpec(spec: Place, report: Report): void {
  for (const field of COUNTS) spec.at(field).atLeast(0);
  const [mode, manager] = [spec.at('completionMode'), spec.at('managedBy')];
  if (spec.at('maxFailedIndexes').isSet && !spec.at('backoffLimitPerIndex').isSet) {
    spec.at('backoffLimitPerIndex').required('when maxFailedIndexes is specified');
  }
  if (manager.isSet) checkDomainPath(manager);
  if (manager.text.length > 63) manager.tooLong(63);
  if (mode.isSet) mode.oneOf(['NonIndexed', 'Indexed']);
  if (mode.text === 'Indexed') checkIndexed(spec);
  else if (!mode.isSet || mode.text === 'NonIndexed') {
    for (const field of spec.given(['backoffLimitPerIndex', 'maxFailedIndexes']))
      spec.at(field).invalid('requires indexed completion mode');
  }
  checkFailurePolicy(spec);
  checkSuccessPolicy(spec);
  checkReplacement(spec);
  checkRestartPolicy(Place.of(spec.below('template', 'spec'), [...spec.path, 'template', 'spec'], 'KV0106', report), spec);
}

function checkIndexed(spec: Place): void {
  const [completions, parallelism, failed] = ['completions', 'parallelism', 'maxFailedIndexes'].map((field) => spec.at(field));
  const total = completions?.number ?? (parallelism?.isSet === true ? undefined : 1);
  if (total === undefined) completions?.required('when completion mode is Indexed');
  const most = (place: Place | undefined, limit: number, words: string): void => {
    if ((place?.number ?? 0) > limit) place?.invalid(words);
  };
  most(parallelism, MANY_COMPLETIONS, `must be less than or equal to ${MANY_COMPLETIONS} when completion mode is Indexed`);
  if (total !== undefined) most(failed, total, 'must be less than or equal to completions');
  most(failed, MANY_COMPLETIONS, `must be less than or equal to ${MANY_COMPLETIONS}`);
  if ((total ?? 0) <= MANY_COMPLETIONS || !spec.at('backoffLimitPerIndex').isSet) return;
  if (failed?.isSet !== true) failed?.required(`must be specified when completions is above ${MANY_COMPLETIONS}`);
  const words = `must be less than or equal to ${MOST_AT_ONCE} when completions are above ${MANY_COMPLETIONS} and used with backoff limit per index`;
  for (const place of [parallelism, failed]) most(place, MOST_AT_ONCE, words);
}

const ACTIONS = ['Count', 'FailIndex', 'FailJob', 'Ignore'];
const STATUSES = ['False', 'True', 'Unknown'];

function checkFailurePolicy(spec: Place): void {
  const rules = spec.at('podFailurePolicy').at('rules');
  if (rules.items().length > 20) rules.fail(`Too many: ${rules.items().length}: must have at most 20 items`);
  const containers = ['containers', 'initContainers'].flatMap((field) => spec.at('template').at('spec').at(field).items());
  const names = containers.map((container) => container.at('name').text);
  for (const rule of rules.items()) {
    const [action, codes, conditions] = [rule.at('action'), rule.at('onExitCodes'), rule.at('onPodConditions')];
    if (action.text === 'FailIndex' && !spec.at('backoffLimitPerIndex').isSet) {
      action.invalid('requires the backoffLimitPerIndex to be set');
    }
    action.oneOfIfAny(ACTIONS);
    if (codes.isSet) checkExitCodes(codes, names);
    for (const condition of conditions.items()) checkCondition(condition);
    const hasConditions = conditions.items().length > 0;
    if (codes.isSet && hasConditions) rule.fail('Invalid value: specifying both OnExitCodes and OnPodConditions is not supported');
    if (!codes.isSet && !hasConditions) rule.fail('Invalid value: specifying one of OnExitCodes and OnPodConditions is required');
  }
}

function checkCondition(condition: Place): void {
  condition.at('type').judgedEvenEmpty(judgeQualifiedName);
  const status = condition.at('status');
  // What is left out becomes True.
  status.oneOfIfAny(STATUSES);
}

function checkExitCodes(codes: Place, names: readonly string[]): void {
  const [operator, container, values] = [codes.at('operator'), codes.at('containerName'), codes.at('values')];
  operator.oneOfIfAny(['In', 'NotIn']);
  if (container.isSet && !names.includes(container.text)) {
    container.invalid('must be one of the container or initContainer names in the pod template', container.text);
  }
  const items = values.items();
  if (items.length === 0) values.invalid('at least one value is required', Array.isArray(values.value) ? [] : null);
  if (items.length > 255) values.fail(`Too many: ${items.length}: must have at most 255 items`);
  const seen = new Set<number>();
  for (const item of items) {
    const number = item.number ?? 0;
    if (operator.text === 'In' && number === 0) item.invalid('must not be 0 for the In operator', number);
    if (seen.has(number)) item.duplicate(number);
    seen.add(number);
  }
  const numbers = items.map((item) => item.number ?? 0);
  if (numbers.some((number, index) => number < (numbers[index - 1] ?? number))) values.invalid('must be ordered', numbers);
}

function checkSuccessPolicy(spec: Place): void {
  const policy = spec.at('successPolicy');
  if (!policy.isSet) return;
  if (spec.at('completionMode').text !== 'Indexed') {
    return policy.invalid('requires indexed completion mode', { Rules: policy.at('rules').items().map(printRule) });
  }
  const rules = policy.at('rules');
  if (rules.items().length === 0) rules.required('at least one rules must be specified when the successPolicy is specified');
  if (rules.items().length > 20) rules.fail(`Too many: ${rules.items().length}: must have at most 20 items`);
  const completions = spec.at('completions').number ?? 1;
  for (const rule of rules.items()) checkSuccessRule(rule, completions);
  return undefined;
}

function printRule(rule: Place): JsonObject {
  return { SucceededIndexes: rule.below('succeededIndexes') ?? null, SucceededCount: rule.below('succeededCount') ?? null };
}

function checkSuccessRule(rule: Place, completions: number): void {
  const [indexes, count] = [rule.at('succeededIndexes'), rule.at('succeededCount')];
  if (!indexes.isSet && !count.isSet) rule.required('at least one of succeededCount or succeededIndexes must be specified');
  const total = indexes.isSet ? countIndexes(indexes.text, completions) : 0;
  if (typeof total === 'string') indexes.invalid(`error parsing succeededIndexes: ${total}`);
  count.atLeast(0);
  const words = (limit: number, what: string): string => `must be less than or equal to ${limit} (the number of ${what})`;
  const number = count.number ?? 0;
  if (number > completions) count.invalid(words(completions, 'specified completions'));
  const named = typeof total === 'number' ? total : 0;
  if (indexes.isSet && number > named) count.invalid(words(named, 'indexes in the specified succeededIndexes field'));
}

/** How many indexes a text such as `0,2-4` names, or why it names none. */
function countIndexes(text: string, completions: number): number | string {
  if (text === '') return 0;
  let last = -1;
  let total = 0;
  for (const part of text.split(',')) {
    const limits = part.split('-');
    if (limits.length > 2) {
      return `the fragment ${JSON.stringify(part)} violates the requirement that an index interval can have at most two parts separated by '-'`;
    }
    for (const limit of limits) {
      if (!/^[+-]?\d+$/.test(limit)) return `cannot convert string to integer for index: ${JSON.stringify(limit)}`;
      if (Number(limit) >= completions) return `too large index: ${JSON.stringify(limit)}`;
    }
    const [first = 0, end = first] = limits.map(Number);
    if (limits.length > 1 && first >= end) return `non-increasing order, previous: ${first}, current: ${end}`;
    if (last >= first) return `non-increasing order, previous: ${last}, current: ${first}`;
    total += end - first + 1;
    last = end;
  }
  return total;
}

/** Pods that may have failed by policy are replaced once they have. */
function checkReplacement(spec: Place): void {
  const policy = spec.at('podReplacementPolicy');
  if (!policy.isSet) return;
  if (!spec.at('podFailurePolicy').isSet) policy.oneOf(['Failed', 'TerminatingOrFailed']);
  else if (policy.text !== 'Failed') policy.unsupported(['Failed']);
}

function checkRestartPolicy(pod: Place, spec: Place): void {
  const policy = pod.at('restartPolicy');
  if (policy.text === '' || policy.text === 'Always') return policy.required('valid values: "OnFailure", "Never"');
  if (policy.text !== 'OnFailure' && policy.text !== 'Never') return policy.unsupported(['OnFailure', 'Never']);
  if (spec.at('podFailurePolicy').isSet && policy.text !== 'Never') {
    policy.invalid('only "Never" is supported when podFailurePolicy is specified');
  }
  return undefined;
}
