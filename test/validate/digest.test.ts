import assert from 'node:assert/strict';
import { describe as group, test } from 'node:test';
import fc from 'fast-check';
import { isKubernetesObject, World, type KubernetesObject, type Manifest } from '../../src/model/index.ts';
import { loadCatalog } from '../../src/model/schema/index.ts';
import { isArray, isJson, isObject, stringifyJson, type JsonObject, type JsonValue } from '../../src/std/index.ts';
import { createDigester, readVerdicts, redefinesBuiltIn, validateManifests, type ValidateOptions } from '../../src/validate/index.ts';
import { toManifest, toObject } from './fake-origin.ts';
import { listServerCases } from './server-cases.ts';

const catalogs = [loadCatalog('1.33'), loadCatalog('1.36')];
const options: ValidateOptions = { catalogs, knowsCluster: false, defaultNamespace: 'default' };
const digest = createDigester(catalogs);
const bases = listServerCases().map(({ object }) => object);

/** The manifest as it is read again in another run. */
function digested(manifest: Manifest): Manifest {
  const kept = digest(manifest.object);
  if (kept === undefined) return manifest;
  const verdict: unknown = JSON.parse(JSON.stringify(kept.verdict));
  assert.ok(isArray(verdict) && verdict.every(isJson));
  return { ...manifest, object: toObject(JSON.parse(JSON.stringify(kept.object))), verdict };
}

/** Replaces or removes something at a place that the numbers choose. */
function mutate(value: JsonValue, choices: readonly number[], oddity: JsonValue | undefined): JsonValue | undefined {
  const [choice = 0, ...rest] = choices;
  if (isArray(value) && value.length > 0 && rest.length > 0) {
    return value.map((item, index) => (index === choice % value.length ? (mutate(item, rest, oddity) ?? null) : item));
  }
  if (!isObject(value) || rest.length === 0) return oddity;
  const entries = Object.entries(value).map(([key, item], index, all) =>
    index === choice % all.length ? ([key, mutate(item, rest, oddity)] as const) : ([key, item] as const),
  );
  return Object.fromEntries(entries.flatMap(([key, item]) => (item === undefined ? [] : [[key, item]])));
}

const oddity = fc.constantFrom<JsonValue | undefined>(undefined, null, '', 'web', 'x', 80, {}, [], [null], { a: 'b' });

group('digests', () => {
  test('are judged as the objects are', () => {
    const mutation = fc.tuple(fc.nat(bases.length - 1), fc.array(fc.nat(9), { minLength: 1, maxLength: 9 }), oddity);
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 8 }), (mutations) => {
        const manifests = mutations.flatMap(([index, choices, odd]) => {
          const object = mutate(bases[index] ?? {}, choices, odd);
          return object !== undefined && isKubernetesObject(object) ? [toManifest(object, `${index}.yaml`)] : [];
        });
        const again = manifests.map(digested);
        assert.deepEqual(validateManifests(again, options), validateManifests(manifests, options));
        const isJudged = again.every(({ verdict }) => verdict !== undefined);
        const alone = isJudged ? validateManifests(manifests, { ...options, references: 'none' }) : undefined;
        assert.deepEqual(readVerdicts(again, { ...options, context: World.EMPTY }), alone);
      }),
      { numRuns: 1000 },
    );
  });

  test('hold no value of a Secret', () => {
    const secret = toObject({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's', labels: { a: 'hunter2' }, annotations: { last: 'hunter2' } },
      type: 'Opaque',
      data: { key: 'aHVudGVyMg==' },
      stringData: { other: 'hunter2' },
    });
    const kept = digest(secret);
    assert.doesNotMatch(stringifyJson(kept?.object ?? null), /hunter2|aHVudGVyMg/);
    assert.deepEqual(kept?.object['data'], { key: '' });
    assert.deepEqual(kept?.verdict, []);
  });

  test('hold nothing of a container whose field is misspelt, and no address of a volume', () => {
    const pod = toObject({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p' },
      spec: {
        hostAliases: [{ ip: '10.0.0.1', hostnames: ['hunter2'] }],
        containers: [{ name: 'main', image: 'hunter2', envs: [{ name: 'A', value: 'hunter2' }], resources: { limits: { cpu: '1' } } }],
        volumes: [{ name: 'v', hostPath: { path: '/hunter2' } }],
      },
    });
    const kept = stringifyJson(digest(pod)?.object ?? null);
    assert.doesNotMatch(kept, /hunter2/);
    assert.match(kept, /"limits":\{"cpu":"1"\}.*"hostPath":\{\}/);
  });

  const definition = (group_: string, plural: string, kind: string): KubernetesObject =>
    toObject({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${plural}.${group_}` },
      spec: { group: group_, names: { plural, kind }, versions: [] },
    });
  const kept: readonly (readonly [name: string, object: JsonObject])[] = [
    ['a definition', definition('example.com', 'widgets', 'Widget')],
    ['a custom resource', { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w' } }],
    ['a kind that one of the versions lacks', { apiVersion: 'scheduling.k8s.io/v1alpha2', kind: 'Workload', metadata: { name: 'w' } }],
  ];
  for (const [name, object] of kept) test(`${name} is kept whole`, () => assert.equal(digest(toObject(object)), undefined));

  test('do not stand where a definition takes the place of a built-in kind', () => {
    const of = (object: KubernetesObject): boolean => redefinesBuiltIn([toManifest(object)], { catalogs });
    assert.equal(of(definition('networking.k8s.io', 'ingresses', 'Ingress')), true);
    assert.equal(of(definition('example.com', 'ingresses', 'Ingress')), false);
  });
});
