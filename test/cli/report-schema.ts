import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { getArray, getNumber, getString, isObject, parseJson, type JsonObject, type JsonValue } from '../../src/std/index.ts';

const schema: object = JSON.parse(readFileSync(new URL('../../schemas/report.schema.json', import.meta.url), 'utf8'));
const validate = new Ajv2020({ strict: true, allErrors: true }).compile(schema);

/** A report that `-o json` printed, held to its schema. */
export function readReport(text: string): JsonObject {
  assert.ok(validate(JSON.parse(text)), JSON.stringify(validate.errors, null, 2));
  const report = parseJson(text);
  assert.ok(isObject(report));
  return report;
}

/** `KN0101 payments/network-policies.yaml:20` for each effect: its code and the place of its first cause with one; of a deleted cause both places, as far as they are known. */
export function listEffects(report: JsonObject): readonly string[] {
  return getArray(report, 'effects').map((effect) => `${getString(effect, 'code')} ${placeOf(effect)}`);
}

function placeOf(effect: JsonValue): string {
  const places = getArray(effect, 'causes').flatMap((cause) => {
    const [own, beside, elsewhere] = (['source', 'beside', 'missed'] as const).map((field) => {
      const file = getString(cause, field, 'file');
      return file === undefined ? undefined : `${file}:${getNumber(cause, field, 'line')}`;
    });
    const missed = elsewhere ?? beside;
    const told = [own, missed === undefined ? undefined : `missed at ${missed}`].filter((place) => place !== undefined);
    return told.length === 0 ? [] : [told.join(', ')];
  });
  return places[0] ?? 'nowhere';
}

/** `update Deployment shop/web` for each change. */
export function listChanges(report: JsonObject): readonly string[] {
  return getArray(report, 'changes').map((change) => {
    const namespace = getString(change, 'ref', 'namespace');
    const name = getString(change, 'ref', 'name') ?? '';
    return `${getString(change, 'action')} ${getString(change, 'ref', 'kind')} ${namespace === undefined ? name : `${namespace}/${name}`}`;
  });
}
