import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileCel, createEnvironment } from '../../src/cel/index.ts';
import {
  AUTHORIZER_TYPE,
  RESOURCE_CHECK_TYPE,
  toAuthorizer,
  toResourceCheck,
  type AccessQuestion,
} from '../../src/cel/library/authorizer.ts';

const ENVIRONMENT = createEnvironment({
  version: '1.36',
  variables: { authorizer: AUTHORIZER_TYPE, 'authorizer.requestResource': RESOURCE_CHECK_TYPE },
});

const CASES: readonly (readonly [string, AccessQuestion])[] = [
  ["authorizer.path('/healthz').check('get')", { verb: 'get', path: '/healthz' }],
  [
    "authorizer.group('apps').resource('deployments').subresource('scale').namespace('a').name('b').check('update')",
    { verb: 'update', group: 'apps', resource: 'deployments', subresource: 'scale', namespace: 'a', name: 'b' },
  ],
  [
    "authorizer.serviceAccount('ns', 'sa').group('').resource('pods').labelSelector('app=x').check('list')",
    { verb: 'list', group: '', resource: 'pods', labelSelector: 'app=x', serviceAccount: { namespace: 'ns', name: 'sa' } },
  ],
  ["authorizer.requestResource.check('custom')", { verb: 'custom', resource: 'pods' }],
];
for (const [expression, question] of CASES) {
  test(`${expression} asks the authorizer`, () => {
    const asked: AccessQuestion[] = [];
    const authorize = (found: AccessQuestion): { isAllowed: boolean; reason: string } => {
      asked.push(found);
      return { isAllowed: true, reason: '' };
    };
    const compiled = compileCel(`${expression}.allowed()`, ENVIRONMENT);
    assert.ok(compiled.ok);
    const result = compiled.program.evaluate({
      authorizer: toAuthorizer(authorize),
      'authorizer.requestResource': toResourceCheck(authorize, { resource: 'pods' }),
    });
    assert.equal(result.outcome === 'value' && result.value, true);
    assert.deepEqual(asked, [question]);
  });
}
