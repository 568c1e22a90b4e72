import assert from 'node:assert/strict';
import { describe as group, test } from 'node:test';
import fc from 'fast-check';
import { describe, describeRemedy, isKubernetesObject, World } from '../../src/model/index.ts';
import { loadCatalog } from '../../src/model/schema/index.ts';
import { isArray, isJson, isObject, stringifyJson, type JsonObject, type JsonValue } from '../../src/std/index.ts';
import { validateManifests } from '../../src/validate/index.ts';
import { toManifest, toObject } from './fake-origin.ts';
import { listServerCases, readFixture } from './server-cases.ts';

const bases = listServerCases().map(({ object }) => object);
const context = World.of([toObject(readFixture('setup.yaml'))]);
const catalogs = [loadCatalog('1.33'), loadCatalog('1.36')];

const oddities: fc.Arbitrary<JsonValue> = fc.oneof(
  fc.constantFrom<JsonValue>(
    null,
    true,
    -1,
    1.5,
    2 ** 60,
    123456789012345678901n,
    '',
    'x',
    '{a}',
    '\u0000',
    '__proto__',
    'a'.repeat(300),
    [],
    {},
    [null],
    { a: null },
  ),
  fc.jsonValue().map((value): JsonValue => (isJson(value) ? value : null)),
);

/** Replaces, adds or removes something at a place that the numbers choose. */
function mutate(value: JsonValue, choices: readonly number[], oddity: JsonValue): JsonValue {
  const [choice = 0, ...rest] = choices;
  if (rest.length === 0) return oddity;
  if (isArray(value) && value.length > 0)
    return value.map((item, index) => (index === choice % value.length ? mutate(item, rest, oddity) : item));
  if (!isObject(value)) return oddity;
  const keys = [...Object.keys(value), 'constructor', 'toString', 'name', 'extra'];
  const key = keys[choice % keys.length] ?? 'extra';
  return { ...value, [key]: mutate(Object.hasOwn(value, key) ? (value[key] ?? null) : null, rest, oddity) };
}

function keepEnvelope(base: JsonObject, mutated: JsonValue): JsonValue {
  return isKubernetesObject(mutated) ? mutated : base;
}

group('validating a mutated object', () => {
  test('never throws, and every finding has a place, a whole sentence and JSON data', () => {
    const place = fc.array(fc.nat(30), { minLength: 2, maxLength: 10 });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(bases.length - 1), place, oddities), { minLength: 1, maxLength: 4 }), (mutations) => {
        const manifests = mutations.flatMap(([index, choices, oddity]) => {
          const base = bases[index];
          const object = base === undefined ? {} : keepEnvelope(base, mutate(base, choices, oddity));
          return isKubernetesObject(object) ? [toManifest(object, `${index}.yaml`)] : [];
        });
        const findings = validateManifests(manifests, { catalogs, context, knowsCluster: false, defaultNamespace: 'default' });
        for (const finding of findings) {
          assert.ok(finding.source && finding.ref && finding.path !== undefined, finding.code);
          assert.doesNotThrow(() => stringifyJson(finding.data));
          const texts = [describe({ ...finding, data: blank(finding.data) }), describeRemedy({ ...finding, data: blank(finding.data) })];
          for (const text of texts) assert.doesNotMatch(text, /\{\w+\}/, finding.code);
        }
      }),
      { numRuns: 400 },
    );
  });
});

/** The data with values that hold no braces of their own, so that a placeholder left over is seen. */
function blank(data: Readonly<Record<string, JsonValue>>): Readonly<Record<string, JsonValue>> {
  return Object.fromEntries(Object.keys(data).map((key) => [key, 'value']));
}
