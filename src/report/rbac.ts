import type { JsonObject } from '../std/index.ts';
import type { ObjectRef, SourceRange } from '../model/index.ts';
import { describeGrant, type GrantEntry, type SubjectEntry } from './access.ts';
import { pathFields, type PathChanges, type PathEntry } from './paths.ts';
import type { QuestionReport } from './schedule.ts';
import { count } from './summary.ts';
import { usageFields, type UsageEntry } from './usage.ts';

/** The binding and role that give a right, and the rule's place. */
export interface ViaEntry extends Omit<GrantEntry, 'rule' | 'subject'> {
  /** Where the binding stands, if that is in the manifests. */
  readonly boundAt?: SourceRange;
}

/** What somebody may do alike with some resources or paths, in some namespaces. */
export interface RightEntry {
  readonly verbs: readonly string[];
  /** `deployments.apps`, `pods/log`. */
  readonly resources: readonly string[];
  readonly paths: readonly string[];
  /** The only names it holds for; empty: every name. */
  readonly names: readonly string[];
  /** `""` is everywhere. */
  readonly namespaces: readonly string[];
  /** What makes it dangerous: `read-secrets`; absent for ordinary rights. */
  readonly power?: string;
  /** Whether it deletes or stops what others run, and leads to no more; absent where it does not. */
  readonly disturbs?: true;
  readonly via: readonly ViaEntry[];
}

/** A right that comes or goes, with the objects and fields that it does so by. */
export interface ChangedRightEntry extends RightEntry {
  readonly causes: readonly { readonly ref: ObjectRef; readonly path: string; readonly source?: SourceRange }[];
}

/** What somebody may do by bindings that name it, and by none of its groups. */
export interface PrincipalEntry {
  readonly subject: SubjectEntry;
  /** The groups that it is surely in: what they may do, it may do as well. */
  readonly groups: readonly string[];
  readonly rights: readonly RightEntry[];
}

/** What somebody may do after the change and could in no way do before, and the other way round. */
export interface RightsChangeEntry {
  readonly subject: SubjectEntry;
  readonly gained: readonly ChangedRightEntry[];
  readonly lost: readonly ChangedRightEntry[];
}

/** The answer of `kplan rbac`. */
export interface RbacReport extends QuestionReport {
  readonly kind: 'RbacReport';
  /** Of the world that is asked. */
  readonly principals: readonly PrincipalEntry[];
  /** Absent where there is nothing to compare with. */
  readonly changes?: readonly RightsChangeEntry[];
  /** Where whom what it may do leads, of the world that is asked. */
  readonly paths: readonly PathEntry[];
  /** Absent where there is nothing to compare with. */
  readonly pathChanges?: PathChanges;
  /** Absent where no audit log was read. */
  readonly usage?: UsageEntry;
}

/** Of some subjects those who may disturb the work of others, with the rights to it alone; or the others of their rights. */
export function splitDisturbing(principals: readonly PrincipalEntry[], disturbs: boolean): readonly PrincipalEntry[] {
  return principals.flatMap((principal) => {
    const rights = principal.rights.filter((right) => (right.disturbs === true) === disturbs);
    return rights.length === 0 ? [] : [{ ...principal, rights }];
  });
}

/** The bindings that give a right: `RoleBinding shop/readers of ClusterRole view`. */
export function describeVia({ via }: RightEntry): string {
  return describeSome([...new Set(via.map(describeGrant))]);
}

/** Where a right is written: what changed, if that is told, else the rule of the first grant that has a place, or its binding. */
export function placeOfRight({ via, ...right }: RightEntry | ChangedRightEntry): string | undefined {
  const sources = [
    ...('causes' in right ? right.causes.map(({ source }) => source) : []),
    ...via.map(({ source, boundAt }) => source ?? boundAt),
  ];
  const source = sources.find((place) => place !== undefined);
  return source === undefined ? undefined : `${source.file}:${source.line}`;
}

/** `get, list secrets named a in shop`; of many resources the first, unless `all`. */
export function describeRight({ verbs, resources, paths, names, namespaces }: RightEntry, all: boolean = false): string {
  const what = [...resources, ...paths];
  const named = names.length === 0 ? '' : ` named ${describeSome(names)}`;
  const where = namespaces.includes('') ? 'everywhere' : `in ${describeSome(namespaces)}`;
  return `${verbs.join(', ')} ${all ? what.join(', ') : describeSome(what)}${named} ${where}`;
}

const SHOWN = 6;

function describeSome(items: readonly string[]): string {
  return items.length > SHOWN ? `${items.slice(0, SHOWN).join(', ')} and ${items.length - SHOWN} more` : items.join(', ');
}

/** Whether somebody holds what it does by Kubernetes' own bindings alone. */
export function isOfKubernetes({ rights }: PrincipalEntry): boolean {
  return rights.every(({ via }) =>
    via.every(
      ({ binding, role }) => binding.name.startsWith('system:') || (binding.name === 'cluster-admin' && role.name === 'cluster-admin'),
    ),
  );
}

/** `3 subjects gain, 1 loses`. */
export function describeRightsSum(report: Pick<RbacReport, 'changes' | 'principals'>): string {
  const held = `${count(report.principals.filter((principal) => !isOfKubernetes(principal)).length, 'subject') || 'nobody'} with rights`;
  if (report.changes === undefined) return held;
  const { gain, lose } = countRightsChanges(report);
  const parts = [
    ...(gain === 0 ? [] : [`${count(gain, 'subject')} ${gain === 1 ? 'gains' : 'gain'}`]),
    ...(lose === 0 ? [] : [`${gain === 0 ? count(lose, 'subject') : lose} ${lose === 1 ? 'loses' : 'lose'}`]),
  ];
  return parts.join(', ') || `nobody gains or loses (${held})`;
}

/** How many subjects gain and lose. */
function countRightsChanges({ changes = [] }: Pick<RbacReport, 'changes'>): { readonly gain: number; readonly lose: number } {
  return {
    gain: changes.filter(({ gained }) => gained.length > 0).length,
    lose: changes.filter(({ lost }) => lost.length > 0).length,
  };
}

/** The fields of this document besides those of every question. */
export function rbacFields(report: RbacReport, refFields: (ref: ObjectRef) => JsonObject): JsonObject {
  const rightFields = ({ via, ...right }: RightEntry): JsonObject => ({
    ...right,
    via: via.map(({ binding, role, writtenIn, source, boundAt }) => ({
      binding: refFields(binding),
      role: { ...role },
      writtenIn: refFields(writtenIn),
      ...(source === undefined ? {} : { source: { ...source } }),
      ...(boundAt === undefined ? {} : { boundAt: { ...boundAt } }),
    })),
  });
  const changedFields = ({ causes, ...right }: ChangedRightEntry): JsonObject => ({
    ...rightFields(right),
    causes: causes.map(({ ref, path, source }) => ({
      ref: refFields(ref),
      path,
      ...(source === undefined ? {} : { source: { ...source } }),
    })),
  });
  return {
    summary: { principals: report.principals.length, ...(report.changes === undefined ? {} : countRightsChanges(report)) },
    principals: report.principals.map(({ subject, groups, rights }) => ({
      subject: { ...subject },
      groups,
      rights: rights.map(rightFields),
    })),
    disturbances: splitDisturbing(report.principals, true).map(({ subject, rights }) => ({
      subject: { ...subject },
      rights: rights.map(rightFields),
    })),
    paths: report.paths.map((path) => pathFields(path, refFields)),
    ...(report.pathChanges === undefined
      ? {}
      : {
          pathChanges: {
            opened: report.pathChanges.opened.map((path) => pathFields(path, refFields)),
            closed: report.pathChanges.closed.map((path) => pathFields(path, refFields)),
          },
        }),
    ...(report.changes === undefined
      ? {}
      : {
          changes: report.changes.map(({ subject, gained, lost }) => ({
            subject: { ...subject },
            gained: gained.map(changedFields),
            lost: lost.map(changedFields),
          })),
        }),
    ...(report.usage === undefined ? {} : { usage: usageFields(report.usage, rightFields) }),
  };
}
