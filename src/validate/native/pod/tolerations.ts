import { judgeLabelValue, judgeQualifiedName } from '../../object/names.ts';
import type { Place } from '../place.ts';

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

/** What `ValidateTolerations` says. */
export function checkTolerations(list: Place): void {
  for (const toleration of list.items()) {
    const [key, operator, effect] = [toleration.at('key'), toleration.at('operator'), toleration.at('effect')];
    key.judged(judgeQualifiedName);
    if (key.text === '' && operator.text !== 'Exists') {
      operator.invalid('operator must be Exists when `key` is empty, which means "match all values and all keys"', operator.text);
    }
    if (toleration.at('tolerationSeconds').isSet && effect.text !== 'NoExecute') {
      effect.invalid("effect must be 'NoExecute' when `tolerationSeconds` is set", effect.text);
    }
    checkOperator(operator, toleration.at('value').text);
    effect.oneOfIfAny(EFFECTS);
  }
}

function checkOperator(operator: Place, value: string): void {
  switch (operator.text) {
    case '':
    case 'Equal': {
      const found = judgeLabelValue(value);
      if (found.length > 0) operator.invalid(found.join(';'), value);
      return;
    }
    case 'Exists':
      if (value !== '') operator.invalid("value must be empty when `operator` is 'Exists'", value);
      return;
    // Comparing taints as numbers is an alpha feature, which the server's list of values does not know.
    case 'Lt':
    case 'Gt':
      operator.unsupported(['Equal', 'Exists', 'Lt', 'Gt']);
      return;
    default:
      operator.unsupported(['Equal', 'Exists']);
  }
}
