import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { describe, World, type KubernetesObject } from '../../../src/model/index.ts';
import { getArray, getObject, getString, hasPoint } from '../../../src/std/index.ts';
import { isAllowed, networkEngine, PROTOCOLS, type Flow } from '../../../src/engine/network/index.ts';
import { toBlocks } from '../../../src/engine/network/block.ts';
import { listDeltas } from '../../../src/engine/network/delta.ts';
import { Evaluation, toFrame } from '../../../src/engine/network/evaluation.ts';
import { toPortPoint } from '../../../src/engine/network/port-set.ts';
import { readSide } from '../../../src/engine/network/side.ts';
import { toUniverse } from '../../../src/engine/network/universe.ts';
import { deployment, having, namespace, pod, policy } from './objects.ts';
import { anyObjects, anyPolicySpec, OUTSIDE, PORTS } from './random-world.ts';

const SHOP = [
  namespace('shop', { team: 'shop' }),
  namespace('payments'),
  deployment('shop/web', { app: 'web' }),
  deployment('shop/job', { app: 'job' }),
  deployment('payments/db', { app: 'db' }),
  deployment('payments/pay', { app: 'pay', tier: 'backend' }),
];
const GUARD = policy('payments/db', {
  podSelector: having({ app: 'db' }),
  ingress: [{ from: [{ podSelector: having({ tier: 'backend' }) }], ports: [{ port: 5432 }] }],
});
const replace = (...objects: readonly KubernetesObject[]): World => World.of([...SHOP, GUARD]).with(objects);

/** `+` or `-`, the sentence, and the objects it follows from. */
function tell(before: World, after: World): readonly string[] {
  return networkEngine.compare(before, after).map(({ change, fact }) => {
    const causes = fact.objects.map(({ ref, path }) => `${ref.kind} ${ref.name}${path ?? ''}`);
    return `${change === 'gained' ? '+' : '-'} ${fact.code} ${getString(fact.data, 'from')} -> ${getString(fact.data, 'to')} ${getString(fact.data, 'ports') ?? ''} <- ${causes.join(', ')}`;
  });
}

const cases: readonly { readonly name: string; readonly before?: World; readonly after: World; readonly want: readonly string[] }[] = [
  { name: 'nothing changes', after: replace(), want: [] },
  {
    name: 'a rule lets one more in',
    after: replace(
      policy('payments/db', {
        podSelector: having({ app: 'db' }),
        ingress: [
          { from: [{ podSelector: having({ tier: 'backend' }) }], ports: [{ port: 5432 }] },
          { from: [{ namespaceSelector: having({ team: 'shop' }), podSelector: having({ app: 'web' }) }], ports: [{ port: 5432 }] },
        ],
      }),
    ),
    want: ['+ KN0101 shop/web -> payments/db TCP 5432 <- NetworkPolicy db/spec/ingress/1'],
  },
  {
    name: 'a rule is taken away',
    after: replace(policy('payments/db', { podSelector: having({ app: 'db' }), policyTypes: ['Ingress'] })),
    want: ['- KN0102 payments/pay -> payments/db TCP 5432 <- NetworkPolicy db/spec/ingress'],
  },
  {
    name: 'another port',
    after: replace(
      policy('payments/db', {
        podSelector: having({ app: 'db' }),
        ingress: [{ from: [{ podSelector: having({ tier: 'backend' }) }], ports: [{ port: 5433 }] }],
      }),
    ),
    want: [
      '- KN0102 payments/pay -> payments/db TCP 5432 <- NetworkPolicy db/spec/ingress/0',
      '+ KN0101 payments/pay -> payments/db TCP 5433 <- NetworkPolicy db/spec/ingress/0',
    ],
  },
  {
    name: 'the only policy goes: everything opens, at once',
    after: replace().without([{ group: 'networking.k8s.io', kind: 'NetworkPolicy', namespace: 'payments', name: 'db' }]),
    want: [
      '+ KN0101 payments/pay -> payments/db all connections but TCP 5432 <- NetworkPolicy db/spec/podSelector',
      '+ KN0101 shop/job, shop/web and any address outside -> payments/db all connections <- NetworkPolicy db/spec/podSelector',
    ],
  },
  {
    name: 'a first policy closes the rest',
    after: replace(policy('shop/deny', { podSelector: having({ app: 'job' }) })),
    want: ['- KN0102 anywhere -> shop/job all connections <- NetworkPolicy deny/spec/podSelector'],
  },
  {
    name: 'a label of the sender closes',
    after: replace(deployment('payments/pay', { app: 'pay' })),
    want: ['- KN0102 payments/pay -> payments/db TCP 5432 <- Deployment pay/spec/template/metadata/labels'],
  },
  {
    name: 'a pod that moves to the network of its node is no longer found by selectors',
    after: replace(deployment('payments/pay', { app: 'pay', tier: 'backend' }, { hostNetwork: true })),
    want: ['- KN0102 payments/pay -> payments/db TCP 5432 <- Deployment pay/spec/template/spec'],
  },
  {
    name: 'a label that no rule looks at changes nothing',
    after: replace(deployment('payments/pay', { app: 'pay', tier: 'backend', version: '2' })),
    want: [],
  },
  {
    name: 'a label of a namespace opens',
    before: replace(
      policy('payments/db', { podSelector: having({ app: 'db' }), ingress: [{ from: [{ namespaceSelector: having({ team: 'pay' }) }] }] }),
    ),
    after: replace(
      namespace('shop', { team: 'pay' }),
      policy('payments/db', { podSelector: having({ app: 'db' }), ingress: [{ from: [{ namespaceSelector: having({ team: 'pay' }) }] }] }),
    ),
    want: [
      '+ KN0101 shop/job -> payments/db all connections <- Namespace shop/metadata/labels',
      '+ KN0101 shop/web -> payments/db all connections <- Namespace shop/metadata/labels',
    ],
  },
  {
    name: 'an exception of a block narrows what is outside',
    before: replace(
      policy('shop/out', {
        podSelector: having({ app: 'web' }),
        policyTypes: ['Egress'],
        egress: [{ to: [{ ipBlock: { cidr: '10.0.0.0/8' } }] }],
      }),
    ),
    after: replace(
      policy('shop/out', {
        podSelector: having({ app: 'web' }),
        policyTypes: ['Egress'],
        egress: [{ to: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }] }],
      }),
    ),
    want: ['- KN0102 shop/web -> 10.1.0.0/16 all connections <- NetworkPolicy out/spec/egress/0'],
  },
  {
    name: 'more pairs than eight are one fact',
    before: replace(
      ...Array.from({ length: 9 }, (_, i) => deployment(`shop/w${i}`, { app: 'many' })),
      policy('shop/many', { podSelector: {}, policyTypes: ['Egress'], egress: [{ to: [{ podSelector: {} }] }] }),
    ),
    after: replace(
      ...Array.from({ length: 9 }, (_, i) => deployment(`shop/w${i}`, { app: 'many' })),
      policy('shop/many', {
        podSelector: {},
        policyTypes: ['Egress'],
        egress: [
          { to: [{ podSelector: {} }] },
          { to: [{ namespaceSelector: {}, podSelector: having({ app: 'pay' }) }], ports: [{ port: 80 }] },
        ],
      }),
    ),
    want: ['+ KN0101 11 workloads of shop -> payments/pay TCP 80 <- NetworkPolicy many/spec/egress/1'],
  },
  {
    name: 'a Pod and itself is no connection',
    before: World.of([pod('shop/one', { app: 'one' })]),
    after: World.of([
      pod('shop/one', { app: 'one' }),
      policy('shop/p', { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: '0.0.0.0/0' } }, { ipBlock: { cidr: '::/0' } }] }] }),
    ]),
    want: [],
  },
  {
    name: 'what opens between the pods of one workload is not told',
    before: World.of([deployment('shop/db', { app: 'db' }), policy('shop/p', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] })]),
    after: World.of([
      deployment('shop/db', { app: 'db' }),
      policy('shop/p', { podSelector: {}, ingress: [{ from: [{ podSelector: {} }] }], egress: [{ to: [{ podSelector: {} }] }] }),
    ]),
    want: [],
  },
  {
    name: 'what closes there is',
    before: World.of([deployment('shop/db', { app: 'db' })]),
    after: World.of([
      deployment('shop/db', { app: 'db' }),
      policy('shop/p', { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: '0.0.0.0/0' } }, { ipBlock: { cidr: '::/0' } }] }] }),
    ]),
    want: ['- KN0102 shop/db -> shop/db all connections <- NetworkPolicy p/spec/podSelector'],
  },
  {
    name: 'new workloads are summed up, those that go are not told',
    before: replace().without([{ group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'job' }]),
    after: replace(deployment('payments/new', { app: 'new' }), deployment('payments/more', { app: 'new' })).without([
      { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'job' },
      { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'web' },
    ]),
    want: ['+ KN0103 anywhere -> payments/more, payments/new, payments/pay and any address outside  <- Deployment more, Deployment new'],
  },
];

for (const { name, before = replace(), after, want } of cases) test(`effects: ${name}`, () => assert.deepEqual(tell(before, after), want));

test('every wording is filled in', () => {
  const changes = [
    ...networkEngine.compare(World.EMPTY, replace()),
    ...networkEngine.compare(World.of(SHOP), replace()),
    ...networkEngine.compare(replace(), World.of(SHOP)),
    ...networkEngine.compare(World.of([...SHOP, policy('shop/open', { podSelector: {}, ingress: [{}] })]), World.of(SHOP)),
  ];
  assert.deepEqual([...new Set(changes.map(({ fact }) => fact.code))].toSorted(), ['KN0101', 'KN0102', 'KN0103', 'KN0106']);
  for (const { fact } of changes) assert.doesNotMatch(describe(fact), /[{}]/);
});

test('no two facts have the same key', () => {
  fc.assert(
    fc.property(anyObjects, anyObjects, (before, after) => {
      const keys = networkEngine.compare(World.of(before), World.of(after)).map(({ change, fact }) => `${change} ${fact.key}`);
      assert.equal(new Set(keys).size, keys.length, keys.join());
    }),
  );
});

test('the same worlds give the same bytes in any order of objects', () => {
  fc.assert(
    fc.property(anyObjects, anyObjects, (before, after) => {
      const bytes = (turn: (objects: readonly KubernetesObject[]) => readonly KubernetesObject[]): string =>
        JSON.stringify(networkEngine.compare(World.of(turn(before)), World.of(turn(after))));
      assert.equal(
        bytes((objects) => objects.toReversed()),
        bytes((objects) => objects),
      );
    }),
    { numRuns: 60 },
  );
});

/** Pods in both lists, and the addresses outside, in every pairing and port that random rules tell apart. */
function listFlows(before: readonly KubernetesObject[], after: readonly KubernetesObject[]): readonly Flow[] {
  const names = (objects: readonly KubernetesObject[]): string[] =>
    objects
      .filter(({ kind }) => kind === 'Pod')
      .map(({ metadata }) => `${getString(metadata, 'namespace') ?? ''}/${getString(metadata, 'name') ?? ''}`);
  const pods = names(before).filter((name) => names(after).includes(name));
  const ends = [...pods, ...OUTSIDE];
  return ends.flatMap((from) =>
    ends
      .filter((to) => to !== from && (pods.includes(from) || pods.includes(to)))
      .flatMap((to) => PROTOCOLS.flatMap((protocol) => PORTS.map((port) => ({ from, to, protocol, port })))),
  );
}

function isYes(world: World, flow: Flow): boolean {
  const verdict = isAllowed(world, flow);
  return verdict.kind === 'verdict' && verdict.allowed;
}

test('what opens and closes is the difference of the verdicts, on random changes', () => {
  fc.assert(
    fc.property(anyObjects, anyObjects, (before, after) => {
      const sides = [readSide(World.of(before)), readSide(World.of(after))] as const;
      const universe = toUniverse(sides);
      const frame = toFrame(universe);
      const both = universe.present(0).and(universe.present(1)).or(universe.outside);
      const comparison = { frame, before: new Evaluation(sides[0], 0, frame), after: new Evaluation(sides[1], 1, frame) };
      const deltas = listDeltas(comparison, both);
      const isTold = (change: 'gained' | 'lost', flow: Flow): boolean =>
        toBlocks(deltas, frame.ports, change).some(
          ({ sources, destinations, ports }) =>
            sources.has(endOf(flow.from)) &&
            destinations.has(endOf(flow.to)) &&
            hasPoint(frame.ports.get(ports), toPortPoint(flow.protocol, flow.port)),
        );
      const endOf = (name: string): number => {
        const slot = universe.slots.findIndex((item) => item.sides[1]?.some((workload) => workload.name === name));
        return slot >= 0 ? slot : universe.atomAt(BigInt(name.split('.').reduce((value, part) => value * 256 + Number(part), 0)));
      };
      const [was, is] = [World.of(before), World.of(after)];
      for (const flow of listFlows(before, after)) {
        const [a, b] = [isYes(was, flow), isYes(is, flow)];
        assert.equal(isTold('gained', flow), !a && b, `opens ${JSON.stringify(flow)}`);
        assert.equal(isTold('lost', flow), a && !b, `closes ${JSON.stringify(flow)}`);
      }
    }),
    { numRuns: 100 },
  );
});

test('one more rule in a policy that is there closes nothing', () => {
  const ruleOf = anyPolicySpec.map((spec) => ({ ingress: spec['ingress'] ?? [], egress: spec['egress'] ?? [] }));
  fc.assert(
    fc.property(anyObjects, ruleOf, (objects, more) => {
      const widened = objects.map((object): KubernetesObject => {
        if (object.kind !== 'NetworkPolicy') return object;
        const [types, ingress, egress] = ['policyTypes', 'ingress', 'egress'].map((field) => getArray(object, 'spec', field));
        const policyTypes = types?.length ? types : ['Ingress', ...(egress?.length ? ['Egress'] : [])];
        const rules = { ingress: [...(ingress ?? []), ...getArray(more.ingress)], egress: [...(egress ?? []), ...getArray(more.egress)] };
        return { ...object, spec: { ...getObject(object, 'spec'), policyTypes, ...rules } };
      });
      const lost = networkEngine.compare(World.of(objects), World.of(widened)).filter(({ change }) => change === 'lost');
      assert.deepEqual(lost, []);
    }),
    { numRuns: 200 },
  );
});
