import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { World } from '../../../src/model/index.ts';
import { authorize, compareRights, type AccessRequest, type Holding, type UserInfo } from '../../../src/engine/rbac/index.ts';
import { toPrincipal } from '../../../src/engine/rbac/principal.ts';
import { anyPolicy, ask, JANE, WEB } from './random-policy.ts';

/** A user and the groups that it is surely in, and no others. */
const KNOWN: readonly UserInfo[] = [JANE, WEB].map(({ name }) => ({
  name,
  groups: toPrincipal(`user ${name}`).groups.map((key) => key.slice('group '.length)),
}));

/** Whoever a subject key stands for, alone. */
function toUser(key: string): UserInfo {
  const name = key.slice(key.indexOf(' ') + 1);
  const groups = toPrincipal(key).groups.map((group) => group.slice('group '.length));
  return key.startsWith('group ') ? { name: 'nobody', groups: [name, ...groups] } : { name, groups };
}

/** The request that only what covers a permission allows: what its `*` stand for is a `*` that is asked for, or a name nobody wrote. */
function toWitness({ permission, namespace }: Holding, user: UserInfo): AccessRequest {
  if (permission.kind === 'path') return { kind: 'path', user, verb: permission.verb, path: permission.path };
  const { verb, group, resource, name = 'a-fresh-name' } = permission;
  const [own = '', subresource = ''] = resource.split('/');
  return { kind: 'resource', user, verb, group, resource: own, subresource, namespace, name };
}

/** Every request of the words that random policies are made of, and of words that are in none. */
const REQUESTS: readonly ((user: UserInfo) => AccessRequest)[] = ['get', '*', 'fresh'].flatMap((verb) => [
  ...['/a', '/a/b', '/ab', '/fresh', '/a*', '*'].map((path) => (user: UserInfo) => ask(user, verb, path.startsWith('/') ? path : '/*')),
  ...['-', 'apps', 'fresh'].flatMap((group) =>
    ['pods', 'pods/log', 'deployments', 'deployments/scale', '*', '*/scale', 'fresh/scale', 'fresh'].flatMap((resource) =>
      ['', 'shop', 'shop/a', 'shop/fresh', 'other/b', '/a'].map(
        (where) => (user: UserInfo) => ask(user, verb, `${group}/${resource}`, where),
      ),
    ),
  ),
]);

test('where nothing is told of a subject and its groups, the authorizer answers it alike', () => {
  let silent = 0;
  fc.assert(
    fc.property(anyPolicy, anyPolicy, fc.boolean(), (before, other, isSmall) => {
      // Of two policies that have nothing in common hardly anything stays untold.
      const after = isSmall ? [...before.slice(0, -1), ...other.slice(-1)] : other;
      const [was, is] = [World.of(before), World.of(after)];
      const changed = new Set(compareRights(was, is).map(({ principal }) => principal.key));
      for (const user of KNOWN) {
        const { key, groups } = toPrincipal(`user ${user.name}`);
        if ([key, ...groups].some((item) => changed.has(item))) continue;
        silent++;
        for (const toRequest of REQUESTS) {
          const [a, b] = [was, is].map((world) => authorize(world, toRequest(user)).allowed);
          assert.equal(a, b, JSON.stringify(toRequest(user)));
        }
      }
    }),
    { numRuns: 60 },
  );
  assert.ok(silent > 10, `${silent} subjects were silent`);
});

test('what is gained the authorizer allows after and not before, and what is lost the other way round', () => {
  let seen = 0;
  fc.assert(
    fc.property(anyPolicy, anyPolicy, (before, after) => {
      const [was, is] = [World.of(before), World.of(after)];
      for (const { principal, gained, lost } of compareRights(was, is)) {
        for (const [holdings, without, having] of [
          [gained, was, is],
          [lost, is, was],
        ] as const) {
          for (const holding of holdings) {
            const request = toWitness(holding, toUser(principal.key));
            const answers = [without, having].map((world) => authorize(world, request).allowed);
            assert.deepEqual(answers, [false, true], JSON.stringify(request));
            seen++;
          }
        }
      }
    }),
    { numRuns: 150 },
  );
  assert.ok(seen > 100, `${seen} rights were compared`);
});
