import type { KubernetesObject } from '../../../src/model/index.ts';
import type { JsonObject, JsonValue } from '../../../src/std/index.ts';

/** Objects in every state that kstatus tells apart, drawn at random from a seed: the same seed gives the same objects. */
export function* drawCases(count: number, seed: number): Generator<KubernetesObject> {
  const dice = new Dice(seed);
  for (let index = 0; index < count; index++) {
    const [apiVersion, kind, draw] = dice.pick(KINDS);
    const { spec, status } = draw(dice);
    const observed = dice.pick([undefined, 1, 1, 1, 1, 1, 1, 1, 1, 2]);
    yield compact({
      apiVersion,
      kind,
      metadata: compact({
        name: `case-${index}`,
        generation: dice.pick([1, 1, 1, 1, 1, 1, 1, 1, 2, undefined]),
        deletionTimestamp: dice.chance(30) ? '2026-01-01T00:00:00Z' : undefined,
        creationTimestamp: dice.pick([undefined, '2020-01-01T00:00:00Z', '2099-01-01T00:00:00Z']),
      }),
      spec: spec === undefined ? undefined : compact(spec),
      status: compact({ observedGeneration: observed, ...status }),
    });
  }
}

class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  number(below: number): number {
    this.#state = (this.#state * 48_271) % 2_147_483_647;
    return this.#state % below;
  }

  pick<T>(items: readonly [T, ...T[]]): T {
    return items[this.number(items.length)] ?? items[0];
  }

  /** True once in so many times. */
  chance(once: number): boolean {
    return this.number(once) === 0;
  }

  count(): number | undefined {
    return this.pick([undefined, 0, 1, 2, 2, 2]);
  }

  conditions(types: readonly [string, ...string[]], reasons: readonly [string, ...string[]]): JsonValue {
    const standard = this.chance(12) ? [this.condition(['Reconciling', 'Stalled'], reasons)] : [];
    const own = types.filter(() => !this.chance(3)).map((type) => this.condition([type], reasons));
    return [...standard, ...own];
  }

  condition(types: readonly [string, ...string[]], reasons: readonly [string, ...string[]]): JsonObject {
    return {
      type: this.pick(types),
      status: this.pick(['True', 'True', 'True', 'False', 'Unknown']),
      reason: this.pick(reasons),
      message: 'because',
    };
  }
}

type Fields = Readonly<Record<string, JsonValue | undefined>>;
type Draw = (dice: Dice) => { readonly spec?: Fields; readonly status: Fields };

const drawDeployment: Draw = (dice) => ({
  spec: {
    replicas: dice.count(),
    paused: dice.pick([undefined, true]),
    progressDeadlineSeconds: dice.pick([undefined, 600, 2_147_483_647]),
  },
  status: {
    replicas: dice.count(),
    updatedReplicas: dice.count(),
    readyReplicas: dice.count(),
    availableReplicas: dice.count(),
    conditions: dice.conditions(
      ['Progressing', 'Available'],
      ['NewReplicaSetAvailable', 'NewReplicaSetAvailable', 'ProgressDeadlineExceeded', 'ReplicaSetUpdated', 'MinimumReplicasAvailable'],
    ),
  },
});

const drawReplicaSet: Draw = (dice) => ({
  spec: { replicas: dice.count() },
  status: {
    replicas: dice.count(),
    readyReplicas: dice.count(),
    availableReplicas: dice.count(),
    fullyLabeledReplicas: dice.count(),
    conditions: dice.chance(3) ? dice.conditions(['ReplicaFailure'], ['FailedCreate']) : undefined,
  },
});

const drawStatefulSet: Draw = (dice) => ({
  spec: {
    replicas: dice.count(),
    updateStrategy: dice.pick<JsonObject | undefined>([
      undefined,
      { type: 'OnDelete' },
      { type: 'RollingUpdate' },
      { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      { type: 'RollingUpdate', rollingUpdate: { partition: 1 } },
    ]),
  },
  status: {
    replicas: dice.count(),
    readyReplicas: dice.count(),
    currentReplicas: dice.count(),
    updatedReplicas: dice.count(),
    currentRevision: dice.pick([undefined, 'a', 'b']),
    updateRevision: dice.pick([undefined, 'a', 'b']),
  },
});

const drawDaemonSet: Draw = (dice) => ({
  status: {
    desiredNumberScheduled: dice.count(),
    currentNumberScheduled: dice.count(),
    updatedNumberScheduled: dice.count(),
    numberAvailable: dice.count(),
    numberReady: dice.count(),
  },
});

const drawPod: Draw = (dice) => ({
  status: {
    phase: dice.pick([undefined, 'Pending', 'Pending', 'Running', 'Running', 'Succeeded', 'Failed', 'Unknown']),
    conditions: dice.conditions(['PodScheduled', 'Ready'], ['Unschedulable', 'Unschedulable', 'ContainersNotReady']),
    containerStatuses: dice.chance(2)
      ? undefined
      : ['a', 'b'].map((name) => ({
          name,
          state: dice.chance(2) ? { running: {} } : { waiting: { reason: dice.pick(['CrashLoopBackOff', 'ImagePullBackOff']) } },
        })),
  },
});

const drawJob: Draw = (dice) => ({
  spec: { completions: dice.count(), parallelism: dice.count() },
  status: {
    startTime: dice.pick([undefined, '2026-01-01T00:00:00Z']),
    active: dice.count(),
    succeeded: dice.count(),
    failed: dice.count(),
    conditions: dice.chance(2) ? undefined : dice.conditions(['Complete', 'Failed'], ['BackoffLimitExceeded']),
  },
});

const drawService: Draw = (dice) => ({
  spec: { type: dice.pick([undefined, 'ClusterIP', 'LoadBalancer', 'LoadBalancer']), clusterIP: dice.pick([undefined, '', '10.0.0.1']) },
  status: {},
});

const drawClaim: Draw = (dice) => ({ status: { phase: dice.pick([undefined, 'Bound', 'Pending', 'Lost']) } });

const drawDefinition: Draw = (dice) => ({
  status: { conditions: dice.conditions(['NamesAccepted', 'Established'], ['NoConflicts', 'Installing', 'InitialNamesAccepted']) },
});

const drawCustom: Draw = (dice) => ({ status: { conditions: dice.conditions(['Ready', 'Synced'], ['Reconciled', 'Waiting']) } });

const KINDS: readonly [readonly [string, string, Draw], ...(readonly [string, string, Draw])[]] = [
  ['apps/v1', 'Deployment', drawDeployment],
  ['apps/v1', 'Deployment', drawDeployment],
  ['apps/v1', 'ReplicaSet', drawReplicaSet],
  ['apps/v1', 'StatefulSet', drawStatefulSet],
  ['apps/v1', 'StatefulSet', drawStatefulSet],
  ['apps/v1', 'DaemonSet', drawDaemonSet],
  ['v1', 'Pod', drawPod],
  ['v1', 'Pod', drawPod],
  ['batch/v1', 'Job', drawJob],
  ['v1', 'Service', drawService],
  ['v1', 'PersistentVolumeClaim', drawClaim],
  ['apiextensions.k8s.io/v1', 'CustomResourceDefinition', drawDefinition],
  ['example.com/v1', 'Thing', drawCustom],
  ['v1', 'ConfigMap', drawCustom],
  ['batch/v1', 'CronJob', drawCustom],
  ['policy/v1', 'PodDisruptionBudget', drawCustom],
  ['autoscaling/v2', 'HorizontalPodAutoscaler', drawCustom],
  ['networking.k8s.io/v1', 'Ingress', drawCustom],
];

function compact<T extends Fields>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  // Only absent fields are left out, which the type of the result does not tell from present ones.
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
