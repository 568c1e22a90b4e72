import { getArray, getAt, getObject, getString, isStarMatch, type JsonObject, type JsonValue, type Path } from '../std/index.ts';
import type { DenyRule } from '../engine/rbac/index.ts';
import {
  formatRef,
  KplanError,
  toSeverity,
  type Effect,
  type Finding,
  type Manifest,
  type ObjectRef,
  type Severity,
  type SourceRange,
} from '../model/index.ts';
import { compileHealthRules, type HealthExpressions, type HealthRules } from '../reconcile/index.ts';
import { PROFILES, type PracticeChoice } from '../validate/index.ts';
import { decodeReach, NO_REACH_CONFIG, type ReachConfig } from './reach-config.ts';

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

const UNIT_KINDS: readonly UnitKind[] = ['argocd', 'flux', 'kustomizations'];

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

/**
 * Decodes a configuration that its JSON Schema has passed; `toPath` says of each path where it is written. Throws
 * `INVALID_CONFIG` for an expression that does not compile.
 */
export function decodeConfig(value: JsonValue, toPath: (text: string, path: Path) => ConfigPath): Config {
  const nodes = getString(value, 'nodes');
  const contextObjects = getArray(value, 'contextObjects').flatMap((item, index) =>
    typeof item === 'string' ? [toPath(item, ['contextObjects', index])] : [],
  );
  return {
    ...optional('unit', getString(value, 'unit')),
    ...optional('defaultNamespace', getString(value, 'defaultNamespace')),
    ...optional('nodes', nodes === undefined ? undefined : toPath(nodes, ['nodes'])),
    ...optional('failOn', getString(value, 'failOn')),
    ...optional('podSecurity', getObject(value, 'podSecurity')),
    ...optional('practices', readPractices(getObject(value, 'practices'))),
    ...optional(
      'health',
      readHealth(value, (path) => toPath('', path).place),
    ),
    ...optional('kubernetesVersions', strings(value, 'kubernetesVersions')),
    ...(contextObjects.length === 0 ? {} : { contextObjects }),
    ignore: getArray(value, 'ignore').map((rule, index) => ({
      ...readScope(rule),
      reason: getString(rule, 'reason') ?? '',
      ...optional('expires', getString(rule, 'expires')),
      ...optional('source', toRange(toPath('', ['ignore', index]))),
    })),
    severities: getArray(value, 'severities').map((rule) => ({
      ...readScope(rule),
      severity: toSeverity(getString(rule, 'severity') ?? ''),
    })),
    deny: getArray(value, 'deny').map((rule, index) => ({
      subjects: listStrings(rule, 'subjects'),
      except: listStrings(rule, 'except'),
      verbs: listStrings(rule, 'verbs'),
      resources: listStrings(rule, 'resources'),
      names: listStrings(rule, 'names'),
      paths: listStrings(rule, 'paths'),
      namespaces: listStrings(rule, 'namespaces'),
      ...optional('reason', getString(rule, 'reason')),
      label: `deny[${index}] of ${fileOf(toPath('', ['deny', index]))}`,
    })),
    reach: decodeReach(getAt(value, 'reach'), (path) => {
      const at = toPath('', path);
      return { file: fileOf(at), place: at.place };
    }),
    ...readUnits(value, (path) => toPath('', path).place),
  };
}

/** A list of units, or what to look for, with a list besides. */
function readUnits(value: JsonValue, placeOf: (path: Path) => string): Pick<Config, 'find' | 'units'> {
  const looked = getObject(value, 'units');
  const [list, path]: readonly [readonly JsonValue[], Path] =
    looked === undefined ? [getArray(value, 'units'), ['units']] : [getArray(looked, 'list'), ['units', 'list']];
  const units = list.map((unit, index) => ({ value: unit, place: placeOf([...path, index]) }));
  if (looked === undefined) return { units };
  const named = listStrings(looked, 'find');
  return { units, find: { kinds: UNIT_KINDS.filter((kind) => named.includes(kind)), under: getString(looked, 'under') ?? '.' } };
}

function readScope(rule: JsonValue): Pick<IgnoreRule, 'code' | 'file' | 'object'> {
  return {
    code: getString(rule, 'code') ?? '',
    ...optional('file', getString(rule, 'file')),
    ...optional('object', getString(rule, 'object')),
  };
}

/** The file that a path is written in; its lines move, and what is found stays the same. */
function fileOf({ place }: ConfigPath): string {
  return place.replace(/:\d+:\d+$/, '');
}

function readPractices(value: JsonObject | undefined): PracticeChoice | undefined {
  if (value === undefined) return undefined;
  const named = listStrings(value, 'profiles');
  return {
    profiles: PROFILES.filter((profile) => named.includes(profile)),
    codes: listStrings(value, 'codes'),
    except: listStrings(value, 'except'),
  };
}

function toRange({ place }: ConfigPath): SourceRange | undefined {
  const [, file, line, column] = /^(.+):(\d+):(\d+)$/.exec(place) ?? [];
  const [at, from] = [Number(line), Number(column)];
  return file === undefined ? undefined : { file, line: at, column: from, endLine: at, endColumn: from };
}

function readHealth(value: JsonValue, placeOf: (path: Path) => string): HealthRules | undefined {
  const expressions = getArray(value, 'health').map((rule): HealthExpressions => ({
    apiVersion: getString(rule, 'apiVersion') ?? '',
    kind: getString(rule, 'kind') ?? '',
    current: getString(rule, 'current') ?? '',
    ...optional('inProgress', getString(rule, 'inProgress')),
    ...optional('failed', getString(rule, 'failed')),
  }));
  if (expressions.length === 0) return undefined;
  const compiled = compileHealthRules(expressions);
  if ('rules' in compiled) return compiled.rules;
  const { rule, field, message, line, column } = compiled.fault;
  const place = placeOf(['health', rule, field]);
  const within = line === 1 ? `column ${column}` : `line ${line}, column ${column}`;
  throw new KplanError('INVALID_CONFIG', `${place}: health.${rule}.${field}: ${message} (at ${within} of the expression)`, {
    hint: 'the names are object, apiVersion, kind, metadata, spec, status and data',
  });
}

function optional<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  const fields: { [P in K]?: V } = {};
  if (value !== undefined) fields[key] = value;
  return fields;
}

function strings(value: JsonValue, key: string): readonly string[] | undefined {
  const list = listStrings(value, key);
  return list.length === 0 ? undefined : list;
}

function listStrings(value: JsonValue, key: string): readonly string[] {
  return getArray(value, key).filter((item) => typeof item === 'string');
}

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
