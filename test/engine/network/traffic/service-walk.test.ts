import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { getString, type JsonObject, type JsonValue } from '../../../../src/std/index.ts';
import { World, type KubernetesObject } from '../../../../src/model/index.ts';
import { PROTOCOLS, walkPacket } from '../../../../src/engine/network/index.ts';
import { anyObjects } from '../random-world.ts';
import { naiveReachesService } from './naive-traffic.ts';
import { service, slice } from './objects.ts';

const anyServicePort: fc.Arbitrary<JsonObject> = fc
  .record(
    { protocol: fc.constantFrom('TCP', 'UDP'), targetPort: fc.constantFrom<JsonValue>(80, 8080, 'web', 'dns') },
    { requiredKeys: [], noNullPrototype: true },
  )
  .map((port) => ({ name: 'a', port: 80, ...port }));
const anySelector = fc.constantFrom<JsonObject>({}, { app: 'a' }, { app: 'b' }, { app: 'a', tier: 'b' }, { tier: '' });
const anyNamespace = fc.constantFrom('x', 'y', 'z');
const anyService = fc.tuple(anyNamespace, anySelector, anyServicePort).map(
  ([home, selector, port]) =>
    (index: number) =>
      service(`${home}/s${index}`, { selector, ports: [port] }),
);
const anySlice = fc
  .tuple(anyNamespace, fc.nat(1), fc.constantFrom('a', ''), fc.constantFrom('10.0.0.100', '8.8.8.8', '10.1.0.101'), fc.boolean())
  .map(
    ([home, target, name, address, ready]) =>
      (index: number) =>
        slice(`${home}/e${index}`, `s${target}`, [{ addresses: [address], conditions: { ready } }], [{ name, port: 81 }]),
  );

const anyWorld: fc.Arbitrary<readonly KubernetesObject[]> = fc
  .tuple(anyObjects, fc.array(anyService, { minLength: 1, maxLength: 2 }), fc.array(anySlice, { maxLength: 2 }))
  .map(([objects, services, slices]) => [...objects, ...services.map((make, i) => make(i)), ...slices.map((make, i) => make(i))]);

const RUNS = Number(process.env['KPLAN_SERVICE_RUNS'] ?? '400');
const SEED = Number(process.env['KPLAN_SEED'] ?? String(Math.floor(Math.random() * 2 ** 31)));

const nameOf = ({ metadata }: KubernetesObject): string => `${getString(metadata, 'namespace') ?? ''}/${getString(metadata, 'name') ?? ''}`;

test('a packet to a Service arrives where a naive reading of the API says so, on random worlds', (t) => {
  const counts = { yes: 0, no: 0 };
  fc.assert(
    fc.property(anyWorld, (objects) => {
      const world = World.of(objects);
      const pods = objects.filter(({ kind }) => kind === 'Pod');
      for (const target of objects.filter(({ kind }) => kind === 'Service')) {
        const [namespace = '', name = ''] = nameOf(target).split('/');
        for (const pod of pods) {
          for (const protocol of PROTOCOLS) {
            const flow = { from: nameOf(pod), to: `${namespace}/Service/${name}`, protocol, port: 80 };
            const walk = walkPacket(world, flow);
            const want = naiveReachesService(objects, target, flow);
            assert.ok(walk.kind === 'walk');
            assert.equal(walk.allowed, want, `${JSON.stringify(flow)} ${JSON.stringify(walk.steps)}`);
            counts[want ? 'yes' : 'no']++;
          }
        }
      }
    }),
    { numRuns: RUNS, seed: SEED },
  );
  t.diagnostic(`seed ${SEED}: ${counts.yes + counts.no} packets to Services, ${counts.no} of them lost`);
  assert.ok(counts.yes > 100 && counts.no > 100, JSON.stringify(counts));
});
