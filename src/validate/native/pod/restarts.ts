import type { Place } from '../place.ts';

const MOST_RULES = 20;
const MOST_VALUES = 255;

/** `validateContainerRestartPolicy`, of containers and, for those that have one, of init containers. */
export function checkRestarts(container: Place): void {
  const [policy, rules] = [container.at('restartPolicy'), container.at('restartPolicyRules')];
  const items = rules.items();
  if (policy.isSet) policy.oneOf(['Always', 'Never', 'OnFailure']);
  else if (items.length > 0) policy.required('must specify restartPolicy when restart rules are used');
  if (items.length > MOST_RULES) rules.fail(tooMany(items.length, MOST_RULES));
  for (const rule of items) checkRule(rule);
}

function checkRule(rule: Place): void {
  const [action, codes] = [rule.at('action'), rule.at('exitCodes')];
  if (!['Restart', 'RestartAllContainers'].includes(action.text)) action.unsupported(['Restart', 'RestartAllContainers'], action.text);
  if (!codes.isSet) return codes.required('must be specified');
  const operator = codes.at('operator');
  if (!['In', 'NotIn'].includes(operator.text)) operator.unsupported(['In', 'NotIn'], operator.text);
  const count = codes.at('values').items().length;
  if (count > MOST_VALUES) codes.at('values').fail(tooMany(count, MOST_VALUES));
  return undefined;
}

function tooMany(count: number, most: number): string {
  return `Too many: ${count}: must have at most ${most} items`;
}
