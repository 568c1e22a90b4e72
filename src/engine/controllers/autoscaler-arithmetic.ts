import { readAmount } from './admission/amounts.ts';
import { getArray, getNumber, getObject, getString, type JsonValue } from '../../std/index.ts';

/** How far a metric may be off its target before anything is done about it (`--horizontal-pod-autoscaler-tolerance`). */
const TOLERANCE = 0.1;
/** Without rules of its own an autoscaler doubles at most, and may always go to four (`calculateScaleUpLimit`). */
const SCALE_UP_FACTOR = 2;
const SCALE_UP_LEAST = 4;
const STABILIZATION = 300;

/** How far off its target a metric may be, downwards and upwards. */
export function tolerancesOf(behavior: JsonValue | undefined): { readonly down: number; readonly up: number } {
  const toleranceOf = (side: 'scaleDown' | 'scaleUp'): number => {
    const amount = readAmount(getObject(behavior, side)?.['tolerance']);
    return amount === undefined ? TOLERANCE : Number(amount.value) / 1e9;
  };
  return { down: toleranceOf('scaleDown'), up: toleranceOf('scaleUp') };
}

/** The bounds that a number of replicas is held within. */
export interface Bounds {
  readonly least: number;
  readonly most: number;
}

/** Why fewer or more replicas are not asked for, as the condition ScalingLimited says; `DesiredWithinRange` where they are. */
export type Limit = 'DesiredWithinRange' | 'ScaleDownLimit' | 'ScaleUpLimit' | 'TooFewReplicas' | 'TooManyReplicas';

/** By how many replicas the number has changed in the last so many seconds: negative where there are fewer now. */
export type ChangeWithin = (seconds: number) => number;

/** One step towards the replicas that are asked for: within the bounds, and no faster than the rules allow (`normalizeDesiredReplicas`). */
export function limitReplicas(
  desired: number,
  current: number,
  { least, most }: Bounds,
  behavior: JsonValue | undefined,
  changeWithin: ChangeWithin = () => 0,
): { readonly replicas: number; readonly limit: Limit } {
  if (desired > current) {
    const fastest = Math.max(current, scaleUpLimit(current, behavior, changeWithin));
    const highest = Math.min(most, fastest);
    if (desired > highest) return { replicas: highest, limit: most > fastest ? 'ScaleUpLimit' : 'TooManyReplicas' };
  }
  if (desired < current || desired < least) {
    const fastest = Math.min(current, scaleDownLimit(current, behavior, changeWithin));
    const lowest = Math.max(least, fastest);
    if (desired < lowest) return { replicas: lowest, limit: least < fastest ? 'ScaleDownLimit' : 'TooFewReplicas' };
  }
  return { replicas: desired, limit: 'DesiredWithinRange' };
}

/** How long (s) fewer replicas must be enough before pods go. */
export function stabilizationOf(behavior: JsonValue | undefined): number {
  return getNumber(behavior, 'scaleDown', 'stabilizationWindowSeconds') ?? STABILIZATION;
}

/** How long (s) a step counts for the rules of the next one. */
export function longestPeriod(behavior: JsonValue | undefined, side: 'scaleDown' | 'scaleUp'): number {
  return Math.max(0, ...policiesOf(behavior, side).map(({ period }) => period));
}

interface Policy {
  readonly isPercent: boolean;
  readonly value: number;
  readonly period: number;
}

/** The policies of one direction; where there are rules, but none for it, those that the API server fills in. */
function policiesOf(behavior: JsonValue | undefined, side: 'scaleDown' | 'scaleUp'): readonly Policy[] {
  if (behavior === undefined) return [];
  const given = getArray(behavior, side, 'policies').map((policy) => ({
    isPercent: getString(policy, 'type') === 'Percent',
    value: getNumber(policy, 'value') ?? 0,
    period: getNumber(policy, 'periodSeconds') ?? 0,
  }));
  if (given.length > 0) return given;
  const double = { isPercent: true, value: 100, period: 15 };
  return side === 'scaleDown' ? [double] : [double, { isPercent: false, value: 4, period: 15 }];
}

function scaleUpLimit(current: number, behavior: JsonValue | undefined, changeWithin: ChangeWithin): number {
  if (behavior === undefined) return Math.max(SCALE_UP_FACTOR * current, SCALE_UP_LEAST);
  const select = getString(getObject(behavior, 'scaleUp'), 'selectPolicy') ?? 'Max';
  if (select === 'Disabled') return current;
  const proposed = policiesOf(behavior, 'scaleUp').map(({ isPercent, value, period }) => {
    const start = current - changeWithin(period);
    return isPercent ? Math.ceil(start * (1 + value / 100)) : start + value;
  });
  return select === 'Min' ? Math.min(...proposed) : Math.max(...proposed);
}

function scaleDownLimit(current: number, behavior: JsonValue | undefined, changeWithin: ChangeWithin): number {
  if (behavior === undefined) return 0;
  const select = getString(getObject(behavior, 'scaleDown'), 'selectPolicy') ?? 'Max';
  if (select === 'Disabled') return current;
  const proposed = policiesOf(behavior, 'scaleDown').map(({ isPercent, value, period }) => {
    const start = current - changeWithin(period);
    return isPercent ? Math.trunc(start * (1 - value / 100)) : start - value;
  });
  return select === 'Min' ? Math.max(...proposed) : Math.min(...proposed);
}
