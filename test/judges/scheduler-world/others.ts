import type { JsonObject, JsonValue } from '../../../src/std/index.ts';
import type { Random } from '../random.ts';
import { makeSelector } from './affinity.ts';
import { APPS, NAMESPACES } from './fields.ts';

export function makeNamespace(name: string): JsonValue {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { 'kubernetes.io/metadata.name': name, color: name } } };
}

/** What the scheduler reads beside nodes and pods. */
export function makeOthers(random: Random): readonly JsonValue[] {
  const of = (apiVersion: string, kind: string, name: string, more: JsonObject): JsonValue[] =>
    NAMESPACES.map((namespace) => ({ apiVersion, kind, metadata: { name, namespace }, ...more }));
  const app = random.pick(APPS);
  const selector = { matchLabels: { app } };
  return [
    ...(random.once(3) ? of('v1', 'Service', 'svc', { spec: { selector: { app }, ports: [{ port: 80 }] } }) : []),
    ...(random.once(3) ? of('v1', 'Service', 'headless', { spec: { selector: { track: 'stable' }, ports: [{ port: 80 }] } }) : []),
    ...(random.once(2) ? of('apps/v1', 'ReplicaSet', 'owner', { spec: { selector } }) : []),
    ...(random.once(2) ? of('apps/v1', 'StatefulSet', 'owner', { spec: { selector: makeSelector(random) } }) : []),
    ...(random.once(2) ? of('v1', 'ReplicationController', 'owner', { spec: { selector: { app } } }) : []),
    ...(random.once(3)
      ? of('policy/v1', 'PodDisruptionBudget', 'pdb', {
          spec: { selector: random.pick<JsonObject>([selector, {}]) },
          status: { disruptionsAllowed: random.below(2) },
        })
      : []),
  ];
}

/** The claims that pods name, to be provisioned once a node is chosen. */
export function makeClaims(random: Random): readonly JsonValue[] {
  const accessModes = [random.pick(['ReadWriteOncePod', 'ReadWriteOncePod', 'ReadWriteOnce'])];
  return [
    ...NAMESPACES.map((namespace) => ({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: `alone-${namespace}`, namespace },
      spec: { accessModes, storageClassName: 'later' },
    })),
    {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: 'later' },
      provisioner: 'example.com/disks',
      volumeBindingMode: 'WaitForFirstConsumer',
    },
  ];
}
