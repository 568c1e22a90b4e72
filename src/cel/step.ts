import type { Attribute } from './attribute.ts';
import type { Scope } from './scope.ts';
import { Optional, type Result, type Value } from './value.ts';

/** An expression made ready to be evaluated. */
export interface Step {
  evaluate(scope: Scope): Result;
  /** The value, if it is known before; evaluating it costs nothing. */
  readonly constant?: Value;
  /** What the step looks up, if that is all it does: what selects from it may add to it. */
  readonly attribute?: Attribute;
}

export function constantStep(value: Value): Step {
  return { constant: value, evaluate: () => value };
}

/** A step that looks an attribute up. `has()` does not cost what a look-up does. */
export function attributeStep(attribute: Attribute, isTest = false): Step {
  return {
    attribute,
    evaluate: (scope) => {
      const result = attribute.resolve(scope);
      if (attribute.isCharged && !isTest) scope.meter.charge(1);
      return isTest && result instanceof Optional ? result.value !== undefined : result;
    },
  };
}
