import { type KubernetesObject } from '../../model/index.ts';
import { getArray, getNumber, getObject, getString, type JsonValue } from '../../std/index.ts';
import { limitReplicas, stabilizationOf, tolerancesOf, type Limit } from './autoscaler-arithmetic.ts';
import { proposeReplicas, type MetricReadings } from './autoscaler-metrics.ts';

/** What an autoscaler remembers: times are in ms, changes are negative where pods went. */
export interface AutoscalerHistory {
  readonly recommendations: readonly { readonly at: number; readonly replicas: number }[];
  readonly changes: readonly { readonly at: number; readonly change: number }[];
}

/** What stands beside the autoscaler: its target's replicas in spec and status, and its pods. */
export interface AutoscalerTarget {
  readonly current: number;
  readonly observed: number;
  readonly pods: readonly KubernetesObject[];
}

/** What an autoscaler wants next. */
export interface AutoscalerDecision {
  readonly replicas: number;
  /** The reason of the condition ScalingActive; undefined where metrics are not looked at, as the number is out of bounds. */
  readonly active: string | undefined;
  /** The reason of the condition ScalingLimited, where the metrics decide. */
  readonly limit: Limit | undefined;
  /** Whether recent recommendations hold the number (`ScaleUpStabilized`, `ScaleDownStabilized`). */
  readonly isStabilized: boolean;
}

/**
 * One look of an autoscaler at its metrics (`reconcileAutoscaler`, `pkg/controller/podautoscaler`): of several metrics the most
 * demanding counts; where some cannot be read it does not shrink; recent recommendations and changes hold it back.
 */
export function decideReplicas(
  autoscaler: KubernetesObject,
  target: AutoscalerTarget,
  readings: MetricReadings,
  history: AutoscalerHistory,
  now: number,
): AutoscalerDecision {
  const { current } = target;
  const bounds = {
    least: getNumber(autoscaler, 'spec', 'minReplicas') ?? 1,
    most: getNumber(autoscaler, 'spec', 'maxReplicas') ?? current,
  };
  const plain = { active: undefined, limit: undefined, isStabilized: false };
  if (current === 0) return { ...plain, replicas: 0, active: 'ScalingDisabled' };
  if (current > bounds.most) return { ...plain, replicas: bounds.most };
  if (current < bounds.least) return { ...plain, replicas: bounds.least };
  const behavior = getObject(autoscaler, 'spec', 'behavior');
  const metrics = getArray(autoscaler, 'spec', 'metrics');
  const scaled = { ...target, tolerances: tolerancesOf(behavior), now };
  const proposals = metrics.map((metric) => proposeReplicas(metric, readings, scaled));
  const desired = Math.max(0, ...proposals.flatMap((proposal) => proposal ?? []));
  const failed = metrics[proposals.indexOf(undefined)];
  const isBlind = proposals.every((proposal) => proposal === undefined);
  if (failed !== undefined && (isBlind || desired < current)) return { ...plain, replicas: current, active: toFailure(failed) };
  const recommendations = history.recommendations.length === 0 ? [{ at: now, replicas: current }] : history.recommendations;
  const stable = stabilize(desired, current, behavior, { recommendations, now });
  const { replicas, limit } = limitReplicas(stable, current, bounds, behavior, (seconds) =>
    history.changes.reduce((sum, { at, change }) => (at > now - seconds * 1000 ? sum + change : sum), 0),
  );
  return { replicas, active: 'ValidMetricFound', limit, isStabilized: stable !== desired };
}

function toFailure(metric: JsonValue): string {
  return `FailedGet${getString(metric, 'type') ?? ''}Metric`;
}

/** The number that recent recommendations allow: up to the least of them, down to the most. */
function stabilize(
  desired: number,
  current: number,
  behavior: JsonValue | undefined,
  { recommendations, now }: Pick<AutoscalerHistory, 'recommendations'> & { readonly now: number },
): number {
  const within = (seconds: number): readonly number[] =>
    recommendations.flatMap(({ at, replicas }) => (at > now - seconds * 1000 ? [replicas] : []));
  const most = Math.max(desired, ...within(stabilizationOf(behavior)));
  if (behavior === undefined) return most;
  const least = Math.min(desired, ...within(getNumber(behavior, 'scaleUp', 'stabilizationWindowSeconds') ?? 0));
  return Math.min(Math.max(current, least), most);
}
