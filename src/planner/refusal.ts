import { describe, toFinding, toRefKey, type Change, type Finding, type SourceRange } from '../model/index.ts';
import { toPointer } from '../std/index.ts';
import type { Desired, PlanInput, Refusal } from './input.ts';
import { atField, lineOf } from './place.ts';
import { isSecret } from './secret.ts';

const LONGEST = 1000;
const FIELD_CONFLICT = 'FieldManagerConflict';
const IMMUTABLE = /immutable|forbidden|may not (be )?change|can ?not be (changed|less)|must not (be )?change/i;

type Cause = NonNullable<Refusal['causes']>[number];

interface Refused {
  readonly change: Change;
  readonly findings: readonly Finding[];
}

/**
 * A planned change that the API server refuses. Where it refuses for what the plan says itself - a field of another
 * manager, a field that cannot change - the plan stands and nothing is said twice.
 */
export function toRefused({ change, findings }: Refused, desired: Desired, refusal: Refusal, input: PlanInput): Refused {
  const causes = refusal.causes ?? [];
  const conflicts = causes.filter(({ reason }) => reason === FIELD_CONFLICT);
  if (conflicts.length > 0) {
    const known = findings.some(({ code }) => code === 'KP0101');
    return { change, findings: known ? findings : [...findings, ...conflicts.map((cause) => toConflict(cause, desired))] };
  }
  const fresh = causes.filter((cause) => !(change.action === 'replace' && IMMUTABLE.test(cause.message)));
  if (change.action === 'replace' && causes.length > 0 && fresh.length === 0) return { change: { ...change, confirmed: true }, findings };
  if (causes.length > 0 && fresh.every((cause) => isTold(cause, desired, input))) return { change, findings };
  return { change, findings: [...findings, toRefusalFinding(change, desired, refusal, input)] };
}

/** What is said of a deletion that the API server refuses. */
export function toRefusedDeletion({ ref, source }: Change, refusal: Refusal): Finding {
  const data = { reason: refusal.reason, message: shorten(refusal.message) };
  return toFinding('KP0301', { ref, ...(source === undefined ? {} : { source }), data });
}

function toRefusalFinding(change: Change, desired: Desired, refusal: Refusal, { catalog }: PlanInput): Finding {
  const field = (refusal.causes ?? []).map((cause) => toPointer(readField(cause.field))).find((pointer) => pointer !== '');
  const message = isSecret(desired.object) ? hideWords(refusal) : shorten(refusal.message);
  const source: SourceRange =
    field === undefined ? lineOf(desired.manifest.origin) : atField(desired, change.merged ?? desired.object, field, catalog);
  return toFinding('KP0301', {
    ref: desired.ref,
    ...(field === undefined ? {} : { path: field }),
    source,
    data: { reason: refusal.reason, message },
  });
}

/** What is refused of a Secret may quote it. */
function hideWords({ reason, causes = [] }: Refusal): string {
  const fields = causes.map(({ field }) => field.replace(/[^\w./-].*$/, '')).filter((field) => field !== '');
  return `${reason}${fields.length === 0 ? '' : ` at ${fields.join(', ')}`} (its words are left out, since they may quote the Secret)`;
}

function shorten(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`;
}

/** Whether validation has said the same already. */
function isTold({ field }: Cause, { ref }: Desired, { findings }: PlanInput): boolean {
  const key = toRefKey(ref);
  return findings.some(
    (finding) =>
      finding.severity === 'error' &&
      finding.ref !== undefined &&
      toRefKey(finding.ref) === key &&
      field !== '' &&
      describe(finding).includes(field),
  );
}

function toConflict({ message, field }: Cause, { ref, manifest }: Desired): Finding {
  const [, manager = 'another manager', version = ''] = /^conflict with "([^"]*)"(?:.* using (\S+))?/.exec(message) ?? [];
  const path = readField(field.replace(/^\./, ''));
  return toFinding('KP0101', {
    ref,
    path: toPointer(path),
    source: manifest.origin.locate(path),
    data: { manager, field, version, written: '' },
  });
}

/** A field as the API server names it, `spec.containers[0].env[A].value`, as steps. What stands in no simple form ends the path. */
function readField(field: string): readonly (string | number)[] {
  const path: (string | number)[] = [];
  for (const [whole, name, index] of field.matchAll(/([^.[\]]+)|\[([^\]]*)\]/g)) {
    if (whole.startsWith('<') || index?.includes('=') === true) break;
    path.push(name ?? (/^\d+$/.test(index ?? '') ? Number(index) : (index ?? '')));
  }
  return path;
}
