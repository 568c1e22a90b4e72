import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { tests as suite } from '@bufbuild/cel-spec/testdata/conformance.js';
import { BINDINGS, compileCel, createEnvironment, type CelType } from '../../src/cel/index.ts';
import { formatType } from '../../src/cel/type.ts';
import { getArray, getObject, getString, isJson, parseJson, type JsonObject, type JsonValue } from '../../src/std/index.ts';
import { formatLiteral } from '../judges/cel-literal.ts';
import { readSuiteBindings, readSuiteType, readSuiteValue } from './conformance-value.ts';

const VERSION = '1.36';

/** Why a part of the suite says nothing of Kubernetes' environment. */
const PARTS: readonly (readonly [RegExp, string])[] = [
  [/^(dynamic|enums|proto[23]|proto2_ext|wrappers)\//, 'messages and enums of protocol buffers'],
  [/^(block_ext|encoders_ext|math_ext)\//, 'a library that Kubernetes does not have'],
  [/^fields\/quoted_map_fields\//, 'names in backquotes, which Kubernetes does not enable'],
];
const MESSAGES = /TestAllTypes|google\.protobuf|GlobalEnum|protobuf/;

interface Case {
  readonly name: string;
  readonly given: JsonObject;
}

function listCases(part: JsonValue, path: readonly string[]): readonly Case[] {
  const inner = getArray(part, 'suites').flatMap((child) => listCases(child, [...path, getString(child, 'name') ?? '']));
  const own = getArray(part, 'tests').map((item) => {
    const given = getObject(item, 'original') ?? {};
    return { name: [...path, getString(given, 'name') ?? ''].join('/'), given };
  });
  return [...inner, ...own];
}

/** Names with their types; undefined if one is of protocol buffers. */
function readVariables(given: JsonObject): Record<string, CelType> | undefined {
  const variables: Record<string, CelType> = {};
  for (const declaration of getArray(given, 'typeEnv')) {
    const type = readSuiteType(getObject(declaration, 'ident', 'type'));
    if (type === undefined) return undefined;
    variables[getString(declaration, 'name') ?? ''] = type;
  }
  return variables;
}

/** Why a case cannot be asked of Kubernetes' environment; undefined if it can. */
function findReason({ name, given }: Case): string | undefined {
  const part = PARTS.find(([pattern]) => pattern.test(name));
  if (part !== undefined) return part[1];
  const expression = getString(given, 'expr') ?? '';
  const isMessage = MESSAGES.test(expression) || readVariables(given) === undefined || readSuiteBindings(given['bindings']) === undefined;
  if (isMessage) return 'messages and enums of protocol buffers';
  if ((getString(given, 'container') ?? '') !== '') return 'containers of names';
  return getString(DEVIATIONS, name);
}

/** Cases in which the API server itself differs from the suite, as the judge of the subject `cel` shows. */
const DEVIATIONS = parseJson(readFileSync(new URL('../../fixtures/conformance/cel.json', import.meta.url), 'utf8'));

const counts = new Map<string, number>();
const count = (key: string): void => void counts.set(key, (counts.get(key) ?? 0) + 1);

for (const item of listCases(isJson(suite) ? suite : {}, [])) {
  const reason = findReason(item);
  if (reason !== undefined) {
    count(`left out, ${reason}`);
    continue;
  }
  test(item.name, () => {
    checkCase(item);
    count('passed');
  });
}

after(() => console.log(Array.from(counts, ([key, number]) => `${number} ${key}`).join('\n')));

function checkCase({ name, given }: Case): void {
  const libraries = name.startsWith('bindings_ext/') ? [BINDINGS] : [];
  const environment = createEnvironment({ version: VERSION, variables: readVariables(given) ?? {}, libraries });
  const compiled = compileCel(getString(given, 'expr') ?? '', environment);
  const isError = given['evalError'] !== undefined;
  // Kubernetes refuses some literals that are sure to fail before they are evaluated.
  if (!compiled.ok) return assert.ok(isError, compiled.message);
  const deduced = readSuiteType(getObject(given, 'typedResult', 'deducedType'));
  if (deduced !== undefined) assert.equal(formatType(compiled.program.type), formatType(deduced));
  if (given['checkOnly'] === true) return;
  const result = compiled.program.evaluate(readSuiteBindings(given['bindings']) ?? {});
  if (result.outcome !== 'value') return assert.ok(isError, result.outcome === 'error' ? result.error : 'unknown');
  const want = given['value'] ?? getObject(given, 'typedResult', 'result') ?? { boolValue: true };
  const value = readSuiteValue(want);
  assert.ok(!isError && value !== undefined, `${formatLiteral(result.value)} instead of an error`);
  assert.equal(formatLiteral(result.value), formatLiteral(value));
}
