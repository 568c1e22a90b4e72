import type { JsonValue } from '../std/index.ts';
import type { FieldChange } from '../model/index.ts';

/** A field of a Secret as reports show it: that it changes, never what it is, and no hash either, which would differ from run to run. */
export function maskSecrets(field: FieldChange): FieldChange {
  const isSecret = [field.before, field.after].some((value) => value !== undefined && hasHash(value));
  if (!isSecret) return field;
  return {
    path: field.path,
    ...(field.before === undefined ? {} : { before: '(secret)' }),
    ...(field.after === undefined ? {} : { after: field.before === undefined ? '(secret)' : '(another secret)' }),
  };
}

function hasHash(value: JsonValue): boolean {
  if (typeof value === 'string') return value.includes('(secret) hmac-sha256:');
  return typeof value === 'object' && value !== null && Object.values(value).some(hasHash);
}
