import { nameOf, toMilli, type KubernetesObject } from '../../model/index.ts';
import { getArray, getNumber, getObject, getString, type JsonValue } from '../../std/index.ts';
import { podAmounts, readAmount } from './admission/amounts.ts';
import { toPodCounts, type PodCounts } from './autoscaler-pods.ts';
import { isReadyPod } from './replicas.ts';

/** What a metric says of one pod: thousandths, when (ms), and over how long (ms). */
export interface PodSample {
  readonly value: number;
  readonly at: number;
  readonly window: number;
}

/** What the metrics APIs answer; undefined where they do not. */
export interface MetricReadings {
  readonly resource: (name: string, container: string | undefined) => ReadonlyMap<string, PodSample> | undefined;
  readonly pods: (metric: string) => ReadonlyMap<string, PodSample> | undefined;
  /** In thousandths. */
  readonly object: (metric: string) => number | undefined;
  /** The sum of all series, in thousandths. */
  readonly external: (metric: string) => number | undefined;
}

/** Whose replicas are asked for. */
export interface ScaledPods {
  /** As the target's spec has it, and its status. */
  readonly current: number;
  readonly observed: number;
  readonly pods: readonly KubernetesObject[];
  readonly tolerances: Tolerances;
  readonly now: number;
}

/** How far a ratio may be below and above 1 before anything is done about it. */
export interface Tolerances {
  readonly down: number;
  readonly up: number;
}

/** The replicas that one metric of an autoscaler asks for (`ReplicaCalculator`); undefined where that cannot be told. */
export function proposeReplicas(metric: JsonValue, readings: MetricReadings, scaled: ScaledPods): number | undefined {
  const type = getString(metric, 'type') ?? '';
  const source = getObject(metric, type === '' ? '' : `${type.charAt(0).toLowerCase()}${type.slice(1)}`);
  const target = getObject(source, 'target');
  const name = getString(source, 'metric', 'name') ?? getString(source, 'name') ?? '';
  if (type === 'Resource' || type === 'ContainerResource') {
    const container = getString(source, 'container');
    const samples = readings.resource(name, container);
    if (samples === undefined) return undefined;
    const average = amountOf(target, 'averageValue');
    if (average !== undefined) return byPods(samples, scaled, name, toAverageRatio(average), () => average);
    return byUtilization(samples, scaled, { name, container, percent: getNumber(target, 'averageUtilization') });
  }
  if (type === 'Pods') {
    const [samples, average] = [readings.pods(name), amountOf(target, 'averageValue')];
    return samples === undefined || average === undefined ? undefined : byPods(samples, scaled, '', toAverageRatio(average), () => average);
  }
  const usage = type === 'Object' ? readings.object(name) : type === 'External' ? readings.external(name) : undefined;
  return usage === undefined ? undefined : byWhole(usage, target, scaled);
}

function amountOf(target: JsonValue | undefined, field: 'averageValue' | 'value'): number | undefined {
  const amount = readAmount(getObject(target)?.[field]);
  return amount === undefined ? undefined : toMilli(amount.value);
}

/** A metric of something else than pods, for all of them together or as a share of each. */
function byWhole(usage: number, target: JsonValue | undefined, { current, observed, pods, tolerances }: ScaledPods): number | undefined {
  const value = amountOf(target, 'value');
  if (value !== undefined) {
    const ratio = usage / value;
    if (current === 0) return Math.ceil(ratio);
    if (isWithin(ratio, tolerances)) return current;
    return pods.length === 0 ? undefined : Math.ceil(ratio * pods.filter(isReadyPod).length);
  }
  const average = amountOf(target, 'averageValue');
  if (average === undefined) return undefined;
  return isWithin(usage / (average * observed), tolerances) ? observed : Math.ceil(usage / average);
}

function byUtilization(
  samples: ReadonlyMap<string, PodSample>,
  scaled: ScaledPods,
  { name, container, percent }: { readonly name: string; readonly container: string | undefined; readonly percent: number | undefined },
): number | undefined {
  if (percent === undefined) return undefined;
  const requests = new Map<string, number>();
  for (const pod of scaled.pods) {
    const request = requestOf(pod, name, container);
    if (request === undefined) return undefined;
    requests.set(nameOf(pod), request);
  }
  const toRatio = (values: ReadonlyMap<string, number>): number | undefined => {
    let [used, asked] = [0, 0];
    for (const [pod, value] of values) {
      const request = requests.get(pod);
      if (request === undefined) continue;
      used += value;
      asked += request;
    }
    return asked === 0 ? undefined : Math.trunc((used * 100) / asked) / percent;
  };
  // A pod of which nothing is known is taken to use all that it asked for, or the target where that is more.
  const whenFewer = (pod: string): number => Math.trunc(((requests.get(pod) ?? 0) * Math.max(100, percent)) / 100);
  return byPods(samples, scaled, name, toRatio, whenFewer);
}

/** What the containers of a pod ask for of a resource, or one of them; undefined where one of these does not say (`calculateRequests`). */
function requestOf(pod: KubernetesObject, resource: string, container: string | undefined): number | undefined {
  const spec = getObject(pod, 'spec') ?? {};
  if (container === undefined && Object.keys(getObject(spec, 'resources', 'requests') ?? {}).length > 0) {
    const amount = podAmounts(spec, 'requests').get(resource);
    return amount === undefined ? undefined : toMilli(amount.value);
  }
  const sidecars = getArray(spec, 'initContainers').filter((item) => getString(item, 'restartPolicy') === 'Always');
  const counted = [...getArray(spec, 'containers'), ...sidecars].filter(
    (item) => container === undefined || getString(item, 'name') === container,
  );
  let sum = 0;
  for (const item of counted) {
    const amount = readAmount(getObject(item, 'resources', 'requests')?.[resource]);
    if (amount === undefined) return undefined;
    sum += toMilli(amount.value);
  }
  return container !== undefined && counted.length === 0 ? undefined : sum;
}

type ToRatio = (values: ReadonlyMap<string, number>) => number | undefined;

const toAverageRatio =
  (target: number): ToRatio =>
  (values) =>
    Math.trunc([...values.values()].reduce((sum, value) => sum + value, 0) / values.size) / target;

/**
 * The replicas by a metric of each pod. Pods that are not ready, or of which nothing is known, are taken to use what speaks against
 * the change: if with them it would be another one, nothing is changed.
 */
function byPods(
  samples: ReadonlyMap<string, PodSample>,
  { current, pods, tolerances, now }: ScaledPods,
  resource: string,
  toRatio: ToRatio,
  whenFewer: (pod: string) => number,
): number | undefined {
  if (pods.length === 0) return undefined;
  const counts: PodCounts = toPodCounts(pods, samples, resource, now);
  const values = new Map([...samples].flatMap(([pod, { value }]) => (counts.left.has(pod) ? [] : [[pod, value]])));
  const ratio = values.size === 0 ? undefined : toRatio(values);
  if (ratio === undefined) return undefined;
  const growsUnready = counts.unready.size > 0 && ratio > 1;
  if (!growsUnready && counts.missing.size === 0) return isWithin(ratio, tolerances) ? current : Math.ceil(ratio * counts.ready);
  if (ratio !== 1) for (const pod of counts.missing) values.set(pod, ratio < 1 ? whenFewer(pod) : 0);
  if (growsUnready) for (const pod of counts.unready) values.set(pod, 0);
  const second = toRatio(values);
  if (second === undefined) return undefined;
  const turns = (ratio < 1 && second > 1) || (ratio > 1 && second < 1);
  if (isWithin(second, tolerances) || turns) return current;
  const replicas = Math.ceil(second * values.size);
  return (second < 1 && replicas > current) || (second > 1 && replicas < current) ? current : replicas;
}

function isWithin(ratio: number, { down, up }: Tolerances): boolean {
  return ratio >= 1 - down && ratio <= 1 + up;
}
