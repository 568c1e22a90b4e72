import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPlanEngines } from '../../src/cli/stages/plan-engines.ts';
import { World, type KubernetesObject } from '../../src/model/index.ts';
import { loadCatalog } from '../../src/model/schema/index.ts';
import { createPatcher } from '../../src/planner/index.ts';
import type { JsonObject } from '../../src/std/index.ts';
import { NO_CONFIG } from '../../src/cli/config.ts';

const CATALOG = loadCatalog('1.36');
const API = 'admissionregistration.k8s.io/v1';

const policy = (mutation: JsonObject): readonly KubernetesObject[] => [
  {
    apiVersion: API,
    kind: 'MutatingAdmissionPolicy',
    metadata: { name: 'p' },
    spec: {
      reinvocationPolicy: 'Never',
      matchConstraints: {
        resourceRules: [{ apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['deployments'] }],
      },
      mutations: [mutation],
    },
  },
  { apiVersion: API, kind: 'MutatingAdmissionPolicyBinding', metadata: { name: 'p' }, spec: { policyName: 'p' } },
];
const SIX_REPLICAS = policy({
  patchType: 'ApplyConfiguration',
  applyConfiguration: { expression: 'Object{spec: Object.spec{replicas: 6}}' },
});
const patch = (path: string, value: string): readonly KubernetesObject[] =>
  policy({ patchType: 'JSONPatch', jsonPatch: { expression: `[JSONPatch{op: 'add', path: '${path}', value: ${value}}]` } });
const ON_GPUS = patch('/spec/template/spec/nodeSelector', "{'kind': 'gpu'}");
const AS_API = patch('/spec/template/metadata/labels/app', "'api'");

const web = (image: string, podSpec: JsonObject = {}, replicas = 1): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop' },
  spec: {
    replicas,
    selector: { matchLabels: { run: 'web' } },
    template: { metadata: { labels: { run: 'web' } }, spec: { ...podSpec, containers: [{ name: 'web', image }] } },
  },
});
const node: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'a', labels: { kind: 'cpu' } },
  spec: {},
  status: { allocatable: { cpu: '4', memory: '8Gi', pods: '110' }, conditions: [{ type: 'Ready', status: 'True' }] },
};
const shop: KubernetesObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } };
const quota: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'five', namespace: 'shop' },
  spec: { hard: { pods: '5' } },
};
const isolated: KubernetesObject = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'api', namespace: 'shop' },
  spec: { podSelector: { matchLabels: { app: 'api' } }, policyTypes: ['Egress'] },
};
const CLUSTER = [shop, node];
const old = web('web:1');

const CASES: readonly {
  readonly name: string;
  readonly before: readonly KubernetesObject[];
  readonly after: readonly KubernetesObject[];
  readonly isStored: boolean;
  /** The codes that are told, and those that are not. */
  readonly want: readonly string[];
  readonly wantNot?: readonly string[];
}[] = [
  {
    name: 'pods go where the policy sends them: to no node',
    before: [...CLUSTER, ...ON_GPUS],
    after: [...CLUSTER, ...ON_GPUS, web('web:1')],
    isStored: true,
    want: ['KS0001', 'KQ0010'],
  },
  {
    name: 'without the policy they find a node',
    before: CLUSTER,
    after: [...CLUSTER, web('web:1')],
    isStored: true,
    want: [],
    wantNot: ['KS0001'],
  },
  {
    name: 'what nobody writes is not changed by a new policy',
    before: [...CLUSTER, old],
    after: [...CLUSTER, old, ...ON_GPUS],
    isStored: true,
    want: [],
    wantNot: ['KS0001', 'KQ0010'],
  },
  {
    name: 'a quota counts the replicas that the policy sets',
    before: [...CLUSTER, quota, ...SIX_REPLICAS],
    after: [...CLUSTER, quota, ...SIX_REPLICAS, web('web:1')],
    isStored: true,
    want: ['KQ0001', 'KQ0010'],
  },
  {
    name: 'a network policy takes the labels that the policy adds',
    before: [...CLUSTER, isolated, ...AS_API],
    after: [...CLUSTER, isolated, ...AS_API, web('web:1')],
    isStored: true,
    want: ['KN0203', 'KQ0010', 'KR0017 lost'],
  },
  {
    name: 'of two revisions both are as the policy would make them',
    before: [...CLUSTER, quota, ...SIX_REPLICAS, old],
    after: [...CLUSTER, quota, ...SIX_REPLICAS, web('web:2')],
    isStored: false,
    want: ['KQ0010'],
    wantNot: ['KQ0001'],
  },
];

for (const { name, before, after, isStored, want, wantNot = [] } of CASES)
  test(`the engines of a plan see what mutating policies make: ${name}`, () => {
    const engines = createPlanEngines({
      config: NO_CONFIG,
      scheduler: {},
      knowsAll: true,
      lens: undefined,
      admission: { patcher: createPatcher(CATALOG), isStored },
      catalog: CATALOG,
    });
    const codes = new Set(
      engines.flatMap((engine) =>
        engine.compare(World.of(before), World.of(after)).map(({ change, fact }) => `${fact.code}${change === 'lost' ? ' lost' : ''}`),
      ),
    );
    for (const code of want) assert.ok(codes.has(code), `${code} is not among ${[...codes].join(', ')}`);
    for (const code of wantNot) assert.ok(!codes.has(code), `${code} is among ${[...codes].join(', ')}`);
  });
