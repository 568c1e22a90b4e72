import { annotationsOf, nameOf, toMilli, type KubernetesObject } from '../../model/index.ts';
import { getArray, getObject, getString, type JsonValue } from '../../std/index.ts';
import { readAmount } from './admission/amounts.ts';
import type { MetricReadings, PodSample } from './autoscaler-metrics.ts';

const USAGE = 'kplan.dev/simulate-usage';

/** The metrics of an autoscaler that something is given of, with what the metrics APIs would say of them. */
export interface SimulatedUsage {
  readonly metrics: readonly JsonValue[];
  readonly readings: MetricReadings;
}

/**
 * What the metrics of an autoscaler are, given what all pods of its target use together: by the annotation
 * `kplan.dev/simulate-usage` of the autoscaler (`cpu=1500m,memory=2Gi`). Pods use as much as each other. Undefined where nothing
 * is given of any metric: they are then played as standing at their targets.
 */
export function readSimulatedUsage(
  autoscaler: KubernetesObject,
  pods: readonly KubernetesObject[],
  now: number,
): SimulatedUsage | undefined {
  const usage = readUsage(annotationsOf(autoscaler).get(USAGE) ?? '');
  const metrics = getArray(autoscaler, 'spec', 'metrics').filter((metric) => usage.has(nameOfMetric(metric)));
  if (metrics.length === 0 || pods.length === 0) return undefined;
  const share = (name: string): ReadonlyMap<string, PodSample> | undefined => {
    const used = usage.get(name);
    if (used === undefined) return undefined;
    const each = Math.trunc(used / pods.length);
    const rest = used - each * (pods.length - 1);
    return new Map(pods.map((pod, index) => [nameOf(pod), { value: index === 0 ? rest : each, at: now, window: 0 }]));
  };
  const whole = (name: string): number | undefined => usage.get(name);
  return { metrics, readings: { resource: share, pods: share, object: whole, external: whole } };
}

function readUsage(text: string): ReadonlyMap<string, number> {
  const usage = new Map<string, number>();
  for (const part of text.split(',')) {
    const [name = '', value = ''] = part.split('=');
    const amount = readAmount(value.trim());
    if (amount !== undefined) usage.set(name.trim(), toMilli(amount.value));
  }
  return usage;
}

function nameOfMetric(metric: JsonValue): string {
  const source =
    getObject(metric, 'resource') ??
    getObject(metric, 'containerResource') ??
    getObject(metric, 'pods') ??
    getObject(metric, 'external') ??
    getObject(metric, 'object');
  return getString(source, 'name') ?? getString(source, 'metric', 'name') ?? '';
}
