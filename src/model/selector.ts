import { getArray, getObject, getString, getStringMap, type JsonValue } from '../std/index.ts';

/** One requirement of a label selector. `NotIn` and `DoesNotExist` match absent keys, as in `apimachinery/pkg/labels`. */
export interface Requirement {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt';
  readonly values: readonly string[];
}

/** All requirements must hold; none at all selects everything. `invalid` selectors (an unknown operator) select nothing. */
export interface Selector {
  readonly requirements: readonly Requirement[];
  readonly invalid?: true;
}

/** The selector that selects everything. */
export const SELECT_ALL: Selector = { requirements: [] };

/** The selector that selects nothing: what an absent LabelSelector means in most APIs. */
export const SELECT_NONE: Selector = { requirements: [], invalid: true };

/** Reads a `metav1.LabelSelector`; an absent one selects nothing, an empty one everything (`LabelSelectorAsSelector`). */
export function readLabelSelector(value: JsonValue | undefined): Selector {
  if (getObject(value) === undefined) return SELECT_NONE;
  const requirements: Requirement[] = [];
  for (const [key, item] of getStringMap(value, 'matchLabels')) requirements.push({ key, operator: 'In', values: [item] });
  for (const expression of getArray(value, 'matchExpressions')) {
    const requirement = readRequirement(expression);
    if (requirement === undefined) return SELECT_NONE;
    requirements.push(requirement);
  }
  return { requirements };
}

/** Reads a plain map of labels that must all be there (Service, ReplicationController); absent or empty gives `undefined`. */
export function readMapSelector(value: JsonValue | undefined): Selector | undefined {
  const labels = getStringMap(value);
  if (labels.size === 0) return undefined;
  return { requirements: [...labels].map(([key, item]) => ({ key, operator: 'In', values: [item] })) };
}

/** Reads one `{key, operator, values}`, of label selectors or node selector terms; undefined if the operator is unknown. */
export function readRequirement(value: JsonValue | undefined): Requirement | undefined {
  const key = getString(value, 'key') ?? '';
  const values = getArray(value, 'values').flatMap((item) => (typeof item === 'string' ? [item] : []));
  const operator = getString(value, 'operator');
  switch (operator) {
    case 'In':
    case 'NotIn':
    case 'Exists':
    case 'DoesNotExist':
    case 'Gt':
    case 'Lt':
      return { key, operator, values };
    default:
      return undefined;
  }
}

/** Whether labels satisfy a selector. */
export function isSelected(selector: Selector, labels: ReadonlyMap<string, string>): boolean {
  return selector.invalid !== true && selector.requirements.every((requirement) => isSatisfied(requirement, labels.get(requirement.key)));
}

/** Whether one label value (undefined where the key is absent) satisfies a requirement; `Gt` and `Lt` compare 64-bit integers. */
export function isSatisfied(requirement: Requirement, value: string | undefined): boolean {
  switch (requirement.operator) {
    case 'In':
      return value !== undefined && requirement.values.includes(value);
    case 'NotIn':
      return value === undefined || !requirement.values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
    case 'Lt':
      return isOrdered(requirement, value);
  }
}

function isOrdered(requirement: Requirement, value: string | undefined): boolean {
  const [bound] = requirement.values;
  if (requirement.values.length !== 1 || bound === undefined || value === undefined) return false;
  if (!/^[-+]?\d+$/.test(value) || !/^[-+]?\d+$/.test(bound)) return false;
  const [a, b] = [BigInt(value.replace('+', '')), BigInt(bound.replace('+', ''))];
  return requirement.operator === 'Gt' ? a > b : a < b;
}

/** The selector as kubectl prints it: `app=web,tier in (a,b),!legacy`. */
export function formatSelector(selector: Selector): string {
  if (selector.invalid === true) return '<none>';
  if (selector.requirements.length === 0) return '<all>';
  return selector.requirements.map(formatRequirement).join(',');
}

function formatRequirement({ key, operator, values }: Requirement): string {
  switch (operator) {
    case 'In':
      return values.length === 1 ? `${key}=${values[0] ?? ''}` : `${key} in (${values.toSorted().join(',')})`;
    case 'NotIn':
      return values.length === 1 ? `${key}!=${values[0] ?? ''}` : `${key} notin (${values.toSorted().join(',')})`;
    case 'Exists':
      return key;
    case 'DoesNotExist':
      return `!${key}`;
    case 'Gt':
      return `${key}>${values[0] ?? ''}`;
    case 'Lt':
      return `${key}<${values[0] ?? ''}`;
  }
}
