import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../../../src/std/index.ts';
import { World, type KubernetesObject } from '../../../../src/model/index.ts';
import { isAllowed, listPolicyChecks } from '../../../../src/engine/network/index.ts';
import { deployment, namespace } from '../objects.ts';
import { BASE, custom, db, istio, testPolicies } from './policy-cases.ts';

const MANY = 2000;
const strict = { mtls: { mode: 'STRICT' } };
const peer = (name: string, spec: JsonObject): KubernetesObject => custom('security.istio.io/v1', 'PeerAuthentication', name, spec);

testPolicies(BASE, [
  {
    name: 'modes of what is no port count for nothing and are said',
    objects: [
      peer('shop/db', { selector: db, portLevelMtls: { http: { mode: 'STRICT' }, '0': { mode: 'STRICT' }, '80': { mode: 'STRICT' } } }),
    ],
    yes: ['lab/tool > shop/db TCP 81'],
    no: ['lab/tool > shop/db TCP 80'],
    problems: ['KN0307 /spec/portLevelMtls/0 0: no port', 'KN0307 /spec/portLevelMtls/http http: no port'],
  },
  {
    name: 'of two of the same workload the older counts, and of two of a namespace; where neither says its age the first by name',
    objects: [
      peer('shop/a', { selector: db, mtls: { mode: 'PERMISSIVE' } }),
      peer('shop/b', { selector: db, ...strict }),
      {
        ...peer('lab/b', { mtls: { mode: 'PERMISSIVE' } }),
        metadata: { name: 'b', namespace: 'lab', creationTimestamp: '2026-01-01T00:00:00Z' },
      },
      { ...peer('lab/a', strict), metadata: { name: 'a', namespace: 'lab', creationTimestamp: '2026-01-02T00:00:00Z' } },
      deployment('lab/side', { app: 'side', 'sidecar.istio.io/inject': 'true' }),
    ],
    yes: ['lab/tool > shop/db TCP 80', 'lab/tool > lab/side TCP 80'],
    problems: ['KN0309 /spec the same pods as PeerAuthentication a (the older counts)'],
  },
]);

test('policies of plugins: thousands of PeerAuthentications cost their number, by namespaces and within one', () => {
  const spread = Array.from({ length: MANY }, (_, i) => [
    namespace(`n${i}`, { 'istio-injection': 'enabled' }),
    peer(`n${i}/default`, i % 2 === 0 ? strict : { mtls: { mode: 'PERMISSIVE' } }),
    istio(`n${i}/all`, { rules: [{}] }),
    deployment(`n${i}/web`, { app: 'web' }),
  ]).flat();
  const heaped = Array.from({ length: MANY }, (_, i) =>
    peer(`shop/p${i}`, { selector: { matchLabels: { app: `a${i}` } }, mtls: { mode: 'DISABLE' } }),
  );
  const world = World.of([...BASE, ...spread, ...heaped]);
  const answers = ['n2/web', 'n3/web'].map((to) => isAllowed(world, { from: 'lab/tool', to, protocol: 'TCP', port: 80 }));
  assert.deepEqual(
    answers.map((answer) => answer.kind === 'verdict' && answer.allowed),
    [false, true],
  );
  assert.deepEqual(
    listPolicyChecks(world).filter(({ code }) => code === 'KN0309'),
    [],
  );
});
