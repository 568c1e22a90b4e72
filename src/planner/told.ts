import { describe, toRefKey, type Effect, type Finding, type Manifest, type ObjectRef } from '../model/index.ts';
import { stringifyJson, type JsonValue } from '../std/index.ts';

const REFUSED_BY_DEFINITION = 'KR0049';

/** Findings that say what KR0026 says as an effect: the definition of an object's kind or version is not there. */
const UNDEFINED: ReadonlySet<string> = new Set(['KV0003', 'KV0007']);

/** What a plan says, each thing once. */
export interface Told {
  readonly effects: readonly Effect[];
  readonly findings: readonly Finding[];
}

/**
 * A reference that the change itself leaves dangling is an effect, and not said once more as a finding, and so is an object that a changed
 * definition refuses; unless that is waived, by itself or
 * on the line above the effect's cause: then the finding stays, with the reason, and there is no effect.
 */
export function settleTold(
  effects: readonly Effect[],
  { findings, desired }: { readonly findings: readonly Finding[]; readonly desired: readonly Manifest[] },
): Told {
  const gained = effects.filter(({ change }) => change === 'gained');
  const told = new Map(gained.map((effect) => [nameOf(effect.subject, wordsOf(effect)), effect]));
  const undefinedNow = new Map(
    gained.flatMap((effect) => (effect.code === 'KR0026' && effect.subject !== undefined ? [[toRefKey(effect.subject), effect]] : [])),
  );
  const effectOf = (finding: Finding): Effect | undefined =>
    told.get(nameOf(finding.ref, wordsOf(finding))) ??
    told.get(nameOf(finding.ref, [describe(finding)])) ??
    (finding.ref !== undefined && UNDEFINED.has(finding.code) ? undefinedNow.get(toRefKey(finding.ref)) : undefined);
  const reasons = readWaivers(desired);
  const waived = new Set<Effect>();
  const left = findings.flatMap((finding) => {
    const effect = effectOf(finding);
    if (effect === undefined) return [finding];
    const reason = finding.waived ?? findReason(effect, reasons);
    if (reason === undefined) return [];
    waived.add(effect);
    return [{ ...finding, waived: reason }];
  });
  return { effects: effects.filter((effect) => !waived.has(effect)), findings: left };
}

function readWaivers(manifests: readonly Manifest[]): ReadonlyMap<string, string> {
  const reasons = new Map<string, string>();
  for (const { origin, waivers = [] } of manifests)
    for (const { code, line, reason } of waivers) reasons.set(`${origin.file}:${line}:${code}`, reason);
  return reasons;
}

function findReason({ code, causes }: Effect, reasons: ReadonlyMap<string, string>): string | undefined {
  for (const { source } of causes) {
    const reason = source === undefined ? undefined : reasons.get(`${source.file}:${source.line}:${code}`);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

/** What is missing, or the problem that an object has by itself. */
function wordsOf({ code, data }: Finding | Effect): readonly JsonValue[] {
  return code === REFUSED_BY_DEFINITION ? [data['problem'] ?? ''] : [code, data['target'] ?? ''];
}

function nameOf(ref: ObjectRef | undefined, words: readonly JsonValue[]): string {
  return stringifyJson([ref === undefined ? '' : toRefKey(ref), ...words]);
}
