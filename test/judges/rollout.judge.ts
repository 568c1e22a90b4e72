import type { Intent } from '../../src/engine/controllers/controller.ts';
import { DEPLOYMENT } from '../../src/engine/controllers/deployment.ts';
import { isKubernetesObject, nameOf, refOf, toRefKey, withMetadata, World, type KubernetesObject } from '../../src/model/index.ts';
import {
  compareStrings,
  getArray,
  getBoolean,
  getNumber,
  getObject,
  getString,
  stringifyJson,
  type JsonObject,
  type JsonValue,
} from '../../src/std/index.ts';
import type { Comparison } from './judge.ts';
import type { OracleJudge } from './oracle-judge.ts';
import type { Random } from './random.ts';

/** Whether a Deployment's ReplicaSets are scaled, made and deleted as by one sync of the controller of Deployments. */
export const rolloutJudge: OracleJudge = {
  subject: 'rollout',
  cases: 4000,
  branches: ['Recreate', 'RollingUpdate', 'paused', 'scaling', 'created', 'deleted', 'grown', 'shrunk', 'nothing'],
  generate: makeCase,
  compare,
};

const NOW = Date.parse('2026-03-01T00:00:00Z');

function compare(input: JsonValue, answer: JsonValue): Comparison | undefined {
  const objects = getArray(input, 'objects');
  const deployment = objects.find((object) => getString(object, 'kind') === 'Deployment');
  if (deployment === undefined || !objects.every(isWhole)) return undefined;
  const sizes = new Map(objects.filter(({ kind }) => kind === 'ReplicaSet').map((set) => [nameOf(set), replicasOf(set)]));
  const ours = showWrites(sizes, syncTwice(objects));
  const coverage = listCoverage(deployment, objects, answer, sizes);
  const [a, b] = [stringifyJson(ours), stringifyJson(toSorted(answer))];
  return a === b
    ? { coverage }
    : { coverage, difference: { signature: `${coverage.slice(0, 2).join(', ')} differs`, ours: a, servers: b } };
}

function isWhole(object: JsonValue): object is KubernetesObject {
  if (!isKubernetesObject(object) || getNumber(object, 'spec', 'replicas') === undefined) return false;
  const texts = [getString(object.metadata, 'name'), getString(object.metadata, 'namespace'), getString(object.metadata, 'uid')];
  const labels = [getObject(object, 'spec', 'selector', 'matchLabels'), getObject(object, 'spec', 'template', 'metadata', 'labels')];
  const image = getString(getArray(object, 'spec', 'template', 'spec', 'containers')[0], 'image');
  const isNamed =
    image !== undefined && texts.every((text) => text !== undefined) && getString(object.metadata, 'creationTimestamp') !== undefined;
  const owner = getArray(object.metadata, 'ownerReferences')[0];
  const isOwned =
    object.kind === 'Deployment' || ['kind', 'name', 'uid', 'apiVersion'].every((field) => getString(owner, field) !== undefined);
  return isNamed && isOwned && labels.every((map) => getString(map, 'app') !== undefined);
}

function toSorted(answer: JsonValue): JsonObject {
  const deleted = getArray(answer, 'deleted').flatMap((name) => (typeof name === 'string' ? [name] : []));
  const sizes = Object.entries(getObject(answer, 'sizes') ?? {}).toSorted(([x], [y]) => compareStrings(x, y));
  return { sizes: Object.fromEntries(sizes), created: getNumber(answer, 'created') ?? null, deleted: deleted.toSorted(compareStrings) };
}

/** The real controller goes on after it has made a ReplicaSet; ours does in its next step. */
function syncTwice(objects: readonly KubernetesObject[]): readonly Intent[] {
  const first = sync(objects);
  if (!first.some(({ type }) => type === 'create')) return first;
  const written = first.flatMap((intent) => (intent.type === 'create' || intent.type === 'update' ? [intent.object] : []));
  const byKey = new Map([...objects, ...written].map((object) => [toRefKey(refOf(object)), object]));
  const next = [...byKey.values()].map((object) =>
    'creationTimestamp' in object.metadata ? object : withMetadata(object, { creationTimestamp: new Date(NOW).toISOString(), uid: 'made' }),
  );
  return [...first, ...sync(next)];
}

function sync(objects: readonly KubernetesObject[]): readonly Intent[] {
  const world = World.of(objects);
  const [deployment] = world.byKind('apps', 'Deployment');
  return deployment === undefined ? [] : DEPLOYMENT.reconcile(world, deployment, { now: NOW });
}

function showWrites(sizes: ReadonlyMap<string, number>, intents: readonly Intent[]): JsonObject {
  const written = new Map<string, number>();
  const deleted: string[] = [];
  let created: number | null = null;
  for (const intent of intents) {
    if (intent.type === 'create') created = replicasOf(intent.object);
    else if (intent.type === 'delete') deleted.push(intent.ref.name);
    else if (intent.type === 'update' && intent.object.kind === 'ReplicaSet' && sizes.has(nameOf(intent.object))) {
      if (sizes.get(nameOf(intent.object)) !== replicasOf(intent.object)) written.set(nameOf(intent.object), replicasOf(intent.object));
    }
  }
  const sorted = [...written].toSorted(([x], [y]) => compareStrings(x, y));
  return { sizes: Object.fromEntries(sorted), created, deleted: deleted.toSorted(compareStrings) };
}

function replicasOf(set: KubernetesObject): number {
  return getNumber(set, 'spec', 'replicas') ?? 1;
}

function listCoverage(
  deployment: JsonValue,
  objects: readonly KubernetesObject[],
  answer: JsonValue,
  sizes: ReadonlyMap<string, number>,
): readonly string[] {
  const wanted = String(getNumber(deployment, 'spec', 'replicas'));
  const isScaling = objects.some((object) => {
    const told = getString(object.metadata, 'annotations', DESIRED);
    return told !== undefined && told !== wanted && (sizes.get(nameOf(object)) ?? 0) > 0;
  });
  const changes = Object.entries(getObject(answer, 'sizes') ?? {}).map(([name, size]) =>
    Number(size) > (sizes.get(name) ?? 0) ? 'grown' : 'shrunk',
  );
  const what = [
    ...changes,
    ...(getNumber(answer, 'created') === undefined ? [] : ['created']),
    ...(getArray(answer, 'deleted').length > 0 ? ['deleted'] : []),
  ];
  return [
    getString(deployment, 'spec', 'strategy', 'type') ?? '',
    getBoolean(deployment, 'spec', 'paused') === true ? 'paused' : isScaling ? 'scaling' : 'steady',
    ...new Set(what.length === 0 ? ['nothing'] : what),
  ];
}

const DESIRED = 'deployment.kubernetes.io/desired-replicas';
const MAX = 'deployment.kubernetes.io/max-replicas';
const REVISION = 'deployment.kubernetes.io/revision';

function makeCase(random: Random): JsonValue {
  const replicas = random.pick([0, 1, 2, 3, 5, 10, 11]);
  const amount = (): JsonValue => random.pick<JsonValue>([0, 1, 2, 5, '0%', '10%', '25%', '34%', '50%', '100%']);
  const isRecreate = random.once(5);
  const most = random.once(6) ? '150%' : amount();
  const strategy = isRecreate
    ? { type: 'Recreate' }
    : { type: 'RollingUpdate', rollingUpdate: { maxSurge: most, maxUnavailable: amount() } };
  const sets = random.list(random.below(5), (i) => makeSet(i, random, replicas));
  const isPaused = random.once(8);
  const deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: 'd',
      namespace: 'n',
      uid: 'd',
      generation: 2,
      creationTimestamp: '2025-01-01T00:00:00Z',
      annotations: { [REVISION]: '3' },
    },
    spec: {
      replicas,
      selector: { matchLabels: { app: 'd' } },
      strategy,
      template: templateOf(random.below(4)),
      revisionHistoryLimit: random.pick([0, 1, 2, 10]),
      progressDeadlineSeconds: 600,
      ...(isPaused ? { paused: true } : {}),
    },
    status: statusOf(sets, random, replicas),
  };
  return { objects: [deployment, ...sets] };
}

function statusOf(sets: readonly JsonObject[], random: Random, replicas: number): JsonObject {
  if (random.once(3))
    return { observedGeneration: 2, replicas, updatedReplicas: replicas, availableReplicas: replicas, readyReplicas: replicas };
  const total = sets.reduce((sum, set) => sum + (getNumber(set, 'status', 'replicas') ?? 0), 0);
  return { observedGeneration: 1, replicas: total };
}

function templateOf(version: number): JsonObject {
  return { metadata: { labels: { app: 'd' } }, spec: { containers: [{ name: 'c', image: `i:${version}` }] } };
}

/** Of each version one at most; their ages are those of their numbers. */
function makeSet(index: number, random: Random, replicas: number): JsonObject {
  const size = random.pick([0, 0, 1, 2, 3, 5, replicas]);
  const template = templateOf(index);
  const labels = { app: 'd', 'pod-template-hash': `h${index}` };
  const told = random.once(4) ? random.pick([1, 3, 8]) : replicas;
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `d-h${index}`,
      namespace: 'n',
      uid: `s${index}`,
      creationTimestamp: `2025-01-0${1 + index}T00:00:00Z`,
      labels,
      annotations: {
        [REVISION]: String(index + 1),
        ...(random.once(8) ? {} : { [DESIRED]: String(told), [MAX]: String(told + random.below(3)) }),
      },
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'd', uid: 'd', controller: true, blockOwnerDeletion: true }],
    },
    spec: {
      replicas: size,
      selector: { matchLabels: labels },
      template: { ...template, metadata: { labels } },
    },
    status: { replicas: random.once(4) ? random.below(size + 2) : size, availableReplicas: random.once(2) ? size : random.below(size + 1) },
  };
}
