import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { isKubernetesObject, type KubernetesObject } from '../../src/model/index.ts';
import { isJson, type JsonObject, type JsonValue } from '../../src/std/index.ts';
import type { Random } from './random.ts';

/** The definition of Gadgets, which have every type of list and map. */
export function readGadgetDefinition(): KubernetesObject {
  const definition: unknown = load(readFileSync(new URL('../../fixtures/judges/gadget.yaml', import.meta.url), 'utf8'));
  if (!isJson(definition) || !isKubernetesObject(definition)) throw new Error('gadget.yaml holds a definition');
  return definition;
}

/** Where the server serves all Gadgets. */
export const GADGETS = '/apis/judge.example/v1/gadgets';

type Fields = Record<string, JsonValue>;

const words = (random: Random): JsonValue =>
  random.maybe({ a: () => random.pick(['1', '2']), b: () => random.pick(['1', '2']), c: () => '3' });

function metadataOf(random: Random): JsonObject {
  return random.maybe<JsonValue>({
    labels: () => words(random),
    annotations: () => words(random),
    finalizers: () => random.some(['judge.example/f', 'judge.example/g']),
    ownerReferences: () => random.some(['u1', 'u2']).map((uid) => ({ apiVersion: 'v1', kind: 'ConfigMap', name: uid, uid })),
  });
}

function containerOf(name: string, random: Random): JsonValue {
  return {
    name,
    image: random.pick(['i:1', 'i:2', 'i', 'i:latest']),
    ...random.maybe<JsonValue>({
      args: () => random.some(['-a', '-b', '-c']),
      env: () => random.some(['A', 'B', 'C']).map((key) => ({ name: key, value: random.pick(['1', '2', '']) })),
      ports: () =>
        random.some([80, 81]).map((containerPort) => ({ containerPort, ...random.maybe({ protocol: () => random.pick(['TCP', 'UDP']) }) })),
      readinessProbe: () => ({
        httpGet: { port: random.pick<JsonValue>([80, 'web']) },
        ...random.maybe({ periodSeconds: () => random.pick([5, 10]) }),
      }),
      resources: () =>
        random.maybe<JsonValue>({
          limits: () => ({ cpu: random.pick(['1', '2']) }),
          requests: () => ({ memory: random.pick(['1Gi', '2Gi']) }),
        }),
      securityContext: () => random.maybe<JsonValue>({ privileged: () => false, runAsUser: () => random.pick([1, 2]) }),
      volumeMounts: () => random.some(['/a', '/b']).map((mountPath) => ({ mountPath, name: 'v' })),
    }),
  };
}

function podSpecOf(random: Random): JsonValue {
  return {
    containers: ['z', ...random.some(['a', 'b'])].map((name) => containerOf(name, random)),
    volumes: [{ name: 'v', emptyDir: {} }, ...random.some(['w']).map((name) => ({ name, configMap: { name: 'c' } }))],
    ...random.maybe<JsonValue>({
      nodeSelector: () => words(random),
      securityContext: () => random.maybe<JsonValue>({ runAsUser: () => random.pick([1, 2]), fsGroup: () => 1 }),
      tolerations: () => random.some(['t', 'u']).map((key) => ({ key, operator: 'Exists' })),
      terminationGracePeriodSeconds: () => random.pick([5, 30]),
    }),
  };
}

function deploymentSpec(random: Random): JsonObject {
  const rolling = (): JsonValue => random.maybe<JsonValue>({ maxSurge: () => random.pick<JsonValue>([1, '25%']), maxUnavailable: () => 1 });
  return {
    selector: { matchLabels: { app: 'x' } },
    template: { metadata: { labels: { app: 'x', ...random.maybe({ more: () => random.pick(['1', '2']) }) } }, spec: podSpecOf(random) },
    ...random.maybe<JsonValue>({
      replicas: () => random.pick([0, 1, 2]),
      minReadySeconds: () => random.pick([0, 5]),
      paused: () => true,
      strategy: () => random.pick<JsonValue>([{ type: 'Recreate' }, { type: 'RollingUpdate', rollingUpdate: rolling() }, {}]),
    }),
  };
}

function serviceSpec(random: Random): JsonObject {
  const ports = [80, ...random.some([81, 82])].map((port) => ({
    port,
    name: `p${port}`,
    ...random.maybe<JsonValue>({ protocol: () => random.pick(['TCP', 'UDP']), targetPort: () => random.pick<JsonValue>([8080, 'http']) }),
  }));
  return {
    ports,
    ...random.maybe<JsonValue>({
      externalIPs: () => random.some(['1.1.1.1', '2.2.2.2']),
      selector: () => words(random),
      sessionAffinity: () => random.pick(['None', 'ClientIP']),
    }),
  };
}

function gadgetSpec(random: Random): JsonObject {
  const part = (name: string): JsonValue => ({
    name,
    ...random.maybe<JsonValue>({ value: () => random.pick(['1', '2']), labels: () => words(random), uses: () => random.some([1, 2, 3]) }),
  });
  return random.maybe<JsonValue>({
    size: () => random.pick([0, 1, 2]),
    colour: () => random.pick(['red', 'blue']),
    tags: () => random.some(['x', 'y', 'z']),
    order: () => random.some(['x', 'y', 'x']),
    parts: () => random.some(['a', 'b', 'c']).map(part),
    ports: () =>
      random
        .some([1, 2])
        .map((port) => ({ port, ...random.maybe({ protocol: () => random.pick(['TCP', 'UDP']), note: () => random.pick(['n', 'm']) }) })),
    granular: () => words(random),
    atomic: () => words(random),
    whole: () => random.maybe<JsonValue>({ a: () => random.pick(['1', '2']), b: () => random.pick([1, 2]) }),
    free: () => random.pick<JsonValue>([{}, { a: 1 }, { a: { b: random.pick([1, 2]) }, c: [1] }, { a: [{ name: 'x' }] }]),
  });
}

/** The kinds that the judges make random objects of. */
export const MADE_KINDS = ['ConfigMap', 'Deployment', 'Gadget', 'Secret', 'Service'] as const;

export type MadeKind = (typeof MADE_KINDS)[number];

/** A random object that the server takes. */
export function makeObject(kind: MadeKind, name: string, random: Random): KubernetesObject {
  const make = (apiVersion: string, fields: Fields): KubernetesObject => ({
    apiVersion,
    kind,
    metadata: { ...metadataOf(random), name },
    ...fields,
  });
  switch (kind) {
    case 'ConfigMap':
      return make('v1', random.maybe<JsonValue>({ data: () => words(random), binaryData: () => ({ x: 'AA==' }) }));
    case 'Deployment':
      return make('apps/v1', { spec: deploymentSpec(random) });
    case 'Gadget':
      return make('judge.example/v1', { spec: gadgetSpec(random) });
    case 'Secret':
      return make('v1', random.maybe<JsonValue>({ data: () => ({ a: random.pick(['AA==', 'YQ==']) }), type: () => 'Opaque' }));
    case 'Service':
      return make('v1', { spec: serviceSpec(random) });
  }
}
