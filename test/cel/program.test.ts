import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { formatLiteral } from '../judges/cel-literal.ts';
import {
  BINDINGS,
  compileCel,
  createEnvironment,
  DYN,
  EntryMap,
  Failure,
  INT,
  listOf,
  MapValue,
  mapOf,
  QUANTITY_TYPE,
  QuantityValue,
  readQuantity,
  readSemver,
  SEMVER_TYPE,
  SemverValue,
  STRING,
  struct,
  UNKNOWN,
  type Binding,
  type Environment,
  type Result,
  type Value,
} from '../../src/cel/index.ts';

const SELF = struct(
  'object',
  new Map([
    ['name', { property: 'name', type: STRING }],
    ['replicas', { property: 'replicas', type: INT }],
    ['rolling__dash__update', { property: 'rolling-update', type: STRING }],
    ['ports', { property: 'ports', type: listOf(INT) }],
  ]),
);
const ENVIRONMENT = createEnvironment({ version: '1.36', variables: { self: SELF, x: DYN } });

function evaluate(expression: string, variables: Readonly<Record<string, Binding>> = {}, environment: Environment = ENVIRONMENT): string {
  const compiled = compileCel(expression, environment);
  if (!compiled.ok) return compiled.message;
  const result = compiled.program.evaluate(variables);
  switch (result.outcome) {
    case 'error':
      return `error: ${result.error}`;
    case 'unknown':
      return 'unknown';
    case 'value':
      return `${formatLiteral(result.value)} for ${result.cost}`;
  }
}

describe('an expression', () => {
  const cases: readonly {
    readonly name: string;
    readonly input: string;
    readonly given?: Readonly<Record<string, Binding>>;
    readonly want: string;
  }[] = [
    { name: 'computes with 64 bits', input: '9223372036854775806 + 1', want: '9223372036854775807 for 1' },
    { name: 'does not go beyond them', input: '9223372036854775807 + 1', want: 'error: integer overflow' },
    { name: 'reads a number as its schema says', input: 'self.replicas * 2', given: { self: { replicas: 3 } }, want: '6 for 3' },
    {
      name: 'selects an escaped name',
      input: 'self.rolling__dash__update',
      given: { self: { 'rolling-update': 'yes' } },
      want: '"yes" for 2',
    },
    { name: 'names what is missing', input: 'self.name', given: { self: {} }, want: 'error: no such key: name' },
    { name: 'asks before it selects', input: "has(self.name) && self.name == 'a'", given: { self: {} }, want: 'false for 1' },
    { name: 'selects with a default', input: "self.?name.orValue('none')", given: { self: {} }, want: '"none" for 1' },
    { name: 'absorbs an error where another term decides', input: '1 / 0 == 1 || true', want: 'true for 2' },
    { name: 'loops', input: 'self.ports.all(port, port > 1024)', given: { self: { ports: [80, 8080] } }, want: 'false for 10' },
    { name: 'knows a null from what is not there', input: 'x == null', given: { x: null }, want: 'true for 2' },
    { name: 'asks through an optional', input: 'has(x.?c.b) || has(x.?a.b)', given: { self: {}, x: { a: { b: 1 } } }, want: 'true for 2' },
    { name: 'counts code points', input: "size('a😀')", want: '2 for 1' },
    { name: 'refuses a depth that is no int', input: '[].flatten(dyn(1u))', want: 'error: no such overload: list(dyn).flatten(uint)' },
    { name: 'does not know what depends on the unknown', input: 'x.a > 1', given: { x: UNKNOWN }, want: 'unknown' },
    { name: 'knows what the unknown does not matter for', input: 'x.a > 1 && false', given: { x: UNKNOWN }, want: 'false for 2' },
  ];
  for (const { name, input, given, want } of cases) test(name, () => assert.equal(evaluate(input, given), want));
});

describe('an expression that is wrong', () => {
  const cases = [
    {
      name: 'names an unknown variable with its place',
      input: 'self.name == y',
      want: "ERROR: <input>:1:14: undeclared reference to 'y' (in container '')\n | self.name == y\n | .............^",
    },
    {
      name: 'names a field that the schema has not',
      input: 'self.\n  nme',
      want: "ERROR: <input>:1:5: undefined field 'nme'\n | self.\n | ....^",
    },
    {
      name: 'names operands that do not fit',
      input: "'ä' + 1",
      want: "ERROR: <input>:1:5: found no matching overload for '_+_' applied to '(string, int)'\n | 'ä' + 1\n | .．..^",
    },
    {
      name: 'refuses a bad pattern before it is used',
      input: "'a'.matches('(')",
      want: "ERROR: <input>:1:13: invalid matches argument\n | 'a'.matches('(')\n | ............^",
    },
  ];
  for (const { name, input, want } of cases) test(name, () => assert.equal(evaluate(input), want));
});

test('an evaluation ends when its budget is spent', () => {
  const compiled = compileCel('x.all(a, x.all(b, a >= b || a < b))', ENVIRONMENT);
  assert.ok(compiled.ok);
  const result = compiled.program.evaluate({ x: Array.from({ length: 1000 }, (_, index) => index) }, { budget: 1000 });
  assert.deepEqual(result.outcome === 'error' && result.error, 'operation cancelled: actual cost limit exceeded');
});

test('a version has the libraries of its time', () => {
  const old = createEnvironment({ version: '1.33', variables: {} });
  assert.match(evaluate('lists.range(2)', {}, old), /undeclared reference to 'range'/);
  assert.equal(evaluate('lists.range(2)'), '[0, 1] for 13');
});

test('a use of its own may have libraries, types and values of its own', () => {
  const device = struct(
    'device',
    new Map([
      ['capacity', { property: 'capacity', type: DYN }],
      ['memory', { property: 'memory', type: QUANTITY_TYPE }],
      ['version', { property: 'version', type: SEMVER_TYPE }],
    ]),
  );
  const environment = createEnvironment({ version: '1.36', variables: { device }, libraries: [BINDINGS] });
  const [memory, version] = [readQuantity('1Gi'), readSemver('1.2.3')];
  assert.ok(memory instanceof QuantityValue && version instanceof SemverValue);
  const given = {
    device: new EntryMap([
      ['memory', memory],
      ['version', version],
    ]),
  };
  const expression = "cel.bind(m, device.memory, m.isGreaterThan(quantity('500Mi')) && device.version.isLessThan(semver('2.0.0')))";
  assert.equal(evaluate(expression, given, environment), 'true for 9');
});

/** A map that has something for every key. */
class Echo extends MapValue {
  readonly typeName = 'map';
  readonly size = 0;

  find(key: Value): Result {
    return typeof key === 'string' ? `for ${key}` : new Failure('no such key');
  }

  keys(): readonly Value[] {
    return [];
  }
}

test('a map may be one of the caller', () => {
  const environment = createEnvironment({ version: '1.36', variables: { echo: mapOf(STRING, STRING) } });
  assert.equal(evaluate("echo['x'] + echo.y", { echo: new Echo() }, environment), '"for xfor y" for 5');
});
