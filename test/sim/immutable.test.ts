import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { nameOf, type KubernetesObject } from '../../src/model/index.ts';
import { configMap, deployment, stored } from '../cluster-contract.ts';
import { withCluster } from './embedded.ts';

const BY = { fieldManager: 'test' };
const metadata = { namespace: 'default', name: 'x' };
const template = { metadata: { labels: { a: 'b' } }, spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i:1' }] } };
const web = deployment('default', 'x', 0);
const job: KubernetesObject = { apiVersion: 'batch/v1', kind: 'Job', metadata, spec: { template } };
const pod: KubernetesObject = { apiVersion: 'v1', kind: 'Pod', metadata, spec: template.spec };
const claim: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata,
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
};
const binding: KubernetesObject = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'RoleBinding',
  metadata,
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'a' },
};
const set: KubernetesObject = {
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata,
  spec: {
    serviceName: 'x',
    selector: { matchLabels: { a: 'b' } },
    template: { ...template, spec: { containers: [{ name: 'c', image: 'i:1' }] } },
  },
};

const CASES: readonly {
  readonly name: string;
  readonly object: KubernetesObject;
  readonly patch: Record<string, unknown>;
  readonly want: RegExp | undefined;
}[] = [
  {
    name: 'the selector of a Deployment',
    object: web,
    patch: { spec: { selector: { matchLabels: { app: 'y' } }, template: { metadata: { labels: { app: 'y' } } } } },
    want: /^Deployment\.apps "x" is invalid: spec\.selector: Invalid value: \{"matchLabels":\{"app":"y"\}\}: field is immutable$/,
  },
  {
    name: 'the template of a Job',
    object: job,
    patch: { spec: { template: { spec: { activeDeadlineSeconds: 3 } } } },
    want: /^Job\.batch "x" is invalid: spec\.template: Invalid value: field is immutable$/,
  },
  { name: 'the parallelism of a Job', object: job, patch: { spec: { parallelism: 3 } }, want: undefined },
  {
    name: 'the access modes of a claim',
    object: claim,
    patch: { spec: { accessModes: ['ReadWriteMany'] } },
    want: /^PersistentVolumeClaim "x" is invalid: spec: Forbidden: spec is immutable after creation except resources\.requests/,
  },
  {
    name: 'the role of a binding',
    object: binding,
    patch: { roleRef: { name: 'b' } },
    want: /^RoleBinding\.rbac\.authorization\.k8s\.io "x" is invalid: roleRef: Invalid value: .*: cannot change roleRef$/,
  },
  {
    name: 'the service of a StatefulSet',
    object: set,
    patch: { spec: { serviceName: 'y' } },
    want: /^StatefulSet\.apps "x" is invalid: spec: Forbidden: updates to statefulset spec for fields other than/,
  },
  { name: 'the replicas of a StatefulSet', object: set, patch: { spec: { replicas: 2 } }, want: undefined },
  { name: 'the image of a pod', object: pod, patch: { spec: { containers: [{ name: 'c', image: 'i:2' }] } }, want: undefined },
  {
    name: 'the command of a pod',
    object: pod,
    patch: { spec: { containers: [{ name: 'c', image: 'i:1', command: ['x'] }] } },
    want: /^Pod "x" is invalid: spec: Forbidden: pod updates may not change fields other than/,
  },
  {
    name: 'the data of an immutable ConfigMap',
    object: { ...configMap('default', 'x'), immutable: true },
    patch: { data: { key: 'y' } },
    want: /^ConfigMap "x" is invalid: data: Forbidden: field is immutable when `immutable` is set$/,
  },
];

for (const { name, object, patch, want } of CASES) {
  test(`${name} ${want === undefined ? 'may change' : 'may not change'}`, async () => {
    await withCluster(async (cluster) => {
      const live = stored(await cluster.create(object, BY));
      const result = await cluster.update(merge(live, patch), BY);
      if (want === undefined) assert.equal(nameOf(stored(result)), 'x');
      else assert.ok(result.kind === 'error' && result.code === 422 && want.test(result.message), JSON.stringify(result));
    });
  });
}

function merge(object: KubernetesObject, patch: Record<string, unknown>): KubernetesObject {
  const merged: Record<string, unknown> = { ...object };
  for (const [key, value] of Object.entries(patch)) merged[key] = mergeValue(merged[key], value);
  return merged as KubernetesObject;
}

function mergeValue(before: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const merged: Record<string, unknown> = { ...(before as Record<string, unknown>) };
  for (const [key, value] of Object.entries(patch)) merged[key] = key === 'matchLabels' ? value : mergeValue(merged[key], value);
  return merged;
}
