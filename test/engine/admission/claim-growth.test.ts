import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareClaimGrowth } from '../../../src/engine/admission/claim-growth.ts';
import { describe, withMetadata, World, type KubernetesObject } from '../../../src/model/index.ts';
import type { JsonObject } from '../../../src/std/index.ts';

const claim = (storage: string, more: JsonObject = { storageClassName: 'disk' }): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'data', namespace: 'shop' },
  spec: { resources: { requests: { storage } }, ...more },
});
const storageClass = (fields: JsonObject, isDefault = false): KubernetesObject => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'disk', ...(isDefault ? { annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } } : {}) },
  ...fields,
});

const REFUSED = 'PersistentVolumeClaim shop/data cannot grow from 10Gi to 20Gi: StorageClass disk does not allow volumes to grow';
const CASES: readonly (readonly [
  name: string,
  before: KubernetesObject,
  after: KubernetesObject,
  others: readonly KubernetesObject[],
  want: readonly string[],
])[] = [
  ['a class that says nothing', claim('10Gi'), claim('20Gi'), [storageClass({})], [REFUSED]],
  ['a class that refuses', claim('10Gi'), claim('20Gi'), [storageClass({ allowVolumeExpansion: false })], [REFUSED]],
  ['a class that allows it', claim('10Gi'), claim('20Gi'), [storageClass({ allowVolumeExpansion: true })], []],
  ['a class that is not known', claim('10Gi'), claim('20Gi'), [], []],
  ['a smaller claim', claim('20Gi'), claim('10Gi'), [storageClass({})], []],
  ['as much in other words', claim('1Gi'), claim('1024Mi'), [storageClass({})], []],
  ['the default class', claim('10Gi', {}), claim('20Gi', {}), [storageClass({}, true)], [REFUSED]],
  ['no default class', claim('10Gi', {}), claim('20Gi', {}), [storageClass({})], []],
  [
    'the default class by its older annotation',
    claim('10Gi', {}),
    claim('20Gi', {}),
    [withMetadata(storageClass({}), { annotations: { 'storageclass.beta.kubernetes.io/is-default-class': 'true' } })],
    [REFUSED],
  ],
  [
    'a claim that is not bound',
    { ...claim('10Gi'), status: { phase: 'Pending' } },
    claim('20Gi'),
    [storageClass({ allowVolumeExpansion: true })],
    ['PersistentVolumeClaim shop/data cannot grow from 10Gi to 20Gi: only bound claims can be expanded, and it is Pending'],
  ],
  [
    'a claim that is bound',
    { ...claim('10Gi'), status: { phase: 'Bound' } },
    claim('20Gi'),
    [storageClass({ allowVolumeExpansion: true })],
    [],
  ],
  [
    'no class at all',
    claim('10Gi', { storageClassName: '' }),
    claim('20Gi', { storageClassName: '' }),
    [],
    ['PersistentVolumeClaim shop/data cannot grow from 10Gi to 20Gi: it has no StorageClass: its volume was not provisioned'],
  ],
];

for (const [name, before, after, others, want] of CASES)
  test(`claims that cannot grow: ${name}`, () => {
    const changes = compareClaimGrowth(World.of([before, ...others]), World.of([after, ...others]));
    assert.deepEqual(
      changes.map(({ fact }) => describe(fact)),
      want,
    );
    for (const { fact } of changes) assert.equal(fact.objects[0]?.path, '/spec/resources/requests/storage');
  });
