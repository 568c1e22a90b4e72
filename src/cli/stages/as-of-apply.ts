import type { Finding } from '../../model/index.ts';

/** What a create lets pass and an apply refuses: kapply applies. */
export function asOfApply(finding: Finding): Finding {
  return finding.code === 'KV0009' || finding.code === 'KV0049' ? { ...finding, severity: 'error' } : finding;
}
