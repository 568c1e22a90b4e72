import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describe, toFinding, type Finding } from '../../src/model/index.ts';
import type { PlanInput } from '../../src/planner/index.ts';
import type { JsonObject } from '../../src/std/index.ts';
import { manifest, plan } from './scenario.ts';

const TAINT: JsonObject = { apiVersion: 'resource.k8s.io/v1alpha3', kind: 'DeviceTaintRule', metadata: { name: 't' } };
const THING: JsonObject = { apiVersion: 'test.example/v1', kind: 'Thing', metadata: { name: 't', namespace: 'default' } };
const DEFINITION: JsonObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'things.test.example' },
  spec: {
    group: 'test.example',
    scope: 'Namespaced',
    names: { plural: 'things', kind: 'Thing' },
    versions: [{ name: 'v1', served: true, storage: true }],
  },
};
const SERVED: NonNullable<PlanInput['served']> = [
  { group: '', version: 'v1', kind: 'ConfigMap' },
  { group: 'apiextensions.k8s.io', version: 'v1', kind: 'CustomResourceDefinition' },
];
const NEWER = { group: 'resource.k8s.io', version: 'v1beta2', kind: 'DeviceTaintRule' };
const TOLD: Finding = toFinding('KV0003', {
  ref: { group: 'resource.k8s.io', version: 'v1alpha3', kind: 'DeviceTaintRule', name: 't' },
  data: {},
});

const cases: readonly {
  readonly name: string;
  readonly desired: readonly JsonObject[];
  readonly options: Partial<PlanInput>;
  readonly want?: string;
}[] = [
  { name: 'nobody asked what is served', desired: [TAINT], options: {} },
  { name: 'it is served', desired: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' } }], options: { served: SERVED } },
  { name: 'it is not', desired: [TAINT], options: { served: SERVED }, want: 'DeviceTaintRule of resource.k8s.io/v1alpha3' },
  {
    name: 'another version is',
    desired: [TAINT],
    options: { served: [...SERVED, NEWER] },
    want: 'DeviceTaintRule of resource.k8s.io/v1alpha3, but resource.k8s.io/v1beta2',
  },
  { name: 'it is not, and that is said already', desired: [TAINT], options: { served: SERVED, findings: [TOLD] } },
  { name: 'the same change defines it', desired: [DEFINITION, THING], options: { served: SERVED } },
  { name: 'it may not be read', desired: [THING], options: { served: SERVED, unread: ['test.example/Thing'] } },
];

for (const { name, desired, options, want } of cases) {
  test(`a kind of which ${name}: ${want ?? 'nothing is said'}`, () => {
    const told = plan(
      [],
      desired.map((item) => manifest(item)),
      options,
    ).findings.filter(({ code }) => code === 'KP0303');
    assert.deepEqual(
      told.map((finding) => describe(finding)),
      want === undefined ? [] : [`this cluster does not serve ${want}`],
    );
  });
}
