import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stepsOf, type KubernetesObject } from '../../src/model/index.ts';
import { hashSecret, restoreSecret, restoreSecrets, writePlanFile } from '../../src/planner/index.ts';
import type { JsonObject } from '../../src/std/index.ts';
import { manifest, object, plan, stored } from './scenario.ts';

const SALT = 'salt';
const VALUE = 'hunter2';
const TELLS = new RegExp(`${VALUE}|${btoa(VALUE).replace('=', '')}`);

function secret(fields: JsonObject, metadata: JsonObject = {}): JsonObject {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'default', ...metadata }, ...fields };
}

const annotated = (name: string, value: string): JsonObject => secret({}, { annotations: { [name]: value } });

const CASES: readonly { readonly name: string; readonly input: JsonObject }[] = [
  { name: 'stringData', input: secret({ stringData: { pw: VALUE } }) },
  { name: 'data', input: secret({ data: { pw: btoa(VALUE) } }) },
  { name: 'stringData misspelt', input: secret({ stringdata: { pw: VALUE } }) },
  { name: 'data that is a text', input: secret({ data: VALUE }) },
  { name: 'data that is a list', input: secret({ data: [VALUE] }) },
  { name: 'data with an object in it', input: secret({ data: { pw: { value: VALUE } } }) },
  { name: 'stringData that is a text', input: secret({ stringData: VALUE }) },
  { name: 'stringData with an object in it', input: secret({ stringData: { pw: { value: VALUE } } }) },
  { name: 'data of metadata', input: secret({}, { data: { pw: VALUE } }) },
  { name: 'data of a spec', input: secret({ spec: { data: { pw: VALUE } } }) },
  { name: 'a type that is a list', input: secret({ type: [VALUE] }) },
  { name: 'immutable that is a text', input: secret({ immutable: VALUE }) },
  { name: 'labels that are a text', input: secret({}, { labels: VALUE }) },
  { name: 'a label that is an object', input: secret({}, { labels: { a: { pw: VALUE } } }) },
  { name: 'annotations that are a text', input: secret({}, { annotations: VALUE }) },
  { name: 'core/v1', input: { ...secret({ data: { pw: btoa(VALUE) } }), apiVersion: 'core/v1' } },
  { name: 'a lower case kind', input: { ...secret({ data: { pw: btoa(VALUE) } }), kind: 'secret' } },
  { name: 'an upper case kind', input: { ...secret({ stringData: { pw: VALUE } }), kind: 'SECRET' } },
  { name: 'a list of a misspelt kind', input: { ...secret({ items: [secret({ data: { pw: VALUE } })] }), kind: 'secretlist' } },
  { name: 'a copy of kubectl', input: annotated('kubectl.kubernetes.io/last-applied-configuration', `{"data":{"pw":"${VALUE}"}}`) },
  { name: 'a copy of kapp', input: annotated('kapp.k14s.io/original', `{"data":{"pw":"${VALUE}"}}`) },
  { name: 'a copy of Rancher', input: annotated('objectset.rio.cattle.io/applied', `{"data":{"pw":"${VALUE}"}}`) },
  { name: 'an annotation of nobody', input: annotated('note', VALUE) },
  { name: 'a copy under a known domain', input: annotated('helm.sh/copy', `{"pw":"${VALUE}"}`) },
];

for (const { name, input } of CASES) {
  test(`a secret value is hashed, and comes back: ${name}`, () => {
    const source = object(input);
    const hashed = hashSecret(source, SALT);
    assert.doesNotMatch(JSON.stringify(hashed), TELLS);
    assert.deepEqual(hashSecret(hashed, SALT), hashed, 'a hash stays what it is');
    assert.deepEqual(hashSecret(restored(hashed, source), SALT), hashed);
    assert.match(JSON.stringify(restored(hashed, source)), TELLS);
  });

  test(`a plan and its file hold no secret value: ${name}`, () => {
    const made = [
      plan([], [manifest(input)]),
      plan([object(secret({ data: { pw: btoa('other') } }))], [manifest(input)]),
      plan([object(input)], [manifest(secret({ data: { pw: btoa('other') } }))]),
    ];
    for (const item of made) assert.doesNotMatch(writePlanFile(item, { kplanVersion: '0.1.0' }), TELLS);
  });
}

function restored(hashed: KubernetesObject, source: KubernetesObject): KubernetesObject {
  const answer = restoreSecret(hashed, source, SALT);
  if (typeof answer === 'string') throw new Error(answer);
  return answer;
}

test('what says how a Secret is handled is left as it is', () => {
  const annotations = {
    'argocd.argoproj.io/sync-wave': '3',
    'config.kubernetes.io/depends-on': '/namespaces/a/ConfigMap/b',
    'helm.sh/resource-policy': 'keep',
    'kapply.kplan.dev/prune': 'false',
    'kubernetes.io/service-account.name': 'robot',
  };
  const input = object(secret({ type: 'Opaque', immutable: true }, { annotations, labels: { app: 'a' }, finalizers: ['a.b/c'], uid: 'u' }));
  assert.deepEqual(hashSecret(input, SALT), input);
});

test('custom resources of that name, and other kinds, are left as they are', () => {
  for (const head of [
    { apiVersion: 'vault.example.com/v1', kind: 'Secret' },
    { apiVersion: 'v1', kind: 'ConfigMap' },
  ]) {
    const input = object({ ...secret({ data: { a: 'b' } }), ...head });
    assert.equal(hashSecret(input, SALT), input);
  }
});

test('an annotation that is another one now is refused', () => {
  const input = secret({ data: { pw: btoa(VALUE) } }, { annotations: { note: 'a' } });
  const made = plan([], [manifest(input)]);
  const changed = restoreSecrets(made, [manifest({ ...input, metadata: { name: 's', namespace: 'default', annotations: { note: 'b' } } })]);
  assert.deepEqual(changed.kind === 'refused' ? changed.refusals.map(({ reason }) => reason) : [], [
    'the value of metadata.annotations.note is not the planned one',
  ]);
  const same = restoreSecrets(made, [manifest(input)]);
  assert.deepEqual(same.kind === 'ok' ? [...same.objects.values()].map(({ metadata }) => metadata['annotations']) : [], [{ note: 'a' }]);
});

test('a Secret that is as it should be does not change, live or of a snapshot', () => {
  const annotations = { 'objectset.rio.cattle.io/applied': `{"pw":"${VALUE}"}`, note: VALUE, 'helm.sh/hook-weight': '1' };
  const input = secret({ stringData: { pw: VALUE }, type: 'Opaque' }, { annotations });
  const live = stored(input);
  const made = plan([live], [manifest(input)]);
  assert.deepEqual(stepsOf(made), []);
  const ofSnapshot = plan([hashSecret(live, made.salt)], [manifest(input)]);
  assert.deepEqual(stepsOf(ofSnapshot), []);
});
