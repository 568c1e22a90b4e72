import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { World } from '../../../src/model/index.ts';
import { authorize, listPermissions } from '../../../src/engine/rbac/index.ts';
import { compact, listHoldings, toCoverage, type Holding } from '../../../src/engine/rbac/holding.ts';
import { readPolicy } from '../../../src/engine/rbac/policy.ts';
import { toPrincipal } from '../../../src/engine/rbac/principal.ts';
import { isAllowedBy, readRule } from '../../../src/engine/rbac/rule.ts';
import type { AccessRequest } from '../../../src/engine/rbac/index.ts';
import { anyAccess, anyPolicy } from './random-policy.ts';

/** Whether a holding allows a request, judged by the rule that it stands for. */
function isHeld({ permission, namespace }: Holding, request: AccessRequest): boolean {
  if (namespace !== '' && (request.kind === 'path' || request.namespace !== namespace)) return false;
  if (permission.kind === 'path') return isAllowedBy(readRule({ verbs: [permission.verb], nonResourceURLs: [permission.path] }), request);
  const { verb, group, resource, name } = permission;
  return isAllowedBy(
    readRule({ verbs: [verb], apiGroups: [group], resources: [resource], ...(name === undefined ? {} : { resourceNames: [name] }) }),
    request,
  );
}

test('a compacted list of permissions allows what the authorizer allows, and nothing else', () => {
  fc.assert(
    fc.property(anyPolicy, fc.array(anyAccess, { minLength: 1, maxLength: 8 }), (objects, requests) => {
      const world = World.of(objects);
      for (const request of requests) {
        const namespace = request.kind === 'resource' ? request.namespace : '';
        const list = listPermissions(world, request.user, namespace);
        assert.equal(
          list.some((holding) => isHeld(holding, request)),
          authorize(world, request).allowed,
          JSON.stringify(request),
        );
      }
    }),
    { numRuns: 300 },
  );
});

test('what a principal gains is what the authorizer allows after and not before', () => {
  fc.assert(
    fc.property(anyPolicy, anyPolicy, fc.array(anyAccess, { minLength: 1, maxLength: 12 }), (before, after, requests) => {
      const [was, is] = [World.of(before), World.of(after)];
      for (const request of requests) {
        const principal = toPrincipal(`user ${request.user.name}`);
        const isCovered = toCoverage(readPolicy(was), [principal.key, ...principal.groups]);
        const held = listHoldings(readPolicy(is), principal.key, readPolicy(was));
        const gained = compact(held.filter(({ permission, namespace }) => !isCovered(permission, namespace)));
        const alone: AccessRequest = { ...request, user: { name: request.user.name, groups: [] } };
        const known: AccessRequest = {
          ...request,
          user: { name: request.user.name, groups: principal.groups.map((key) => key.slice('group '.length)) },
        };
        const isGained = gained.some((holding) => isHeld(holding, request));
        if (isGained) assert.ok(authorize(is, alone).allowed, `allowed by itself: ${JSON.stringify(request)}`);
        if (authorize(is, alone).allowed && !authorize(was, known).allowed) assert.ok(isGained, `told: ${JSON.stringify(request)}`);
      }
    }),
    { numRuns: 300 },
  );
});
