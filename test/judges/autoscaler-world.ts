import type { JsonObject, JsonValue } from '../../src/std/index.ts';
import type { Random } from './random.ts';

const NOW = Date.parse('2026-03-01T00:00:00Z');
/** Ages stand well beside the windows and periods, so that nothing hangs on how long an answer takes. */
const AGES = [5, 45, 105, 200, 400, 900];

/** An autoscaler with its target's pods, what the metrics APIs say of them, and what it remembers. */
export function makeAutoscalerCase(random: Random): JsonValue {
  const least = random.pick([1, 1, 2, 3]);
  const most = least + random.pick([1, 3, 6, 20]);
  const isOutside = random.once(12);
  const current = isOutside ? random.pick([0, least - 1, most + 2]) : least + random.below(Math.min(most - least + 1, 12));
  const count = random.once(25) ? 0 : Math.max(0, current + random.pick([0, 0, 0, 1, -1]));
  const pods = random.list(count, (i) => makePod(`p${i}`, random));
  const names = random.list(count, (i) => `p${i}`);
  // Most cases speak for one direction, so that the bounds of both are reached.
  const level = random.pick([0.1, 0.1, 0.4, 0.8, 1, 1.2, 2, 6]);
  const isSpotty = random.once(4);
  const samples = (value: number): JsonObject =>
    Object.fromEntries(names.flatMap((name) => (isSpotty && random.once(4) ? [] : [[name, makeSample(value * level, random)]])));
  const known: readonly (readonly [string, number])[] = [
    ['cpu', 250],
    ['memory', 134_217_728_000],
    ['cpu/main', 150],
    ['requests', 10_000],
  ];
  return {
    now: new Date(NOW).toISOString(),
    autoscaler: makeAutoscaler(random, { least, most }),
    pods,
    current,
    observed: random.once(5) ? count : current,
    samples: Object.fromEntries(known.flatMap(([name, value]) => (random.once(12) ? [] : [[name, samples(value)]]))),
    values: Object.fromEntries(
      ['queue', 'hits'].flatMap((name) => (random.once(8) ? [] : [[name, Math.round(30_000 * level * random.pick([0.9, 1, 1.3]))]])),
    ),
    recommendations: random.once(3)
      ? []
      : random.list(1 + random.below(3), () => ({ age: random.pick(AGES), replicas: near(current, random) })),
    changes: random.once(2)
      ? []
      : random.list(1 + random.below(3), () => ({ age: random.pick(AGES), change: random.pick([-3, -1, 1, 2, 4]) })),
  };
}

function near(current: number, random: Random): number {
  return Math.max(1, current + random.pick([-2, -1, 0, 0, 1, 3]));
}

function makeSample(value: number, random: Random): JsonObject {
  return { value: Math.round(value * random.pick([0.8, 1, 1, 1.1])), age: random.pick([5, 45]), window: random.pick([10, 30]) };
}

function makePod(name: string, random: Random): JsonObject {
  const isOdd = random.once(5);
  const ago = (): string => new Date(NOW - random.pick([17, 103, 205, 410, 905]) * 1000).toISOString();
  const request = (cpu: string): JsonObject => ({ requests: { ...(random.once(150) ? {} : { cpu }), memory: '128Mi' } });
  const main = { name: 'main', image: 'i', resources: request(random.pick(['200m', '250m'])) };
  const side = { name: 'side', image: 'i', resources: request('100m') };
  const init = { name: 'init', image: 'i', ...(random.once(2) ? { restartPolicy: 'Always', resources: request('50m') } : {}) };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'n',
      labels: { app: 'd' },
      ...(isOdd && random.once(4) ? { deletionTimestamp: new Date(NOW).toISOString() } : {}),
    },
    spec: {
      containers: random.once(4) ? [main, side] : [main],
      ...(random.once(6) ? { initContainers: [init] } : {}),
      ...(random.once(12) ? { resources: { requests: { cpu: '300m', ...(random.once(4) ? {} : { memory: '256Mi' }) } } } : {}),
    },
    status: {
      phase: isOdd ? random.pick(['Running', 'Pending', 'Failed', 'Succeeded']) : 'Running',
      ...(isOdd && random.once(6) ? {} : { startTime: ago() }),
      ...(isOdd && random.once(6)
        ? {}
        : { conditions: [{ type: 'Ready', status: isOdd && random.once(2) ? 'False' : 'True', lastTransitionTime: ago() }] }),
    },
  };
}

function makeAutoscaler(random: Random, { least, most }: { readonly least: number; readonly most: number }): JsonObject {
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'h', namespace: 'n', uid: 'h' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' },
      minReplicas: least,
      maxReplicas: most,
      metrics: random.list(random.once(3) ? 2 : 1, () => makeMetric(random)),
      ...(random.once(3) ? {} : { behavior: makeBehavior(random) }),
    },
  };
}

function makeMetric(random: Random): JsonObject {
  const metric = (name: string): JsonObject => ({ metric: { name } });
  const whole = (): JsonObject =>
    random.once(2)
      ? { target: { type: 'Value', value: '30' } }
      : { target: { type: 'AverageValue', averageValue: random.pick(['5', '10', '7500m']) } };
  const percent = (): JsonObject => ({ target: { type: 'Utilization', averageUtilization: random.pick([60, 80, 100, 130]) } });
  return random.pick<() => JsonObject>([
    () => ({ type: 'Resource', resource: { name: 'cpu', ...percent() } }),
    () => ({ type: 'Resource', resource: { name: 'cpu', target: { type: 'AverageValue', averageValue: '250m' } } }),
    () => ({ type: 'Resource', resource: { name: 'memory', ...percent() } }),
    () => ({
      type: 'ContainerResource',
      containerResource: { name: 'cpu', container: random.once(9) ? 'gone' : 'main', ...percent() },
    }),
    () => ({ type: 'Pods', pods: { ...metric('requests'), target: { type: 'AverageValue', averageValue: '10' } } }),
    () => ({
      type: 'Object',
      object: { ...metric('hits'), describedObject: { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', name: 'i' }, ...whole() },
    }),
    () => ({ type: 'External', external: { ...metric('queue'), ...whole() } }),
  ])();
}

function makeBehavior(random: Random): JsonObject {
  const rules = (windows: readonly number[]): JsonObject => ({
    ...(random.once(2) ? { stabilizationWindowSeconds: random.pick(windows) } : {}),
    ...(random.once(3) ? { selectPolicy: random.pick(['Max', 'Min', 'Disabled']) } : {}),
    ...(random.once(4) ? { tolerance: random.pick(['0', '0.05', '300m']) } : {}),
    ...(random.once(2)
      ? {
          policies: random.list(1 + random.below(2), () => ({
            type: random.pick(['Pods', 'Percent']),
            value: random.pick([1, 2, 4, 50, 100]),
            periodSeconds: random.pick([15, 60, 300]),
          })),
        }
      : {}),
  });
  return {
    ...(random.once(5) ? {} : { scaleUp: rules([0, 30, 60, 300]) }),
    ...(random.once(5) ? {} : { scaleDown: rules([0, 0, 0, 60]) }),
  };
}
