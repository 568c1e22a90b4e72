import { annotationsOf, toMilli, type KubernetesObject } from '../../model/index.ts';
import { getArray, getNumber, getObject, getString, type JsonValue } from '../../std/index.ts';
import { podAmounts, readAmount } from './admission/amounts.ts';
import { toReplicas, type Scale } from './autoscaler-arithmetic.ts';

const USAGE = 'kplan.dev/simulate-usage';

/**
 * The replicas that the metrics of an autoscaler ask for, given what all pods of its target use together: by the annotation
 * `kplan.dev/simulate-usage` of the autoscaler (`cpu=1500m,memory=2Gi`). Of several metrics the most demanding counts.
 * Undefined where nothing is given of any: the metrics are then played as standing at their targets.
 */
export function replicasByUsage(autoscaler: KubernetesObject, pods: readonly KubernetesObject[], scale: Scale): number | undefined {
  const usage = readUsage(annotationsOf(autoscaler).get(USAGE) ?? '');
  const proposals = getArray(autoscaler, 'spec', 'metrics').flatMap((metric) => {
    const ratio = toRatio(metric, usage, pods);
    return ratio === undefined ? [] : [toReplicas(ratio, scale, getObject(autoscaler, 'spec', 'behavior'))];
  });
  return proposals.length === 0 ? undefined : Math.max(...proposals);
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

/** How many times its target a metric is: of a resource by what pods ask for of it, or by an average. */
function toRatio(metric: JsonValue, usage: ReadonlyMap<string, number>, pods: readonly KubernetesObject[]): number | undefined {
  const source = getObject(metric, 'resource') ?? getObject(metric, 'pods') ?? getObject(metric, 'external') ?? getObject(metric, 'object');
  const name = getString(source, 'name') ?? getString(source, 'metric', 'name') ?? '';
  const used = usage.get(name);
  if (used === undefined || pods.length === 0) return undefined;
  const utilization = getNumber(source, 'target', 'averageUtilization');
  if (utilization !== undefined) {
    const asked = pods.reduce((sum, pod) => sum + toMilli(podAmounts(getObject(pod, 'spec') ?? {}, 'requests').get(name)?.value ?? 0n), 0);
    return asked === 0 ? undefined : Math.trunc((used * 100) / asked) / utilization;
  }
  const average = readAmount(getObject(source, 'target')?.['averageValue']);
  if (average !== undefined) return Math.trunc(used / pods.length) / toMilli(average.value);
  const value = readAmount(getObject(source, 'target')?.['value']);
  return value === undefined ? undefined : used / toMilli(value.value);
}
