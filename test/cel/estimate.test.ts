import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compileCel, createEnvironment, typeOfSchema } from '../../src/cel/index.ts';

const TYPE = typeOfSchema(
  {
    type: 'object',
    properties: {
      name: { type: 'string', maxLength: 10 },
      names: { type: 'array', items: { type: 'string' }, maxItems: 5 },
      order: { type: 'array', items: { type: 'integer' } },
      labels: { type: 'object', maxProperties: 3, additionalProperties: { type: 'string', maxLength: 25 } },
    },
  },
  'object',
);

describe('the cost of an expression before it is evaluated', () => {
  assert.ok(TYPE !== undefined);
  const environment = createEnvironment({ version: '1.36', variables: { self: TYPE } });
  const cases = [
    { name: 'of a comparison', input: "self.name == 'x'", want: [3n, 3n] },
    { name: 'of a loop over a bounded list', input: 'self.names.all(n, n.size() > 1)', want: [3n, 33n] },
    { name: 'of a loop over a list without bounds', input: 'self.order.all(n, n > 1)', want: [3n, 7864318n] },
    { name: 'of a loop over the entries of a map', input: "self.labels.all(k, v, v.startsWith('a'))", want: [3n, 18n] },
    { name: 'of what may be skipped', input: 'self.order.size() > 1 && self.names.size() > 1', want: [4n, 8n] },
    { name: 'of a choice', input: 'self.order.size() > 1 ? self.names : []', want: [6n, 14n] },
    { name: 'of a text that is made longer', input: "self.name.replace('', 'abc').size() > 1", want: [4n, 12n] },
    {
      name: 'of a list without an end',
      input: 'lists.range(self.order.size()).size() > 0',
      want: [18446744073709551615n, 18446744073709551615n],
    },
  ];
  for (const { name, input, want } of cases) {
    test(name, () => {
      const compiled = compileCel(input, environment);
      assert.ok(compiled.ok);
      const { min, max } = compiled.program.estimateCost(TYPE);
      assert.deepEqual([min, max], want);
    });
  }
});
