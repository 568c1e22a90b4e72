import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { getArray, getNumber, getString } from '../../../../src/std/index.ts';
import { refOf, specOf, World, type KubernetesObject } from '../../../../src/model/index.ts';
import { listAttachments } from '../../../../src/engine/network/traffic/gateway.ts';
import { isHostWithin } from '../../../../src/engine/network/traffic/host.ts';
import { walkRequest } from '../../../../src/engine/network/traffic/proxy-walk.ts';
import { isInDoubt, isOpen } from '../../../../src/engine/network/traffic/step.ts';
import { text } from '../naive-network.ts';
import { naiveArrives, type Arrival } from './naive-arrival.ts';
import { naiveListeners, naiveTakes } from './naive-routes.ts';
import { anyRouted, HOSTS, PATHS } from './random-routes.ts';

const RUNS = Number(process.env['KPLAN_ROUTE_RUNS'] ?? '150');
const SEED = Number(process.env['KPLAN_SEED'] ?? String(Math.floor(Math.random() * 2 ** 31)));
const MANY = 3000;
const DOORS = [
  { protocol: 'TCP', port: 80 },
  { protocol: 'TCP', port: 443 },
  { protocol: 'TCP', port: 8443 },
  { protocol: 'TCP', port: 5432 },
  { protocol: 'UDP', port: 53 },
] as const;

/** `kind namespace/name/listener host` of each listener that takes a route, or why none does. */
function readTaken(world: World, route: KubernetesObject, index: number): readonly string[] | string {
  const attachment = listAttachments(world).find((item) => world.get(item.route) === route && item.path === `/spec/parentRefs/${index}`);
  assert.ok(attachment !== undefined);
  if (attachment.reason !== undefined) return attachment.reason;
  return attachment.taken
    .filter(({ listener }) => listener.problem === undefined)
    .flatMap(({ listener: { ref, name }, hosts }) =>
      HOSTS.filter((host) => hosts.some((pattern) => isHostWithin(host, pattern))).map(
        (host) => `${ref.kind} ${ref.namespace ?? ''}/${ref.name}/${name} ${host}`,
      ),
    )
    .toSorted();
}

function expectTaken(objects: readonly KubernetesObject[], route: KubernetesObject, index: number): readonly string[] | string {
  const taken = naiveTakes(objects, route, getArray(specOf(route), 'parentRefs')[index] ?? null, HOSTS);
  if ('reason' in taken) return taken.reason;
  return taken.at
    .flatMap(({ listener: { owner, item }, hosts }) =>
      hosts.map((host) => {
        const { kind, namespace, name } = refOf(owner);
        return `${kind} ${namespace ?? ''}/${name}/${getString(item, 'name') ?? ''} ${host}`;
      }),
    )
    .toSorted();
}

test('routes are taken, and requests answered, where a naive reading of the API says so, on random worlds', (t) => {
  const taken = new Map<string, number>();
  const arrivals: Record<Arrival, number> = { no: 0, unknown: 0, yes: 0 };
  let attached = 0;
  fc.assert(
    fc.property(anyRouted, (objects) => {
      const world = World.of(objects);
      for (const route of objects.filter(({ kind, apiVersion }) => kind.endsWith('Route') && apiVersion.startsWith('gateway'))) {
        for (const index of getArray(specOf(route), 'parentRefs').keys()) {
          const want = expectTaken(objects, route, index);
          assert.deepEqual(readTaken(world, route, index), want, `${text(route, 'name')} ${index}`);
          attached += naiveListeners(objects).length * HOSTS.length;
          const key = typeof want === 'string' ? want : want.length === 0 ? 'a listener that does not work' : 'taken';
          taken.set(key, (taken.get(key) ?? 0) + 1);
        }
      }
      const listened = new Set(naiveListeners(objects).map(({ item }) => getNumber(item, 'port')));
      const doors = DOORS.filter(({ port }) => port === 80 || port === 443 || listened.has(port));
      const pod = objects.find(({ kind }) => kind === 'Pod');
      const senders = ['8.8.8.8', '10.0.0.1', ...(pod === undefined ? [] : [`${text(pod, 'namespace')}/${text(pod, 'name')}`])];
      for (const host of HOSTS) {
        for (const path of PATHS) {
          for (const door of doors) {
            for (const from of senders) {
              const request = { from, host, path, ...door };
              const way = walkRequest(world, request);
              const got: Arrival = isInDoubt(way) ? 'unknown' : isOpen(way) ? 'yes' : 'no';
              const want = naiveArrives(objects, request);
              assert.equal(got, want, `${JSON.stringify(request)} ${JSON.stringify(way.steps)}`);
              arrivals[want]++;
            }
          }
        }
      }
    }),
    { numRuns: RUNS, seed: SEED, includeErrorInReport: true },
  );
  const all = arrivals.no + arrivals.unknown + arrivals.yes;
  const kinds = [...taken].map(([kind, count]) => `${kind} ${count}`).toSorted();
  t.diagnostic(`seed ${SEED}: ${all} requests (${JSON.stringify(arrivals)}), ${attached} hosts at listeners (${kinds.join(', ')})`);
  assert.ok(arrivals.yes > 20, JSON.stringify(arrivals));
  // What is rare comes in many runs alone.
  if (RUNS < MANY) return;
  assert.equal(taken.size, 5, kinds.join());
  assert.ok(arrivals.unknown > 20, JSON.stringify(arrivals));
});
