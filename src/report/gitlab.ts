import { formatRef, type Severity } from '../model/index.ts';
import { toVisible, type JsonValue } from '../std/index.ts';
import type { Remark } from './remark.ts';

const SEVERITIES: Readonly<Record<Severity, string>> = { error: 'critical', info: 'info', warning: 'minor' };

/** GitLab shows nothing without a path, and some findings have none. */
const NOWHERE = '.';

/** Findings and effects as a code quality report of GitLab, without those that are waived. Fingerprints are unique, as GitLab wants them. */
export function toCodeQuality(remarks: readonly Remark[]): JsonValue {
  const seen = new Map<string, number>();
  return remarks
    .filter(({ waived }) => waived === undefined)
    .map(({ code, severity, message, ref, source, stood, fingerprint }) => {
      const count = seen.get(fingerprint) ?? 0;
      seen.set(fingerprint, count + 1);
      const before = stood === undefined ? '' : ` (before: ${stood.file}:${stood.line})`;
      return {
        check_name: code,
        description: toVisible(`${ref === undefined ? '' : `${formatRef(ref)}: `}${message}${before}`),
        fingerprint: count === 0 ? fingerprint : `${fingerprint}-${count + 1}`,
        severity: SEVERITIES[severity],
        location: { path: source?.file ?? NOWHERE, lines: { begin: source?.line ?? 1 } },
      };
    });
}
