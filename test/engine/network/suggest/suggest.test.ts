import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { suggestPolicies, type Connection, type ConnectionEnd, type Suggestion } from '../../../../src/engine/network/index.ts';
import { parseAddress } from '../../../../src/engine/network/address.ts';
import { toPortPoint, toPortSet } from '../../../../src/engine/network/port-set.ts';
import { readModel } from '../../../../src/engine/network/model.ts';
import { World, type KubernetesObject } from '../../../../src/model/index.ts';
import { getArray, getString, hasPoint, stringifyJson, toInterval } from '../../../../src/std/index.ts';
import { naiveIsAllowed } from '../naive-network.ts';
import { namespace, pod, policy } from '../objects.ts';
import { anyObjects, OUTSIDE, PORTS } from '../random-world.ts';

/** A wish in words: `x/p0 > y/p1 80`, with an address outside as either end. */
interface Wish {
  readonly from: string;
  readonly to: string;
  readonly port: number;
}

function toConnection(world: World, { from, to, port }: Wish): Connection | undefined {
  const ends = [from, to].map((name): ConnectionEnd | undefined => {
    const workload = readModel(world).byName.get(name);
    const address = parseAddress(name);
    if (workload !== undefined) return { kind: 'workload', workload };
    return address === undefined ? undefined : { kind: 'addresses', addresses: toInterval(address, address + 1n) };
  });
  const [sender, receiver] = ends;
  return sender === undefined || receiver === undefined ? undefined : { from: sender, to: receiver, ports: toPortSet('TCP', port, port) };
}

function suggest(
  objects: readonly KubernetesObject[],
  wishes: readonly Wish[],
): { readonly world: World; readonly suggestion: Suggestion } {
  const world = World.of(objects);
  const connections = wishes.flatMap((wish) => toConnection(world, wish) ?? []);
  return { world, suggestion: suggestPolicies(world, connections, () => true) };
}

const namesOf = (objects: readonly KubernetesObject[]): readonly string[] =>
  objects.flatMap(({ kind, metadata }) =>
    kind === 'Pod' ? [`${getString(metadata, 'namespace') ?? ''}/${getString(metadata, 'name') ?? ''}`] : [],
  );

const anyWishes = anyObjects.chain((objects) => {
  const pods = namesOf(objects);
  const end = fc.constantFrom(...pods, ...OUTSIDE);
  const wish = fc.record({ from: end, to: end, port: fc.constantFrom(...PORTS) });
  return fc
    .array(wish, { minLength: 3, maxLength: 8 })
    .map((wishes) => ({ objects, wishes: wishes.filter(({ from, to }) => from !== to && (pods.includes(from) || pods.includes(to))) }));
});

/** Every question of the world: between pods, and of pods with addresses outside. */
function listQuestions(objects: readonly KubernetesObject[]): readonly Wish[] {
  const pods = namesOf(objects);
  const ends = [...pods, ...OUTSIDE];
  return ends.flatMap((from) =>
    ends.flatMap((to) => (from === to || (!pods.includes(from) && !pods.includes(to)) ? [] : PORTS.map((port) => ({ from, to, port })))),
  );
}

const isEnd = (end: ConnectionEnd, name: string): boolean =>
  end.kind === 'workload' ? end.workload.name === name : hasPoint(end.addresses, parseAddress(name) ?? -1n);
const holds = (connections: readonly Connection[], { from, to, port }: Wish): boolean =>
  connections.some((item) => isEnd(item.from, from) && isEnd(item.to, to) && hasPoint(item.ports, toPortPoint('TCP', port)));

test('the slow evaluator finds that suggested policies let through what was wished, and what the proof names besides', () => {
  const counts = { exact: 0, extra: 0 };
  fc.assert(
    fc.property(anyWishes, ({ objects, wishes }) => {
      const { suggestion } = suggest(objects, wishes);
      const { policies, replaced, wished, proof } = suggestion;
      const gone = new Set(replaced.map(({ namespace: home = '', name }) => `${home}/${name}`));
      const isGone = ({ kind, metadata }: KubernetesObject): boolean =>
        kind === 'NetworkPolicy' && gone.has(`${getString(metadata, 'namespace') ?? ''}/${getString(metadata, 'name') ?? ''}`);
      const after = [...objects.filter((object) => !isGone(object)), ...policies];
      const isolated = new Set(suggestion.isolated.map(({ name }) => name));
      for (const question of listQuestions(objects).filter(({ from, to }) => isolated.has(from) || isolated.has(to))) {
        const { egress, ingress } = naiveIsAllowed(after, { ...question, protocol: 'TCP' });
        const expected = (holds(wished, question) && !holds(proof.lost, question)) || holds(proof.extra, question);
        assert.equal(egress && ingress, expected, `${stringifyJson({ ...question })} of ${stringifyJson(policies)}`);
      }
      assert.equal(proof.kept === wished.length, proof.lost.length === 0);
      counts[proof.extra.length === 0 ? 'exact' : 'extra']++;
    }),
    { numRuns: 200 },
  );
  assert.ok(counts.exact > 0 && counts.extra > 0, stringifyJson(counts));
});

/** Pods whose labels differ, each with no address: nothing stands in the way of an exact answer. */
const anyPlain = fc.integer({ min: 2, max: 7 }).chain((count) => {
  const names = Array.from({ length: count }, (_, index) => `${['x', 'y'][index % 2] ?? ''}/p${index}`);
  const end = fc.constantFrom(...names, ...OUTSIDE);
  return fc.record({
    objects: fc.constant(names.map((name, index) => pod(name, { app: `a${index}`, team: `t${index % 3}` }))),
    wishes: fc
      .array(fc.record({ from: end, to: end, port: fc.constantFrom(...PORTS) }), { minLength: 1, maxLength: 12 })
      .map((wishes) => wishes.filter(({ from, to }) => from !== to && (names.includes(from) || names.includes(to)))),
  });
});

test('where labels tell all workloads apart everything is kept, nothing else passes, and no rule can be spared', () => {
  fc.assert(
    fc.property(anyPlain, ({ objects, wishes }) => {
      const { suggestion } = suggest(objects, wishes);
      const { proof, policies, wished } = suggestion;
      assert.deepEqual([proof.kept, proof.lost.length, proof.extra.length], [wished.length, 0, 0]);
      for (const suggested of policies) {
        for (const direction of ['ingress', 'egress'] as const) {
          const rules = getArray(suggested, 'spec', direction);
          for (const [index] of rules.entries()) {
            const spec = { ...(suggested['spec'] as object), [direction]: rules.filter((_, other) => other !== index) };
            const without = [...objects, ...policies.filter((other) => other !== suggested), { ...suggested, spec }];
            const isLost = wishes.some((wish) => {
              const { egress, ingress } = naiveIsAllowed(without, { ...wish, protocol: 'TCP' });
              return !egress || !ingress;
            });
            assert.ok(isLost, `${direction} ${index} of ${stringifyJson(suggested)}`);
          }
        }
      }
    }),
    { numRuns: 150 },
  );
});

test('the same wishes in another order give the same policies', () => {
  fc.assert(
    fc.property(anyPlain, ({ objects, wishes }) => {
      const [one, two] = [wishes, wishes.toReversed()].map((list) => suggest(objects, list).suggestion.policies);
      assert.equal(stringifyJson(one ?? []), stringifyJson(two ?? []));
    }),
    { numRuns: 60 },
  );
});

const THREE = [pod('x/a', { app: 'a' }), pod('x/b', { app: 'b' }), pod('x/c', { app: 'c', canary: 'yes' }), namespace('x')];
const podsOf = (suggestion: Suggestion): readonly string[] =>
  suggestion.policies.map(
    ({ metadata, spec }) => `${getString(metadata, 'name') ?? ''} ${stringifyJson((spec as { podSelector: object }).podSelector as never)}`,
  );

test('workloads of a namespace that need the same are selected together, and what all need stands once', () => {
  const { suggestion } = suggest(THREE, [
    ...['x/a', 'x/b', 'x/c'].map((from) => ({ from, to: '8.8.8.8', port: 53 })),
    ...['x/a', 'x/b'].map((from) => ({ from, to: '8.8.8.8', port: 443 })),
  ]);
  assert.deepEqual(podsOf(suggestion), [
    'default {}',
    'allow-a-and-1-more {"matchExpressions":[{"key":"app","operator":"In","values":["a","b"]}]}',
  ]);
  assert.equal(suggestion.proof.extra.length, 0);
});

test('a workload whose labels another has as well is told apart by what the other has besides', () => {
  const objects = [pod('x/a', { app: 'a' }), pod('x/b', { app: 'a', canary: 'yes' }), pod('x/c', { app: 'c' })];
  const { suggestion } = suggest(objects, [{ from: 'x/a', to: 'x/c', port: 80 }]);
  assert.deepEqual([suggestion.proof.extra.length, suggestion.alike.length], [0, 0]);
});

test('workloads with the same labels are named, and what passes by that is in the proof', () => {
  const objects = [pod('x/a', { app: 'a' }), pod('x/b', { app: 'a' }), pod('x/c', { app: 'c' })];
  const { suggestion } = suggest(objects, [{ from: 'x/a', to: 'x/c', port: 80 }]);
  assert.deepEqual(
    suggestion.alike.map((group) => group.map(({ name }) => name)),
    [['x/a', 'x/b']],
  );
  assert.deepEqual(
    suggestion.proof.extra.map(({ from }) => (from.kind === 'workload' ? from.workload.name : '')),
    ['x/b'],
  );
});

test('the policies of today make place', () => {
  const { suggestion } = suggest([...THREE, policy('x/old', { podSelector: {}, ingress: [{}] })], [{ from: 'x/a', to: 'x/b', port: 80 }]);
  assert.deepEqual(
    suggestion.replaced.map(({ name }) => name),
    ['old'],
  );
  assert.equal(suggestion.proof.extra.length, 0);
});

test('what an administrator denies is said to be lost', () => {
  const deny = {
    apiVersion: 'policy.networking.k8s.io/v1alpha1',
    kind: 'AdminNetworkPolicy',
    metadata: { name: 'guard' },
    spec: { priority: 1, subject: { namespaces: {} }, egress: [{ action: 'Deny', to: [{ namespaces: {} }] }] },
  };
  const { suggestion } = suggest([...THREE, deny], [{ from: 'x/a', to: 'x/b', port: 80 }]);
  assert.deepEqual([suggestion.proof.kept, suggestion.proof.lost.length], [0, 1]);
});
