import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { getString, hasPoint, type JsonObject } from '../../../src/std/index.ts';
import { World, type KubernetesObject } from '../../../src/model/index.ts';
import { isAllowed, listConnectionChanges, PROTOCOLS, type ConnectionEnd, type Flow } from '../../../src/engine/network/index.ts';
import { parseAddress } from '../../../src/engine/network/address.ts';
import { toPortPoint } from '../../../src/engine/network/port-set.ts';
import { naiveTiersAllow } from './naive-tiers.ts';
import { deployment, having, namespace, node, pod, policy } from './objects.ts';
import { anyTieredObjects, OUTSIDE, PORTS } from './random-world.ts';
import { listConnections } from './list-connections.ts';

const BASE: readonly KubernetesObject[] = [
  namespace('shop', { team: 'a' }),
  namespace('lab', { team: 'b' }),
  deployment('shop/web', { app: 'web' }),
  deployment('shop/db', { app: 'db' }, { ports: [{ name: 'sql', protocol: 'TCP', containerPort: 5432 }] }),
  deployment('lab/tool', { app: 'tool' }),
];

function admin(kind: string, name: string, spec: JsonObject): KubernetesObject {
  const version = kind === 'ClusterNetworkPolicy' ? 'v1alpha2' : 'v1alpha1';
  return { apiVersion: `policy.networking.k8s.io/${version}`, kind, metadata: { name }, spec };
}

const ALL = { namespaces: {} };
const LAB = { namespaces: having({ team: 'b' }) };
const tcp = (port: number): JsonObject => ({ portNumber: { protocol: 'TCP', port } });

interface Case {
  readonly name: string;
  readonly objects: readonly KubernetesObject[];
  readonly yes?: readonly string[];
  readonly no?: readonly string[];
}

const CASES: readonly Case[] = [
  {
    name: 'lower priorities are asked first, whatever their names',
    objects: [
      admin('AdminNetworkPolicy', 'a', { priority: 20, subject: ALL, ingress: [{ action: 'Deny', from: [LAB] }] }),
      admin('AdminNetworkPolicy', 'b', { priority: 10, subject: ALL, ingress: [{ action: 'Allow', from: [LAB], ports: [tcp(80)] }] }),
    ],
    yes: ['lab/tool > shop/web TCP 80', 'shop/web > shop/db TCP 81'],
    no: ['lab/tool > shop/web TCP 81', 'lab/tool > shop/web UDP 80'],
  },
  {
    name: 'what the admin tier allows no NetworkPolicy takes away, what it passes one does',
    objects: [
      admin('AdminNetworkPolicy', 'a', {
        priority: 1,
        subject: ALL,
        ingress: [
          { action: 'Allow', from: [ALL], ports: [tcp(80)] },
          { action: 'Pass', from: [ALL], ports: [tcp(81)] },
          { action: 'Deny', from: [ALL], ports: [tcp(81), tcp(82)] },
        ],
      }),
      policy('shop/deny', { podSelector: having({ app: 'db' }) }),
    ],
    yes: ['shop/web > shop/db TCP 80', 'shop/db > shop/web TCP 81'],
    no: ['shop/web > shop/db TCP 81', 'shop/db > shop/web TCP 82'],
  },
  {
    name: 'the baseline holds where no NetworkPolicy isolates',
    objects: [
      admin('BaselineAdminNetworkPolicy', 'default', { subject: ALL, ingress: [{ action: 'Deny', from: [ALL] }] }),
      policy('shop/open', { podSelector: having({ app: 'db' }), ingress: [{}] }),
    ],
    yes: ['shop/web > shop/db TCP 80', '1.2.3.4 > shop/web TCP 80'],
    no: ['shop/db > shop/web TCP 80'],
  },
  {
    name: 'a named port has the protocol that the pod says',
    objects: [
      admin('AdminNetworkPolicy', 'a', {
        priority: 1,
        subject: ALL,
        ingress: [
          { action: 'Allow', from: [ALL], ports: [{ namedPort: 'sql' }] },
          { action: 'Deny', from: [ALL] },
        ],
      }),
    ],
    yes: ['shop/web > shop/db TCP 5432'],
    no: ['shop/web > shop/db UDP 5432', 'shop/web > shop/db TCP 5433', 'shop/db > shop/web TCP 5432'],
  },
  {
    name: 'networks of all addresses mean pods, whose addresses nobody knows, too',
    objects: [
      admin('AdminNetworkPolicy', 'a', {
        priority: 1,
        subject: ALL,
        egress: [
          { action: 'Allow', to: [{ networks: ['10.0.0.0/8'] }] },
          { action: 'Deny', to: [{ networks: ['0.0.0.0/0'] }] },
        ],
      }),
    ],
    yes: ['shop/web > 10.1.2.3 TCP 1', 'shop/web > ::1 TCP 1'],
    no: ['shop/web > 11.1.2.3 TCP 1', 'shop/web > shop/db TCP 1'],
  },
  {
    name: 'nodes are their addresses, and the host-network pods on them',
    objects: [
      { ...node('one', '172.16.0.1'), metadata: { name: 'one', labels: { zone: 'a' } } },
      { ...node('two', '172.16.0.2'), metadata: { name: 'two', labels: { zone: 'b' } } },
      ...['one', 'two'].map((name) => {
        const host = pod(`lab/on-${name}`, {}, { hostNetwork: true });
        return { ...host, spec: { hostNetwork: true, nodeName: name } };
      }),
      admin('AdminNetworkPolicy', 'a', {
        priority: 1,
        subject: ALL,
        egress: [{ action: 'Deny', to: [{ nodes: having({ zone: 'a' }) }] }],
      }),
    ],
    yes: ['shop/web > 172.16.0.2 TCP 1', 'shop/web > lab/on-two TCP 1'],
    no: ['shop/web > 172.16.0.1 TCP 1', 'shop/web > lab/on-one TCP 1'],
  },
  {
    name: 'a ClusterNetworkPolicy stands in the tier it names, and its pass leaves that tier',
    objects: [
      admin('ClusterNetworkPolicy', 'late', {
        tier: 'Baseline',
        priority: 1,
        subject: ALL,
        ingress: [
          { action: 'Pass', from: [LAB], protocols: [{ udp: { destinationPort: { range: { start: 50, end: 60 } } } }] },
          { action: 'Deny', from: [ALL] },
        ],
      }),
      admin('ClusterNetworkPolicy', 'early', {
        tier: 'Admin',
        priority: 9,
        subject: ALL,
        ingress: [
          { action: 'Accept', from: [LAB], protocols: [{ tcp: { destinationPort: { number: 80 } } }, { destinationNamedPort: 'sql' }] },
        ],
      }),
    ],
    yes: ['lab/tool > shop/web TCP 80', 'lab/tool > shop/web UDP 55', 'lab/tool > shop/db TCP 5432'],
    no: ['lab/tool > shop/web TCP 81', 'lab/tool > shop/web UDP 61', 'shop/db > shop/web TCP 80'],
  },
  {
    name: 'a peer of a later API fails closed: it accepts nobody and denies everybody',
    objects: [
      admin('ClusterNetworkPolicy', 'c', {
        tier: 'Admin',
        priority: 1,
        subject: { namespaces: having({ team: 'a' }) },
        ingress: [
          { action: 'Accept', from: [LAB, { moons: ['io'] }], protocols: [{ tcp: { destinationPort: { number: 80 } } }] },
          { action: 'Pass', from: [{ moons: ['io'] }] },
        ],
      }),
    ],
    yes: ['lab/tool > shop/web TCP 80', 'shop/web > lab/tool TCP 80'],
    no: ['shop/db > shop/web TCP 80', '1.2.3.4 > shop/web TCP 1'],
  },
];

function toFlow(text: string): Flow {
  const [from = '', , to = '', name, port] = text.split(' ');
  const protocol = PROTOCOLS.find((known) => known === name);
  assert.ok(protocol !== undefined, text);
  return { from, to, protocol, port: Number(port) };
}

function isYes(world: World, flow: Flow): boolean {
  const verdict = isAllowed(world, flow);
  assert.ok(verdict.kind === 'verdict', JSON.stringify(flow));
  return verdict.allowed;
}

for (const { name, objects, yes = [], no = [] } of CASES) {
  test(`tiers: ${name}`, () => {
    const world = World.of([...BASE, ...objects]);
    for (const flow of yes) assert.equal(isYes(world, toFlow(flow)), true, flow);
    for (const flow of no) assert.equal(isYes(world, toFlow(flow)), false, flow);
  });
}

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

const RUNS = Number(process.env['KPLAN_TIER_RUNS'] ?? '60');
const SEED = Number(process.env['KPLAN_SEED'] ?? String(Math.floor(Math.random() * 2 ** 31)));

test('each side answers as a naive evaluator of all tiers does, on random worlds', (t) => {
  let [flows, denied] = [0, 0];
  fc.assert(
    fc.property(anyTieredObjects, (objects) => {
      const world = World.of(objects);
      for (const flow of listFlows(objects)) {
        const verdict = isAllowed(world, flow);
        assert.ok(verdict.kind === 'verdict');
        const ours = { egress: verdict.egress.allowed, ingress: verdict.ingress.allowed };
        assert.deepEqual(ours, naiveTiersAllow(objects, flow), JSON.stringify(flow));
        flows++;
        if (!verdict.allowed) denied++;
      }
    }),
    { numRuns: RUNS, seed: SEED },
  );
  t.diagnostic(`seed ${SEED}: ${flows} flows over random tiers, ${denied} of them denied`);
  assert.ok(denied > 0 && denied < flows);
});

function holds(end: ConnectionEnd, name: string): boolean {
  return end.kind === 'workload' ? end.workload.name === name : hasPoint(end.addresses, parseAddress(name) ?? -1n);
}

test('the list of connections over tiers holds what is allowed, and nothing else', () => {
  fc.assert(
    fc.property(anyTieredObjects, (objects) => {
      const world = World.of(objects);
      const connections = listConnections(world);
      for (const flow of listFlows(objects)) {
        const listed = connections.some(
          ({ from, to, ports }) => holds(from, flow.from) && holds(to, flow.to) && hasPoint(ports, toPortPoint(flow.protocol, flow.port)),
        );
        assert.equal(listed, isYes(world, flow), JSON.stringify(flow));
      }
    }),
    { numRuns: 50 },
  );
});

test('the changes between two worlds are the difference of what they allow', () => {
  fc.assert(
    fc.property(anyTieredObjects, anyTieredObjects, (before, after) => {
      const worlds = [World.of(before), World.of(after)] as const;
      const changes = listConnectionChanges(...worlds);
      const asks = (world: World, objects: readonly KubernetesObject[], flow: Flow): boolean => {
        const names = objects
          .filter(({ kind }) => kind === 'Pod')
          .map(({ metadata }) => `${getString(metadata, 'namespace') ?? ''}/${getString(metadata, 'name') ?? ''}`);
        return [flow.from, flow.to].every((end) => !end.includes('/') || names.includes(end)) && isYes(world, flow);
      };
      const pods = before.length > after.length ? before : after;
      for (const flow of listFlows(pods)) {
        const [was, is] = [asks(worlds[0], before, flow), asks(worlds[1], after, flow)];
        const told = changes.find(({ from, to }) => holds(from, flow.from) && holds(to, flow.to));
        const point = toPortPoint(flow.protocol, flow.port);
        const seen = told === undefined ? [was, was] : [hasPoint(told.before, point), hasPoint(told.after, point)];
        assert.deepEqual(seen, [was, is], JSON.stringify(flow));
      }
    }),
    { numRuns: 40 },
  );
});
