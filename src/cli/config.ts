import { isStarMatch, type JsonObject, type JsonValue } from '../std/index.ts';
import type { DenyRule } from '../engine/rbac/index.ts';
import { formatRef, type Effect, type Finding, type Manifest, type ObjectRef, type Severity, type SourceRange } from '../model/index.ts';
import type { HealthRules } from '../reconcile/index.ts';
import type { PracticeChoice } from '../validate/index.ts';
import { NO_REACH_CONFIG, type ReachConfig } from './reach-config.ts';

/** A finding that the configuration waives. */
export interface IgnoreRule {
  readonly code: string;
  readonly file?: string;
  readonly object?: string;
  readonly reason: string;
  /** The last day that it holds, `2027-01-31`; absent where it holds for good. */
  readonly expires?: string;
  /** Where it is written. */
  readonly source?: SourceRange;
}

/** Which severity the configuration gives to findings and effects. */
export interface SeverityRule {
  readonly code: string;
  readonly file?: string;
  readonly object?: string;
  readonly severity: Severity;
}

/** A path that a configuration names. */
export interface ConfigPath {
  /** As it is written. */
  readonly path: string;
  /** Where it is written: `kplan.yaml:5:3`. */
  readonly place: string;
  /** Whether it must stay in the repository: that which the repository itself names must. */
  readonly isBound: boolean;
}

/** One unit as it is written, and where. */
export interface UnitEntry {
  readonly value: JsonValue;
  /** `kplan.yaml:5:3`. */
  readonly place: string;
}

/** What is looked for in a repository to be kept as units. */
export type UnitKind = 'argocd' | 'flux' | 'kustomizations';

/** Where units are looked for, and which. */
export interface FindUnits {
  readonly kinds: readonly UnitKind[];
  /** A folder of the repository. */
  readonly under: string;
}

/** Every kind that is looked for. */
export const UNIT_KINDS: readonly UnitKind[] = ['argocd', 'flux', 'kustomizations'];

/** What `kplan.yaml` says; every field may be left out. */
export interface Config {
  readonly unit?: string;
  readonly defaultNamespace?: string;
  readonly kubernetesVersions?: readonly string[];
  readonly nodes?: ConfigPath;
  readonly contextObjects?: readonly ConfigPath[];
  readonly failOn?: string;
  /** How the API server is configured to judge pods: the fields of a `PodSecurityConfiguration`. */
  readonly podSecurity?: JsonObject;
  /** How objects of kinds are, in CEL. */
  readonly health?: HealthRules;
  readonly ignore: readonly IgnoreRule[];
  /** Of those that fit, the first counts. */
  readonly severities: readonly SeverityRule[];
  /** Who must never be able to do what. */
  readonly deny: readonly DenyRule[];
  /** Who must, and who must never, be able to connect to whom. */
  readonly reach: ReachConfig;
  /** The practices that manifests are to follow; absent where the configuration names none. */
  readonly practices?: PracticeChoice;
  /** What the daemon keeps. */
  readonly units: readonly UnitEntry[];
  /** What it finds besides. */
  readonly find?: FindUnits;
}

/** The configuration of a repository that has none. */
export const NO_CONFIG: Config = { ignore: [], severities: [], deny: [], reach: NO_REACH_CONFIG, units: [] };

/** The findings with those waived that the configuration ignores; each keeps the reason. */
export function waive(findings: readonly Finding[], rules: readonly IgnoreRule[]): readonly Finding[] {
  if (rules.length === 0) return findings;
  return findings.map((finding) => {
    const rule = finding.waived === undefined ? rules.find((item) => isWaivedBy(finding, item)) : undefined;
    return rule === undefined ? finding : { ...finding, waived: rule.reason };
  });
}

/** The findings with those waived that a comment on the line above names: the planner does not read comments. */
export function waiveByComment(findings: readonly Finding[], manifests: readonly Manifest[]): readonly Finding[] {
  const reasons = new Map<string, string>();
  for (const { origin, waivers = [] } of manifests)
    for (const { code, line, reason } of waivers) reasons.set(`${origin.file}:${line}:${code}`, reason);
  if (reasons.size === 0) return findings;
  return findings.map((finding) => {
    const { waived, source, code } = finding;
    const reason = waived ?? (source === undefined ? undefined : reasons.get(`${source.file}:${source.line}:${code}`));
    return reason === undefined ? finding : { ...finding, waived: reason };
  });
}

/** Whether a rule is about a finding. */
export function isWaivedBy(finding: Finding, rule: IgnoreRule): boolean {
  return finding.code === rule.code && isInScope(rule, finding.ref, [finding.source?.file]);
}

/** The findings or effects with the severity that the first rule which fits gives them. An effect stands in the files of its causes. */
export function setSeverities<T extends Finding | Effect>(items: readonly T[], rules: readonly SeverityRule[]): readonly T[] {
  if (rules.length === 0) return items;
  return items.map((item) => {
    const rule = rules.find((each) => isStarMatch(each.code, item.code) && isAbout(each, item));
    return rule === undefined || rule.severity === item.severity ? item : { ...item, severity: rule.severity };
  });
}

function isAbout(rule: SeverityRule, item: Finding | Effect): boolean {
  return 'engine' in item
    ? isInScope(
        rule,
        item.subject,
        item.causes.map(({ source }) => source?.file),
      )
    : isInScope(rule, item.ref, [item.source?.file]);
}

type Scope = Pick<IgnoreRule, 'file' | 'object'>;

function isInScope({ file, object }: Scope, ref: ObjectRef | undefined, files: readonly (string | undefined)[]): boolean {
  if (file !== undefined && !files.some((name = '') => isStarMatch(file, name))) return false;
  return object === undefined || (ref !== undefined && isStarMatch(object, formatRef(ref)));
}
