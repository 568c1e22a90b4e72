import { orderVictims } from '../../src/engine/controllers/victims.ts';
import { isKubernetesObject, nameOf, type KubernetesObject } from '../../src/model/index.ts';
import { getArray, getString, stringifyJson, type JsonObject, type JsonValue } from '../../src/std/index.ts';
import type { Comparison } from './judge.ts';
import type { OracleJudge } from './oracle-judge.ts';
import type { Random } from './random.ts';

/** Whether pods that are too many are given up in the order of the controller of ReplicaSets. */
export const victimsJudge: OracleJudge = {
  subject: 'victims',
  cases: 3000,
  branches: ['unplaced', 'unready', 'cost', 'crowded', 'ready at different times', 'restarted', 'made at different times'],
  generate: makeCase,
  compare,
};

const NOW = Date.parse('2026-03-01T00:00:00Z');

function compare(input: JsonValue, answer: JsonValue): Comparison | undefined {
  const [pods, related] = [getArray(input, 'pods'), getArray(input, 'related')];
  if (getString(input, 'now') === undefined || !pods.every(isPod) || !related.every(isPod)) return undefined;
  const order = (list: readonly KubernetesObject[]): readonly KubernetesObject[] => orderVictims(list, { related, now: NOW });
  const ordered = order(pods);
  const ours = ordered.map(nameOf);
  const coverage = listCoverage(pods);
  if (goesInCircles(ordered, order)) return { coverage, isCompared: false };
  const [a, b] = [stringifyJson(ours), stringifyJson(answer)];
  return a === b ? { coverage } : { coverage, difference: { signature: 'another order', ours: a, servers: b } };
}

/** Ages in one bucket are told apart by uid, and equal ages not at all: of some pods none is first. */
function goesInCircles(
  ordered: readonly KubernetesObject[],
  order: (list: readonly KubernetesObject[]) => readonly KubernetesObject[],
): boolean {
  return ordered.some((first, index) => ordered.slice(index + 1).some((second) => order([second, first])[0] !== first));
}

function isPod(value: JsonValue): value is KubernetesObject {
  if (!isKubernetesObject(value)) return false;
  return ['name', 'uid', 'creationTimestamp'].every((field) => (getString(value.metadata, field) ?? '') !== '');
}

function listCoverage(pods: readonly KubernetesObject[]): readonly string[] {
  const differs = (of: (pod: KubernetesObject) => string | undefined): boolean => new Set(pods.map(of)).size > 1;
  const ready = (pod: KubernetesObject): JsonValue | undefined => getArray(pod, 'status', 'conditions')[0];
  return Object.entries({
    unplaced: differs((pod) => String(getString(pod, 'spec', 'nodeName') === undefined)),
    unready: differs((pod) => getString(ready(pod), 'status')),
    cost: differs((pod) => getString(pod.metadata, 'annotations', 'controller.kubernetes.io/pod-deletion-cost')),
    crowded: differs((pod) => getString(pod, 'spec', 'nodeName')),
    'ready at different times': differs((pod) => getString(ready(pod), 'lastTransitionTime')),
    restarted: differs((pod) => stringifyJson(getArray(pod, 'status', 'containerStatuses'))),
    'made at different times': differs((pod) => getString(pod.metadata, 'creationTimestamp')),
  }).flatMap(([name, holds]) => (holds ? [name] : []));
}

/** Few traits differ in a case, so that the later ones decide as often as the first. */
function makeCase(random: Random): JsonValue {
  const varies = {
    place: random.once(3),
    phase: random.once(4),
    ready: random.once(3),
    cost: random.once(3),
    since: random.once(2),
    restarts: random.once(2),
    made: random.once(2),
  };
  const pods = random.list(2 + random.below(4), (i) => makePod(`p${i}`, random, varies));
  const others = random.list(random.below(4), (i) => makePod(`q${i}`, random, varies));
  return { now: new Date(NOW).toISOString(), pods, related: [...pods, ...others] };
}

function makePod(
  name: string,
  random: Random,
  varies: Readonly<Record<'place' | 'phase' | 'ready' | 'cost' | 'since' | 'restarts' | 'made', boolean>>,
): JsonObject {
  const ago = (): string =>
    new Date(NOW - random.pick([0, 1000, 60_000, 90_000, 3_600_000, 86_400_000, 100_000_000])).toISOString().replace('.000', '');
  const node = varies.place && random.once(4) ? undefined : random.pick(['a', 'b', 'c']);
  const cost = random.pick(['-5', '0', '10', 'none']);
  const statuses = (field: string, container: string): JsonObject =>
    random.once(2) ? { [field]: [{ name: container, restartCount: random.below(3) }] } : {};
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'n',
      uid: `u${random.below(1000)}-${name}`,
      creationTimestamp: varies.made ? ago() : '2026-02-01T00:00:00Z',
      ...(varies.cost && random.once(2) ? { annotations: { 'controller.kubernetes.io/pod-deletion-cost': cost } } : {}),
    },
    spec: {
      containers: [{ name: 'c' }],
      initContainers: [{ name: 's', restartPolicy: 'Always' }],
      ...(node === undefined ? {} : { nodeName: node }),
    },
    status: {
      phase: varies.phase ? random.pick(['Pending', 'Running', 'Unknown']) : 'Running',
      conditions: [
        {
          type: 'Ready',
          status: varies.ready && random.once(2) ? 'False' : 'True',
          lastTransitionTime: varies.since ? ago() : '2026-02-02T00:00:00Z',
        },
      ],
      ...(varies.restarts ? { ...statuses('containerStatuses', 'c'), ...statuses('initContainerStatuses', 's') } : {}),
    },
  };
}
