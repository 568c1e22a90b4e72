import {
  describe,
  describeCauses,
  describeRemedy,
  findEntry,
  fingerprint,
  type Effect,
  type Finding,
  type ObjectRef,
  type Severity,
  type SourceRange,
} from '../model/index.ts';
import { compareBy } from '../std/index.ts';

/** A finding or an effect as formats tell it that have lines, codes and one message, and nothing else. */
export interface Remark {
  readonly code: string;
  readonly severity: Severity;
  readonly isEffect: boolean;
  /** What the code stands for, of all cases. */
  readonly title: string;
  /** What is the case here; of an effect with its causes. */
  readonly message: string;
  readonly remedy: string;
  readonly ref?: ObjectRef;
  /** A line of the files as they are after: of what is deleted, the one where it is missed. */
  readonly source?: SourceRange;
  /** Where it stood in the files before; only where it has no place in those after. */
  readonly stood?: SourceRange;
  /** Where what is gone stood in the files before, also where it is missed at a line of those after. */
  readonly gone?: SourceRange;
  /** Where what is gone is missed, if that is another line than the one it is told at. */
  readonly missed?: SourceRange;
  /** The reason for which it is waived. */
  readonly waived?: string;
  readonly fingerprint: string;
}

/**
 * Findings and effects as remarks, most important first: by severity, those with a place in a file before those without, effects
 * before findings, then by place.
 */
export function toRemarks(findings: readonly Finding[], effects: readonly Effect[]): readonly Remark[] {
  return [...effects.map(ofEffect), ...findings.map(ofFinding)].toSorted(BY_IMPORTANCE);
}

const RANK: Readonly<Record<Severity, number>> = { error: 0, warning: 1, info: 2 };

const BY_IMPORTANCE = compareBy<Remark>(
  ({ severity }) => RANK[severity],
  ({ source }) => source === undefined,
  ({ isEffect }) => !isEffect,
  ({ source }) => source?.file ?? '',
  ({ source }) => source?.line ?? 0,
  ({ source }) => source?.column ?? 0,
  ({ code }) => code,
  ({ message }) => message,
);

function ofFinding(finding: Finding): Remark {
  const { source, beside, ref, waived } = finding;
  const isBefore = findEntry(finding.code).isOfBefore === true;
  return {
    ...common(finding),
    isEffect: false,
    message: describe(finding),
    ...(ref === undefined ? {} : { ref }),
    ...(isBefore ? placesOfGone(source, beside) : source === undefined ? {} : { source }),
    ...(waived === undefined ? {} : { waived }),
  };
}

function placesOfGone(gone: Finding['source'], beside: Finding['beside']): Pick<Remark, 'gone' | 'source' | 'stood'> {
  if (beside === undefined) return gone === undefined ? {} : { stood: gone, gone };
  return { source: beside, ...(gone === undefined ? {} : { gone }) };
}

function ofEffect(effect: Effect): Remark {
  const { causes, subject } = effect;
  const standing = causes.find(({ action, source }) => action !== 'delete' && source !== undefined)?.source;
  const source = standing ?? causes.find(({ beside }) => beside !== undefined)?.beside;
  const gone = standing === undefined ? causes.find((cause) => cause.source !== undefined)?.source : undefined;
  const missed = standing === undefined ? causes.find((cause) => cause.missed !== undefined)?.missed : undefined;
  const because = describeCauses(effect);
  return {
    ...common(effect),
    isEffect: true,
    message: because === undefined ? describe(effect) : `${describe(effect)}: ${because}`,
    ...(subject === undefined ? {} : { ref: subject }),
    ...(source === undefined ? {} : { source }),
    ...(missed === undefined ? {} : { missed }),
    ...(gone === undefined ? {} : { gone, ...(source === undefined ? { stood: gone } : {}) }),
  };
}

function common(item: Finding | Effect): Pick<Remark, 'code' | 'severity' | 'title' | 'remedy' | 'fingerprint'> {
  const { code, severity } = item;
  return { code, severity, title: findEntry(code).title, remedy: describeRemedy(item), fingerprint: fingerprint(item) };
}

/** What one place brings about, all of one code and severity: one annotation. */
export interface Grouped {
  readonly first: Remark;
  readonly others: readonly Remark[];
}

/** Remarks of the same code and severity at the same place together, where the first of them stands; what has no place is alone. */
export function groupByCause(remarks: readonly Remark[]): readonly Grouped[] {
  const groups = new Map<string, { readonly first: Remark; readonly others: Remark[] }>();
  for (const [index, remark] of remarks.entries()) {
    const { source, severity, code } = remark;
    const key = source === undefined ? String(index) : `${severity} ${code} ${source.line}-${source.endLine} ${source.file}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { first: remark, others: [] });
    else group.others.push(remark);
  }
  return [...groups.values()];
}
