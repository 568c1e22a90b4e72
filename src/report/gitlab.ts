import type { Severity } from '../model/index.ts';
import { toVisible, type JsonValue } from '../std/index.ts';
import type { Remark } from './remark.ts';
import { sentenceOf } from './sentence.ts';

const SEVERITIES: Readonly<Record<Severity, string>> = { error: 'critical', info: 'info', warning: 'minor' };

/** GitLab shows nothing without a path, and some findings have none. */
const NOWHERE = '.';

/** Findings and effects as a code quality report of GitLab, without those that are waived. Fingerprints are unique, as GitLab wants them. */
export function toCodeQuality(remarks: readonly Remark[]): JsonValue {
  const seen = new Map<string, number>();
  return remarks
    .filter(({ waived }) => waived === undefined)
    .map((remark) => {
      const { code, severity, source, fingerprint } = remark;
      const count = seen.get(fingerprint) ?? 0;
      seen.set(fingerprint, count + 1);
      return {
        check_name: code,
        description: toVisible(sentenceOf(remark)),
        fingerprint: count === 0 ? fingerprint : `${fingerprint}-${count + 1}`,
        severity: SEVERITIES[severity],
        location: { path: source?.file ?? NOWHERE, lines: { begin: source?.line ?? 1 } },
      };
    });
}
