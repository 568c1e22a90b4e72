import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { refKeyOf, stepsOf, withMetadata, type KubernetesObject, type Plan } from '../../../src/model/index.ts';
import type { JsonObject } from '../../../src/std/index.ts';
import { manifest, object, plan, stored } from '../scenario.ts';

const OWN = 'kapply.kplan.dev/hook';
const ARGO = 'argocd.argoproj.io/hook';
const HELM = 'helm.sh/hook';
const LABELS = { 'applyset.kubernetes.io/part-of': 'u' };

const job = (annotations: JsonObject, image = 'a:1'): JsonObject => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'h', namespace: 'default', annotations },
  spec: { template: { spec: { containers: [{ name: 'c', image }], restartPolicy: 'Never' } } },
});
const config = (value: string): JsonObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'c', namespace: 'default' },
  data: { value },
});

function member(value: JsonObject, status?: JsonObject): KubernetesObject {
  const known = stored(withMetadata(object(value), { labels: LABELS }));
  return status === undefined ? known : { ...known, status };
}

const summary = (result: Plan): readonly string[] => stepsOf(result).map(({ action, ref }) => `${action} ${ref.kind}`);
const FAILED = { conditions: [{ type: 'Failed', status: 'True' }] };

interface Case {
  readonly name: string;
  readonly hook: JsonObject;
  /** How the hook is in the cluster; absent if it is not there. */
  readonly live?: KubernetesObject;
  /** Whether a ConfigMap of the unit changes, too. */
  readonly due: boolean;
  /** Whether the unit was applied before. */
  readonly known: boolean;
  readonly want: 'create' | 'replace' | 'unchanged' | 'nothing';
}

const pre = job({ [ARGO]: 'PreSync' });
const gone = job({ [OWN]: 'after', [`${OWN}-delete-policy`]: 'HookSucceeded' });
const install = job({ [HELM]: 'post-install' });
const upgrade = job({ [HELM]: 'pre-upgrade' });
const CASES: readonly Case[] = [
  { name: 'is run when the unit is applied for the first time', hook: pre, due: true, known: false, want: 'create' },
  { name: 'is made anew with a change of the unit', hook: pre, live: member(pre), due: true, known: true, want: 'replace' },
  { name: 'stays where nothing changes', hook: pre, live: member(pre), due: false, known: true, want: 'unchanged' },
  {
    name: 'is made anew when it changes',
    hook: pre,
    live: member(job({ [ARGO]: 'PreSync' }, 'a:0')),
    due: false,
    known: true,
    want: 'replace',
  },
  { name: 'is run again where it has failed', hook: pre, live: member(pre, FAILED), due: false, known: true, want: 'replace' },
  { name: 'that is not there is run', hook: pre, due: false, known: true, want: 'create' },
  { name: 'that is deleted once it succeeded is not missed', hook: gone, due: false, known: true, want: 'nothing' },
  { name: 'but is run with the next change', hook: gone, due: true, known: true, want: 'create' },
  {
    name: 'of somebody else is left alone where nothing changes',
    hook: pre,
    live: stored(object(pre)),
    due: false,
    known: true,
    want: 'nothing',
  },
  { name: 'of post-install is run at first', hook: install, due: true, known: false, want: 'create' },
  { name: 'of post-install is not run later', hook: install, due: true, known: true, want: 'nothing' },
  { name: 'of post-install stays as it was', hook: install, live: member(install), due: true, known: true, want: 'unchanged' },
  { name: 'of pre-upgrade is not run at first', hook: upgrade, due: true, known: false, want: 'nothing' },
  { name: 'of pre-upgrade is run later', hook: upgrade, live: member(upgrade), due: true, known: true, want: 'replace' },
  {
    name: 'of both is run each time',
    hook: job({ [HELM]: 'pre-install, pre-upgrade' }),
    live: member(pre),
    due: true,
    known: true,
    want: 'replace',
  },
  {
    name: 'named in our words is one, too',
    hook: job({ [OWN]: 'before' }),
    live: member(job({ [OWN]: 'before' })),
    due: true,
    known: true,
    want: 'replace',
  },
];

describe('a hook that runs to an end', () => {
  for (const { name, hook, live, due, known, want } of CASES) {
    test(name, () => {
      const before = [...(live === undefined ? [] : [live]), ...(known ? [member(config(due ? 'old' : 'new'))] : [])];
      const owned = new Set(before.map(refKeyOf));
      const result = plan(before, [manifest(hook), manifest(config('new'))], { owned, labels: LABELS });
      const other = due ? [known ? 'update ConfigMap' : 'create ConfigMap'] : [];
      const own = want === 'create' || want === 'replace' ? [`${want} Job`] : [];
      assert.deepEqual(summary(result).toSorted(), [...other, ...own].toSorted());
      assert.equal(
        result.unchanged.some(({ kind }) => kind === 'Job'),
        want === 'unchanged',
      );
      assert.deepEqual(
        result.findings.map(({ code }) => code),
        ['KP0115'],
      );
    });
  }

  test('counts as no change itself: two of them do not run each other', () => {
    const second = { ...pre, metadata: { name: 'i', namespace: 'default', annotations: { [ARGO]: 'PostSync' } } };
    const before = [member(pre, FAILED), member(second), member(config('new'))];
    const result = plan(before, [manifest(pre), manifest(second), manifest(config('new'))], { labels: LABELS });
    assert.deepEqual(
      stepsOf(result).map(({ action, ref }) => `${action} ${ref.name}`),
      ['replace h'],
    );
  });

  test('is compared with its earlier self where there is no cluster', () => {
    const result = plan([object(pre), object(config('old'))], [manifest(pre), manifest(config('new'))], { mode: 'revision' });
    assert.deepEqual(summary(result), ['update ConfigMap']);
  });
});

const account = (annotations: JsonObject): JsonObject => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name: 's', namespace: 'default', annotations },
});

test('what serves hooks and is deleted once they have succeeded is made with each change, and not missed without one', () => {
  const server = account({ [HELM]: 'pre-install,pre-upgrade', 'helm.sh/hook-delete-policy': 'before-hook-creation,hook-succeeded' });
  const planOn = (value: string): readonly string[] =>
    summary(plan([member(config(value))], [manifest(server), manifest(config('new'))], { labels: LABELS }));
  assert.deepEqual(planOn('new'), []);
  assert.deepEqual(planOn('old'), ['create ServiceAccount', 'update ConfigMap']);
});

test('what only serves hooks is applied as any object', () => {
  const server = account({ [ARGO]: 'PreSync' });
  const before = [member(server), member(config('old'))];
  assert.deepEqual(summary(plan(before, [manifest(server), manifest(config('new'))], { labels: LABELS })), ['update ConfigMap']);
});
