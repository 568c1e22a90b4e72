import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findServiceFault } from '../../../src/engine/admission/index.ts';
import { isKubernetesObject, World, type KubernetesObject } from '../../../src/model/index.ts';
import type { JsonObject } from '../../../src/std/index.ts';

function object(apiVersion: string, kind: string, name: string, rest: JsonObject, labels: JsonObject = {}): KubernetesObject {
  const value = { apiVersion, kind, metadata: { name, namespace: 'hooks', labels }, ...rest };
  assert.ok(isKubernetesObject(value));
  return value;
}

const SERVICE = object('v1', 'Service', 'hook', { spec: { ports: [{ port: 443 }] } });
const OUTSIDE = object('v1', 'Service', 'hook', { spec: { type: 'ExternalName', externalName: 'hook.example' } });
const slice = (endpoints: readonly JsonObject[], service = 'hook'): KubernetesObject =>
  object('discovery.k8s.io/v1', 'EndpointSlice', `${service}-1`, { endpoints }, { 'kubernetes.io/service-name': service });
const READY = slice([{ addresses: ['10.0.0.1'], conditions: { ready: true } }]);
const UNREADY = slice([{ addresses: ['10.0.0.1'], conditions: { ready: false } }]);

const cases: readonly {
  readonly name: string;
  readonly world: readonly KubernetesObject[];
  readonly port?: number;
  readonly want?: string;
}[] = [
  { name: 'no Service', world: [], want: 'does not exist' },
  { name: 'no such port', world: [SERVICE, READY], port: 8443, want: 'has no port 8443' },
  { name: 'no slices', world: [SERVICE], want: 'has no ready endpoint' },
  { name: 'none ready', world: [SERVICE, UNREADY], want: 'has no ready endpoint' },
  { name: 'slices of another Service', world: [SERVICE, slice([{ addresses: ['10.0.0.1'] }], 'other')], want: 'has no ready endpoint' },
  { name: 'one ready', world: [SERVICE, READY] },
  { name: 'one that does not say', world: [SERVICE, slice([{ addresses: ['10.0.0.1'] }])] },
  { name: 'a name outside', world: [OUTSIDE] },
];

for (const { name, world, port = 443, want } of cases) {
  test(`the Service of a webhook with ${name}`, () =>
    assert.equal(findServiceFault(World.of(world), { namespace: 'hooks', name: 'hook', port }), want));
}
