import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toValue, UNKNOWN } from '../../../../src/cel/index.ts';
import { compilePolicy, listBroken } from '../../../../src/engine/admission/policy/compile.ts';
import { evaluatePolicy, type PolicyResult } from '../../../../src/engine/admission/policy/evaluate.ts';
import type { PolicyInput } from '../../../../src/engine/admission/policy/session.ts';
import type { JsonObject } from '../../../../src/std/index.ts';

const INPUT: PolicyInput = {
  object: toValue({ spec: { replicas: 4, names: Array.from({ length: 1500 }, (_, index) => `n${index}`) } }),
  oldObject: null,
  request: UNKNOWN,
  namespaceObject: null,
};
const evaluate = (spec: JsonObject): PolicyResult => evaluatePolicy(compilePolicy({ spec }), INPUT);

test('a variable is worked out once for all validations, and not at all where nobody asks', () => {
  const costly = 'object.spec.names.all(a, object.spec.names.exists(b, b == a))';
  const variables = [{ name: 'costly', expression: costly }];
  const twice = evaluate({ variables, validations: [{ expression: 'variables.costly' }, { expression: 'variables.costly' }] });
  assert.deepEqual(
    twice.decisions.map((item) => (item.outcome === 'deny' ? item.message : item.outcome)),
    Array(2).fill(
      `expression 'variables.costly' resulted in error: composited variable "costly" fails to evaluate: operation cancelled: actual cost limit exceeded`,
    ),
  );
  assert.deepEqual(evaluate({ variables, validations: [{ expression: 'object.spec.replicas == 4' }] }).decisions, [{ outcome: 'admit' }]);
});

test('what all validations cost together has a limit', () => {
  const check = {
    expression: "object.spec.names.filter(a, a.contains('9')).map(a, a + 'x').size() > object.spec.names.map(a, a.size()).size()",
  };
  const [first, ...rest] = evaluate({ validations: Array.from({ length: 600 }, () => check) }).decisions;
  assert.deepEqual(rest, []);
  assert.equal(
    first?.outcome === 'deny' ? first.message : '',
    'validation failed due to running out of cost budget, no further validation rules will be run',
  );
});

test('what is not known decides nothing', () => {
  assert.deepEqual(evaluate({ validations: [{ expression: 'request.dryRun' }] }).decisions, [{ outcome: 'unknown' }]);
  assert.deepEqual(evaluate({ matchConditions: [{ expression: 'request.dryRun' }], validations: [{ expression: 'false' }] }).decisions, [
    { outcome: 'unknown' },
  ]);
  assert.deepEqual(
    evaluate({ matchConditions: [{ expression: 'request.dryRun' }, { expression: 'false' }], validations: [{ expression: 'false' }] })
      .decisions,
    [],
  );
});

test('every expression that does not compile is found, with its field and place', () => {
  const broken = listBroken(
    compilePolicy({
      spec: {
        variables: [{ name: 'a', expression: 'nobody' }],
        matchConditions: [{ expression: '1' }],
        validations: [{ expression: 'true', messageExpression: "authorizer.path('/')" }],
        auditAnnotations: [{ key: 'k', valueExpression: 'object +' }],
      },
    }),
  );
  assert.deepEqual(
    broken.map(({ path, place }) => `${path.join('.')} ${place?.line}:${place?.column}`),
    [
      'spec.variables.0.expression 1:1',
      'spec.matchConditions.0.expression 1:1',
      'spec.validations.0.messageExpression 1:1',
      'spec.auditAnnotations.0.valueExpression 1:9',
    ],
  );
});
