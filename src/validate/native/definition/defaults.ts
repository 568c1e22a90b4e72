import { describe, toFinding } from '../../../model/index.ts';
import { decodeSchema, pruneUnknown } from '../../../model/schema/index.ts';
import { isEqualJson, isObject } from '../../../std/index.ts';
import { judgeDefault } from '../../custom-rules/judge-rules.ts';
import { compileTree } from '../../custom-rules/rule-tree.ts';
import { Cursor } from '../../structural/cursor.ts';
import { checkCustom } from '../../structural/custom.ts';
import type { Place } from '../place.ts';
import { propertiesOf } from './structural.ts';

const META = new Set(['apiVersion', 'kind', 'metadata']);

/**
 * Whether the defaults of a schema are values of theirs (`ValidateDefaults` of apiextensions-apiserver, `schema/defaulting`). Those
 * within metadata are not looked at.
 */
export function checkDefaults(schema: Place, version: string, isResource = true): void {
  const given = schema.at('default');
  const isEmbedded = isResource || schema.at('x-kubernetes-embedded-resource').isTrue;
  if (given.value !== undefined && given.value !== null) checkDefault(schema, given, version, isEmbedded);
  if (schema.at('items').isSet) checkDefaults(schema.at('items'), version, false);
  for (const property of propertiesOf(schema)) if (!isEmbedded || !META.has(property.key)) checkDefaults(property, version, false);
}

function checkDefault(schema: Place, given: Place, version: string, isEmbedded: boolean): void {
  const value = given.value ?? null;
  const decoded = decodeSchema(schema.object);
  if (!isEqualJson(pruneUnknown(decoded, value), value)) given.invalid('must not have unknown fields');
  const lacking = isEmbedded && isObject(value) ? ['apiVersion', 'kind'].filter((field) => given.at(field).text === '') : [];
  for (const field of lacking) given.at(field).required();
  if (lacking.length > 0) return;
  const cursor = new Cursor();
  // The server takes any default for what is either a number or a text, unless a type is given as well.
  const { intOrString, ...typed } = decoded;
  if (intOrString !== true || typed.type !== undefined) checkCustom(typed)(value, cursor);
  for (const problem of cursor.problems.filter(({ code }) => code !== 'KV0042')) {
    const { code, path, data } = problem;
    const said = describe(toFinding(code, { data }));
    const text = code === 'KV0051' ? `Invalid value: "": ${said}` : said;
    const field = typeof data['field'] === 'string' ? data['field'] : '';
    given.failBelow(path, text.slice(text.startsWith(`${field}: `) ? field.length + 2 : 0), field);
  }
  const tree = cursor.problems.length > 0 ? undefined : compileTree(schema.object, version, false);
  if (tree === undefined) return;
  judgeDefault(tree, value, { path: [], field: given.field }, (path, problem, field) =>
    given.failBelow(path, problem, field ?? given.field, true),
  );
}
