import { judgeQualifiedName } from '../../object/names.ts';
import type { Report } from '../../problem.ts';
import type { Place } from '../place.ts';
import { checkLabelSelector } from '../selectors.ts';

/** `validateTopologySpreadConstraints`. */
export function checkSpreading(constraints: Place, report: Report): void {
  const items = constraints.items();
  for (const [index, constraint] of items.entries()) {
    const [skew, action, least] = [constraint.at('maxSkew'), constraint.at('whenUnsatisfiable'), constraint.at('minDomains')];
    if (skew.isSet) skew.atLeast(1, 'must be greater than zero');
    else skew.invalid('must be greater than zero', 0);
    constraint.at('topologyKey').wanted('can not be empty');
    action.oneOf(['DoNotSchedule', 'ScheduleAnyway']);
    checkRepeated(constraint, items.slice(index + 1));
    least.atLeast(1, 'must be greater than zero');
    if (least.isSet && action.text !== 'DoNotSchedule') {
      least.invalid(`can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${action.text}`);
    }
    for (const field of ['nodeAffinityPolicy', 'nodeTaintsPolicy']) constraint.at(field).oneOf(['Honor', 'Ignore']);
    checkLabelKeys(constraint);
    checkLabelSelector(constraint.below('labelSelector'), constraint.at('labelSelector').path, report);
  }
}

function checkRepeated(constraint: Place, others: readonly Place[]): void {
  const identify = (place: Place): string => `{${place.at('topologyKey').text}, ${place.at('whenUnsatisfiable').text}}`;
  const own = identify(constraint);
  const field = constraint.at('topologyKey').as(constraint, '.{topologyKey, whenUnsatisfiable}');
  if (others.some((other) => identify(other) === own)) field.duplicate(own);
}

/** `ValidateMatchLabelKeysAndMismatchLabelKeys`. */
export function checkLabelKeys(owner: Place): void {
  const [match, mismatch, selector] = [owner.at('matchLabelKeys'), owner.at('mismatchLabelKeys'), owner.at('labelSelector')];
  for (const list of [match, mismatch]) {
    if (list.items().length === 0) continue;
    if (!selector.isSet) list.forbidden('must not be specified when labelSelector is not set');
    else for (const key of list.items()) key.judgedEvenEmpty(judgeQualifiedName);
  }
  if (selector.isSet) checkSelected(match, selector, owner);
  for (const key of match.items()) {
    if (mismatch.texts.includes(key.text)) key.invalid('exists in both matchLabelKeys and mismatchLabelKeys');
  }
}

/** The keys are merged into the selector, where each may stand once. */
function checkSelected(match: Place, selector: Place, owner: Place): void {
  const known = new Set(selector.at('matchLabels').keys());
  const merged = new Set(match.texts);
  for (const expression of selector.at('matchExpressions').items()) {
    const key = expression.at('key').text;
    const index = match.texts.lastIndexOf(key);
    if (merged.has(key) && known.has(key)) {
      match.items()[index]?.as(owner, `[${index}]`).invalid('exists in both matchLabelKeys and labelSelector');
    }
    known.add(key);
  }
}
