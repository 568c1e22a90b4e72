import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askServer } from '../../src/cli/stages/ask-server.ts';
import type { ApplyOptions, Cluster, StatusError, WriteResult } from '../../src/cluster/index.ts';
import { nameOf, refKeyOf, stepsOf, World, type KubernetesObject } from '../../src/model/index.ts';
import { draftPlan, type Question, type StandIn } from '../../src/planner/index.ts';
import { getString, type JsonObject } from '../../src/std/index.ts';
import { manifest, object, stored, toInput } from '../planner/scenario.ts';

function config(name: string): JsonObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' } };
}

function refusal(code: number, reason: StatusError['reason'], message: string): StatusError {
  return { kind: 'error', code, reason, message };
}

const NEVER = (): never => assert.fail('not asked for');

/** A cluster that answers dry runs by name, and counts those under way. */
class Answering implements Cluster {
  readonly applied: { readonly object: KubernetesObject; readonly options: ApplyOptions }[] = [];
  readonly deleted: unknown[] = [];
  atOnce = 0;
  most = 0;
  readonly #answer: (object: KubernetesObject) => WriteResult;

  constructor(answer: (object: KubernetesObject) => WriteResult) {
    this.#answer = answer;
  }

  async apply(value: KubernetesObject, options: ApplyOptions): Promise<WriteResult> {
    this.applied.push({ object: value, options });
    this.most = Math.max(this.most, ++this.atOnce);
    await new Promise((resolve) => setImmediate(resolve));
    this.atOnce--;
    return this.#answer(value);
  }

  delete(...given: readonly unknown[]): Promise<WriteResult> {
    this.deleted.push(given);
    return Promise.resolve(refusal(403, 'Forbidden', 'keep it'));
  }

  identity = NEVER;
  resources = NEVER;
  get = NEVER;
  list = NEVER;
  watch = NEVER;
  create = NEVER;
  update = NEVER;
  updateStatus = NEVER;
  close = NEVER;
}

const OK = (value: KubernetesObject): WriteResult => ({ kind: 'ok', object: value, operation: 'updated' });

async function ask(
  desired: readonly JsonObject[],
  answer: (object: KubernetesObject) => WriteResult,
  {
    before = [],
    ...rest
  }: Partial<Pick<Question, 'obstacle' | 'standIn' | 'isSeen'>> & { readonly before?: readonly KubernetesObject[] } = {},
): Promise<{ readonly cluster: Answering; readonly told: readonly string[] }> {
  const manifests = desired.map((item) => manifest(item));
  const plan = draftPlan(toInput(before, manifests)).plan;
  const questions = stepsOf(plan).map((step): Question => ({ step, mutated: true, isSeen: true, ...rest }));
  const cluster = new Answering(answer);
  const secrets = new Map(manifests.map(({ object: item }) => [refKeyOf(item), item]));
  const signal = new AbortController().signal;
  const answers = await askServer(questions, { cluster, plan, before: World.of(before), from: true, secrets: () => secrets, signal });
  const told = questions.map(({ step }) => {
    const given = answers.get(refKeyOf(object({ apiVersion: step.ref.version, ...step.ref, metadata: { ...step.ref } })));
    return given?.kind === 'unknown'
      ? given.reason
      : given?.kind === 'refused'
        ? `refused: ${given.refusal.message}`
        : given?.kind === 'accepted'
          ? (given.doubt ?? 'accepted')
          : 'none';
  });
  return { cluster, told };
}

test('changes are asked about as they would be applied, in dry runs, a few at once, in order', async () => {
  const names = Array.from({ length: 50 }, (_, n) => `c${String(n).padStart(2, '0')}`);
  const live = stored({ ...config('c00'), data: { a: '1' } });
  const { cluster, told } = await ask(names.map(config), OK, { before: [live] });
  assert.deepEqual([told.length, new Set(told)], [50, new Set(['accepted'])]);
  assert.deepEqual(
    cluster.applied.map(({ object: item }) => nameOf(item)),
    names,
  );
  assert.ok(cluster.most > 1 && cluster.most <= 8, `${cluster.most} at once`);
  for (const { object: item, options } of cluster.applied) {
    const { fieldManager, force, dryRun, live: known } = options;
    assert.deepEqual([fieldManager, force, dryRun, known], ['kapply', true, true, nameOf(item) === 'c00' ? live : null]);
  }
});

test('a deletion is asked about by its uid', async () => {
  const { cluster, told } = await ask([], OK, { before: [stored(config('a'))] });
  assert.deepEqual(told, ['refused: keep it']);
  assert.match(JSON.stringify(cluster.deleted), /"uid":"uid-a","dryRun":true/);
});

test('the values of a Secret are those of its manifest', async () => {
  const { cluster } = await ask([{ ...config('s'), kind: 'Secret', data: { p: 'aHVudGVyMg==' } }], OK);
  assert.deepEqual(
    cluster.applied.map(({ object: item }) => getString(item, 'data', 'p')),
    ['aHVudGVyMg=='],
  );
});

test('what cannot be asked is not', async () => {
  const { cluster, told } = await ask([config('a')], OK, { obstacle: 'the moon is full' });
  assert.deepEqual([cluster.applied, told], [[], ['the moon is full']]);
});

const MADE = 'the Namespace default is made in the same change';
const HOOK = 'admission webhook "w" denied the request: no';

test('what has no namespace yet is asked about in another, and what is said there is believed as far as that is like its own', async () => {
  const ok: WriteResult = { kind: 'ok', object: object(config('a')), operation: 'created' };
  const told = `${MADE}: what is told was answered for the Namespace other, which they select alike`;
  const cases: readonly (readonly [Pick<StandIn, 'isAlike'> & Pick<Question, 'isSeen'>, WriteResult, string])[] = [
    [{ isAlike: true, isSeen: false }, ok, 'accepted'],
    [{ isAlike: true, isSeen: true }, ok, told],
    [{ isAlike: false, isSeen: true }, ok, MADE],
    [{ isAlike: true, isSeen: true }, refusal(403, 'Forbidden', HOOK), `${MADE}; in the Namespace other, which they select alike, ${HOOK}`],
    [{ isAlike: false, isSeen: true }, refusal(403, 'Forbidden', HOOK), MADE],
    [{ isAlike: true, isSeen: false }, refusal(403, 'Forbidden', 'violates PodSecurity'), 'refused: violates PodSecurity'],
    [{ isAlike: true, isSeen: true }, refusal(422, 'Invalid', 'ConfigMap "a" is invalid'), 'refused: ConfigMap "a" is invalid'],
  ];
  for (const [{ isAlike, isSeen }, result, want] of cases) {
    const standIn = { namespace: 'other', isAlike };
    const asked = await ask([config('a')], () => result, { obstacle: MADE, standIn, isSeen });
    assert.deepEqual([asked.told, asked.cluster.applied.map(({ object: item }) => item.metadata['namespace'])], [[want], ['other']]);
  }
});

const ERRORS: readonly { readonly name: string; readonly error: StatusError; readonly want: string }[] = [
  {
    name: 'no right to patch',
    error: refusal(
      403,
      'Forbidden',
      'configmaps "a" is forbidden: User "ci" cannot patch resource "configmaps" in API group "" in the namespace "default"',
    ),
    want: 'the identity of the kubeconfig may not patch configmaps, not even in a dry run',
  },
  {
    name: 'a webhook that says no',
    error: refusal(403, 'Forbidden', 'admission webhook "w" denied the request: you cannot have this'),
    want: 'refused: admission webhook "w" denied the request: you cannot have this',
  },
  {
    name: 'a kind that is not served',
    error: refusal(404, 'NotFound', 'the server could not find the requested resource'),
    want: 'the cluster does not serve its kind',
  },
  {
    name: 'a namespace that nobody makes, which the references tell',
    error: refusal(404, 'NotFound', 'namespaces "default" not found'),
    want: 'the Namespace default does not exist',
  },
  {
    name: 'an object that the plan makes',
    error: refusal(403, 'Forbidden', 'pods "a" is forbidden: error looking up service account default/b: serviceaccount "b" not found'),
    want: 'it needs b, which is made in the same change',
  },
  {
    name: 'a policy that the plan makes, and whose parameters a binding names',
    error: refusal(
      422,
      'Invalid',
      'b is invalid: spec.paramRef: Forbidden: unable to get policy b to determine minimum required permissions and user ci does not have "get" permission for all groups, versions and resources',
    ),
    want: 'it needs b, which is made in the same change',
  },
  {
    name: 'a webhook without dry runs',
    error: refusal(400, 'BadRequest', 'admission webhook "w" does not support dry run'),
    want: 'the admission webhook "w" does not support dry run',
  },
  { name: 'a server that is busy', error: refusal(504, 'Timeout', 'too slow'), want: 'the API server did not answer: too slow' },
  {
    name: 'a webhook that is down',
    error: refusal(500, 'InternalError', 'failed calling webhook "w": connection refused'),
    want: 'refused: failed calling webhook "w": connection refused',
  },
];

for (const { name, error, want } of ERRORS) {
  test(`${name}: ${want}`, async () => {
    const { told } = await ask([config('a'), config('b')], () => error);
    assert.equal(told[0], want);
  });
}
