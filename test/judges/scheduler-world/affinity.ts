import type { JsonObject } from '../../../src/std/index.ts';
import type { Random } from '../random.ts';
import { APPS, fields, NAMESPACES } from './fields.ts';

export function makeAffinity(random: Random): JsonObject {
  return fields(random, {
    nodeAffinity: [2, () => makeNodeAffinity(random)],
    podAffinity: [2, () => makePodAffinity(random)],
    podAntiAffinity: [2, () => makePodAffinity(random)],
  });
}

function makeNodeAffinity(random: Random): JsonObject {
  return fields(random, {
    requiredDuringSchedulingIgnoredDuringExecution: [
      2,
      () => ({ nodeSelectorTerms: random.list(1 + random.below(2), () => makeNodeTerm(random)) }),
    ],
    preferredDuringSchedulingIgnoredDuringExecution: [
      2,
      () => random.list(1 + random.below(2), () => ({ weight: 1 + random.below(100), preference: makeNodeTerm(random) })),
    ],
  });
}

function makeNodeTerm(random: Random): JsonObject {
  if (random.once(4)) {
    const names = random.list(1 + random.below(2), () => `n${random.below(5)}`).slice(0, 1);
    return { matchFields: [{ key: 'metadata.name', operator: random.pick(['In', 'In', 'NotIn']), values: names }] };
  }
  return { matchExpressions: random.list(1 + random.below(2), () => makeNodeRequirement(random)) };
}

function makeNodeRequirement(random: Random): JsonObject {
  const operator = random.pick(['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt']);
  if (operator === 'Gt' || operator === 'Lt') return { key: 'cores', operator, values: [random.pick(['0', '4', '8'])] };
  const key = random.pick(['disk', 'cores', 'topology.kubernetes.io/zone']);
  const values = random.list(1 + random.below(2), () => random.pick(['ssd', '4', '16', 'east', 'west']));
  return operator === 'In' || operator === 'NotIn' ? { key, operator, values } : { key, operator };
}

function makePodAffinity(random: Random): JsonObject {
  return fields(random, {
    requiredDuringSchedulingIgnoredDuringExecution: [2, () => random.list(1 + random.below(2), () => makePodTerm(random))],
    preferredDuringSchedulingIgnoredDuringExecution: [
      2,
      () => random.list(1 + random.below(2), () => ({ weight: 1 + random.below(100), podAffinityTerm: makePodTerm(random) })),
    ],
  });
}

function makePodTerm(random: Random): JsonObject {
  const keys = fields(random, {
    matchLabelKeys: [9, () => ['track']],
    mismatchLabelKeys: [9, () => ['zone']],
  });
  return {
    topologyKey: random.pick(['kubernetes.io/hostname', 'topology.kubernetes.io/zone', 'disk']),
    ...(random.once(15) ? {} : { labelSelector: makeSelector(random), ...keys }),
    ...fields(random, {
      namespaces: [6, () => [random.pick(NAMESPACES)]],
      namespaceSelector: [6, () => random.pick<JsonObject>([{}, { matchLabels: { color: 'red' } }])],
    }),
  };
}

export function makeSelector(random: Random): JsonObject {
  if (random.once(10)) return {};
  if (random.once(2)) return { matchLabels: { app: random.pick(APPS) } };
  const operator = random.pick(['In', 'NotIn', 'Exists', 'DoesNotExist']);
  const key = random.pick(['app', 'track']);
  const values = operator === 'In' || operator === 'NotIn' ? { values: [random.pick(APPS), 'stable'] } : {};
  return { matchExpressions: [{ key, operator, ...values }] };
}

export function makeSpread(random: Random): JsonObject {
  const whenUnsatisfiable = random.pick(['DoNotSchedule', 'ScheduleAnyway']);
  return {
    maxSkew: 1 + random.below(3),
    topologyKey: random.pick(['kubernetes.io/hostname', 'topology.kubernetes.io/zone', 'disk']),
    whenUnsatisfiable,
    ...(random.once(15) ? {} : { labelSelector: makeSelector(random), ...fields(random, { matchLabelKeys: [9, () => ['track']] }) }),
    ...fields(random, {
      nodeAffinityPolicy: [4, () => random.pick(['Honor', 'Ignore'])],
      nodeTaintsPolicy: [4, () => random.pick(['Honor', 'Ignore'])],
    }),
    ...(whenUnsatisfiable === 'DoNotSchedule' ? fields(random, { minDomains: [4, () => 1 + random.below(4)] }) : {}),
  };
}
