import type { JsonObject } from '../std/index.ts';
import type { ObjectRef, SourceRange } from '../model/index.ts';
import type { QuestionReport } from './schedule.ts';

/** What is asked for: a resource (the core group, and all that is absent, are empty), or a path. */
export type AccessEntry =
  | {
      readonly verb: string;
      readonly group: string;
      readonly resource: string;
      readonly subresource: string;
      readonly namespace: string;
      readonly name: string;
      readonly fieldSelector?: string;
    }
  | { readonly verb: string; readonly path: string };

/** Whom a binding names. */
export interface SubjectEntry {
  readonly kind: string;
  /** Empty but for ServiceAccounts. */
  readonly namespace: string;
  readonly name: string;
}

/** A rule as it is written. */
export interface RuleEntry {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames: readonly string[];
  readonly nonResourceURLs: readonly string[];
}

/** A rule that allows, and the binding through which it applies to a subject. */
export interface GrantEntry {
  readonly subject: SubjectEntry;
  readonly binding: ObjectRef;
  readonly role: { readonly kind: string; readonly name: string };
  readonly rule: RuleEntry;
  /** The object that the rule is written in: for aggregated roles not the one that is bound. */
  readonly writtenIn: ObjectRef;
  /** Where the rule stands, if that is in the manifests. */
  readonly source?: SourceRange;
}

/** Who asks. */
export interface UserEntry {
  readonly name: string;
  readonly groups: readonly string[];
}

/** A request on behalf of somebody else: which rights its headers need, mode by mode, in the server's order. */
export interface ImpersonationEntry {
  readonly wanted: UserEntry & { readonly uid: string; readonly extra: Readonly<Record<string, readonly string[]>> };
  readonly attempts: readonly {
    /** `legacy`, or the mode of constrained impersonation. */
    readonly mode: string;
    readonly checks: readonly { readonly header: string; readonly request: AccessEntry; readonly allowed: boolean }[];
    /** Absent where the mode lets it. */
    readonly refusal?: string;
  }[];
  /** Whose request it is then; absent if nothing lets it. */
  readonly user?: UserEntry;
}

/** The answer of `kplan can-i`. */
export interface AccessReport extends QuestionReport {
  readonly kind: 'AccessReport';
  readonly user: UserEntry;
  readonly request: AccessEntry;
  readonly allowed: boolean;
  /** As the API server words it; empty where it gives none. */
  readonly reason: string;
  /** Absent where nobody is impersonated. */
  readonly impersonation?: ImpersonationEntry;
  /** Why admission refuses to a node what it may ask for, in the server's words. */
  readonly admission?: string;
  readonly grants: readonly GrantEntry[];
}

/** What somebody may do with one resource or path. */
export interface AbilityEntry {
  /** `deployments.apps`, `pods/log`; empty for a path. */
  readonly resource: string;
  readonly path: string;
  /** Empty: all. */
  readonly names: readonly string[];
  readonly verbs: readonly string[];
  /** Where; empty is everywhere. */
  readonly namespace: string;
  /** The bindings that let it, as the API server words them. */
  readonly via: readonly string[];
}

/** The answer of `kplan can-i --list`. */
export interface AccessListReport extends QuestionReport {
  readonly kind: 'AccessListReport';
  readonly user: UserEntry;
  /** Empty: what holds everywhere alone. */
  readonly namespace: string;
  readonly abilities: readonly AbilityEntry[];
}

/** The answer of `kplan who-can`. */
export interface WhoCanReport extends QuestionReport {
  readonly kind: 'WhoCanReport';
  readonly request: AccessEntry;
  /** True if it was asked of every namespace at once: the one of the request says nothing then. */
  readonly anywhere: boolean;
  readonly grants: readonly GrantEntry[];
}

/** `get pods/log "a" in shop`, `get /healthz`, `list nodes cluster-wide`, `get pods in any namespace`. */
export function describeAccess(request: AccessEntry, anywhere: boolean = false): string {
  if ('path' in request) return `${request.verb} ${request.path}`;
  const { verb, group, resource, subresource, namespace, name, fieldSelector } = request;
  const what = `${resource}${group === '' ? '' : `.${group}`}${subresource === '' ? '' : `/${subresource}`}`;
  const where = anywhere ? 'in any namespace' : namespace === '' ? 'cluster-wide' : `in ${namespace}`;
  return `${verb} ${what}${name === '' ? '' : ` "${name}"`} ${where}${fieldSelector === undefined ? '' : ` of ${fieldSelector}`}`;
}

/** `User jane`, `ServiceAccount shop/web`. */
export function describeSubject({ kind, namespace, name }: SubjectEntry): string {
  return `${kind} ${namespace === '' ? name : `${namespace}/${name}`}`;
}

/** A rule in a line: `get, list pods, secrets`. */
export function describeRule(rule: RuleEntry): string {
  const groups = rule.apiGroups.filter((group) => group !== '').join(', ');
  const what = rule.nonResourceURLs.length > 0 ? rule.nonResourceURLs.join(', ') : rule.resources.join(', ');
  const names = rule.resourceNames.length === 0 ? '' : ` named ${rule.resourceNames.join(', ')}`;
  return `${rule.verbs.join(', ')} ${what}${groups === '' ? '' : ` of ${groups}`}${names}`;
}

/** `RoleBinding shop/readers of ClusterRole view`. */
export function describeGrant({ binding, role }: Pick<GrantEntry, 'binding' | 'role'>): string {
  const name = binding.namespace === undefined ? binding.name : `${binding.namespace}/${binding.name}`;
  return `${binding.kind} ${name} of ${role.kind} ${role.name}`;
}

/** The fields of these documents besides those of every question. */
export function accessFields(
  report: AccessReport | AccessListReport | WhoCanReport,
  refFields: (ref: ObjectRef) => JsonObject,
): JsonObject {
  const grantFields = ({ subject, role, rule, binding, writtenIn, source }: GrantEntry): JsonObject => ({
    subject: { ...subject },
    binding: refFields(binding),
    role: { ...role },
    rule: { ...rule },
    writtenIn: refFields(writtenIn),
    ...(source === undefined ? {} : { source: { ...source } }),
  });
  switch (report.kind) {
    case 'AccessReport':
      return {
        user: { ...report.user },
        request: { ...report.request },
        allowed: report.allowed,
        reason: report.reason,
        ...(report.impersonation === undefined ? {} : { impersonation: impersonationFields(report.impersonation) }),
        ...(report.admission === undefined ? {} : { admission: report.admission }),
        grants: report.grants.map(grantFields),
      };
    case 'AccessListReport':
      return { user: { ...report.user }, namespace: report.namespace, abilities: report.abilities.map((ability) => ({ ...ability })) };
    case 'WhoCanReport':
      return { request: { ...report.request }, anywhere: report.anywhere, grants: report.grants.map(grantFields) };
  }
}

function impersonationFields({ wanted, attempts, user }: ImpersonationEntry): JsonObject {
  return {
    wanted: { ...wanted, extra: { ...wanted.extra } },
    attempts: attempts.map(({ checks, ...attempt }) => ({
      ...attempt,
      checks: checks.map(({ request, ...check }) => ({ ...check, request: { ...request } })),
    })),
    ...(user === undefined ? {} : { user: { ...user } }),
  };
}
