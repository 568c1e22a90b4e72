import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { getArray, getString, type JsonObject, type JsonValue } from '../../../src/std/index.ts';
import { specOf, World, type KubernetesObject } from '../../../src/model/index.ts';
import { isAllowed, listPolicyChecks, networkEngine, PROTOCOLS } from '../../../src/engine/network/index.ts';
import { deployment, having, namespace, pod, policy } from './objects.ts';
import { anyObjects, OUTSIDE, PORTS } from './random-world.ts';
import { object, service } from './traffic/objects.ts';

const BASE = [
  namespace('shop', { team: 'shop' }),
  deployment('shop/web', { app: 'web' }, { ports: [{ name: 'http', containerPort: 8080 }] }),
  deployment('shop/db', { app: 'db' }),
  deployment('pay/api', { app: 'api' }),
];
const toDb = (ingress: readonly JsonObject[], name = 'shop/p'): KubernetesObject =>
  policy(name, { podSelector: having({ app: 'db' }), ingress });
const FROM_WEB = { from: [{ podSelector: having({ app: 'web' }) }] };
const FROM_SHOP = { from: [{ podSelector: {} }] };

function admin(name: string, priority: number, ingress: readonly JsonObject[]): KubernetesObject {
  return object('policy.networking.k8s.io/v1alpha1', 'AdminNetworkPolicy', name, {
    spec: { priority, subject: { namespaces: having({ team: 'shop' }) }, ingress },
  });
}

const from = (action: string, labels: JsonObject): JsonObject => ({ action, from: [{ namespaces: labels }] });

const cases: readonly { readonly name: string; readonly objects: readonly KubernetesObject[]; readonly want: readonly string[] }[] = [
  {
    name: 'rules that each add something',
    objects: [toDb([FROM_WEB, { from: [{ namespaceSelector: having({ 'kubernetes.io/metadata.name': 'pay' }) }] }])],
    want: [],
  },
  { name: 'a rule within a wider one', objects: [toDb([FROM_SHOP, FROM_WEB])], want: ['KN0301 p /spec/ingress/1'] },
  {
    name: 'a rule within one of another policy',
    objects: [toDb([FROM_SHOP]), toDb([FROM_WEB], 'shop/q')],
    want: ['KN0301 q /spec/ingress/0'],
  },
  { name: 'of two that are alike the last', objects: [toDb([FROM_WEB, FROM_WEB])], want: ['KN0301 p /spec/ingress/1'] },
  { name: 'the same on another port', objects: [toDb([{ ...FROM_SHOP, ports: [{ port: 80 }] }, FROM_WEB])], want: [] },
  {
    name: 'a rule of a tier behind one that takes all',
    objects: [admin('a', 1, [from('Allow', {}), from('Deny', having({ 'kubernetes.io/metadata.name': 'pay' }))])],
    want: ['KN0302 a /spec/ingress/1'],
  },
  { name: 'an allow that nothing forbids yet is a guard', objects: [admin('a', 1, [from('Allow', {})])], want: [] },
  {
    name: 'a policy of a later priority',
    objects: [admin('a', 1, [from('Deny', {})]), admin('b', 2, [from('Allow', {})])],
    want: ['KN0302 b /spec/ingress/0'],
  },
  {
    name: 'a selector with a typo',
    objects: [toDb([{ from: [{ podSelector: having({ app: 'wep' }) }] }])],
    want: ['KN0303 p /spec/ingress/0'],
  },
  {
    name: 'a namespace that is not here',
    objects: [toDb([{ from: [{ namespaceSelector: having({ name: 'mon' }), podSelector: having({ app: 'x' }) }] }])],
    want: [],
  },
  {
    name: 'a port name that the subject has',
    objects: [policy('shop/p', { podSelector: having({ app: 'web' }), ingress: [{ ports: [{ port: 'http' }] }] })],
    want: [],
  },
  { name: 'a port name that only others have', objects: [toDb([{ ports: [{ port: 'http' }] }])], want: ['KN0304 p /spec/ingress/0'] },
  {
    name: 'a port name of another protocol',
    objects: [policy('shop/p', { podSelector: having({ app: 'web' }), ingress: [{ ports: [{ port: 'http', protocol: 'UDP' }] }] })],
    want: ['KN0304 p /spec/ingress/0'],
  },
  {
    name: 'the address of a Service',
    objects: [
      service('shop/db', { clusterIP: '10.96.0.9' }),
      policy('shop/p', {
        podSelector: having({ app: 'web' }),
        policyTypes: ['Egress'],
        egress: [{ to: [{ ipBlock: { cidr: '10.96.0.9/32' } }] }],
      }),
    ],
    want: ['KN0305 p /spec/egress/0'],
  },
  {
    name: 'the address of a pod',
    objects: [pod('shop/solo', { app: 'solo' }, { ips: ['10.1.2.3'] }), toDb([{ from: [{ ipBlock: { cidr: '10.1.2.3/32' } }] }])],
    want: ['KN0305 p /spec/ingress/0'],
  },
  { name: 'a network', objects: [toDb([{ from: [{ ipBlock: { cidr: '10.0.0.0/8' } }] }])], want: [] },
];
for (const { name, objects, want } of cases) {
  test(`checks of policies: ${name}`, () => {
    const told = listPolicyChecks(World.of([...BASE, ...objects])).map(
      ({ code, subject, objects: lines }) => `${code} ${subject?.name ?? ''} ${lines[0]?.path ?? ''}`,
    );
    assert.deepEqual(told, want);
  });
}

test('without the rules that add nothing every answer is as it was, on random worlds', () => {
  let idle = 0;
  fc.assert(
    fc.property(anyObjects, (objects) => {
      const world = World.of(objects);
      const told = listPolicyChecks(world).filter(({ code }) => code === 'KN0301');
      if (told.length === 0) return;
      idle++;
      const thinner = World.of(
        objects.map((item) =>
          withoutRules(
            item,
            told.filter(({ subject }) => subject?.name === item.metadata['name']).map(({ data }) => getString(data, 'rule') ?? ''),
          ),
        ),
      );
      const pods = objects
        .filter(({ kind }) => kind === 'Pod')
        .map(({ metadata }) => `${getString(metadata, 'namespace') ?? ''}/${getString(metadata, 'name') ?? ''}`);
      const ends = [...pods, ...OUTSIDE];
      for (const sender of ends)
        for (const receiver of ends)
          for (const protocol of PROTOCOLS)
            for (const port of PORTS) {
              const flow = { from: sender, to: receiver, protocol, port };
              const [was, is] = [isAllowed(world, flow), isAllowed(thinner, flow)];
              assert.equal(was.kind === 'verdict' && was.allowed, is.kind === 'verdict' && is.allowed, JSON.stringify(flow));
            }
    }),
    { numRuns: 300 },
  );
  assert.ok(idle > 10, String(idle));
});

/** A policy without some of its rules, isolating the same directions. */
function withoutRules(item: KubernetesObject, paths: readonly string[]): KubernetesObject {
  if (item.kind !== 'NetworkPolicy' || paths.length === 0) return item;
  const spec = specOf(item);
  const types = getArray(spec, 'policyTypes');
  const egress = getArray(spec, 'egress');
  const kept = types.length > 0 ? types : ['Ingress', ...(egress.length > 0 ? ['Egress'] : [])];
  const keep = (field: string): readonly JsonValue[] =>
    getArray(spec, field).filter((_, index) => !paths.includes(`/spec/${field}/${index}`));
  return { ...item, spec: { ...spec, policyTypes: kept, ingress: keep('ingress'), egress: keep('egress') } };
}

test('that a workload has lost its last policy is said once: where connections open with them, else by itself', () => {
  const tell = (before: readonly KubernetesObject[], after: readonly KubernetesObject[]): readonly string[] => {
    const told = networkEngine
      .compare(World.of(before), World.of(after))
      .filter(({ fact }) => fact.code === 'KN0106' || fact.data['unlimited'] !== undefined)
      .map(({ fact: { code, data } }) => `${code} ${getString(data, code === 'KN0106' ? 'direction' : 'unlimited') ?? ''}`);
    return [...new Set(told)];
  };
  const protecting = toDb([FROM_WEB]);
  assert.deepEqual(tell([...BASE, protecting], BASE), ['KN0101 ingress']);
  assert.deepEqual(tell([...BASE, toDb([{}])], BASE), ['KN0106 ingress']);
  assert.deepEqual(tell([...BASE, protecting], [...BASE, toDb([FROM_SHOP])]), []);
  assert.deepEqual(tell([...BASE, protecting], BASE.slice(0, 2)), []);
});
