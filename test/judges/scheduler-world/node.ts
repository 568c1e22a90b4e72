import type { JsonValue } from '../../../src/std/index.ts';
import type { Random } from '../random.ts';
import { fields, IMAGES, ZONES } from './fields.ts';

/** Features that kubelets declare; the API demands them in order. */
const FEATURES = ['RestartAllContainersOnContainerExits', 'UserNamespacesHostNetworkSupport'];

export function makeNode(name: string, random: Random, isCrowded: boolean): JsonValue {
  const labels = {
    'kubernetes.io/hostname': name,
    ...(random.once(6) ? {} : { 'topology.kubernetes.io/zone': random.pick(ZONES) }),
    ...fields(random, { disk: [2, () => random.pick(['ssd', 'hdd'])], cores: [2, () => random.pick(['4', '16', '-3', 'many'])] }),
  };
  const allocatable = {
    cpu: isCrowded ? random.pick(['1', '1500m']) : random.pick(['2', '4', '8', '3900m']),
    memory: isCrowded ? random.pick(['1Gi', '1500Mi']) : random.pick(['4Gi', '8Gi', '7800000Ki']),
    pods: isCrowded ? random.pick(['1', '3', '110']) : '110',
    ...fields(random, {
      'ephemeral-storage': [2, () => '10Gi'],
      'example.com/gpu': [3, () => random.pick(['1', '2'])],
      'hugepages-2Mi': [4, () => '64Mi'],
    }),
  };
  const spec = fields(random, {
    unschedulable: [9, () => true],
    taints: [4, () => random.list(1 + random.below(2), () => makeTaint(random))],
  });
  const images = fields(random, {
    declaredFeatures: [2, () => FEATURES.filter(() => random.once(2))],
    images: [2, () => random.list(1 + random.below(3), () => makeImage(random))],
  });
  const metadata = { name, labels, ...fields(random, { deletionTimestamp: [12, () => '2026-02-01T00:00:00Z'] }) };
  return { apiVersion: 'v1', kind: 'Node', metadata, spec, status: { allocatable, ...images } };
}

function makeTaint(random: Random): JsonValue {
  const effect = random.pick(['NoSchedule', 'PreferNoSchedule', 'PreferNoSchedule', 'NoExecute']);
  return { key: random.pick(['team', 'gone', 'load']), ...fields(random, { value: [2, () => random.pick(['a', 'b', '7'])] }), effect };
}

function makeImage(random: Random): JsonValue {
  const name = random.pick(IMAGES);
  const tagged = name.lastIndexOf(':') > name.lastIndexOf('/') ? name : `${name}:latest`;
  return { names: [tagged], sizeBytes: random.pick([1_000_000, 40_000_000, 300_000_000, 1_200_000_000]) };
}
