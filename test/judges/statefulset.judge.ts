import { STATEFUL_SET } from '../../src/engine/controllers/stateful-set.ts';
import type { Intent } from '../../src/engine/controllers/controller.ts';
import { isKubernetesObject, labelsOf, nameOf, World, type KubernetesObject } from '../../src/model/index.ts';
import { getArray, getNumber, getObject, getString, stringifyJson, type JsonObject, type JsonValue } from '../../src/std/index.ts';
import type { Comparison } from './judge.ts';
import type { OracleJudge } from './oracle-judge.ts';
import { makeStatefulSetCase } from './statefulset-world.ts';

const REVISION = 'controller-revision-hash';
const COUNTS = ['replicas', 'readyReplicas', 'availableReplicas', 'currentReplicas', 'updatedReplicas'];
const BRANCHES: readonly string[] = [
  'being deleted',
  'OnDelete',
  'Parallel',
  'OrderedReady',
  'starts at another ordinal',
  'partition',
  'a pod is made of an older revision',
  'a pod is made of the newest revision',
  'a pod is replaced for the update',
  'a pod that has ended goes',
  'a surplus pod goes',
  'a surplus pod stays',
  'a claim is made',
  'a claim gets an owner',
  'a claim loses its owners',
  'a revision is made',
  'a revision comes back',
  'a revision is forgotten',
  'the update is done',
  'nothing to do',
];

/** Whether StatefulSets do the same in one look as with the controller manager's control of them, and count the same. */
export const statefulSetJudge: OracleJudge = {
  subject: 'statefulset',
  cases: 5000,
  branches: BRANCHES,
  often: { cases: 5000, times: 20 },
  generate: makeStatefulSetCase,
  compare,
};

function compare(input: JsonValue, answer: JsonValue): Comparison | undefined {
  const set = getObject(input, 'set');
  const now = Date.parse(getString(input, 'now') ?? '');
  if (!isKubernetesObject(set) || Number.isNaN(now) || !['pods', 'claims'].every((field) => areWhole(input, field))) return undefined;
  if (nameOf(set) !== 'web' || getString(set.metadata, 'namespace') !== 'n' || getString(set.metadata, 'uid') === undefined)
    return undefined;
  if (getNumber(set, 'spec', 'replicas') === undefined) return undefined;
  if (getArray(set, 'spec', 'volumeClaimTemplates').some((item) => getString(item, 'metadata', 'name') === undefined)) return undefined;
  const templates = [set['spec'] ?? null, ...getArray(input, 'revisions')];
  if (getArray(input, 'revisions').some((item) => getString(item, 'name') === undefined)) return undefined;
  if (templates.some((item) => getString(getArray(item, 'template', 'spec', 'containers')[0], 'image') === undefined)) return undefined;
  const listed = [...getArray(input, 'pods'), ...getArray(input, 'claims')].filter(isKubernetesObject);
  const known = getArray(input, 'revisions').map((item, index) => toRevision(set, item, index + 1));
  const intents = STATEFUL_SET.reconcile(World.of([set, ...listed, ...known]), set, { now });
  const names = new Set(known.map(nameOf));
  const actions = intents.flatMap((intent) => describe(intent, names)).toSorted();
  const written = intents.find((intent) => intent.type === 'updateStatus');
  const ours = { actions, status: toCounts(written?.type === 'updateStatus' ? written.object['status'] : set['status'], names) };
  const servers = { actions: getArray(answer, 'actions'), status: toCounts(getObject(answer, 'status'), names) };
  const isKept = getString(set.metadata, 'deletionTimestamp') === undefined;
  const coverage = listCoverage(input, actions, { status: ours.status, isKept });
  const [a, b] = [stringifyJson(ours), stringifyJson(servers)];
  if (a === b) return { coverage };
  const signature = stringifyJson(ours.actions) === stringifyJson(servers.actions) ? 'another status' : 'other actions';
  return { coverage, difference: { signature, ours: a, servers: b } };
}

/** Whether pods and claims have all that makes them members of the set. */
function areWhole(input: JsonValue, field: string): boolean {
  return getArray(input, field).every((item) => {
    if (!isKubernetesObject(item) || getString(item.metadata, 'namespace') !== 'n') return false;
    const owners = getArray(item.metadata, 'ownerReferences');
    const owner = getObject(owners[0]) ?? {};
    return (
      (field === 'claims' && owners.every((given) => getString(given, 'uid') !== undefined)) ||
      (getString(item, 'status', 'phase') !== undefined && labelsOf(item).size === 4 && Object.keys(owner).length === 6)
    );
  });
}

function toRevision(set: KubernetesObject, item: JsonValue, revision: number): KubernetesObject {
  const owner = {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    name: nameOf(set),
    uid: getString(set.metadata, 'uid') ?? '',
    controller: true,
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: { name: getString(item, 'name') ?? '', namespace: 'n', ownerReferences: [owner] },
    data: { spec: { template: { ...getObject(item, 'template'), $patch: 'replace' } } },
    revision,
  };
}

/** What an intent does, in the words of the oracle. */
function describe(intent: Intent, revisions: ReadonlySet<string>): readonly string[] {
  switch (intent.type) {
    case 'create': {
      const { object } = intent;
      if (object.kind === 'ControllerRevision') return ['create revision'];
      const owners = describeOwners(object);
      if (object.kind === 'Pod') return [`create ${nameOf(object)} of ${rename(labelsOf(object).get(REVISION) ?? '', revisions)}`];
      return [`create ${nameOf(object)}`, ...(owners === '' ? [] : [`own ${nameOf(object)}:${owners}`])];
    }
    case 'update': {
      const { object } = intent;
      if (object.kind !== 'ControllerRevision') return [`own ${nameOf(object)}:${describeOwners(object)}`];
      return [`revision ${nameOf(object)} becomes ${String(getNumber(object, 'revision'))}`];
    }
    case 'delete':
      return [`delete ${intent.ref.kind === 'Pod' ? '' : 'revision '}${intent.ref.name}`];
    case 'updateStatus':
    case 'requeueAt':
      return [];
  }
}

function describeOwners(object: KubernetesObject): string {
  const owners = getArray(object.metadata, 'ownerReferences');
  return owners.map((owner) => ` ${getString(owner, 'kind') ?? ''}/${getString(owner, 'name') ?? ''}`).join('');
}

function rename(revision: string, known: ReadonlySet<string>): string {
  return known.has(revision) ? revision : 'made';
}

function toCounts(status: JsonValue | undefined, known: ReadonlySet<string>): JsonObject {
  const counts = COUNTS.map((field) => [field, getNumber(status, field) ?? 0] as const);
  const names = ['currentRevision', 'updateRevision'].map((field) => [field, rename(getString(status, field) ?? '', known)] as const);
  return Object.fromEntries([...counts, ...names]);
}

function listCoverage(
  input: JsonValue,
  actions: readonly string[],
  { status, isKept }: { readonly status: JsonObject; readonly isKept: boolean },
): readonly string[] {
  const set = getObject(input, 'set');
  const pods = getArray(input, 'pods').filter(isKubernetesObject);
  const start = getNumber(set, 'spec', 'ordinals', 'start') ?? 0;
  const end = start + (getNumber(set, 'spec', 'replicas') ?? 0);
  const isSurplus = (name: string): boolean => Number(name.slice(4)) < start || Number(name.slice(4)) >= end;
  const hasEnded = (name: string): boolean =>
    pods.some((pod) => nameOf(pod) === name && ['Failed', 'Succeeded'].includes(getString(pod, 'status', 'phase') ?? ''));
  const deleted = actions.flatMap((action) => /^delete (web-\d+)$/.exec(action)?.[1] ?? []);
  const does = (pattern: RegExp): boolean => actions.some((action) => pattern.test(action));
  const update = getString(status, 'updateRevision') ?? '';
  const made = actions.flatMap((action) => /^create web-\d+ of (.*)$/.exec(action)?.[1] ?? []);
  const current = getString(set, 'status', 'currentRevision');
  const holds: Readonly<Record<string, boolean>> = {
    'being deleted': !isKept,
    OnDelete: getString(set, 'spec', 'updateStrategy', 'type') === 'OnDelete',
    Parallel: getString(set, 'spec', 'podManagementPolicy') === 'Parallel',
    OrderedReady: getString(set, 'spec', 'podManagementPolicy') === 'OrderedReady',
    'starts at another ordinal': start > 0,
    partition: (getNumber(set, 'spec', 'updateStrategy', 'rollingUpdate', 'partition') ?? 0) > 0,
    'a pod is made of an older revision': made.some((revision) => revision !== update),
    'a pod is made of the newest revision': made.includes(update),
    'a pod is replaced for the update': deleted.some((name) => !isSurplus(name) && !hasEnded(name)),
    'a pod that has ended goes': deleted.some((name) => !isSurplus(name) && hasEnded(name)),
    'a surplus pod goes': deleted.some(isSurplus),
    'a surplus pod stays': isKept && pods.some((pod) => isSurplus(nameOf(pod)) && !deleted.includes(nameOf(pod))),
    'a claim is made': does(/^create (data|logs)-/),
    'a claim gets an owner': does(/^own .*: /),
    'a claim loses its owners': does(/^own .*:$/),
    'a revision is made': does(/^create revision$/),
    'a revision comes back': does(/becomes/),
    'a revision is forgotten': does(/^delete revision/),
    'the update is done': current !== undefined && current !== status['currentRevision'] && status['currentRevision'] === update,
    'nothing to do': actions.length === 0,
  };
  return Object.entries(holds).flatMap(([name, isSo]) => (isSo ? [name] : []));
}
