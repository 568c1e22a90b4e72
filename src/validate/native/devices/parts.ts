import { compileCel, createDeviceEnvironment, formatType, type Environment } from '../../../cel/index.ts';
import { getOrAdd, isObject, stringifyJsonInOrder } from '../../../std/index.ts';
import { judgeLabelValue, judgeQualifiedName, judgeSubdomain } from '../../object/names.ts';
import { WORDS } from '../../object/words.ts';
import type { Place } from '../place.ts';
import { checkDriverName } from '../pod/volume-sources.ts';

const LONGEST_POOL = 253;
const LONGEST_IDENTIFIER = 32;
const LONGEST_EXPRESSION = 10 * 1024;
const MOST_PARAMETERS = 10 * 1024;
const MOST_SELECTORS = 32;
const EFFECTS = ['NoExecute', 'NoSchedule', 'None'];

/** The minor release that turned on what 1.34 and 1.35 of `resource.k8s.io/v1` drop before they look: taints, shared counters and others. */
const ADVANCED = 36;

/** Whether servers of a version keep the fields whose feature gates came on in 1.36. */
export function isAdvanced(version: string): boolean {
  return Number(version.split('.')[1]) >= ADVANCED;
}

/** `validateSlice`: of a list that is too long nothing else is said. */
export function checkEach(list: Place, most: number, check: (item: Place) => void): boolean {
  const items = list.items();
  if (items.length > most) {
    tooMany(list, items.length, most);
    return false;
  }
  for (const item of items) check(item);
  return true;
}

/** `validateSet`: as `checkEach`, and no two have the same key. */
export function checkSet(list: Place, most: number, check: (item: Place) => void, keyOf: (item: Place) => string): void {
  if (!checkEach(list, most, check)) return;
  const seen = new Set<string>();
  for (const item of list.items()) {
    const key = keyOf(item);
    if (seen.has(key)) item.duplicate(key);
    seen.add(key);
  }
}

/** `field.TooMany`. */
export function tooMany(place: Place, count: number, most: number): void {
  place.fail(`Too many: ${count}: must have at most ${most} item${most === 1 ? '' : 's'}`);
}

/** `validatePoolName`: the names of parts between slashes. */
export function checkPoolName(pool: Place): void {
  if (!pool.wanted()) return;
  if (pool.text.length > LONGEST_POOL) pool.tooLong(LONGEST_POOL);
  for (const part of pool.text.split('/')) for (const reason of judgeSubdomain(part)) pool.invalid(reason, part);
}

/** `validateQualifiedName`, of a key or of a text: a domain, which may be left out, and an identifier. */
export function checkQualifiedName(place: Place, name: string): void {
  const [first = '', second, third] = name.split('/');
  if (third !== undefined) return;
  if (second === undefined) return checkIdentifier(place, first);
  if (first === '') place.invalid('the domain must not be empty', '');
  else checkDriverName(place.holding(first));
  if (second === '') place.invalid('the name must not be empty', '');
  else checkIdentifier(place, second);
}

/** `validateFullyQualifiedName`. */
export function checkFullyQualifiedName(place: Place): void {
  checkQualifiedName(place, place.text);
  if (!place.text.includes('/')) place.invalid('a fully qualified name must be a domain and a name separated by a slash', place.text);
}

function checkIdentifier(place: Place, id: string): void {
  if (id.length > LONGEST_IDENTIFIER) place.tooLong(LONGEST_IDENTIFIER);
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(id)) place.invalid(WORDS.identifier, id);
}

/** `validateSelectorSlice`. */
export function checkSelectors(selectors: Place, version: string): void {
  checkEach(selectors, MOST_SELECTORS, (selector) => {
    const cel = selector.at('cel');
    if (cel.isSet) checkExpression(cel.at('expression'), version);
    else cel.required();
  });
}

const environments = new Map<string, Environment>();

/** `validateCELSelector`, but for what it may cost at most. New expressions are held to what the version before knew. */
function checkExpression(expression: Place, version: string): void {
  const { text } = expression;
  if (text.length > LONGEST_EXPRESSION) return expression.tooLong(LONGEST_EXPRESSION);
  const [major = '1', minor] = version.split('.');
  const earlier = `${major}.${Number(minor) - 1}`;
  const compiled = compileCel(
    text,
    getOrAdd(environments, earlier, () => createDeviceEnvironment(earlier)),
  );
  if (!compiled.ok) return expression.invalid(`compilation failed: ${compiled.message}`, text);
  const type = formatType(compiled.program.type);
  if (type !== 'bool' && type !== 'dyn') expression.invalid(`must evaluate to bool or the unknown type, not ${type}`, text);
  return undefined;
}

/** `validateDeviceConfiguration`. */
export function checkConfiguration(configuration: Place): void {
  const opaque = configuration.at('opaque');
  if (!opaque.isSet) return opaque.required();
  checkDriverName(opaque.at('driver'));
  const parameters = opaque.at('parameters');
  if (!parameters.isSet) return parameters.required();
  const written = new TextEncoder().encode(stringifyJsonInOrder(parameters.value ?? null)).length;
  if (written > MOST_PARAMETERS) parameters.tooLong(MOST_PARAMETERS);
  else if (!isObject(parameters.value)) parameters.invalid('must be a valid JSON object', '<value omitted>');
  return undefined;
}

/** `validateDeviceToleration`. */
export function checkToleration(toleration: Place): void {
  const [value, operator] = [toleration.at('value'), toleration.at('operator')];
  toleration.at('key').judged(judgeQualifiedName);
  // A server fills in Equal where nothing is written.
  if (operator.text === 'Exists') {
    if (value.text !== '') value.invalid('must be empty for operator `Exists`');
  } else if (operator.text === '' || operator.text === 'Equal') value.judgedEvenEmpty(judgeLabelValue);
  else operator.unsupported(['Equal', 'Exists']);
  toleration.at('effect').oneOfIfAny(EFFECTS);
}

/** `validateDeviceTaint`. */
export function checkTaint(taint: Place): void {
  const effect = taint.at('effect');
  taint.at('key').judgedEvenEmpty(judgeQualifiedName);
  taint.at('value').judged(judgeLabelValue);
  if (effect.wanted()) effect.oneOf(EFFECTS);
}
