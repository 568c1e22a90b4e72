import { quoteGo, stringifyJson, type JsonObject, type JsonValue } from '../../std/index.ts';
import { judgeLabel1035 } from '../object/names.ts';
import type { Cursor } from './cursor.ts';

/** What `validateEmbeddedResource` says of the type that an embedded object (`x-kubernetes-embedded-resource`) names. */
export function checkEmbedded(value: JsonObject, at: Cursor): void {
  const fail = (field: string, reason: string): void => at.reportAt(field, 'KV0055', toData(at, field, value[field] ?? '', reason));
  const { apiVersion, kind } = value;
  for (const field of ['apiVersion', 'kind']) {
    const given = value[field] ?? '';
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

function toData(at: Cursor, field: string, value: JsonValue, reason: string): { field: string; value: string; reason: string } {
  return { field: `${at.field}.${field}`, value: typeof value === 'string' ? quoteGo(value) : stringifyJson(value), reason };
}
