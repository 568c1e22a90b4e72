import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { World, type KubernetesObject } from '../../../src/model/index.ts';
import { isAllowed, PROTOCOLS, type ConnectionEnd, type Flow, type Verdict } from '../../../src/engine/network/index.ts';
import { getString, hasPoint, type JsonObject } from '../../../src/std/index.ts';
import { parseAddress } from '../../../src/engine/network/address.ts';
import { toPortPoint } from '../../../src/engine/network/port-set.ts';
import { naiveIsAllowed } from './naive-network.ts';
import { deployment, having, namespace, node, pod, policy } from './objects.ts';
import { anyObjects, OUTSIDE, PORTS } from './random-world.ts';
import { listConnections } from './list-connections.ts';

/** `shop/web > shop/db TCP 80`. */
function toFlow(text: string): Flow {
  const [from = '', , to = '', protocol = '', port = ''] = text.split(' ');
  return { from, to, protocol: PROTOCOLS.find((known) => known === protocol) ?? 'TCP', port: Number(port) };
}

function isYes(verdict: Verdict): boolean {
  return verdict.kind === 'verdict' && verdict.allowed;
}

const BASE = [
  namespace('shop', { team: 'shop' }),
  deployment('shop/web', { app: 'web' }),
  deployment('shop/db', { app: 'db' }, { ports: [{ name: 'sql', containerPort: 5432 }] }),
  deployment('pay/api', { app: 'api' }),
];
const toDb = (spec: JsonObject): KubernetesObject => policy('shop/p', { podSelector: having({ app: 'db' }), ...spec });

const cases: readonly {
  readonly name: string;
  readonly objects: readonly KubernetesObject[];
  readonly yes?: readonly string[];
  readonly no?: readonly string[];
}[] = [
  { name: 'no policy', objects: [], yes: ['shop/web > shop/db TCP 1', '1.2.3.4 > shop/db UDP 9', 'shop/db > 1.2.3.4 SCTP 9'] },
  {
    name: 'no ingress rules deny',
    objects: [toDb({})],
    yes: ['shop/db > shop/web TCP 1'],
    no: ['shop/web > shop/db TCP 1', '1.2.3.4 > shop/db TCP 1'],
  },
  {
    name: 'an empty rule allows everybody',
    objects: [toDb({ ingress: [{}] })],
    yes: ['pay/api > shop/db TCP 1', '1.2.3.4 > shop/db TCP 1'],
  },
  { name: 'empty peers and ports are all', objects: [toDb({ ingress: [{ from: [], ports: [] }] })], yes: ['1.2.3.4 > shop/db UDP 1'] },
  {
    name: 'egress rules alone isolate both ways',
    objects: [toDb({ egress: [{ ports: [{ port: 53, protocol: 'UDP' }] }] })],
    yes: ['shop/db > shop/web UDP 53'],
    no: ['shop/db > shop/web TCP 53', 'shop/web > shop/db TCP 1'],
  },
  {
    name: 'policyTypes Egress leaves ingress alone, its rules too',
    objects: [toDb({ policyTypes: ['Egress'], ingress: [{ from: [{ podSelector: {} }] }] })],
    yes: ['pay/api > shop/db TCP 1'],
    no: ['shop/db > pay/api TCP 1'],
  },
  {
    name: 'an egress section without its type does nothing',
    objects: [toDb({ policyTypes: ['Ingress'], ingress: [{}], egress: [{ to: [{ podSelector: {} }] }] })],
    yes: ['shop/db > pay/api TCP 1'],
  },
  {
    name: 'a podSelector is of the own namespace',
    objects: [toDb({ ingress: [{ from: [{ podSelector: {} }] }] })],
    yes: ['shop/web > shop/db TCP 1'],
    no: ['pay/api > shop/db TCP 1'],
  },
  {
    name: 'an empty namespaceSelector is every namespace, but no address outside',
    objects: [toDb({ ingress: [{ from: [{ namespaceSelector: {} }] }] })],
    yes: ['pay/api > shop/db TCP 1'],
    no: ['1.2.3.4 > shop/db TCP 1'],
  },
  {
    name: 'both selectors in one item must hold',
    objects: [toDb({ ingress: [{ from: [{ namespaceSelector: having({ team: 'shop' }), podSelector: having({ app: 'api' }) }] }] })],
    no: ['shop/web > shop/db TCP 1', 'pay/api > shop/db TCP 1'],
  },
  {
    name: 'as two items either may',
    objects: [toDb({ ingress: [{ from: [{ namespaceSelector: having({ team: 'shop' }) }, { podSelector: having({ app: 'api' }) }] }] })],
    yes: ['shop/web > shop/db TCP 1'],
    no: ['pay/api > shop/db TCP 1'],
  },
  {
    name: 'a namespace that no manifest makes has its name as a label',
    objects: [toDb({ ingress: [{ from: [{ namespaceSelector: having({ 'kubernetes.io/metadata.name': 'pay' }) }] }] })],
    yes: ['pay/api > shop/db TCP 1'],
    no: ['shop/web > shop/db TCP 1'],
  },
  {
    name: 'NotIn matches an absent key, an empty value does not',
    objects: [toDb({ ingress: [{ from: [{ podSelector: { matchExpressions: [{ key: 'none', operator: 'NotIn', values: ['x'] }] } }] }] })],
    yes: ['shop/web > shop/db TCP 1'],
  },
  {
    name: 'a label with an empty value is not an absent one',
    objects: [toDb({ ingress: [{ from: [{ podSelector: having({ none: '' }) }] }] })],
    no: ['shop/web > shop/db TCP 1'],
  },
  {
    name: 'an unknown operator selects nothing',
    objects: [toDb({ ingress: [{ from: [{ podSelector: { matchExpressions: [{ key: 'app', operator: 'Like' }] } }] }] })],
    no: ['shop/web > shop/db TCP 1'],
  },
  {
    name: 'a peer with nothing set selects nobody',
    objects: [toDb({ ingress: [{ from: [{}] }] })],
    no: ['shop/web > shop/db TCP 1', '1.2.3.4 > shop/db TCP 1'],
  },
  {
    name: 'ports default to TCP, and reach to endPort',
    objects: [toDb({ ingress: [{ ports: [{ port: 80, endPort: 82 }] }] })],
    yes: ['shop/web > shop/db TCP 80', 'shop/web > shop/db TCP 82'],
    no: ['shop/web > shop/db TCP 79', 'shop/web > shop/db TCP 83', 'shop/web > shop/db UDP 80'],
  },
  {
    name: 'a protocol alone is all its ports',
    objects: [toDb({ ingress: [{ ports: [{ protocol: 'SCTP' }] }] })],
    yes: ['shop/web > shop/db SCTP 9'],
    no: ['shop/web > shop/db TCP 9'],
  },
  { name: 'a null port is all ports', objects: [toDb({ ingress: [{ ports: [{ port: null }] }] })], yes: ['shop/web > shop/db TCP 9'] },
  {
    name: 'a named port is that of the destination, with its protocol',
    objects: [
      toDb({ ingress: [{ ports: [{ port: 'sql' }] }] }),
      policy('shop/q', { podSelector: having({ app: 'web' }), policyTypes: ['Egress'], egress: [{ ports: [{ port: 'sql' }] }] }),
    ],
    yes: ['shop/web > shop/db TCP 5432'],
    no: ['shop/web > shop/db UDP 5432', 'shop/web > shop/db TCP 80', 'shop/web > pay/api TCP 5432', 'shop/web > 1.2.3.4 TCP 5432'],
  },
  {
    name: 'a sidecar declares ports, an init container does not',
    objects: [
      deployment(
        'shop/side',
        { app: 'side' },
        {
          initContainers: [
            { name: 's', restartPolicy: 'Always', ports: [{ name: 'm', containerPort: 1 }] },
            { name: 'i', ports: [{ name: 'm', containerPort: 2 }] },
          ],
        },
      ),
      policy('shop/q', { podSelector: having({ app: 'side' }), ingress: [{ ports: [{ port: 'm' }] }] }),
    ],
    yes: ['shop/web > shop/side TCP 1'],
    no: ['shop/web > shop/side TCP 2'],
  },
  {
    name: 'an ipBlock without its exceptions',
    objects: [toDb({ ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }] }] })],
    yes: ['10.0.0.1 > shop/db TCP 1', '10.2.0.1 > shop/db TCP 1'],
    no: ['10.1.0.1 > shop/db TCP 1', '11.0.0.1 > shop/db TCP 1', '::1 > shop/db TCP 1', 'shop/web > shop/db TCP 1'],
  },
  {
    name: 'an IPv6 block',
    objects: [toDb({ ingress: [{ from: [{ ipBlock: { cidr: 'fd00::/8' } }] }] })],
    yes: ['fd00::1 > shop/db TCP 1'],
    no: ['fe00::1 > shop/db TCP 1', '10.0.0.1 > shop/db TCP 1'],
  },
  {
    name: 'a bad block is nobody',
    objects: [toDb({ ingress: [{ from: [{ ipBlock: { cidr: 'everywhere' } }] }] })],
    no: ['10.0.0.1 > shop/db TCP 1'],
  },
  {
    name: 'a Pod of known address is in its block',
    objects: [pod('shop/one', {}, { ips: ['10.0.0.9'] }), toDb({ ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/24' } }] }] })],
    yes: ['shop/one > shop/db TCP 1', '10.0.0.9 > shop/db TCP 1'],
  },
  {
    name: 'host-network pods are not selected, nor found by selectors',
    objects: [deployment('shop/host', { app: 'db' }, { hostNetwork: true }), toDb({ ingress: [{ from: [{ podSelector: {} }] }] })],
    yes: ['shop/web > shop/host TCP 1', '1.2.3.4 > shop/host TCP 1'],
    no: ['shop/host > shop/db TCP 1'],
  },
  {
    name: 'a host-network pod is seen as its node',
    objects: [
      node('n', '10.5.0.1'),
      deployment('shop/host', {}, { hostNetwork: true }),
      toDb({ ingress: [{ from: [{ ipBlock: { cidr: '10.5.0.0/16' } }] }] }),
    ],
    yes: ['shop/host > shop/db TCP 1'],
  },
  {
    name: 'a host-network pod whose nodes are unknown is only in a block of all addresses',
    objects: [
      deployment('shop/host', {}, { hostNetwork: true }),
      toDb({
        ingress: [
          { from: [{ ipBlock: { cidr: '0.0.0.0/0' } }], ports: [{ port: 1 }] },
          { from: [{ ipBlock: { cidr: '10.0.0.0/8' } }], ports: [{ port: 2 }] },
        ],
      }),
    ],
    yes: ['shop/host > shop/db TCP 1'],
    no: ['shop/host > shop/db TCP 2'],
  },
  { name: 'a Pod reaches itself', objects: [pod('shop/one', { app: 'db' }), toDb({})], yes: ['shop/one > shop/one TCP 1'] },
  { name: 'the pods of a workload are not one pod', objects: [toDb({})], no: ['shop/db > shop/db TCP 1'] },
  {
    name: 'policies of a namespace add up',
    objects: [toDb({}), policy('shop/q', { podSelector: {}, ingress: [{ ports: [{ port: 1 }] }] })],
    yes: ['shop/web > shop/db TCP 1'],
    no: ['shop/web > shop/db TCP 2'],
  },
  {
    name: 'both ends must allow the same port',
    objects: [
      toDb({ ingress: [{ ports: [{ port: 1 }] }] }),
      policy('shop/q', { podSelector: having({ app: 'web' }), policyTypes: ['Egress'], egress: [{ ports: [{ port: 2 }] }] }),
    ],
    no: ['shop/web > shop/db TCP 1', 'shop/web > shop/db TCP 2'],
  },
];

for (const { name, objects, yes = [], no = [] } of cases) {
  test(`reach: ${name}`, () => {
    const world = World.of([...BASE, ...objects]);
    for (const flow of yes) assert.equal(isYes(isAllowed(world, toFlow(flow))), true, flow);
    for (const flow of no) {
      const verdict = isAllowed(world, toFlow(flow));
      assert.equal(verdict.kind, 'verdict', flow);
      assert.equal(isYes(verdict), false, flow);
    }
  });
}

test('a verdict names the policies that isolate and the rules that allow', () => {
  const world = World.of([...BASE, toDb({ ingress: [{ ports: [{ port: 1 }] }, { from: [{ podSelector: {} }] }] })]);
  const verdict = isAllowed(world, toFlow('shop/web > shop/db TCP 2'));
  assert.ok(verdict.kind === 'verdict');
  assert.deepEqual(
    verdict.ingress.rules.map(({ ref, path }) => [ref.name, path]),
    [['p', '/spec/ingress/1']],
  );
  assert.deepEqual(verdict.egress.policies, []);
  assert.deepEqual(verdict.reasons, [
    'egress: no policy selects shop/web, so everything is allowed',
    'ingress: allowed by shop/p /spec/ingress/1',
  ]);
});

test('an end that is not there is said', () => {
  assert.deepEqual(isAllowed(World.of(BASE), toFlow('shop/web > shop/gone TCP 1')), { kind: 'unknown-end', end: 'shop/gone' });
});

test('two kinds of one name are told apart, what the world owns and what has ended are no workloads', () => {
  const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', controller: true };
  const world = World.of([
    ...BASE,
    { ...deployment('shop/web', { app: 'set' }), kind: 'StatefulSet' },
    pod('shop/web-1', {}, { ownerReferences: [owner] }),
    pod('shop/done', {}, { phase: 'Succeeded' }),
    toDb({ ingress: [{ from: [{ podSelector: having({ app: 'set' }) }] }] }),
  ]);
  assert.equal(isYes(isAllowed(world, toFlow('shop/StatefulSet/web > shop/db TCP 1'))), true);
  assert.equal(isYes(isAllowed(world, toFlow('shop/Deployment/web > shop/db TCP 1'))), false);
  for (const end of ['shop/web', 'shop/web-1', 'shop/done'])
    assert.equal(isAllowed(world, toFlow(`${end} > shop/db TCP 1`)).kind, 'unknown-end');
});

/** Every flow between the Pods and the addresses of a random world. */
function listFlows(objects: readonly KubernetesObject[]): readonly Flow[] {
  const pods = objects
    .filter(({ kind }) => kind === 'Pod')
    .map(({ metadata }) => `${getString(metadata, 'namespace') ?? ''}/${getString(metadata, 'name') ?? ''}`);
  const ends = [...pods, ...OUTSIDE];
  return ends.flatMap((from) =>
    ends
      .filter((to) => to !== from && (pods.includes(from) || pods.includes(to)))
      .flatMap((to) => PROTOCOLS.flatMap((protocol) => PORTS.map((port) => ({ from, to, protocol, port })))),
  );
}

test('each side answers as a naive evaluator does, on random worlds', () => {
  fc.assert(
    fc.property(anyObjects, (objects) => {
      const world = World.of(objects);
      for (const flow of listFlows(objects)) {
        const verdict = isAllowed(world, flow);
        assert.ok(verdict.kind === 'verdict');
        assert.deepEqual(
          { egress: verdict.egress.allowed, ingress: verdict.ingress.allowed },
          naiveIsAllowed(objects, flow),
          JSON.stringify(flow),
        );
      }
    }),
    { numRuns: 300 },
  );
});

test('the list of connections holds what is allowed, and nothing else', () => {
  fc.assert(
    fc.property(anyObjects, (objects) => {
      const world = World.of(objects);
      const connections = listConnections(world);
      const isEnd = (end: ConnectionEnd, name: string): boolean =>
        end.kind === 'workload' ? end.workload.name === name : hasPoint(end.addresses, parseAddress(name) ?? -1n);
      for (const flow of listFlows(objects)) {
        const listed = connections.some(
          ({ from, to, ports }) => isEnd(from, flow.from) && isEnd(to, flow.to) && hasPoint(ports, toPortPoint(flow.protocol, flow.port)),
        );
        assert.equal(listed, isYes(isAllowed(world, flow)), JSON.stringify(flow));
      }
    }),
    { numRuns: 60 },
  );
});
