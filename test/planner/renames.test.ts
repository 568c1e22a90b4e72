import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isKubernetesObject, stepsOf, withMetadata, type KubernetesObject } from '../../src/model/index.ts';
import { isObject, type JsonObject } from '../../src/std/index.ts';
import { manifest, plan, stored } from './scenario.ts';

function deployment(name: string, app = 'd', namespace = 'shop'): JsonObject {
  const resources = { requests: { cpu: '100m', memory: '64Mi' } };
  const container = { name: 'c', image: `${app}:1`, env: [{ name: 'A', value: app }], resources };
  const template = { metadata: { labels: { app } }, spec: { hostNetwork: false, containers: [container] } };
  const spec = { replicas: 2, selector: { matchLabels: { app } }, template };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace }, spec };
}

function service(name: string): JsonObject {
  const spec = { selector: { app: 'd' }, ports: [{ port: 80, targetPort: 8080 }] };
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'shop' }, spec };
}

function secret(name: string): JsonObject {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'shop' }, stringData: { user: 'u', password: 'p' } };
}

/** As a cluster holds it after a while: with status, and with what it has allocated. */
function grown(value: JsonObject): KubernetesObject {
  const live = stored(value);
  const given = { clusterIP: '10.96.1.1', clusterIPs: ['10.96.1.1'], ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack' };
  const spec = value['kind'] === 'Service' && isObject(live['spec']) ? { spec: { ...live['spec'], ...given } } : {};
  const { stringData: _, ...rest } = live;
  const data = value['kind'] === 'Secret' ? { data: { user: 'dQ==', password: 'cA==' } } : {};
  const whole = { ...rest, ...spec, ...data, status: { replicas: 2, observedGeneration: 1 } };
  return isKubernetesObject(whole) ? whole : live;
}

const CASES: readonly { readonly name: string; readonly before: JsonObject; readonly desired: JsonObject; readonly isRename: boolean }[] = [
  { name: 'a Deployment under another name', before: deployment('x'), desired: deployment('y'), isRename: true },
  { name: 'a Deployment in another namespace', before: deployment('x'), desired: deployment('x', 'd', 'other'), isRename: true },
  { name: 'a Service under another name', before: service('x'), desired: service('y'), isRename: true },
  { name: 'a Secret under another name', before: secret('x'), desired: secret('y'), isRename: true },
  { name: 'another Deployment', before: deployment('x'), desired: deployment('y', 'other'), isRename: false },
];

for (const { name, before, desired, isRename } of CASES) {
  test(`seen in a cluster, ${name} is ${isRename ? 'a rename' : 'none'}`, () => {
    const [live, last] = [grown(before), withMetadata(grown(before), { managedFields: undefined })];
    for (const object of [live, last]) {
      const created = stepsOf(plan([object], [manifest(desired)])).find(({ action }) => action === 'create');
      assert.ok(created);
      assert.equal(created.movedFrom?.name, isRename ? 'x' : undefined);
    }
  });
}
