import { isArray, type JsonValue } from '../../std/index.ts';
import { sha256 } from '../../std/index.ts';
import { stringifyJson } from '../../std/index.ts';
import { listGone } from '../cause.ts';
import type { Effect, Finding, FindingData } from '../finding.ts';
import { toRefKey } from '../ref.ts';
import { ADMISSION_CODES } from './admission-codes.ts';
import type { CatalogEntry, CatalogTable } from './entry.ts';
import { LIFECYCLE_CODES } from './lifecycle-codes.ts';
import { LOADER_CODES } from './loader-codes.ts';
import { NATIVE_CODES } from './native-codes.ts';
import { NETWORK_CODES } from './network-codes.ts';
import { PLAN_CODES } from './plan-codes.ts';
import { PRACTICE_CODES } from './practice-codes.ts';
import { RBAC_CODES } from './rbac-codes.ts';
import { REFERENCE_CODES } from './reference-codes.ts';
import { ROLLOUT_CODES } from './rollout-codes.ts';
import { SCHEDULE_CODES } from './schedule-codes.ts';
import { SECURITY_PRACTICE_CODES } from './security-practice-codes.ts';
import { VALIDATE_CODES } from './validate-codes.ts';

/** Every code of findings and effects, with its wording. */
export const CATALOG: CatalogTable = {
  ...ADMISSION_CODES,
  ...LIFECYCLE_CODES,
  ...LOADER_CODES,
  ...NATIVE_CODES,
  ...NETWORK_CODES,
  ...PLAN_CODES,
  ...PRACTICE_CODES,
  ...RBAC_CODES,
  ...REFERENCE_CODES,
  ...ROLLOUT_CODES,
  ...SCHEDULE_CODES,
  ...SECURITY_PRACTICE_CODES,
  ...VALIDATE_CODES,
};

/** The entry of a code; throws for a code that is in no table, which a test forbids. */
export function findEntry(code: string): CatalogEntry {
  const entry = CATALOG[code];
  if (entry === undefined) throw new Error(`code ${code} is in no table`);
  return entry;
}

/** What is worded: a finding, or an effect, which may be one that the change ends. */
interface Worded {
  readonly code: string;
  readonly data: FindingData;
  readonly change?: Effect['change'];
  readonly causes?: Effect['causes'];
}

/** The sentence for a finding or an effect. */
export function describe(item: Worded): string {
  const { message, ended } = findEntry(item.code);
  return fillIn(item.change === 'lost' && ended !== undefined ? ended : message, item.data);
}

/** What to do about a finding or an effect; of an effect that only follows from what is deleted: to keep that. */
export function describeRemedy(item: Worded): string {
  const { remedy, ended } = findEntry(item.code);
  if (item.change === 'lost' && ended !== undefined) return 'Nothing is to be done if that is meant.';
  const gone = listGone(item.causes ?? []);
  return gone.length === 0 ? fillIn(remedy, item.data) : `If that is not meant, keep ${gone.join(', ')}.`;
}

/** A finding of a code with its usual severity. */
export function toFinding(code: string, fields: Omit<Finding, 'code' | 'severity'> & { readonly severity?: Finding['severity'] }): Finding {
  return { code, severity: findEntry(code).severity, ...fields };
}

/**
 * A stable name of a finding or effect that survives moved lines: of its code, object, path and data. The same for what is found in
 * manifests and what a plan tells as an effect. 16 hexadecimal digits.
 */
export function fingerprint(item: Finding | Effect): string {
  const ref = 'engine' in item ? item.subject : item.ref;
  const file = ref === undefined && 'source' in item ? (item.source?.file ?? '') : '';
  return sha256(
    [item.code, ref === undefined ? file : toRefKey(ref), item.path ?? '', stringifyJson(lastingOf(item.data))].join('\u0000'),
  ).slice(0, 16);
}

/** What stays the same for as long as the finding does: not when something was last written, nor how far it is known to be missing. */
function lastingOf(data: FindingData): FindingData {
  const { written: _written, absence: _absence, ...lasting } = data;
  return lasting;
}

function fillIn(text: string, data: FindingData): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = data[name];
    return value === undefined ? whole : toText(value);
  });
}

function toText(value: JsonValue): string {
  if (typeof value === 'string') return value;
  if (isArray(value)) return value.map(toText).join(', ');
  return stringifyJson(value);
}
