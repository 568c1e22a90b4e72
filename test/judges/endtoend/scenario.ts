import type { JsonObject, JsonValue } from '../../../src/std/index.ts';
import type { Random } from '../random.ts';

/** Fields, each left out unless its chance (once in so many) comes. */
function fields(random: Random, chances: Readonly<Record<string, readonly [number, () => JsonValue]>>): JsonObject {
  return Object.fromEntries(Object.entries(chances).flatMap(([name, [times, make]]) => (random.once(times) ? [[name, make()]] : [])));
}

/**
 * A small cluster and what is applied to it: nodes, then the rules of the namespace, then workloads one after the other,
 * named in their order. The namespace is `scenario` until a run gives it a name of its own.
 */
export function makeScenario(random: Random): JsonValue {
  const nodes = random.list(1 + random.below(5), (i) => makeNode(`n${i}`, random));
  const rules = [...(random.once(3) ? [makeLimitRange(random)] : []), ...(random.once(2) ? [makeQuota(random)] : [])];
  const workloads = random.list(1 + random.below(4), (i) => makeWorkload(`w${i}`, random));
  const others = workloads.flatMap((_, i) => [
    ...(random.once(2) ? [makeService(`w${i}`, random)] : []),
    ...(random.once(3) ? [makeBudget(`w${i}`, random)] : []),
  ]);
  return { nodes, rules: [...rules, ...others], workloads };
}

function makeNode(name: string, random: Random): JsonObject {
  const allocatable = { cpu: random.pick(['1', '2', '4']), memory: random.pick(['1Gi', '4Gi']), pods: random.pick(['3', '10', '110']) };
  const labels = {
    'kubernetes.io/hostname': name,
    ...fields(random, {
      'topology.kubernetes.io/zone': [2, () => random.pick(['east', 'west'])],
      disk: [2, () => random.pick(['ssd', 'hdd'])],
    }),
  };
  const spec = fields(random, {
    unschedulable: [9, () => true],
    taints: [5, () => [{ key: 'team', value: 'a', effect: random.pick(['NoSchedule', 'PreferNoSchedule', 'NoExecute']) }]],
  });
  const troubles = ['MemoryPressure', 'DiskPressure', 'PIDPressure'].filter(() => random.once(12));
  const conditions = ['MemoryPressure', 'DiskPressure', 'PIDPressure', 'Ready'].map((type) => ({
    type,
    status: type === 'Ready' || troubles.includes(type) ? 'True' : 'False',
    reason: 'Played',
  }));
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, labels }, spec, status: { capacity: allocatable, allocatable, conditions } };
}

function namespaced(apiVersion: string, kind: string, name: string, more: JsonObject): JsonObject {
  return { apiVersion, kind, metadata: { name, namespace: 'scenario' }, ...more };
}

function makeLimitRange(random: Random): JsonObject {
  const container = {
    type: 'Container',
    ...fields(random, {
      default: [2, () => ({ cpu: random.pick(['500m', '1']), memory: '256Mi' })],
      defaultRequest: [2, () => ({ cpu: random.pick(['100m', '300m']) })],
      max: [3, () => ({ cpu: random.pick(['600m', '2']) })],
      min: [4, () => ({ cpu: '50m' })],
      maxLimitRequestRatio: [6, () => ({ cpu: '4' })],
    }),
  };
  const pod = random.once(4) ? [{ type: 'Pod', max: { cpu: random.pick(['1', '3']) } }] : [];
  return namespaced('v1', 'LimitRange', 'bounds', { spec: { limits: [container, ...pod] } });
}

function makeQuota(random: Random): JsonObject {
  const hard = fields(random, {
    pods: [2, () => String(1 + random.below(6))],
    'requests.cpu': [4, () => random.pick(['500m', '2'])],
    'limits.memory': [6, () => random.pick(['512Mi', '2Gi'])],
    'count/replicasets.apps': [9, () => String(1 + random.below(2))],
  });
  const scope = random.once(4) ? { scopes: [random.pick(['BestEffort', 'NotBestEffort', 'Terminating', 'NotTerminating'])] } : {};
  const only = scope.scopes?.[0] === 'BestEffort' || Object.keys(hard).length === 0 ? { pods: hard['pods'] ?? '2' } : hard;
  const whole = scope.scopes === undefined ? only : Object.fromEntries(Object.entries(only).filter(([name]) => !name.startsWith('count/')));
  return namespaced('v1', 'ResourceQuota', 'most', { spec: { hard: Object.keys(whole).length === 0 ? { pods: '3' } : whole, ...scope } });
}

function makeService(name: string, random: Random): JsonObject {
  const spec = {
    selector: { app: name },
    ports: [
      { name: 'web', port: 80, targetPort: random.pick<JsonValue>([8080, 'http', 'none']) },
      ...(random.once(3) ? [{ name: 'more', port: 81, protocol: random.pick(['TCP', 'UDP']), appProtocol: 'kubernetes.io/h2c' }] : []),
    ],
    ...fields(random, {
      clusterIP: [4, () => 'None'],
      publishNotReadyAddresses: [5, () => true],
      trafficDistribution: [3, () => random.pick(['PreferClose', 'PreferSameZone', 'PreferSameNode'])],
    }),
  };
  return namespaced('v1', 'Service', name, { spec });
}

function makeBudget(name: string, random: Random): JsonObject {
  const amount = random.pick<JsonValue>([0, 1, 2, '0%', '34%', '50%', '100%']);
  const spec = { selector: { matchLabels: { app: name } }, [random.pick(['minAvailable', 'maxUnavailable'])]: amount };
  return namespaced('policy/v1', 'PodDisruptionBudget', name, { spec });
}

function makeWorkload(name: string, random: Random): JsonObject {
  const template = { metadata: { labels: { app: name } }, spec: makePodSpec(name, random) };
  const selector = { matchLabels: { app: name } };
  const replicas = random.below(5);
  switch (random.pick(['Deployment', 'Deployment', 'StatefulSet', 'StatefulSet', 'DaemonSet', 'Job', 'ReplicaSet'] as const)) {
    case 'Deployment':
      return namespaced('apps/v1', 'Deployment', name, { spec: { replicas, selector, template } });
    case 'ReplicaSet':
      return namespaced('apps/v1', 'ReplicaSet', name, { spec: { replicas, selector, template } });
    case 'StatefulSet': {
      const more = fields(random, {
        podManagementPolicy: [2, () => random.pick(['Parallel', 'OrderedReady'])],
        ordinals: [4, () => ({ start: 1 + random.below(3) })],
      });
      return namespaced('apps/v1', 'StatefulSet', name, { spec: { replicas, serviceName: name, selector, template, ...more } });
    }
    case 'DaemonSet':
      return namespaced('apps/v1', 'DaemonSet', name, { spec: { selector, template } });
    case 'Job': {
      const more = fields(random, {
        parallelism: [2, () => 1 + random.below(3)],
        completions: [2, () => 1 + random.below(4)],
        suspend: [4, () => true],
      });
      const indexed = 'completions' in more && random.once(2) ? { completionMode: 'Indexed' } : {};
      const run = {
        ...template,
        spec: { ...template.spec, restartPolicy: 'Never', ...fields(random, { activeDeadlineSeconds: [3, () => 100_000] }) },
      };
      return namespaced('batch/v1', 'Job', name, { spec: { template: run, ...more, ...indexed } });
    }
  }
}

function makePodSpec(name: string, random: Random): JsonObject {
  const own = { matchLabels: { app: name } };
  const topologyKey = random.pick(['kubernetes.io/hostname', 'topology.kubernetes.io/zone']);
  return {
    terminationGracePeriodSeconds: 0,
    containers: random.list(1 + random.below(2), (i) => makeContainer(`c${i}`, random)),
    ...fields(random, {
      initContainers: [9, () => [makeContainer('i0', random)]],
      nodeSelector: [6, () => ({ disk: random.pick(['ssd', 'hdd']) })],
      tolerations: [5, () => [{ key: 'team', operator: 'Exists' }]],
      affinity: [5, () => ({ podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ labelSelector: own, topologyKey }] } })],
      topologySpreadConstraints: [
        5,
        () => [{ maxSkew: 1, topologyKey, whenUnsatisfiable: random.pick(['DoNotSchedule', 'ScheduleAnyway']), labelSelector: own }],
      ],
    }),
  };
}

function makeContainer(name: string, random: Random): JsonObject {
  const index = Number(name.slice(1));
  const resources = fields(random, {
    requests: [
      2,
      () => fields(random, { cpu: [2, () => random.pick(['100m', '500m', '900m'])], memory: [3, () => random.pick(['64Mi', '900Mi'])] }),
    ],
    limits: [3, () => fields(random, { cpu: [2, () => random.pick(['900m', '1'])], memory: [2, () => random.pick(['900Mi', '1Gi'])] })],
  });
  const port = {
    name: index === 0 && random.once(2) ? 'http' : `p${index}`,
    containerPort: 8000 + index,
    ...fields(random, { hostPort: [6, () => 8000 + index] }),
  };
  return { name, image: 'registry.example.com/app:1', resources, ...fields(random, { ports: [2, () => [port]] }) };
}
