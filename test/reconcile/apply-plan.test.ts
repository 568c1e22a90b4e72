import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  applyPlan,
  deleteUnit,
  listUnits,
  membershipLabel,
  readInventory,
  readStatus,
  type ApplyPlanOptions,
  type ApplyResult,
} from '../../src/reconcile/index.ts';
import {
  KplanError,
  annotationsOf,
  formatRef,
  labelsOf,
  refKeyOf,
  refOf,
  toFinding,
  withMetadata,
  type KubernetesObject,
  type Plan,
} from '../../src/model/index.ts';
import { FakeClock } from './fake-clock.ts';
import { FakeCluster, toError } from './fake-cluster.ts';
import { makeReady, planFor, readyStatus, toObject, toPlan, toPrecondition, UNIT } from './toy-planner.ts';

const NAMESPACE = toObject('Namespace', 'shop');
const CONFIG = toObject('ConfigMap', 'settings', { data: { colour: 'red' } });
const WEB = toObject('Deployment', 'web', { spec: { replicas: 1 } });
const ALL = [NAMESPACE, CONFIG, WEB];

function toCluster(): FakeCluster {
  const cluster = new FakeCluster();
  cluster.controllers = makeReady;
  return cluster;
}

function run(cluster: FakeCluster, plan: Plan, options: Partial<ApplyPlanOptions> = {}): Promise<ApplyResult> {
  return applyPlan(cluster, plan, { clock: new FakeClock(), ...options });
}

function outcomes(result: ApplyResult): readonly string[] {
  return result.steps.map(({ ref, outcome }) => `${ref.kind}/${ref.name} ${outcome}`);
}

function find(cluster: FakeCluster, kind: string, name: string): KubernetesObject | undefined {
  return cluster.objects().find((object) => object.kind === kind && refOf(object).name === name);
}

async function applied(manifests: readonly KubernetesObject[]): Promise<FakeCluster> {
  const cluster = toCluster();
  const result = await run(cluster, await planFor(cluster, manifests));
  assert.equal(result.conclusion, 'applied', JSON.stringify(result));
  return cluster;
}

describe('applyPlan', () => {
  it('applies wave by wave, waits for health, and leaves an ApplySet that kubectl understands', async () => {
    const cluster = toCluster();
    const result = await run(cluster, await planFor(cluster, ALL));
    assert.deepEqual(outcomes(result), ['Namespace/shop applied', 'ConfigMap/settings applied', 'Deployment/web applied']);
    assert.equal(result.steps[2]?.health?.status, 'Current');
    const parent = find(cluster, 'ConfigMap', 'kapply-shop');
    assert.ok(parent !== undefined);
    const id = labelsOf(parent).get('applyset.kubernetes.io/id');
    assert.equal(id, 'applyset-xAnjwhadkzuhy-WETqvcETRUI5FtoPXsGc4qen_44Cs-v1');
    assert.deepEqual(Object.fromEntries(annotationsOf(parent)), {
      'applyset.kubernetes.io/additional-namespaces': 'shop',
      'applyset.kubernetes.io/contains-group-kinds': 'ConfigMap,Deployment.apps,Namespace',
      'applyset.kubernetes.io/tooling': 'kapply/v1',
      'kapply.kplan.dev/unit': 'shop',
    });
    assert.equal(labelsOf(find(cluster, 'Deployment', 'web') ?? WEB).get('applyset.kubernetes.io/part-of'), id);
  });

  it('has nothing to do the second time', async () => {
    const cluster = await applied(ALL);
    const plan = await planFor(cluster, ALL);
    assert.deepEqual(plan.waves, []);
    assert.deepEqual(await run(cluster, plan), { unit: UNIT, conclusion: 'applied', steps: [], touched: false });
  });

  it('writes nothing where there is nothing to do, unless the inventory says something else', async () => {
    const cluster = await applied(ALL);
    const rerun = async (): Promise<readonly string[]> => {
      cluster.requests.length = 0;
      await run(cluster, await planFor(cluster, ALL));
      return cluster.requests.filter((request) => /^(apply|create|delete) (?!dry-run)/.test(request));
    };
    assert.deepEqual(await rerun(), []);
    const parent = find(cluster, 'ConfigMap', 'kapply-shop');
    assert.ok(parent !== undefined);
    const annotations = { ...Object.fromEntries(annotationsOf(parent)), 'applyset.kubernetes.io/contains-group-kinds': 'ConfigMap,Secret' };
    cluster.put(withMetadata(parent, { annotations }));
    assert.deepEqual(await rerun(), ['apply ConfigMap/kapply-shop']);
  });

  it('does not look for members where the plan tells them all', async () => {
    const cluster = await applied(ALL);
    const plan = await planFor(cluster, ALL);
    cluster.requests.length = 0;
    await run(cluster, plan);
    const lists = cluster.requests.filter((request) => request.startsWith('list '));
    assert.deepEqual(lists.toSorted(), ['list ConfigMap/', 'list Deployment/', 'list Namespace/']);
  });

  it('prunes what is owned and no longer wanted, and narrows the inventory', async () => {
    const cluster = await applied(ALL);
    cluster.put(toObject('ConfigMap', 'stranger'));
    const result = await run(cluster, await planFor(cluster, [NAMESPACE, CONFIG]));
    assert.deepEqual(outcomes(result), ['Deployment/web applied']);
    assert.equal(find(cluster, 'Deployment', 'web'), undefined);
    assert.ok(find(cluster, 'ConfigMap', 'stranger') !== undefined);
    assert.deepEqual((await readInventory(cluster, UNIT)).extent.groupKinds, ['ConfigMap', 'Namespace']);
  });

  it('widens the inventory before the first write and narrows it after the last', async () => {
    const cluster = toCluster();
    await run(cluster, await planFor(cluster, ALL));
    const writes = cluster.requests.filter((request) => request.startsWith('apply '));
    assert.equal(writes[0], 'apply ConfigMap/kapply-shop');
    assert.equal(writes.at(-1), 'apply ConfigMap/kapply-shop');
  });

  it('touches nothing where one change is stale', async () => {
    const cluster = await applied(ALL);
    const plan = await planFor(cluster, [
      NAMESPACE,
      toObject('ConfigMap', 'settings', { data: { colour: 'blue' } }),
      toObject('ConfigMap', 'new'),
    ]);
    cluster.put({ ...(find(cluster, 'ConfigMap', 'settings') ?? CONFIG), data: { colour: 'green' } });
    const before = cluster.objects();
    const result = await run(cluster, plan);
    assert.equal(result.conclusion, 'refused');
    assert.deepEqual(outcomes(result), ['ConfigMap/settings refused', 'ConfigMap/new skipped', 'Deployment/web skipped']);
    assert.match(result.steps[0]?.message ?? '', /was changed since the plan was made/);
    assert.deepEqual(cluster.objects(), before);
  });

  it('applies the rest of a stale plan if told so, but then deletes nothing', async () => {
    const cluster = await applied(ALL);
    const plan = await planFor(cluster, [
      NAMESPACE,
      toObject('ConfigMap', 'settings', { data: { colour: 'blue' } }),
      toObject('ConfigMap', 'new'),
    ]);
    cluster.put({ ...(find(cluster, 'ConfigMap', 'settings') ?? CONFIG), data: { colour: 'green' } });
    const result = await run(cluster, plan, { allowStaleRest: true });
    assert.deepEqual(outcomes(result), ['ConfigMap/settings refused', 'ConfigMap/new applied', 'Deployment/web skipped']);
    assert.equal(result.conclusion, 'incomplete');
  });

  it('does not find a plan stale because a controller wrote a status', async () => {
    const cluster = await applied(ALL);
    const plan = await planFor(cluster, [NAMESPACE, CONFIG, toObject('Deployment', 'web', { spec: { replicas: 1, paused: true } })]);
    cluster.setStatus(WEB, { ...readyStatus(WEB), readyReplicas: 0 });
    assert.equal((await run(cluster, plan)).conclusion, 'applied');
  });

  it('finds a saved plan in effect where it was applied before', async () => {
    const cluster = toCluster();
    const plan = await planFor(cluster, ALL);
    await run(cluster, plan);
    const again = await run(cluster, plan);
    assert.deepEqual(outcomes(again), ['Namespace/shop unchanged', 'ConfigMap/settings unchanged', 'Deployment/web unchanged']);
    assert.equal(again.conclusion, 'applied');
  });

  it('refuses an object of another ApplySet, and to delete what carries no label', async () => {
    const cluster = toCluster();
    const other = cluster.put(withMetadata(CONFIG, { labels: { 'applyset.kubernetes.io/part-of': 'applyset-other-v1' } }));
    const bare = cluster.put(toObject('ConfigMap', 'bare'));
    const plan = toPlan([
      { label: 'config', steps: [{ action: 'update', ref: refOf(other), desired: CONFIG, precondition: toPrecondition(other) }] },
      { label: 'prune', steps: [{ action: 'delete', ref: refOf(bare), precondition: toPrecondition(bare) }] },
    ]);
    const result = await run(cluster, plan);
    assert.equal(result.conclusion, 'refused');
    assert.match(result.steps[0]?.message ?? '', /belongs to another ApplySet/);
    assert.match(result.steps[1]?.message ?? '', /carries no label/);
  });

  it('never deletes what another unit has taken over, though it does so at the last moment', async () => {
    const label = membershipLabel('other');
    for (const action of ['delete', 'replace'] as const) {
      const cluster = await applied(ALL);
      const live = find(cluster, 'ConfigMap', 'settings') ?? CONFIG;
      cluster.fault = (verb) => {
        if (verb !== 'delete') return undefined;
        cluster.fault = () => undefined;
        cluster.put(withMetadata(live, { labels: { [label.key]: label.value } }));
        return undefined;
      };
      const desired = action === 'replace' ? { desired: CONFIG } : {};
      const step = { action, ref: refOf(live), ...desired, precondition: toPrecondition(live) };
      const result = await run(cluster, toPlan([{ label: 'prune', steps: [step] }]));
      assert.match(result.steps[0]?.message ?? '', /belongs to another ApplySet/, action);
      assert.equal(labelsOf(find(cluster, 'ConfigMap', 'settings') ?? CONFIG).get(label.key), label.value);
    }
  });

  it('asks again for a deletion whose answer was lost', async () => {
    const cluster = await applied(ALL);
    const live = find(cluster, 'ConfigMap', 'settings') ?? CONFIG;
    const clock = new FakeClock();
    cluster.lingers = () => true;
    let lost = false;
    cluster.fault = (verb, ref) => {
      if (verb !== 'delete' || lost) return undefined;
      lost = true;
      cluster.put(withMetadata(live, { deletionTimestamp: '2026-01-01T00:00:00Z' }));
      void clock.sleep(9_000).then(() => cluster.remove(ref));
      return toError(409, 'Conflict');
    };
    const step = { action: 'delete' as const, ref: refOf(live), precondition: toPrecondition(live) };
    const result = await run(cluster, toPlan([{ label: 'prune', steps: [step] }]), { clock });
    assert.equal(result.conclusion, 'applied', JSON.stringify(result.steps));
  });

  it('takes an object over from the unit that the plan names, and from no other', async () => {
    for (const { unit, want } of [
      { unit: 'old', want: 'applied' },
      { unit: 'third', want: 'refused' },
    ]) {
      const cluster = toCluster();
      const label = membershipLabel('old');
      const other = cluster.put(withMetadata(CONFIG, { labels: { [label.key]: label.value } }));
      const step = { action: 'update', ref: refOf(other), desired: CONFIG, precondition: toPrecondition(other) } as const;
      const plan = toPlan([{ label: 'config', steps: [step] }]);
      const finding = toFinding('KP0108', { ref: refOf(other), data: { kind: 'ConfigMap', unit } });
      const result = await run(cluster, { ...plan, findings: [finding] });
      assert.equal(result.conclusion, want, unit);
      const owner = labelsOf(find(cluster, 'ConfigMap', 'settings') ?? CONFIG).get(label.key);
      assert.equal(owner, membershipLabel(want === 'applied' ? UNIT : 'old').value);
    }
  });

  it('refuses a parent of another tool', async () => {
    const cluster = toCluster();
    cluster.put({
      ...toObject('ConfigMap', 'kapply-shop', {}, 'default'),
      metadata: { name: 'kapply-shop', namespace: 'default', annotations: { 'applyset.kubernetes.io/tooling': 'kubectl/v1.36' } },
    });
    await assert.rejects(run(cluster, toPlan([])), (error) => error instanceof KplanError && error.code === 'REFUSED');
  });

  it('replaces by deleting, waiting until it is gone, and creating', async () => {
    const cluster = await applied(ALL);
    const live = find(cluster, 'Deployment', 'web') ?? WEB;
    cluster.lingers = () => true;
    const clock = new FakeClock();
    const events: string[] = [];
    const step = { action: 'replace' as const, ref: refOf(live), desired: WEB, precondition: toPrecondition(live) };
    void clock.sleep(4_000).then(() => cluster.remove(refOf(live)));
    const result = await run(cluster, toPlan([{ label: 'workloads', steps: [step] }]), {
      clock,
      onEvent: ({ phase }) => events.push(phase.kind === 'writing' ? `writing ${phase.verb}` : phase.kind),
    });
    assert.equal(result.conclusion, 'applied', JSON.stringify(result));
    assert.deepEqual(
      events.filter((event, index) => event !== events[index - 1]),
      ['checking', 'writing delete', 'removing', 'writing create', 'waiting', 'done'],
    );
    assert.notEqual(find(cluster, 'Deployment', 'web')?.metadata['uid'], live.metadata['uid']);
  });

  it('tries again what passes, and not what does not', async () => {
    const cluster = toCluster();
    let refusals = 3;
    cluster.fault = (verb, ref, dryRun) => {
      if (verb !== 'apply' || dryRun) return undefined;
      if (ref.name === 'settings' && refusals-- > 0) return toError(429, 'TooManyRequests');
      return ref.name === 'web' ? toError(422, 'Invalid', 'spec: Invalid value') : undefined;
    };
    const result = await run(cluster, await planFor(cluster, ALL));
    assert.deepEqual(outcomes(result), ['Namespace/shop applied', 'ConfigMap/settings applied', 'Deployment/web failed']);
    assert.equal(cluster.requests.filter((request) => request === 'apply ConfigMap/settings').length, 4);
    assert.equal(cluster.requests.filter((request) => request === 'apply Deployment/web').length, 1);
    assert.equal(result.steps[2]?.message, 'Invalid (422): spec: Invalid value');
  });

  it('skips what comes after an object that does not become healthy in time, and prunes nothing', async () => {
    const cluster = await applied([NAMESPACE, CONFIG]);
    cluster.controllers = () => undefined;
    const result = await run(cluster, await planFor(cluster, [NAMESPACE, WEB]), { timeout: 20_000 });
    assert.deepEqual(outcomes(result), ['Deployment/web failed', 'ConfigMap/settings skipped']);
    assert.equal(result.steps[0]?.message, 'is not healthy after 20 s: Replicas: 0/1');
    assert.match(result.steps[1]?.message ?? '', /Deployment shop\/web/);
  });

  it('says which pod keeps a workload from becoming healthy', async () => {
    const cluster = toCluster();
    const web = toObject('Deployment', 'web', { spec: { replicas: 1, selector: { matchLabels: { app: 'web' } } } });
    const message = '0/3 nodes are available: 3 Insufficient memory.';
    const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }];
    for (const [name, status] of [
      ['web-1', { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] }],
      ['web-2', { phase: 'Pending', conditions }],
    ] as const) {
      cluster.put(withMetadata(toObject('Pod', name, { status }), { labels: { app: 'web' } }));
    }
    cluster.controllers = () => undefined;
    const result = await run(cluster, await planFor(cluster, [web]), { timeout: 20_000 });
    assert.equal(result.steps[0]?.message, `is not healthy after 20 s: Replicas: 0/1; Pod shop/web-2: ${message}`);
  });

  it('applies all the same where health is not waited for', async () => {
    const cluster = await applied([NAMESPACE, CONFIG]);
    cluster.controllers = () => undefined;
    const result = await run(cluster, await planFor(cluster, [NAMESPACE, WEB]), { waitForHealth: false });
    assert.deepEqual(outcomes(result), ['Deployment/web applied', 'ConfigMap/settings applied']);
  });

  it('waits for definitions to be served even where health is not waited for', async () => {
    const cluster = toCluster();
    const clock = new FakeClock();
    const definition = toObject('CustomResourceDefinition', 'tiles', { apiVersion: 'apiextensions.k8s.io/v1' }, undefined);
    const written: string[] = [];
    cluster.controllers = (object, self) => {
      written.push(`${object.kind} at ${clock.now()}`);
      const established = { conditions: [{ type: 'Established', status: 'True' }] };
      if (object.kind === 'CustomResourceDefinition') void clock.sleep(900).then(() => self.setStatus(object, established));
    };
    const start = clock.now();
    const result = await run(cluster, await planFor(cluster, [definition, NAMESPACE, WEB]), { waitForHealth: false, clock });
    assert.equal(result.conclusion, 'applied');
    assert.ok(clock.now() - start >= 900, written.join());
  });

  it('sees health that comes later through a watch', async () => {
    const cluster = toCluster();
    const clock = new FakeClock();
    cluster.controllers = (object, self) => {
      if (object.kind === 'Deployment') void clock.sleep(42_000).then(() => self.setStatus(object, readyStatus(object)));
    };
    const result = await run(cluster, await planFor(cluster, ALL), { clock });
    assert.equal(result.conclusion, 'applied');
  });

  it('sees health by polling where watches break', async () => {
    const cluster = toCluster();
    const clock = new FakeClock();
    cluster.watch = async function* () {
      yield { type: 'expired' };
    };
    cluster.controllers = (object, self) => {
      if (object.kind === 'Deployment') void clock.sleep(9_000).then(() => self.setStatus(object, readyStatus(object)));
    };
    const result = await run(cluster, await planFor(cluster, ALL), { clock });
    assert.equal(result.conclusion, 'applied');
    assert.ok(cluster.requests.filter((request) => request === 'list Deployment/').length < 10);
  });

  it('stops when cancelled: awaits the write under way, begins nothing new, and says what is done', async () => {
    const cluster = toCluster();
    const abort = new AbortController();
    cluster.fault = (verb, ref, dryRun) => {
      if (verb === 'apply' && ref.name === 'settings' && !dryRun) abort.abort();
      return undefined;
    };
    const result = await run(cluster, await planFor(cluster, ALL), { signal: abort.signal });
    assert.equal(result.conclusion, 'stopped');
    assert.deepEqual(outcomes(result), ['Namespace/shop applied', 'ConfigMap/settings applied', 'Deployment/web skipped']);
    assert.ok(find(cluster, 'ConfigMap', 'settings') !== undefined);
  });

  it('does not write a Secret whose values it cannot have, and never says them', async () => {
    const secret = toObject('Secret', 'token', { data: { password: 'aHVudGVyMg==' }, stringData: { user: 'me' } });
    const cluster = toCluster();
    const plan = await planFor(cluster, [secret]);
    assert.equal((await run(cluster, plan)).conclusion, 'refused');
    const other = await run(cluster, plan, { findSecret: async () => ({ ...secret, data: { password: 'b3RoZXI=' } }) });
    assert.match(other.steps[0]?.message ?? '', /secret values are not the ones of the plan/);
    const gone = await run(cluster, plan, { findSecret: async () => undefined });
    assert.match(gone.steps[0]?.message ?? '', /no longer there/);
    assert.deepEqual(cluster.objects(), []);
    const given = await run(cluster, plan, { findSecret: async () => secret });
    assert.equal(given.conclusion, 'applied');
    assert.deepEqual(find(cluster, 'Secret', 'token')?.['data'], { password: 'aHVudGVyMg==', user: 'bWU=' });
    assert.doesNotMatch(JSON.stringify([plan, other, gone, given]), /aHVudGVyMg|b3RoZXI|bWU=/);
  });
});

describe('readStatus', () => {
  it('says what is owned, how it is, and what would be pruned', async () => {
    const cluster = await applied(ALL);
    cluster.setStatus(WEB, { ...readyStatus(WEB), readyReplicas: 0 });
    const wanted = new Set([NAMESPACE, WEB].map(refKeyOf));
    const status = await readStatus(cluster, UNIT, { now: 0, wanted });
    assert.deepEqual(
      status.objects.map(({ ref, health, prunable }) => [ref.kind, health.status, prunable]),
      [
        ['ConfigMap', 'Current', true],
        ['Namespace', 'Current', false],
        ['Deployment', 'InProgress', false],
      ],
    );
    assert.deepEqual(status.summary, { Current: 2, InProgress: 1 });
    assert.deepEqual(await listUnits(cluster), [UNIT]);
  });

  it('is empty for a unit that was never applied', async () => {
    const status = await readStatus(toCluster(), 'other', { now: 0 });
    assert.deepEqual([status.exists, status.objects], [false, []]);
  });
});

describe('deleteUnit', () => {
  it('removes everything in order, and the parent last', async () => {
    const cluster = await applied(ALL);
    cluster.requests.length = 0;
    const result = await deleteUnit(cluster, UNIT, { clock: new FakeClock(), allow: () => true });
    assert.equal(result.conclusion, 'applied', JSON.stringify(result));
    assert.deepEqual(
      cluster.requests.filter((request) => request.startsWith('delete')),
      ['delete Deployment/web', 'delete ConfigMap/settings', 'delete Namespace/shop', 'delete ConfigMap/kapply-shop'],
    );
    assert.deepEqual(cluster.objects(), []);
  });

  it('keeps what needs an explicit yes', async () => {
    const cluster = await applied(ALL);
    const result = await deleteUnit(cluster, UNIT, { clock: new FakeClock() });
    assert.deepEqual(outcomes(result), ['Namespace/shop refused', 'Deployment/web applied', 'ConfigMap/settings applied']);
    assert.deepEqual(
      (await readInventory(cluster, UNIT)).objects.map(({ kind }) => kind),
      ['Namespace'],
    );
  });

  const keep = (object: KubernetesObject, annotations: Readonly<Record<string, string>>): KubernetesObject =>
    withMetadata(object, { annotations });
  const namesOf = (objects: readonly KubernetesObject[]): readonly string[] => objects.map((object) => formatRef(refOf(object))).toSorted();
  const marked: readonly { name: string; members: readonly KubernetesObject[]; want: readonly string[]; stays: readonly string[] }[] = [
    {
      name: 'keeps what is marked, and the namespace that holds it',
      members: [NAMESPACE, keep(CONFIG, { 'kapply.kplan.dev/prune': 'disabled' }), WEB],
      want: ['ConfigMap/settings unchanged', 'Namespace/shop unchanged', 'Deployment/web applied'],
      stays: ['ConfigMap shop/settings', 'Namespace shop'],
    },
    {
      name: 'keeps what helm would keep',
      members: [keep(CONFIG, { 'helm.sh/resource-policy': 'keep' }), WEB],
      want: ['ConfigMap/settings unchanged', 'Deployment/web applied'],
      stays: ['ConfigMap shop/settings'],
    },
    {
      name: 'has nothing to do where all is marked',
      members: [keep(NAMESPACE, { 'kapply.kplan.dev/prune': 'disabled' })],
      want: ['Namespace/shop unchanged'],
      stays: ['Namespace shop'],
    },
  ];
  for (const { name, members, want, stays } of marked) {
    it(`${name}, and keeps it in the unit`, async () => {
      const cluster = await applied(members);
      const result = await deleteUnit(cluster, UNIT, { clock: new FakeClock(), allow: () => true });
      assert.equal(result.conclusion, 'applied', JSON.stringify(result));
      assert.deepEqual(outcomes(result), want);
      assert.match(result.message ?? '', /^Not deleted, and still of the unit: /);
      const { objects, object } = await readInventory(cluster, UNIT);
      assert.deepEqual([namesOf(objects), object !== undefined], [stays, true]);
      assert.deepEqual(namesOf(cluster.objects()), [...stays, 'ConfigMap default/kapply-shop'].toSorted());
    });
  }

  it('keeps a StatefulSet that takes its claims along, and no other', async () => {
    const volumeClaimTemplates = [{ metadata: { name: 'data' } }];
    const sets = ['Delete', 'Retain'].map((whenDeleted) => {
      const spec = { replicas: 0, volumeClaimTemplates, persistentVolumeClaimRetentionPolicy: { whenDeleted } };
      return toObject('StatefulSet', whenDeleted.toLowerCase(), { spec });
    });
    const result = await deleteUnit(await applied(sets), UNIT, { clock: new FakeClock() });
    assert.deepEqual(outcomes(result), ['StatefulSet/delete refused', 'StatefulSet/retain applied']);
  });

  it('does not take what needs an explicit yes along with its namespace', async () => {
    const cluster = await applied([NAMESPACE, toObject('PersistentVolumeClaim', 'data', { status: { phase: 'Bound' } }), WEB]);
    const result = await deleteUnit(cluster, UNIT, { clock: new FakeClock(), allow: ({ kind }) => kind === 'Namespace' });
    assert.equal(result.conclusion, 'incomplete');
    assert.deepEqual(outcomes(result), ['PersistentVolumeClaim/data refused', 'Namespace/shop refused', 'Deployment/web applied']);
  });
});
