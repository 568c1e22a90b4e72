import assert from 'node:assert/strict';
import { describe as group, test } from 'node:test';
import { describe, describeRemedy, World, type Finding, type Manifest } from '../../src/model/index.ts';
import { loadCatalog } from '../../src/model/schema/index.ts';
import type { JsonObject } from '../../src/std/index.ts';
import { validateManifests, validateTogether, type ValidateOptions } from '../../src/validate/index.ts';
import { toManifest, toObject } from './fake-origin.ts';

const OPTIONS: ValidateOptions = { catalogs: [loadCatalog('1.36')], knowsCluster: false, defaultNamespace: 'default' };

function judge(manifests: readonly Manifest[], options: Partial<ValidateOptions> = {}): readonly Finding[] {
  return validateManifests(manifests, { ...OPTIONS, ...options }).filter(({ code }) => code.startsWith('KV'));
}

const config = (metadata: JsonObject, rest: JsonObject = {}): JsonObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata, ...rest });
const service = (name: string): JsonObject => ({ apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { ports: [{ port: 80 }] } });

const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'widgets', kind: 'Widget' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties: { size: { type: 'integer' } } } } },
        },
      },
    ],
  },
};
const widget = (version: string, spec: JsonObject): JsonObject => ({
  apiVersion: `example.com/${version}`,
  kind: 'Widget',
  metadata: { name: 'w' },
  spec,
});

group('kinds', () => {
  const cases = [
    {
      name: 'a misspelt kind',
      object: { apiVersion: 'apps/v1', kind: 'Deploymnt' },
      code: 'KV0003',
      path: '/kind',
      hint: 'Deployment apps/v1',
    },
    {
      name: 'a wrong group',
      object: { apiVersion: 'v1', kind: 'Deployment' },
      code: 'KV0003',
      path: '/apiVersion',
      hint: 'Deployment apps/v1',
    },
    { name: 'a wrong version', object: { apiVersion: 'batch/v2', kind: 'Job' }, code: 'KV0003', path: '/apiVersion', hint: 'Job batch/v1' },
    {
      name: 'a removed version',
      object: { apiVersion: 'extensions/v1beta1', kind: 'Ingress' },
      code: 'KV0004',
      path: '/apiVersion',
      hint: 'Move the manifest to networking.k8s.io/v1',
    },
    {
      name: 'a version that nothing took the place of',
      object: { apiVersion: 'policy/v1beta1', kind: 'PodSecurityPolicy' },
      code: 'KV0004',
      path: '/apiVersion',
      hint: 'Remove the manifest',
    },
    {
      name: 'a kind that is like no other',
      object: { apiVersion: 'v1', kind: 'Qqqqqqqqqq' },
      code: 'KV0003',
      path: '/kind',
      hint: 'were meant, or add the CustomResourceDefinition',
    },
    {
      name: 'a kind that is only read',
      object: { apiVersion: 'v1', kind: 'ComponentStatus' },
      code: 'KV0009',
      path: '/kind',
      hint: 'Remove',
    },
    {
      name: 'a kind that is only created',
      object: { apiVersion: 'v1', kind: 'Binding', target: { name: 'n' } },
      code: 'KV0009',
      path: '/kind',
      hint: 'Remove',
    },
    {
      name: 'a foreign kind',
      object: { apiVersion: 'acme.io/v1', kind: 'Thing' },
      code: 'KV0007',
      path: '/apiVersion',
      hint: '--context-objects',
    },
    {
      name: 'a foreign kind of a group that looks built in',
      object: { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'Gateway' },
      code: 'KV0007',
      path: '/apiVersion',
      hint: '--context-objects',
    },
    { name: 'no apiVersion', object: { apiVersion: '', kind: 'Thing' }, code: 'KV0001', path: '/apiVersion', hint: 'apiVersion' },
  ];
  for (const { name, object, code, path, hint } of cases) {
    test(name, () => {
      const [finding, ...more] = judge([toManifest({ ...object, metadata: { name: 'x' } })]);
      assert.ok(finding);
      assert.deepEqual([finding.code, finding.path, more.length], [code, path, 0]);
      assert.ok(describeRemedy(finding).includes(hint), describeRemedy(finding));
    });
  }

  test('a foreign kind is an error where the whole cluster is known', () => {
    const [finding] = judge([toManifest({ apiVersion: 'acme.io/v1', kind: 'Thing', metadata: { name: 'x' } })], { knowsCluster: true });
    assert.deepEqual([finding?.code, finding?.severity], ['KV0003', 'error']);
  });
});

test('a custom resource of a version that its definition does not serve is an error', () => {
  const versions = (...served: readonly boolean[]): JsonObject[] =>
    served.map((isServed, index) => ({
      name: `v${index + 1}`,
      served: isServed,
      storage: index === 0,
      schema: { openAPIV3Schema: { type: 'object' } },
    }));
  const cases = [
    { name: 'none served', versions: versions(false), want: ['KV0003'] },
    { name: 'another served', versions: versions(false, true), want: ['KV0003'] },
    { name: 'served', versions: versions(true), want: [] },
    { name: 'not there', versions: [], want: ['KV0003'] },
  ];
  for (const { name, versions, want } of cases) {
    const definition = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'gizmos.acme.io' },
      spec: {
        group: 'acme.io',
        scope: 'Namespaced',
        names: { plural: 'gizmos', singular: 'gizmo', kind: 'Gizmo', listKind: 'GizmoList' },
        versions,
      },
    };
    const findings = judge([toManifest(definition), toManifest({ apiVersion: 'acme.io/v1', kind: 'Gizmo', metadata: { name: 'g' } })]);
    const own = findings.filter(({ ref }) => ref?.kind === 'Gizmo');
    assert.deepEqual(
      own.map(({ code }) => code),
      want,
      name,
    );
    assert.ok(
      own.every(({ severity }) => severity === 'error'),
      name,
    );
  }
});

group('what to do', () => {
  const cases: readonly (readonly [object: JsonObject, remedy: string])[] = [
    [config({ name: 'a', labels: [] }), 'Write metadata.labels as map[string]string: a map of keys and values.'],
    [config({ name: 'a', finalizers: {} }), 'Write metadata.finalizers as []string: a list, with a `- ` before each item.'],
    [config({ name: 'a', labels: { b: 1 } }), 'Write metadata.labels.b as string: quote what looks like a number or a boolean.'],
    [config({ name: 'a' }, { immutable: 'yes' }), 'Write immutable as bool: true or false, without quotes.'],
  ];
  for (const [object, remedy] of cases) test(remedy, () => assert.deepEqual(judge([toManifest(object)]).map(describeRemedy), [remedy]));

  test('a field that is like no other is not told all there are', () => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'a' },
      spec: { qqqqqqqqqqqq: 1, containers: [{ name: 'c', image: 'i' }] },
    };
    const [found] = judge([toManifest(pod)]);
    assert.ok(found);
    assert.match(describeRemedy(found), /: (?:\w+, ){10}and \d+ more\.$/);
  });
});

group('custom resources', () => {
  test('are judged by a definition among the manifests', () => {
    const found = judge([toManifest(definition), toManifest(widget('v1', { size: 'big' }), 'b.yaml')]);
    assert.deepEqual(found.map(describe), ['spec.size: Invalid value: "string": spec.size in body must be of type integer: "string"']);
  });

  test('are judged by a definition of the context', () => {
    const found = judge([toManifest(widget('v1', { siz: 1 }))], { context: World.of([toObject(definition)]) });
    assert.deepEqual(found.map(describe), ['strict decoding error: unknown field "spec.siz"']);
    assert.deepEqual(found[0]?.data['known'], ['size']);
  });

  test('of a version that the definition does not serve are unknown', () => {
    const [finding] = judge([toManifest(definition), toManifest(widget('v2', {}), 'b.yaml')]);
    assert.deepEqual([finding?.code, finding?.data['meant']], ['KV0003', ['Widget example.com/v1']]);
  });
});

group('several versions', () => {
  const catalogs = [loadCatalog('1.32'), loadCatalog('1.36')];

  test('a finding of all versions names none', () => {
    const [finding, ...more] = judge([toManifest(config({ name: 'a' }, { dat: {} }))], { catalogs });
    assert.deepEqual([finding?.code, finding?.versions, more.length], ['KV0042', undefined, 0]);
  });

  test('a finding of some versions names them', () => {
    const found = judge([toManifest(service('1web'))], { catalogs });
    assert.deepEqual(
      found.map(({ code, versions }) => [code, versions]),
      [['KV0022', ['1.32']]],
    );
  });
});

group('several objects', () => {
  test('one defined twice is said at the second, naming the first', () => {
    const found = judge([
      toManifest(config({ name: 'a' }), 'a.yaml', 3),
      toManifest(config({ name: 'a', namespace: 'default' }), 'b.yaml', 7),
    ]);
    assert.deepEqual(
      found.map((finding) => [finding.code, finding.source?.file, describe(finding)]),
      [['KV0005', 'b.yaml', 'ConfigMap default/a is defined already at a.yaml:3']],
    );
  });

  test('one defined in two directories may be meant for two clusters: a warning', () => {
    const found = judge([toManifest(config({ name: 'a' }), 'prod/a.yaml'), toManifest(config({ name: 'a' }), 'test/a.yaml')]);
    assert.deepEqual(
      found.map(({ code, severity }) => [code, severity]),
      [['KV0005', 'warning']],
    );
  });

  test('the same name in two namespaces or kinds is no duplicate', () => {
    const found = judge([
      toManifest(config({ name: 'a' })),
      toManifest(config({ name: 'a', namespace: 'other' }), 'b.yaml'),
      toManifest(service('a'), 'c.yaml'),
      toManifest(config({ generateName: 'a-' }), 'd.yaml'),
      toManifest(config({ generateName: 'a-' }), 'e.yaml'),
    ]);
    assert.deepEqual(found, []);
  });
});

group('findings', () => {
  test('have the ref with its namespace, the path and the place', () => {
    const [finding] = judge([toManifest(config({ name: 'a', labels: { 'a/b': 'x y' } }), 'a.yaml', 10)]);
    assert.ok(finding);
    assert.deepEqual(finding.ref, { group: '', version: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'a' });
    assert.equal(finding.path, '/metadata/labels/a~1b');
    assert.deepEqual([finding.source?.file, finding.source?.line], ['a.yaml', 13]);
  });

  test('are waived by a comment on their line and of their code alone', () => {
    const broken = toManifest(config({ name: 'A', labels: { a: 'x y' } }));
    const waivers = [
      { code: 'KV0022', reason: 'legacy', comment: 2, line: 3 },
      { code: 'KV0022', reason: 'another line', comment: 8, line: 9 },
    ];
    const found = judge([{ ...broken, waivers }]);
    assert.deepEqual(
      found.map(({ code, waived }) => [code, waived]),
      [
        ['KV0022', 'legacy'],
        ['KV0023', undefined],
      ],
    );
  });

  test('a namespace on a cluster-scoped object is a warning, and the ref has none', () => {
    const found = judge([toManifest({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a', namespace: 'b' } })]);
    assert.deepEqual(
      found.map(({ code, severity, ref }) => [code, severity, ref?.namespace]),
      [['KV0006', 'warning', undefined]],
    );
  });

  test('references are judged in the same run, with the default namespace filled in', () => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p' },
      spec: { containers: [{ name: 'a', image: 'b', envFrom: [{ configMapRef: { name: 'a' } }] }] },
    };
    const lone = validateManifests([toManifest(pod)], OPTIONS);
    assert.deepEqual(
      lone.map(({ code, severity }) => [code, severity]),
      [['KR0001', 'warning']],
    );
    assert.deepEqual(validateManifests([toManifest(pod), toManifest(config({ name: 'a' }), 'b.yaml')], OPTIONS), []);
    const context = World.of([toObject(config({ name: 'a', namespace: 'default' }))]);
    assert.deepEqual(validateManifests([toManifest(pod)], { ...OPTIONS, context }), []);
    assert.deepEqual(
      validateManifests([toManifest(pod)], { ...OPTIONS, knowsCluster: true }).map(({ severity }) => severity),
      ['error'],
    );
  });
});

group('what a version asks for', () => {
  const binding = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'b' },
    roleRef: { kind: 'Role', name: 'r' },
    subjects: [{ kind: 'User', name: 'u' }],
  };
  const set = {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 's' },
    spec: {
      selector: { matchLabels: { a: 'b' } },
      template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
    },
  };
  const cases = [
    { name: 'a Service that starts with a digit, of 1.35', version: '1.35', object: service('1web'), want: ['KV0022'] },
    { name: 'a Service that starts with a digit, of 1.36', version: '1.36', object: service('1web'), want: [] },
    {
      name: 'a PriorityClass without a value, which its OpenAPI document requires',
      version: '1.34',
      object: { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'p' } },
      want: [],
    },
    { name: 'a reference to a role without its group', version: '1.34', object: binding, want: [] },
    { name: 'a StatefulSet without a Service', version: '1.32', object: set, want: [] },
    {
      name: 'a NetworkPolicy without a selector',
      version: '1.33',
      object: { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'n' }, spec: {} },
      want: [],
    },
  ];
  for (const { name, version, object, want } of cases) {
    test(name, () => {
      const found = judge([toManifest(object)], { catalogs: [loadCatalog(version)] });
      assert.deepEqual(
        found.map(({ code }) => code),
        want,
        found.map(describe).join('\n'),
      );
    });
  }
});

test('of units that are there side by side, each is told its own, and what another brings is there', () => {
  const pod = (name: string, from: string): Manifest =>
    toManifest({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name },
      spec: { containers: [{ name: 'c', image: 'c:1', envFrom: [{ configMapRef: { name: from } }] }] },
    });
  const made = toManifest(config({ name: 'made' }));
  const units = [[made, pod('a', 'made')], [pod('b', 'made'), pod('c', 'gone')], [pod('d', 'made')]];
  const cases = [
    { name: 'in one namespace', namespaces: ['shop', 'shop', 'shop'], want: [[], ['c'], []] },
    { name: 'each in its own namespace', namespaces: ['shop', 'shop', 'other'], want: [[], ['c'], ['d']] },
  ];
  for (const { name, namespaces, want } of cases) {
    const given = units.map((manifests, index) => ({ manifests, defaultNamespace: namespaces[index] ?? '' }));
    const found = validateTogether(given, OPTIONS).map((findings) =>
      findings.flatMap(({ code, ref }) => (code === 'KR0001' ? [ref?.name] : [])),
    );
    assert.deepEqual(found, want, name);
  }
});
