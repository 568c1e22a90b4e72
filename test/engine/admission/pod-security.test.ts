import assert from 'node:assert/strict';
import { test } from 'node:test';
import { admissionEngine } from '../../../src/engine/index.ts';
import { describe, describeRemedy, World, type KubernetesObject } from '../../../src/model/index.ts';
import { toPodSecurityObject } from '../../../src/model/pod-security/index.ts';
import { getObject, type JsonObject } from '../../../src/std/index.ts';
import { workload } from '../controllers/workloads.ts';

const shop = (labels: Readonly<Record<string, string>>): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: {
    name: 'shop',
    labels: Object.fromEntries(Object.entries(labels).map(([name, value]) => [`pod-security.kubernetes.io/${name}`, value])),
  },
});
const WEB = workload('Deployment', { replicas: 2 });
const withSpec = (object: KubernetesObject, spec: JsonObject): KubernetesObject => ({
  ...object,
  spec: {
    ...getObject(object, 'spec'),
    template: { metadata: { labels: { app: 'app' } }, spec: { containers: [{ name: 'c', image: 'x' }], ...spec } },
  },
});
const HOST = withSpec(WEB, { hostPID: true });
const POD: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'alone', namespace: 'shop' },
  spec: { hostPID: true, containers: [] },
};
const CRON: KubernetesObject = {
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name: 'night', namespace: 'shop' },
  spec: { schedule: '0 0 * * *', jobTemplate: { spec: { template: { spec: { hostPID: true, containers: [] } } } } },
};

const CASES: readonly { name: string; before: readonly KubernetesObject[]; after: readonly KubernetesObject[]; want: readonly string[] }[] =
  [
    { name: 'nobody forbids anything', before: [], after: [shop({}), HOST, POD, CRON], want: [] },
    {
      name: 'pods of a workload are refused, at the field',
      before: [],
      after: [shop({ enforce: 'baseline' }), HOST],
      want: [
        'gained KQ0002 /spec/template/spec/hostPID all 2 pods of Deployment shop/app are refused: pods "app-" is forbidden: violates PodSecurity "baseline:latest": host namespaces (hostPID=true)',
      ],
    },
    {
      name: 'and those that nobody makes at once',
      before: [],
      after: [shop({ enforce: 'baseline' }), POD, CRON],
      want: [
        'gained KQ0002 /spec/hostPID Pod shop/alone is refused: pods "alone" is forbidden: violates PodSecurity "baseline:latest": host namespaces (hostPID=true)',
        'gained KQ0002 /spec/jobTemplate/spec/template/spec/hostPID each pod of CronJob shop/night is refused: pods "night-" is forbidden: violates PodSecurity "baseline:latest": host namespaces (hostPID=true)',
      ],
    },
    {
      name: 'a warning of a template',
      before: [shop({ warn: 'baseline' })],
      after: [shop({ warn: 'baseline' }), HOST],
      want: [
        'gained KQ0003 /spec/template/spec/hostPID Deployment shop/app would violate PodSecurity "baseline:latest": host namespaces (hostPID=true)',
      ],
    },
    {
      name: 'what is audited',
      before: [],
      after: [shop({ audit: 'baseline' }), HOST],
      want: [
        'gained KQ0003 /spec/template/spec/hostPID Deployment shop/app would violate PodSecurity "baseline:latest": host namespaces (hostPID=true)',
      ],
    },
    {
      name: 'a warning that ends',
      before: [shop({ warn: 'baseline' }), HOST],
      after: [shop({ warn: 'baseline' }), WEB],
      want: [
        'lost KQ0003 /spec/template/spec/hostPID Deployment shop/app would violate PodSecurity "baseline:latest": host namespaces (hostPID=true) no more',
      ],
    },
    {
      name: 'a label that means nothing',
      before: [],
      after: [shop({ enforce: 'strict' })],
      want: [
        'gained KQ0004 /metadata/labels/pod-security.kubernetes.io~1enforce Namespace shop is invalid: metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "strict": must be one of privileged, baseline, restricted',
      ],
    },
    {
      name: 'a namespace that is exempt',
      before: [],
      after: [shop({ enforce: 'restricted' }), HOST, toPodSecurityObject({ exemptions: { namespaces: ['shop'] } })],
      want: [],
    },
    {
      name: 'defaults of the server for a namespace that nobody knows',
      before: [],
      after: [POD, toPodSecurityObject({ defaults: { enforce: 'baseline' } })],
      want: [
        'gained KQ0002 /spec/hostPID Pod shop/alone is refused: pods "alone" is forbidden: violates PodSecurity "baseline:latest": host namespaces (hostPID=true)',
      ],
    },
  ];
for (const { name, before, after, want } of CASES)
  test(`Pod Security: ${name}`, () => {
    const changes = admissionEngine.compare(World.of(before), World.of(after));
    assert.deepEqual(
      changes.map(({ change, fact }) => `${change} ${fact.code} ${fact.objects[0]?.path} ${describe({ ...fact, change })}`),
      want,
    );
  });

test('a label that running pods do not meet, told of those that no refused workload has', () => {
  const running = ['app-0', 'app-1'].map((name) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop', uid: name },
    spec: { hostNetwork: true, containers: [{ name: 'c', image: 'x' }] },
  }));
  const tell = (...others: readonly KubernetesObject[]): readonly (readonly [string, string])[] => {
    const [was, is] = [shop({}), shop({ enforce: 'baseline', warn: 'privileged' })];
    const changes = admissionEngine.compare(World.of([was, ...others]), World.of([is, ...others]));
    return changes.flatMap(({ fact }) => (fact.code === 'KQ0005' ? [[describe(fact), describeRemedy(fact)] as const] : []));
  };
  const [told] = tell(...running);
  assert.equal(
    told?.[0],
    'existing pods in namespace "shop" violate the new PodSecurity enforce level "baseline:latest": app-0 (and 1 other pod): host namespaces',
  );
  assert.match(told?.[1] ?? '', /before `enforce`/);
  assert.deepEqual(tell(HOST), []);
});

test('a label that lets more in says what', () => {
  const tell = (was: Readonly<Record<string, string>>, is: Readonly<Record<string, string>>): readonly string[] =>
    admissionEngine
      .compare(World.of([shop(was)]), World.of([shop(is)]))
      .flatMap(({ fact }) => (fact.code === 'KQ0012' ? [describe(fact)] : []));
  const [root, host] = ['pods that run as root', 'privileged containers'];
  const [all = ''] = tell({ enforce: 'restricted' }, {});
  assert.match(all, new RegExp(`^Namespace shop enforces privileged instead of restricted .*${host}.*; ${root}`));
  assert.match(tell({ enforce: 'restricted' }, { enforce: 'baseline' })[0] ?? '', new RegExp(`instead of restricted .* in ${root}`));
  assert.match(tell({ enforce: 'baseline' }, { enforce: 'privileged' })[0] ?? '', new RegExp(`instead of baseline .* in ${host}`));
  assert.deepEqual(tell({ enforce: 'baseline' }, { enforce: 'restricted' }), []);
  assert.deepEqual(tell({ enforce: 'baseline', warn: 'restricted' }, { enforce: 'baseline' }), []);
});

test('a lower level of another version is asked of the pods that run, as the API server does', () => {
  const codes = (is: Readonly<Record<string, string>>): readonly string[] =>
    admissionEngine
      .compare(World.of([shop({ enforce: 'restricted', 'enforce-version': 'v1.20' }), POD]), World.of([shop(is), POD]))
      .flatMap(({ fact: { code } }) => (code === 'KQ0005' || code === 'KQ0012' ? [code] : []));
  assert.deepEqual(codes({ enforce: 'baseline', 'enforce-version': 'v1.30' }), ['KQ0005', 'KQ0012']);
  assert.deepEqual(codes({ enforce: 'baseline', 'enforce-version': 'v1.20' }), ['KQ0012']);
  assert.deepEqual(codes({ 'enforce-version': 'v1.30' }), ['KQ0012']);
});
