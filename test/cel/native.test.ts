import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compileCel, createEnvironment, MapValue, readQuantity, toValue, typeOfSchema } from '../../src/cel/index.ts';
import { Joined, passOn } from '../../src/cel/native.ts';
import { Broken, Optional, TypeValue, type Value } from '../../src/cel/value.ts';
import { formatLiteral } from '../judges/cel-literal.ts';

const QUANTITY = readQuantity('1');

describe('a value that was in an optional is passed on', () => {
  const cases: readonly { readonly name: string; readonly input: Value; readonly want: string }[] = [
    { name: 'as it is', input: 'text', want: '"text"' },
    { name: 'as its name, if it is a type', input: new TypeValue('int'), want: '"int"' },
    { name: 'as what it holds, if it is an optional', input: new Optional(1n), want: '1' },
    { name: 'as null, if it holds nothing', input: Optional.none, want: 'null' },
    { name: 'part by part, if it is a list made of two', input: new Joined([new TypeValue('int')], [1n]), want: '["int", 1]' },
    { name: 'with its parts, if it is another list', input: [new TypeValue('int')], want: '[int]' },
  ];
  for (const { name, input, want } of cases) test(name, () => assert.equal(formatLiteral(passOn(input)), want));

  test('as an error, if only a library can make it', () => {
    assert.ok('nano' in QUANTITY);
    const passed = passOn(QUANTITY);
    assert.equal(passed instanceof Broken && passed.failure.message, 'unsupported conversion to ref.Val: (*resource.Quantity)');
  });

  test('without what its schema says', () => {
    const type = typeOfSchema({ type: 'object', properties: { when: { type: 'string', format: 'date-time' } } }, 'object');
    const given = toValue({ when: '2020-01-01T00:00:00Z' }, type);
    assert.ok(given instanceof MapValue);
    const passed = passOn(given);
    assert.equal(passed instanceof MapValue && passed.find('when'), '2020-01-01T00:00:00Z');
  });
});

test('an error within a list is one for who takes it out', () => {
  const type = typeOfSchema({ type: 'array', items: { type: 'integer' } }, 'list');
  assert.ok(type !== undefined);
  const environment = createEnvironment({ version: '1.36', variables: { counts: type } });
  const ask = (expression: string): unknown => {
    const compiled = compileCel(expression, environment);
    assert.ok(compiled.ok);
    const result = compiled.program.evaluate({ counts: [1, 'two'] });
    return result.outcome === 'error' ? result.error : result.outcome === 'value' && result.value;
  };
  assert.equal(ask('counts.size()'), 2n);
  assert.equal(ask('counts[0]'), 1n);
  assert.equal(ask('counts[1]'), 'invalid data, expected int, got string');
  assert.equal(ask('counts.exists(count, count == 1)'), true);
});
