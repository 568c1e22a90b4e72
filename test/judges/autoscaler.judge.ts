import { decideReplicas, type AutoscalerDecision, type AutoscalerHistory } from '../../src/engine/controllers/autoscaler-decision.ts';
import type { MetricReadings, PodSample } from '../../src/engine/controllers/autoscaler-metrics.ts';
import { isKubernetesObject } from '../../src/model/index.ts';
import { getArray, getNumber, getObject, getString, stringifyJson, type JsonObject, type JsonValue } from '../../src/std/index.ts';
import { makeAutoscalerCase } from './autoscaler-world.ts';
import type { Comparison } from './judge.ts';
import type { OracleJudge } from './oracle-judge.ts';

const BRANCHES: readonly string[] = [
  'ContainerResource',
  'External',
  'Object',
  'Pods',
  'Resource',
  'FailedGetContainerResourceMetric',
  'FailedGetExternalMetric',
  'FailedGetObjectMetric',
  'FailedGetPodsMetric',
  'FailedGetResourceMetric',
  'ScalingDisabled',
  'ValidMetricFound',
  'out of bounds',
  'several metrics',
  'behavior',
  'within tolerance',
  'DesiredWithinRange',
  'ScaleDownLimit',
  'ScaleDownStabilized',
  'ScaleUpLimit',
  'ScaleUpStabilized',
  'TooFewReplicas',
  'TooManyReplicas',
  'missing pods',
  'pods not ready',
  'grown',
  'shrunk',
];

/** Whether an autoscaler wants as many replicas as that of the controller manager, and says why with the same reasons. */
export const autoscalerJudge: OracleJudge = {
  subject: 'autoscaler',
  cases: 4000,
  branches: BRANCHES,
  often: { cases: 4000, times: 20 },
  generate: makeAutoscalerCase,
  compare,
};

function compare(input: JsonValue, answer: JsonValue): Comparison | undefined {
  const autoscaler = getObject(input, 'autoscaler');
  const pods = getArray(input, 'pods').filter(isKubernetesObject);
  const [current, observed] = [getNumber(input, 'current'), getNumber(input, 'observed')];
  const now = Date.parse(getString(input, 'now') ?? '');
  if (!isKubernetesObject(autoscaler) || current === undefined || observed === undefined || Number.isNaN(now)) return undefined;
  if (getNumber(autoscaler, 'spec', 'maxReplicas') === undefined) return undefined;
  const decision = decideReplicas(autoscaler, { current, observed, pods }, toReadings(input, now), toHistory(input, now), now);
  const ours = { replicas: decision.replicas, active: decision.active ?? null, limited: decision.limit ?? null };
  const servers = {
    replicas: getNumber(answer, 'replicas') ?? null,
    active: getString(answer, 'active') ?? null,
    limited: getString(answer, 'limited') ?? null,
  };
  const able = getString(answer, 'able') ?? '';
  const isHeld = able.endsWith('Stabilized');
  // What is said last of a number that changes is that it did.
  const isSame = stringifyJson(ours) === stringifyJson(servers) && (able === 'SucceededRescale' || isHeld === decision.isStabilized);
  const coverage = listCoverage(input, decision, { current, able });
  if (isSame) return { coverage };
  const signature = ours.replicas === servers.replicas ? 'the reasons differ' : 'the replicas differ';
  return { coverage, difference: { signature, ours: stringifyJson(ours), servers: stringifyJson({ ...servers, able }) } };
}

function toReadings(input: JsonValue, now: number): MetricReadings {
  const samplesOf = (key: string): ReadonlyMap<string, PodSample> | undefined => {
    const samples = getObject(input, 'samples', key);
    if (samples === undefined) return undefined;
    return new Map(
      Object.entries(samples).map(([pod, item]) => [
        pod,
        {
          value: getNumber(item, 'value') ?? 0,
          at: now - (getNumber(item, 'age') ?? 0) * 1000,
          window: (getNumber(item, 'window') ?? 0) * 1000,
        },
      ]),
    );
  };
  return {
    resource: (name, container) => samplesOf(container === undefined ? name : `${name}/${container}`),
    pods: samplesOf,
    object: (metric) => getNumber(input, 'values', metric),
    external: (metric) => getNumber(input, 'values', metric),
  };
}

function toHistory(input: JsonValue, now: number): AutoscalerHistory {
  const at = (item: JsonValue): number => now - (getNumber(item, 'age') ?? 0) * 1000;
  return {
    recommendations: getArray(input, 'recommendations').map((item) => ({ at: at(item), replicas: getNumber(item, 'replicas') ?? 0 })),
    changes: getArray(input, 'changes').map((item) => ({ at: at(item), change: getNumber(item, 'change') ?? 0 })),
  };
}

function listCoverage(
  input: JsonValue,
  { replicas, active, limit, isStabilized }: AutoscalerDecision,
  { current, able }: { readonly current: number; readonly able: string },
): readonly string[] {
  const metrics = getArray(input, 'autoscaler', 'spec', 'metrics');
  const pods = getArray(input, 'pods');
  const isDecided = limit !== undefined;
  const sampled = Object.values(getObject(input, 'samples') ?? {});
  const isMissing = sampled.some((samples) => Object.keys(getObject(samples) ?? {}).length < pods.length);
  const holds: JsonObject = {
    'out of bounds': active === undefined,
    'several metrics': isDecided && metrics.length > 1,
    behavior: isDecided && getObject(input, 'autoscaler', 'spec', 'behavior') !== undefined,
    'within tolerance': isDecided && replicas === current && !isStabilized && limit === 'DesiredWithinRange',
    'missing pods': isDecided && isMissing,
    'pods not ready': isDecided && pods.some((pod) => getString(pod, 'status', 'phase') === 'Pending' || isUnready(pod)),
    grown: isDecided && replicas > current,
    shrunk: isDecided && replicas < current,
  };
  return [
    ...(isDecided ? new Set(metrics.map((metric) => getString(metric, 'type') ?? '')) : []),
    ...(able.endsWith('Stabilized') ? [able] : []),
    ...[active, limit].flatMap((reason) => reason ?? []),
    ...Object.entries(holds).flatMap(([name, isSo]) => (isSo === true ? [name] : [])),
  ];
}

function isUnready(pod: JsonValue): boolean {
  return getArray(pod, 'status', 'conditions').some((item) => getString(item, 'status') === 'False');
}
