import type { JsonObject, JsonValue } from '../../src/std/index.ts';
import type { Random } from './random.ts';

const NOW = Date.parse('2026-03-01T00:00:00Z');
const TEMPLATES = ['old', 'new', 'older'].map((name) => ({
  name,
  template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: `app:${name}` }] } },
}));

/** A StatefulSet in the midst of something, with its revisions, pods and claims. Revisions are named in the question, the oldest first. */
export function makeStatefulSetCase(random: Random): JsonValue {
  const start = random.pick([0, 0, 0, 2]);
  const replicas = random.below(5);
  const templates = random.once(3) ? TEMPLATES.toReversed().slice(1) : TEMPLATES.slice(0, 1 + random.below(3));
  const current = random.pick([...templates.map(({ name }) => name), 'gone']);
  const wanted = random.once(3) ? current : random.pick(['old', 'new', 'unknown']);
  const claims = random.pick([[], ['data'], ['data', 'logs']]);
  const health = random.pick([1, 1, 3, 8]);
  const revisions = [...templates.map(({ name }) => name), 'gone'];
  const main = random.pick(revisions);
  const ordinals = random.list(replicas + start + 3, (i) => i).filter((i) => (i < start ? random.once(4) : !random.once(6)));
  return {
    now: time(0),
    set: makeSet(random, { start, replicas, current, wanted, claims }),
    revisions: templates,
    pods: ordinals.map((ordinal) => makePod(random, { ordinal, claims, health, revision: random.once(3) ? random.pick(revisions) : main })),
    claims: ordinals
      .concat(ordinals.length)
      .flatMap((ordinal) => claims.flatMap((claim) => makeClaim(random, `${claim}-web-${ordinal}`, ordinal))),
  };
}

interface SetTraits {
  readonly start: number;
  readonly replicas: number;
  readonly current: string;
  readonly wanted: string;
  readonly claims: readonly string[];
}

function makeSet(random: Random, { start, replicas, current, wanted, claims }: SetTraits): JsonObject {
  const template = TEMPLATES.find(({ name }) => name === wanted)?.template ?? {
    metadata: { labels: { app: 'web' } },
    spec: { containers: [{ name: 'c', image: 'app:unknown' }] },
  };
  const policy = (): string => random.pick(['Retain', 'Delete']);
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: {
      name: 'web',
      namespace: 'n',
      uid: 'set',
      generation: 2,
      ...(random.once(20) ? { deletionTimestamp: time(5) } : {}),
    },
    spec: {
      replicas,
      serviceName: 'web',
      selector: { matchLabels: { app: 'web' } },
      template,
      volumeClaimTemplates: claims.map((name) => ({ metadata: { name }, spec: {} })),
      podManagementPolicy: random.pick(['OrderedReady', 'Parallel']),
      updateStrategy: random.once(6)
        ? { type: 'OnDelete' }
        : { type: 'RollingUpdate', ...(random.once(4) ? {} : { rollingUpdate: { partition: random.pick([0, 0, 1, 2, 9]) } }) },
      revisionHistoryLimit: random.pick([0, 1, 10]),
      minReadySeconds: random.pick([0, 10]),
      persistentVolumeClaimRetentionPolicy: { whenDeleted: policy(), whenScaled: policy() },
      ...(start === 0 ? {} : { ordinals: { start } }),
    },
    status: { replicas: 0, currentReplicas: random.below(4), ...(random.once(8) ? {} : { currentRevision: current }), collisionCount: 0 },
  };
}

interface PodTraits {
  readonly ordinal: number;
  readonly claims: readonly string[];
  /** One in so many is not well. */
  readonly health: number;
  readonly revision: string;
}

function makePod(random: Random, { ordinal, claims, health, revision }: PodTraits): JsonObject {
  const isWell = !random.once(health + 1);
  const phase = isWell ? 'Running' : random.pick(['Pending', 'Running', 'Failed', 'Succeeded']);
  const isReady = isWell || (phase === 'Running' && random.once(2));
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `web-${ordinal}`,
      namespace: 'n',
      uid: `pod-${ordinal}`,
      labels: {
        app: 'web',
        'controller-revision-hash': revision,
        'statefulset.kubernetes.io/pod-name': `web-${ordinal}`,
        'apps.kubernetes.io/pod-index': String(ordinal),
      },
      ownerReferences: [
        { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'web', uid: 'set', controller: true, blockOwnerDeletion: true },
      ],
      ...(isWell || !random.once(4) ? {} : { deletionTimestamp: time(5) }),
    },
    spec: {
      containers: [{ name: 'c' }],
      volumes: claims.map((name) => ({ name, persistentVolumeClaim: { claimName: `${name}-web-${ordinal}` } })),
    },
    status: {
      phase,
      ...(phase === 'Pending'
        ? {}
        : {
            conditions: [
              {
                type: 'Ready',
                status: isReady ? 'True' : 'False',
                lastTransitionTime: time(isWell && !random.once(10) ? 60 : random.pick([2, 10, 60])),
              },
            ],
          }),
    },
  };
}

function makeClaim(random: Random, name: string, ordinal: number): readonly JsonObject[] {
  if (random.once(6)) return [];
  const set = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'web', uid: 'set', controller: true, blockOwnerDeletion: true };
  const pod = { apiVersion: 'v1', kind: 'Pod', name: `web-${ordinal}`, uid: `pod-${ordinal}`, controller: true, blockOwnerDeletion: true };
  const other = { apiVersion: 'example.com/v1', kind: 'Backup', name: 'b', uid: 'b' };
  const owners = random.pick([
    [],
    [],
    [set],
    [set],
    [pod],
    [set, pod],
    [other],
    [{ ...other, controller: true }],
    [set, { ...other, controller: true }],
    [{ ...set, controller: false }],
    [{ ...set, uid: 'former' }],
    [{ ...pod, uid: 'former' }],
  ]);
  const metadata = {
    name,
    namespace: 'n',
    ...(owners.length === 0 ? {} : { ownerReferences: owners }),
    ...(random.once(20) ? { deletionTimestamp: time(5) } : {}),
  };
  return [{ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata, spec: {} }];
}

/** So many seconds before now. */
function time(ago: number): string {
  return new Date(NOW - ago * 1000).toISOString().replace('.000', '');
}
