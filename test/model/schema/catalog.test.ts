import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { KplanError } from '../../../src/model/index.ts';
import { listNearestKinds, listVersions, loadCatalog, REMOVED_VERSIONS, type Schema } from '../../../src/model/schema/index.ts';

const DEPLOYMENT = { group: 'apps', version: 'v1', kind: 'Deployment' };
const catalog = loadCatalog('1.36');

function fieldAt(schema: Schema | undefined, path: string): Schema | undefined {
  let at = schema;
  for (const name of path.split('.')) at = name === '[]' ? at?.items : at?.properties?.[name];
  return at;
}

describe('every minor version', () => {
  for (const version of listVersions()) {
    test(`${version} has its kinds and all of their schemas`, () => {
      const kinds = loadCatalog(version).list();
      assert.ok(kinds.length >= 80, `${kinds.length} kinds`);
      assert.deepEqual(
        kinds.filter((kind) => kind.schema.type !== 'object' || kind.schema.definition === undefined).map((kind) => kind.kind),
        [],
      );
    });

    test(`${version} knows Deployments and the enums of a live server`, () => {
      const kind = loadCatalog(version).find(DEPLOYMENT);
      assert.deepEqual(kind?.subresources, ['scale', 'status']);
      const policy = fieldAt(kind.schema, 'spec.template.spec.containers.[].imagePullPolicy');
      assert.deepEqual(policy?.enum, ['Always', 'IfNotPresent', 'Never']);
    });

    test(`${version} serves no version that is on record as removed`, () => {
      const removed = REMOVED_VERSIONS.filter((item) => loadCatalog(version).findRemoved(item) !== undefined);
      assert.ok(removed.length > 60);
      assert.deepEqual(
        removed.filter((item) => loadCatalog(version).find(item) !== undefined),
        [],
      );
    });
  }

  test('what one version serves and the next does not is on record as removed there', () => {
    const versions = listVersions();
    for (const [index, version] of versions.slice(1).entries()) {
      const next = loadCatalog(version);
      const gone = loadCatalog(versions[index] ?? '')
        .list()
        .filter((kind) => next.find(kind) === undefined);
      assert.deepEqual(
        gone
          .filter((kind) => next.findRemoved(kind)?.removedIn !== version)
          .map((kind) => `${version} ${kind.group}/${kind.version} ${kind.kind}`),
        [],
      );
    }
  });
});

test('the schemas hold what server-side apply needs', () => {
  const spec = fieldAt(catalog.find(DEPLOYMENT)?.schema, 'spec.template.spec');
  const containers = fieldAt(spec, 'containers');
  assert.equal(containers?.listType, 'map');
  assert.deepEqual(containers.listMapKeys, ['name']);
  assert.equal(containers.patchMergeKey, 'name');
  assert.deepEqual(fieldAt(containers, '[].ports')?.listMapKeys, ['containerPort', 'protocol']);
  assert.equal(fieldAt(containers, '[].ports.[].protocol')?.default, 'TCP');
  assert.equal(fieldAt(spec, 'nodeSelector')?.mapType, 'atomic');
  assert.equal(fieldAt(spec, 'imagePullSecrets.[].name')?.default, '');
  assert.equal(fieldAt(spec, 'containers.[].name')?.default, undefined);
});

test('special types are marked as such', () => {
  const container = fieldAt(catalog.find(DEPLOYMENT)?.schema, 'spec.template.spec.containers.[]');
  const limits = fieldAt(container, 'resources.limits')?.additionalProperties;
  assert.equal(typeof limits === 'object' && limits.quantity, true);
  assert.equal(fieldAt(container, 'livenessProbe.httpGet.port')?.intOrString, true);
  const revision = catalog.find({ group: 'apps', version: 'v1', kind: 'ControllerRevision' });
  assert.equal(fieldAt(revision?.schema, 'data')?.preserveUnknownFields, true);
});

test('a reference keeps its own rules beside those of the definition', () => {
  const strategy = fieldAt(catalog.find(DEPLOYMENT)?.schema, 'spec.strategy');
  assert.equal(strategy?.patchStrategy, 'retainKeys');
  assert.equal(strategy.definition, 'io.k8s.api.apps.v1.DeploymentStrategy');
  assert.deepEqual(fieldAt(strategy, 'type')?.enum, ['Recreate', 'RollingUpdate']);
});

test('circular definitions are circular graphs', () => {
  const definition = catalog.find({ group: 'apiextensions.k8s.io', version: 'v1', kind: 'CustomResourceDefinition' });
  const schema = fieldAt(definition?.schema, 'spec.versions.[].schema.openAPIV3Schema');
  assert.equal(fieldAt(schema, 'not'), schema);
});

describe('names that kubectl users type', () => {
  const cases = [
    { name: 'deploy', want: 'apps/v1 Deployment' },
    { name: 'deployments', want: 'apps/v1 Deployment' },
    { name: 'Deployment', want: 'apps/v1 Deployment' },
    { name: 'deployments.apps', want: 'apps/v1 Deployment' },
    { name: 'deployments.v1.apps', want: 'apps/v1 Deployment' },
    { name: 'deployments.v2.apps', want: undefined },
    { name: 'hpa', want: 'autoscaling/v2 HorizontalPodAutoscaler' },
    { name: 'hpa.v1.autoscaling', want: 'autoscaling/v1 HorizontalPodAutoscaler' },
    { name: 'events', want: '/v1 Event' },
    { name: 'events.events.k8s.io', want: 'events.k8s.io/v1 Event' },
    { name: 'pods.v1.', want: '/v1 Pod' },
    { name: 'ingress', want: 'networking.k8s.io/v1 Ingress' },
    { name: 'widgets', want: undefined },
  ];
  for (const { name, want } of cases) {
    test(name, () => {
      const kind = catalog.findResource(name);
      assert.equal(kind && `${kind.group}/${kind.version} ${kind.kind}`, want);
    });
  }
});

describe('removed versions', () => {
  const cases = [
    { version: '1.36', gvk: { group: 'extensions', version: 'v1beta1', kind: 'Ingress' }, want: ['1.22', 'networking.k8s.io/v1'] },
    { version: '1.36', gvk: { group: 'batch', version: 'v1beta1', kind: 'CronJob' }, want: ['1.25', 'batch/v1'] },
    { version: '1.36', gvk: { group: 'policy', version: 'v1beta1', kind: 'PodSecurityPolicy' }, want: ['1.25', undefined] },
    {
      version: '1.36',
      gvk: { group: 'resource.k8s.io', version: 'v1alpha3', kind: 'ResourceClaim' },
      want: ['1.34', 'resource.k8s.io/v1'],
    },
    { version: '1.33', gvk: { group: 'resource.k8s.io', version: 'v1alpha3', kind: 'ResourceClaim' }, want: undefined },
    { version: '1.36', gvk: DEPLOYMENT, want: undefined },
  ];
  for (const { version, gvk, want } of cases) {
    test(`${gvk.group}/${gvk.version} ${gvk.kind} in ${version}`, () => {
      const removed = loadCatalog(version).findRemoved(gvk);
      assert.deepEqual(removed && [removed.removedIn, removed.replacement?.apiVersion], want);
    });
  }

  test('every replacement is a version that 1.36 serves', () => {
    const missing = REMOVED_VERSIONS.flatMap(({ replacement }) => {
      if (replacement === undefined) return [];
      const [group = '', version = ''] = replacement.apiVersion.split('/');
      return catalog.find({ group, version, kind: replacement.kind }) === undefined ? [replacement] : [];
    });
    assert.deepEqual(missing, []);
  });
});

describe('the kinds that were probably meant', () => {
  const cases = [
    { name: 'a version that never was', gvk: { group: 'apps', version: 'v2', kind: 'Deployment' }, want: ['apps/v1 Deployment'] },
    { name: 'the wrong group', gvk: { group: 'extensions', version: 'v1beta1', kind: 'Ingress' }, want: ['networking.k8s.io/v1 Ingress'] },
    { name: 'a misspelt kind', gvk: { group: 'apps', version: 'v1', kind: 'Deploymnet' }, want: ['apps/v1 Deployment'] },
    {
      name: 'two groups, the nearest first',
      gvk: { group: 'event.k8s.io', version: 'v1', kind: 'Event' },
      want: ['events.k8s.io/v1 Event', '/v1 Event'],
    },
    { name: 'nothing near', gvk: { group: 'x', version: 'v1', kind: 'Zzyzx' }, want: [] },
  ];
  for (const { name, gvk, want } of cases) {
    test(name, () => {
      const kinds = listNearestKinds(catalog, gvk);
      assert.deepEqual(
        kinds.map((kind) => `${kind.group}/${kind.version} ${kind.kind}`),
        want,
      );
    });
  }
});

test('versions are given as people write them, and unknown ones are a usage error that lists the known', () => {
  assert.equal(loadCatalog('v1.34.2').version, '1.34');
  assert.throws(
    () => loadCatalog('1.9'),
    (error) => error instanceof KplanError && error.code === 'USAGE' && error.hint?.includes('1.36') === true,
  );
});

test('versions off by default are known and said to be off', () => {
  const workload = catalog.find({ group: 'scheduling.k8s.io', version: 'v1alpha2', kind: 'Workload' });
  assert.equal(workload?.servedByDefault, false);
  assert.equal(catalog.find(DEPLOYMENT)?.servedByDefault, true);
});

test('a field named like a method of every object is no known field', () => {
  const { schema } = catalog.find(DEPLOYMENT) ?? { schema: {} };
  assert.equal(fieldAt(schema, 'spec.constructor'), undefined);
});
