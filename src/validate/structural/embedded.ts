import { describe, type Schema } from '../../model/index.ts';
import { isObject, printGo, stringifyJson, type JsonObject, type JsonValue } from '../../std/index.ts';
import { checkEmbeddedMeta } from '../object/metadata.ts';
import { judgeLabel1035 } from '../object/names.ts';
import type { Problem } from '../problem.ts';
import { checkBuiltIn } from './built-in.ts';
import type { Check, Cursor } from './cursor.ts';

/**
 * What `Coerce` and `validateEmbeddedResource` of apiextensions-apiserver's `schema/objectmeta` say of the type that an embedded object
 * (`x-kubernetes-embedded-resource`) names.
 */
export function checkEmbedded(value: JsonObject, schema: Schema, at: Cursor): void {
  const fail = (field: string, reason: string): void => at.reportAt(field, 'KV0055', toData(at, field, value[field] ?? null, reason));
  const { apiVersion, kind } = value;
  for (const field of ['apiVersion', 'kind']) {
    const given = value[field];
    if (given === undefined || (given === null && !keepsNull(schema.properties?.[field]))) continue;
    if (typeof given !== 'string') fail(field, 'must be a string');
  }
  if (apiVersion === '') fail('apiVersion', 'must not be empty');
  else if (typeof apiVersion === 'string' && apiVersion.split('/').length > 2)
    fail('apiVersion', `unexpected GroupVersion string: ${apiVersion}`);
  if (kind === '') fail('kind', 'must not be empty');
  else if (typeof kind === 'string') {
    const reasons = judgeLabel1035(kind.toLowerCase());
    if (reasons.length > 0) fail('kind', `may have mixed case, but should otherwise match: ${reasons.join(',')}`);
  }
}

/** The metadata of an embedded object: decoded for itself and refused as a whole, or else judged as the server judges any. */
export function checkEmbeddedMetadata(schema: Schema): Check {
  const decode = checkBuiltIn(schema, 'full');
  return (value, at) => {
    const known = at.problems.length;
    decode(value, at);
    const found = at.problems.splice(known);
    const whole = { field: at.field, value: printGo(value, stringifyJson) };
    for (const problem of found) at.problems.push(isUndecodable(problem) ? toRefusal(problem, whole) : problem);
    if (isObject(value) && !found.some(isUndecodable)) checkEmbeddedMeta(value, at.path, (problem) => at.problems.push(problem));
  };
}

function isUndecodable({ code }: Problem): boolean {
  return code === 'KV0041' || code === 'KV0046';
}

function toRefusal({ code, path, data }: Problem, whole: { readonly field: string; readonly value: string }): Problem {
  const reason = code === 'KV0046' ? (data['reason'] ?? '') : describe({ code, data });
  return { code: 'KV0055', path, data: { ...whole, reason } };
}

/** A null is dropped before the type is looked at, unless the field may be null or has a default for it. */
function keepsNull(field: Schema | undefined): boolean {
  return field?.nullable === true || field?.default !== undefined;
}

function toData(at: Cursor, field: string, value: JsonValue, reason: string): { field: string; value: string; reason: string } {
  return { field: `${at.field}.${field}`, value: printGo(value, stringifyJson), reason };
}
