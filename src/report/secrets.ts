import type { JsonValue } from '../std/index.ts';
import type { FieldChange, ObjectRef } from '../model/index.ts';

const SECRET = /^\s*(secrets?(list)?|list)\s*$/i;

/** The fields of a Secret of which a plan holds more than hashes. */
const SHOWN = /^\/(apiVersion|kind|type|immutable|metadata)(\/|$)/;

/**
 * A field of an object as reports show it. Of a secret value: that it changes, never what it is, and no hash either, which
 * would differ from run to run. Whoever made the plan, no field of a Secret is shown that holds values.
 */
export function maskSecrets(field: FieldChange, { group, kind }: ObjectRef): FieldChange {
  const isOfSecret = SECRET.test(kind) && !group.includes('.') && !SHOWN.test(field.path);
  if (!isOfSecret && ![field.before, field.after].some((value) => value !== undefined && hasHash(value))) return field;
  return {
    ...field,
    ...(field.before === undefined ? {} : { before: '(secret)' }),
    ...(field.after === undefined ? {} : { after: field.before === undefined ? '(secret)' : '(another secret)' }),
  };
}

function hasHash(value: JsonValue): boolean {
  if (typeof value === 'string') return value.includes('(secret) hmac-sha256:');
  return typeof value === 'object' && value !== null && Object.values(value).some(hasHash);
}
