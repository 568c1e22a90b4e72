import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { World } from '../../../src/model/index.ts';
import { whoCan, type AccessRequest } from '../../../src/engine/rbac/index.ts';
import { readAccessIndex } from '../../../src/engine/rbac/access-index.ts';
import { listGrants } from '../../../src/engine/rbac/authorize.ts';
import { readPolicy, type Grant } from '../../../src/engine/rbac/policy.ts';
import { isAllowedBy } from '../../../src/engine/rbac/rule.ts';
import { binding, clusterBinding, clusterRole, rule } from './objects.ts';
import { anyAccess, anyPolicy, ask, JANE } from './random-policy.ts';

/** The first grant with a rule that allows a request: one binding after the other, one rule after the other. */
function findPlainly(world: World, request: AccessRequest): Grant | undefined {
  const namespace = request.kind === 'resource' ? request.namespace : '';
  return listGrants(readPolicy(world), request.user, namespace).find(({ rules }) => rules?.some((item) => isAllowedBy(item.rule, request)));
}

function toText(grant: Pick<Grant, 'binding' | 'subjectIndex'> | undefined): string {
  return grant === undefined ? 'none' : `${grant.binding.ref.kind} ${grant.binding.ref.name} to ${grant.subjectIndex}`;
}

test('the index finds the grant that rule after rule finds', () => {
  fc.assert(
    fc.property(anyPolicy, fc.array(anyAccess, { minLength: 1, maxLength: 20 }), (objects, requests) => {
      const world = World.of(objects);
      const index = readAccessIndex(world);
      for (const request of requests) assert.equal(toText(index.findGrant(request)), toText(findPlainly(world, request)));
    }),
  );
});

test('who can is whoever a binding names whose role has a rule that allows it', () => {
  fc.assert(
    fc.property(anyPolicy, anyAccess, (objects, request) => {
      const world = World.of(objects);
      const namespace = request.kind === 'resource' ? request.namespace : '';
      const policy = readPolicy(world);
      const expected = policy.bindings.flatMap((item) => {
        const rules = item.namespace === '' || item.namespace === namespace ? policy.rulesOf(item.role, item.namespace) : undefined;
        return rules?.some((sourced) => isAllowedBy(sourced.rule, request)) === true
          ? item.subjects.map(({ name }) => `${item.ref.name} ${name}`)
          : [];
      });
      const found = whoCan(world, request).map(({ grant, subject }) => `${grant.binding.ref.name} ${subject.name}`);
      assert.deepEqual(found, expected);
    }),
  );
});

test('more kinds of questions than are remembered get their own answers', () => {
  const world = World.of([
    clusterRole('c', [rule('get', '', 'odd7 odd2500'), { verbs: ['get'], nonResourceURLs: ['/odd9'] }]),
    clusterBinding('b', 'ClusterRole c', 'user jane'),
  ]);
  const index = readAccessIndex(world);
  const numbers = Array.from({ length: 3000 }, (_, i) => i);
  const find = (): number[] => numbers.filter((i) => index.findGrant(ask(JANE, 'get', `-/odd${i}`)) !== undefined);
  assert.deepEqual(find(), [7, 2500]);
  assert.deepEqual(find(), [7, 2500]);
  assert.deepEqual(
    numbers.filter((i) => index.findGrant(ask(JANE, 'get', `/odd${i}`)) !== undefined),
    [9],
  );
});

test('parts of a question that could be joined in two ways stay apart', () => {
  const world = World.of([clusterRole('c', [rule('get', '', '*/b/c a/b/d')]), binding('shop', 'b', 'ClusterRole c', 'user jane')]);
  const asked = (resource: string, subresource: string): AccessRequest => ({
    kind: 'resource',
    user: JANE,
    verb: 'get',
    group: '',
    resource,
    subresource,
    namespace: 'shop',
    name: '',
  });
  const index = readAccessIndex(world);
  const answers = [
    ['a', 'b/c'],
    ['a/b', 'c'],
    ['a/b/c', ''],
    ['a', 'b/d'],
    ['a/b', 'd'],
    ['a/b/d', ''],
  ].map(([resource = '', subresource = '']) => index.findGrant(asked(resource, subresource)) !== undefined);
  assert.deepEqual(answers, [true, false, false, true, true, true]);
});
