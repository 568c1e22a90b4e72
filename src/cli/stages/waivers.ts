import {
  formatRef,
  lastDayOf,
  refOf,
  toFinding,
  type Effect,
  type Finding,
  type Manifest,
  type Plan,
  type SourceRange,
} from '../../model/index.ts';
import { isStarMatch } from '../../std/index.ts';
import { isWaivedBy, setSeverities, waive, waiveByComment, type IgnoreRule } from '../config.ts';
import type { Io } from '../io.ts';
import type { Desired } from './desired.ts';

/** Codes that the manifests alone decide, so that nothing found means that nothing is there. */
const DECIDED = /^K[LRV]/;

/** What waives, and the day that it is judged on, in UTC: `2027-01-31`. */
export interface Waivers extends Pick<Desired, 'config' | 'manifests'> {
  readonly today: string;
}

/** The day that waivers are judged on, in UTC. */
export function todayOf(io: Pick<Io, 'now'>): string {
  return new Date(io.now()).toISOString().slice(0, 10);
}

/**
 * The findings with the severities that the configuration sets, and with those waived that it or a comment waives. A waiver holds through
 * its last day.
 */
export function waiveAll(findings: readonly Finding[], { manifests, config, today }: Waivers): readonly Finding[] {
  const rules = config.ignore.filter((rule) => !isOver(rule.expires, today));
  const commented = waiveByComment(setSeverities(findings, config.severities), manifests).map((finding) =>
    isOver(lastDayOf(finding.waived ?? ''), today) ? reopen(finding) : finding,
  );
  return waive(commented, rules);
}

/** The same of all that is told of a plan: a waived effect is a finding, with the reason. */
export function waiveTold({ effects, findings }: Pick<Plan, 'effects' | 'findings'>, waivers: Waivers): Pick<Plan, 'effects' | 'findings'> {
  const { effects: left, findings: waived } = waiveEffects(effects, waivers);
  return { effects: left, findings: [...waiveAll(findings, waivers), ...waived] };
}

/** Effects with the severities that the configuration sets; those that it or a comment above a cause waives are findings, with the reason. */
function waiveEffects(
  effects: readonly Effect[],
  waivers: Waivers,
): { readonly effects: readonly Effect[]; readonly findings: readonly Finding[] } {
  const set = setSeverities(effects, waivers.config.severities);
  const told = set.flatMap((effect) => listPlaces(effect).map((finding) => ({ effect, finding })));
  const judged = waiveAll(
    told.map(({ finding }) => finding),
    waivers,
  );
  const waived = new Map<Effect, Finding>();
  for (const [index, finding] of judged.entries()) {
    const effect = told[index]?.effect;
    if (effect !== undefined && finding.waived !== undefined && !waived.has(effect)) waived.set(effect, finding);
  }
  return { effects: set.filter((effect) => !waived.has(effect)), findings: [...waived.values()] };
}

/** An effect as what would be found at each of its causes. What ends is not waived: its words are others. */
function listPlaces({ code, severity, change, subject, path, data, causes }: Effect): readonly Finding[] {
  if (change === 'lost') return [];
  const finding = { code, severity, data, ...(subject === undefined ? {} : { ref: subject }), ...(path === undefined ? {} : { path }) };
  const sources = causes.flatMap(({ source }) => source ?? []);
  return sources.length === 0 ? [finding] : sources.map((source) => ({ ...finding, source }));
}

/** What is to be said of waivers, of all that was found: those that have expired, and those that waive nothing. */
export function judgeWaivers(findings: readonly Finding[], { manifests, config, today }: Waivers): readonly Finding[] {
  const seen = new Set(manifests.flatMap(({ object, origin }) => [`file ${origin.file}`, `object ${formatRef(refOf(object))}`]));
  const loaded = [...seen];
  const isLoaded = (kind: string, pattern: string | undefined): boolean =>
    pattern === undefined || loaded.some((name) => isStarMatch(`${kind} ${pattern}`, name));
  const ofRules = config.ignore.flatMap((rule): readonly Finding[] => {
    const { code, expires, source } = rule;
    if (isOver(expires, today)) return [toExpired(code, expires, source)];
    // What is not among the files that were read may be what another run finds.
    const isKnown = DECIDED.test(code) && isLoaded('file', rule.file) && isLoaded('object', rule.object);
    return isKnown && !findings.some((finding) => isWaivedBy(finding, rule)) ? [toUnused(code, source)] : [];
  });
  return [...ofRules, ...judgeComments(findings, manifests, today)];
}

function judgeComments(findings: readonly Finding[], manifests: readonly Manifest[], today: string): readonly Finding[] {
  // A comment above the cause of an effect waives what is found elsewhere: that keeps its reason.
  const found = new Set(
    findings.flatMap(({ code, source, waived }) => [nameOf(code, source), ...(waived === undefined ? [] : [`${code} ${waived}`])]),
  );
  const judged = new Map<string, Finding>();
  for (const { origin, waivers = [] } of manifests) {
    for (const { code, comment, line, reason } of waivers) {
      const { file } = origin;
      const source = { file, line: comment, column: 1, endLine: comment, endColumn: 1 };
      const expires = lastDayOf(reason);
      if (isOver(expires, today)) judged.set(nameOf(code, source), toExpired(code, expires, source));
      else if (DECIDED.test(code) && !found.has(nameOf(code, { file, line })) && !found.has(`${code} ${reason}`))
        judged.set(nameOf(code, source), toUnused(code, source));
    }
  }
  return [...judged.values()];
}

function nameOf(code: string, source: Pick<SourceRange, 'file' | 'line'> | undefined): string {
  return `${source?.file ?? ''}:${source?.line ?? 0}:${code}`;
}

function isOver(expires: string | undefined, today: string): expires is string {
  return expires !== undefined && expires < today;
}

function reopen(finding: Finding): Finding {
  const { waived, ...open } = finding;
  return waived === undefined ? finding : open;
}

function toExpired(code: string, expires: string, source: IgnoreRule['source']): Finding {
  return toFinding('KL0043', { data: { waived: code, expires }, ...(source === undefined ? {} : { source }) });
}

function toUnused(code: string, source: IgnoreRule['source']): Finding {
  return toFinding('KL0044', { data: { waived: code }, ...(source === undefined ? {} : { source }) });
}
