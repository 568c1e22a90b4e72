import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { World, type KubernetesObject } from '../../../src/model/index.ts';
import { decide, judgeUsage, UsageCounter, type PrincipalUsage } from '../../../src/engine/rbac/index.ts';
import type { JsonObject, JsonValue } from '../../../src/std/index.ts';
import { event, WEB } from './audit-events.ts';
import { binding, clusterBinding, clusterRole, role, rule } from './objects.ts';
import { anyAccess, anyPolicy, JANE } from './random-policy.ts';

function judge(objects: readonly KubernetesObject[], events: readonly JsonValue[]): (text: string) => PrincipalUsage | undefined {
  const counter = new UsageCounter();
  for (const item of events) counter.add(item);
  const judged = judgeUsage(World.of(objects), counter.result());
  return (text) => judged.find(({ principal }) => principal.text === text);
}

const unused = (usage: PrincipalUsage | undefined): readonly string[] =>
  (usage?.unused ?? []).map(({ permission, namespace }) =>
    permission.kind === 'path' ? permission.path : `${permission.verb} ${permission.resource}${permission.name ?? ''} ${namespace}`,
  );

const enough = (usage: PrincipalUsage | undefined): readonly string[] =>
  (usage?.enough ?? []).map(({ namespaces, rules }) => {
    const texts = rules.map(({ verbs, resources, resourceNames, nonResourceURLs }) =>
      [verbs, [...resources, ...nonResourceURLs], resourceNames]
        .map((list) => list.join())
        .join(' ')
        .trim(),
    );
    return `${namespaces.join()}: ${texts.join('; ')}`;
  });

test('a right is unused that no request took, and enough are the requests', () => {
  const objects = [role('shop', 'r', [rule('get list', '', 'pods secrets')]), binding('shop', 'b', 'Role r', 'account web')];
  const web = judge(objects, [event(WEB, 'list', '-/pods', 'shop'), event(WEB, 'get', '-/secrets', 'shop/a')])('ServiceAccount shop/web');
  assert.deepEqual(unused(web), ['get pods shop', 'list secrets shop']);
  assert.deepEqual(enough(web), ['shop: get secrets a; list pods']);
});

test('a request elsewhere does not use a right', () => {
  const objects = [role('shop', 'r', [rule('get', '', 'pods')]), binding('shop', 'b', 'Role r', 'account web')];
  assert.deepEqual(unused(judge(objects, [event(WEB, 'get', '-/pods', 'other/a')])('ServiceAccount shop/web')), ['get pods shop']);
});

test('a group used what its members did, and members need nothing of their own for it', () => {
  const objects = [clusterRole('c', [rule('get delete', '', 'nodes')]), clusterBinding('b', 'ClusterRole c', 'group ops')];
  const find = judge(objects, [event(JANE, 'get', '-/nodes', '/n1')]);
  assert.deepEqual(unused(find('Group ops')), ['delete nodes ']);
  assert.deepEqual(enough(find('Group ops')), [': get nodes n1']);
  assert.deepEqual(enough(find('User jane')), []);
});

test('the same rules of several namespaces are one, with the namespaces to bind them in', () => {
  const events = ['a', 'b'].flatMap((namespace) => [
    event(WEB, 'get', '-/pods', namespace),
    event(WEB, 'list', 'apps/deployments', namespace),
  ]);
  assert.deepEqual(enough(judge([], events)('ServiceAccount shop/web')), ['a,b: get pods; list deployments']);
});

test('who may do everything is told what would have been enough', () => {
  const root = { name: 'root', groups: ['system:masters', 'system:authenticated'] };
  assert.deepEqual(enough(judge([], [event(root, 'get', '/metrics')])('User root')), [': get /metrics']);
});

/** What is enough as objects, for a user. */
function toObjects({ enough: all, principal: { subject } }: PrincipalUsage): readonly KubernetesObject[] {
  return all.flatMap(({ namespaces, rules }, index) => {
    const written = rules.map((item): JsonObject => ({ ...item }));
    const to = `ClusterRole ${subject.name}${index}`;
    const who = subject.kind === 'ServiceAccount' ? `account ${subject.namespace}/${subject.name}` : `user ${subject.name}`;
    const bound = namespaces.map((where) =>
      where === '' ? clusterBinding(`${subject.name}${index}`, to, who) : binding(where, `${subject.name}${index}`, to, who),
    );
    return [clusterRole(`${subject.name}${index}`, written), ...bound];
  });
}

test('the roles that would have been enough allow every request that was allowed', () => {
  fc.assert(
    fc.property(anyPolicy, fc.array(anyAccess, { minLength: 1, maxLength: 15 }), (objects, requests) => {
      const world = World.of(objects);
      const allowed = requests.filter((request) => decide(world, request).allowed);
      const counter = new UsageCounter();
      for (const request of allowed) {
        const { user, verb } = request;
        if (request.kind === 'path') counter.add(event(user, verb, request.path));
        else {
          const { group, resource, subresource, namespace, name } = request;
          counter.add(event(user, verb, [group === '' ? '-' : group, resource, subresource].join('/'), `${namespace}/${name}`));
        }
      }
      const judged = judgeUsage(world, counter.result());
      const groups = objects.filter(({ kind }) => !kind.endsWith('Binding'));
      const ofGroups = objects.filter(({ kind }) => kind.endsWith('Binding')).map(withGroupsAlone);
      const least = World.of([
        ...groups,
        ...ofGroups,
        ...judged.filter(({ principal }) => principal.subject.kind !== 'Group').flatMap(toObjects),
      ]);
      for (const request of allowed) assert.equal(decide(least, request).allowed, true, JSON.stringify(request));
    }),
  );
});

function withGroupsAlone(object: KubernetesObject): KubernetesObject {
  const subjects = object['subjects'];
  const groups = Array.isArray(subjects) ? subjects.filter((item: JsonObject) => item['kind'] === 'Group') : [];
  return { ...object, subjects: groups };
}
