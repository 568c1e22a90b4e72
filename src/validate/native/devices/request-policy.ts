import { formatQuantity, parseQuantity, toUnits, type Quantity } from '../../../model/index.ts';
import type { JsonValue } from '../../../std/index.ts';
import type { Place } from '../place.ts';
import { printQuantity } from '../quantities.ts';
import { checkSet } from './parts.ts';

const MOST_VALUES = 10;

interface Amount {
  readonly amount: Quantity;
  readonly text: string;
}

function toAmount(value: JsonValue | undefined): Amount {
  return { amount: parseQuantity(value) ?? 0n, text: printQuantity(value) };
}

/** `validateRequestPolicy`: what a claim may take of a capacity that several share. */
export function checkRequestPolicy(policy: Place, capacity: Quantity, written: JsonValue | undefined): void {
  const [values, range, given] = [policy.at('validValues'), policy.at('validRange'), policy.at('default')];
  const most: Amount = { amount: capacity, text: printQuantity(written) };
  const hasValues = values.items().length > 0;
  if (hasValues && range.isSet) {
    return policy.forbidden('exactly one policy can be specified, cannot specify "validValues" and "validRange" at the same time');
  }
  if (!hasValues && !range.isSet) return undefined;
  if (!given.isSet) return given.required(`required when ${hasValues ? 'validValues' : 'validRange'} is defined`);
  return hasValues ? checkValues(values, toAmount(given.value), most) : checkRange(range, toAmount(given.value), most);
}

function checkValues(values: Place, given: Amount, most: Amount): void {
  const items = values.items();
  const amounts = items.map((item) => toAmount(item.value));
  for (const [index, { amount, text }] of amounts.entries()) {
    const before = amounts[index - 1];
    if (before !== undefined && before.amount > amount) items[index]?.invalid('values must be sorted in ascending order', text);
  }
  let isFound = false;
  checkSet(
    values,
    MOST_VALUES,
    (item) => {
      const option = toAmount(item.value);
      if (option.amount > most.amount) item.invalid(`option is larger than capacity value: ${most.text}`, option.text);
      if (option.amount === given.amount) isFound = true;
    },
    (item) => String(toUnits(toAmount(item.value).amount)),
  );
  if (!isFound) values.invalid('default value is not valid according to the requestPolicy', given.text);
}

function checkRange(range: Place, given: Amount, most: Amount): void {
  const [least, highest, step] = [range.at('min'), range.at('max'), range.at('step')];
  if (!least.isSet) return least.required('required when validRange is defined');
  const [min, max] = [toAmount(least.value), highest.isSet ? toAmount(highest.value) : undefined];
  if (min.amount > most.amount) least.invalid(`min is larger than capacity value: ${most.text}`, min.text);
  if (given.amount < min.amount) least.invalid(`default is less than min: ${min.text}`, given.text);
  if (max !== undefined) {
    if (min.amount > max.amount) highest.invalid(`min is larger than max: ${max.text}`, min.text);
    if (max.amount > most.amount) highest.invalid(`max is larger than capacity value: ${most.text}`, max.text);
    if (given.amount > max.amount) highest.invalid(`default is more than max: ${max.text}`, given.text);
  }
  if (!step.isSet) return undefined;
  const one = toAmount(step.value);
  const width = toUnits(one.amount);
  if (min.amount + one.amount > most.amount) {
    step.invalid(`one step ${printSum(min, one)} is larger than capacity value: ${most.text}`, one.text);
  }
  for (const value of max === undefined ? [given] : [given, max]) {
    // A step of nothing crashes the server, which then answers nothing of use.
    if (width !== 0 && (toUnits(value.amount) - toUnits(min.amount)) % width !== 0) {
      step.invalid(`value is not a multiple of a given step (${one.text}) from (${min.text})`, value.text);
    }
  }
  return undefined;
}

/** A sum as Go prints it: in the form of what it began with. */
function printSum(first: Amount, second: Amount): string {
  const style = first.text.endsWith('i') ? 'binary' : 'decimal';
  return formatQuantity(first.amount + second.amount, style);
}
