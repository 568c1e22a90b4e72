import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { refOf, withMetadata, World, type KubernetesObject, type Plan } from '../../src/model/index.ts';
import { appliedHashOf } from '../../src/planner/index.ts';
import { applyPlan, type ApplyPlanOptions, type ApplyResult } from '../../src/reconcile/index.ts';
import type { JsonObject } from '../../src/std/index.ts';
import { FakeClock } from './fake-clock.ts';
import { FakeCluster } from './fake-cluster.ts';
import { makeReady, planFor, readyStatus, toObject, toPrecondition } from './toy-planner.ts';

const NAMESPACE = toObject('Namespace', 'shop');
const CONFIG = toObject('ConfigMap', 'settings', { data: { colour: 'red' } });
const SLOW = toObject('Deployment', 'slow', { spec: { replicas: 1 } });
const LATER = withMetadata(toObject('ConfigMap', 'later'), {
  annotations: { 'kapply.kplan.dev/depends-on': 'apps/namespaces/shop/Deployment/slow' },
});
const HOOK = toObject('ConfigMap', 'early');

const LATE = {
  observedGeneration: 1,
  replicas: 1,
  conditions: [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }],
};

/** A cluster to which these were applied while its Deployments did not get ready. */
async function toSickCluster(manifests: readonly KubernetesObject[]): Promise<FakeCluster> {
  const cluster = new FakeCluster();
  cluster.controllers = (object) => {
    if (object.kind === 'Deployment') cluster.setStatus(object, LATE);
  };
  const result = await run(cluster, await planFor(cluster, manifests));
  assert.equal(result.conclusion, 'incomplete');
  return cluster;
}

function run(cluster: FakeCluster, plan: Plan, options: Partial<ApplyPlanOptions> = {}): Promise<ApplyResult> {
  return applyPlan(cluster, plan, { clock: new FakeClock(), preflight: false, ...options });
}

function outcomes(result: ApplyResult): readonly string[] {
  return [result.conclusion, ...result.steps.map(({ ref, action, outcome }) => `${action} ${ref.name} ${outcome}`)];
}

describe('an object that does not change and is not healthy', () => {
  it('is told of where nothing is to be done', async () => {
    const cluster = await toSickCluster([NAMESPACE, SLOW]);
    const plan = await planFor(cluster, [NAMESPACE, SLOW]);
    assert.deepEqual(plan.waves, []);
    const result = await run(cluster, plan);
    assert.deepEqual(outcomes(result), ['unhealthy', 'none slow failed']);
    assert.equal(result.steps[0]?.message, 'Progress deadline exceeded');
    assert.equal(result.touched, false);
  });

  it('is told of from a reading that was made just now, with one list less', async () => {
    const cluster = await toSickCluster([NAMESPACE, SLOW]);
    const plan = await planFor(cluster, [NAMESPACE, SLOW]);
    const reading = { world: World.of(cluster.objects()), unread: [] };
    const lists = async (options: Partial<ApplyPlanOptions>): Promise<number> => {
      cluster.requests.length = 0;
      assert.deepEqual(outcomes(await run(cluster, plan, options)), ['unhealthy', 'none slow failed']);
      return cluster.requests.filter((request) => request.startsWith('list Deployment/')).length;
    };
    assert.equal((await lists({})) - (await lists({ readFresh: () => reading })), 1);
  });

  it('holds up what says that it depends on it, however often that is tried', async () => {
    const cluster = await toSickCluster([NAMESPACE, SLOW]);
    for (let time = 0; time < 2; time++) {
      const result = await run(cluster, await planFor(cluster, [NAMESPACE, SLOW, LATER]));
      assert.deepEqual(outcomes(result), ['incomplete', 'none slow failed', 'create later skipped']);
    }
  });

  it('holds up later waves and deletions, and not earlier ones', async () => {
    const cluster = await toSickCluster([NAMESPACE, SLOW]);
    const result = await run(cluster, await planFor(cluster, [NAMESPACE, SLOW, CONFIG]));
    assert.deepEqual(outcomes(result), ['unhealthy', 'create settings applied', 'none slow failed']);
    const pruned = await run(cluster, await planFor(cluster, [NAMESPACE, SLOW]));
    assert.deepEqual(outcomes(pruned), ['incomplete', 'none slow failed', 'delete settings skipped']);
  });

  it('may be cured by what is written before it', async () => {
    const cluster = await toSickCluster([NAMESPACE, SLOW]);
    const cure = async (): Promise<void> => {
      cluster.setStatus(SLOW, readyStatus((await cluster.get(refOf(SLOW))) ?? SLOW));
    };
    const clock = new FakeClock();
    const result = await run(cluster, await planFor(cluster, [NAMESPACE, SLOW, CONFIG]), {
      clock,
      onEvent: ({ step, phase }) => {
        if (step.ref.name === 'slow' && phase.kind === 'waiting') void clock.sleep(10_000).then(cure);
      },
    });
    assert.deepEqual(outcomes(result), ['applied', 'create settings applied']);
  });

  it('is waited for as long as it makes progress', async () => {
    const cluster = await toSickCluster([NAMESPACE, SLOW]);
    cluster.setStatus(SLOW, { observedGeneration: 1, replicas: 1 });
    const clock = new FakeClock();
    void clock.sleep(60_000).then(() => cluster.setStatus(SLOW, readyStatus(SLOW)));
    assert.deepEqual(outcomes(await run(cluster, await planFor(cluster, [NAMESPACE, SLOW]), { clock })), ['applied']);
  });

  it('is told as it is where its end is not to be awaited', async () => {
    const cluster = await toSickCluster([NAMESPACE, SLOW]);
    cluster.setStatus(SLOW, { observedGeneration: 1, replicas: 1 });
    const clock = new FakeClock();
    const began = clock.now();
    const result = await run(cluster, await planFor(cluster, [NAMESPACE, SLOW]), { clock, settleUnchanged: false });
    assert.deepEqual(outcomes(result), ['unhealthy', 'none slow failed']);
    assert.equal(clock.now(), began);
  });

  it('is seen where the change itself made it so', async () => {
    const cluster = new FakeCluster();
    cluster.controllers = makeReady;
    await run(cluster, await planFor(cluster, [NAMESPACE, SLOW]));
    cluster.controllers = (object) => {
      if (object.kind === 'ConfigMap' && refOf(object).name === 'settings') cluster.setStatus(SLOW, LATE);
    };
    const result = await run(cluster, await planFor(cluster, [NAMESPACE, SLOW, CONFIG]));
    assert.deepEqual(outcomes(result), ['unhealthy', 'create settings applied', 'none slow failed']);
  });
});

it('looks at thousands of healthy objects with one list for each of their kinds', async () => {
  const cluster = new FakeCluster();
  cluster.controllers = makeReady;
  const many = Array.from({ length: 300 }, (_, n) =>
    toObject(n % 2 === 0 ? 'ConfigMap' : 'Deployment', `n${n}`, { spec: { replicas: 1 } }),
  );
  await run(cluster, await planFor(cluster, [NAMESPACE, ...many]));
  const plan = await planFor(cluster, [NAMESPACE, ...many]);
  cluster.requests.length = 0;
  assert.equal((await run(cluster, plan)).conclusion, 'applied');
  const reads = cluster.requests.filter((request) => /^(get|list) /.test(request));
  assert.ok(reads.length < 12, reads.join('\n'));
});

describe('an object that a saved plan left as it was', () => {
  async function toSaved(): Promise<{ readonly cluster: FakeCluster; readonly plan: Plan }> {
    const cluster = new FakeCluster();
    cluster.controllers = makeReady;
    await run(cluster, await planFor(cluster, [NAMESPACE, CONFIG, SLOW]));
    const plan = await planFor(cluster, [NAMESPACE, CONFIG, SLOW, HOOK]);
    const unchanged = await Promise.all(
      plan.unchanged.map(async (ref) => {
        const live = await cluster.get(ref);
        assert.ok(live !== undefined);
        const precondition = toPrecondition(live);
        assert.ok(precondition.kind === 'present');
        return { ...ref, precondition: { ...precondition, fieldsHash: appliedHashOf(live, plan.fieldManager, plan.salt) } };
      }),
    );
    return { cluster, plan: { ...plan, unchanged } };
  }

  const cases: readonly { readonly name: string; readonly change: (cluster: FakeCluster) => unknown; readonly want: RegExp | undefined }[] =
    [
      {
        name: 'is refused where it is gone',
        change: (cluster) => cluster.delete(refOf(CONFIG)),
        want: /ConfigMap shop\/settings no longer exists/,
      },
      {
        name: 'is refused where it was made anew',
        change: async (cluster) => {
          const live = await cluster.get(refOf(CONFIG));
          await cluster.delete(refOf(CONFIG));
          cluster.put(withMetadata(live ?? CONFIG, { uid: undefined, resourceVersion: undefined }));
        },
        want: /settings was deleted and created again/,
      },
      {
        name: 'is refused where what was applied is not there any more',
        change: async (cluster) => cluster.put({ ...((await cluster.get(refOf(CONFIG))) ?? CONFIG), data: { colour: 'green' } }),
        want: /settings was changed since the plan was made/,
      },
      {
        name: 'may have another status',
        change: (cluster) => cluster.setStatus(SLOW, { ...readyStatus(SLOW), extra: 1 }),
        want: undefined,
      },
    ];

  for (const { name, change, want } of cases) {
    it(name, async () => {
      const { cluster, plan } = await toSaved();
      await change(cluster);
      const before = cluster.objects();
      const result = await run(cluster, plan, { preflight: true });
      if (want === undefined) return assert.equal(result.conclusion, 'applied');
      assert.deepEqual(outcomes(result), ['refused', 'create early skipped', 'none settings refused']);
      assert.match(result.steps[1]?.message ?? '', want);
      assert.match(result.steps[0]?.message ?? '', /1 object that was to stay as planned is no longer so/);
      assert.deepEqual(cluster.objects(), before);
    });
  }
});

describe('appliedHashOf', () => {
  const SPEC = {
    replicas: 1,
    containers: [
      { name: 'b', image: '1' },
      { name: 'a', image: '1', tty: true },
    ],
    finalizers: ['x', 'y'],
  };
  const live: KubernetesObject = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: 'web',
      annotations: { own: '1' },
      managedFields: [
        {
          manager: 'kapply',
          operation: 'Apply',
          fieldsV1: {
            'f:metadata': { 'f:annotations': { 'f:own': {} } },
            'f:spec': { 'f:containers': { 'k:{"name":"a"}': { '.': {}, 'f:name': {}, 'f:image': {} } }, 'f:finalizers': { 'v:"x"': {} } },
          },
        },
        { manager: 'scaler', operation: 'Update', fieldsV1: { 'f:spec': { 'f:replicas': {} } } },
      ],
    },
    spec: SPEC,
  };
  const hash = appliedHashOf(live, 'kapply', 'salt');
  const spec = (changed: JsonObject): KubernetesObject => ({ ...live, spec: { ...SPEC, ...changed } });

  const cases: readonly { readonly name: string; readonly object: KubernetesObject; readonly same: boolean }[] = [
    { name: 'what another manager owns does not count', object: spec({ replicas: 5 }), same: true },
    {
      name: "another item's field does not count",
      object: spec({
        containers: [
          { name: 'a', image: '1' },
          { name: 'b', image: '2' },
        ],
      }),
      same: true,
    },
    { name: 'an item of a set that is not ours does not count', object: spec({ finalizers: ['x'] }), same: true },
    { name: 'an own field of an item counts', object: spec({ containers: [{ name: 'a', image: '2' }] }), same: false },
    { name: 'an own item of a set counts', object: spec({ finalizers: ['y'] }), same: false },
    { name: 'an own annotation counts', object: withMetadata(live, { annotations: { own: '2' } }), same: false },
    { name: 'another annotation does not count', object: withMetadata(live, { annotations: { own: '1', other: '1' } }), same: true },
    { name: 'without managers all counts', object: withMetadata(live, { managedFields: undefined }), same: false },
  ];
  for (const { name, object, same } of cases) it(name, () => assert.equal(appliedHashOf(object, 'kapply', 'salt') === hash, same));

  it('tells nothing of a Secret without its salt', () => {
    const secret: KubernetesObject = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, data: { k: 'YQ==' } };
    const own = withMetadata(secret, { managedFields: [{ manager: 'kapply', operation: 'Apply', fieldsV1: { 'f:data': { 'f:k': {} } } }] });
    assert.notEqual(appliedHashOf(own, 'kapply', 'salt'), appliedHashOf(own, 'kapply', 'pepper'));
  });
});
