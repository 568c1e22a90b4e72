import type { Finding } from '../../model/index.ts';
import { holdsSecret, isSecretKind, mayHoldSecret } from '../secret-values.ts';
import type { ParsedFile } from '../yaml/parse-file.ts';

/** A Secret within a text that is a value itself, such as a manifest in a ConfigMap. */
const WITHIN_TEXT = /kind["']?\s*:\s*["']?Secret/i;

/** Findings of the loader that quote nothing of a file. */
const SILENT = new Set(['KL0020', 'KL0021']);

/** What is kept of a file besides what was found in it. */
export interface Keeping {
  readonly keepsBytes: boolean;
  /** Whether objects are kept with all of their values, judged or not. */
  readonly keepsValues: boolean;
}

/**
 * Whether what would be kept of a file, what it was parsed into and its bytes if `keepsBytes`, could tell a value of a Secret.
 * Digests hold no value of one (unless they are whole: `keepsValues`), findings may; the bytes hold them all, also of documents that could not be read.
 */
export function tellsSecrets(parsed: ParsedFile, text: string, { keepsBytes, keepsValues }: Keeping): boolean {
  if (parsed.encrypted.length > 0) return true;
  const isMuted = parsed.findings.every(isMute);
  if (!keepsBytes && !keepsValues && isMuted && isDigested(parsed)) return false;
  const isPartly = parsed.skipped > 0 || parsed.findings.length > 0 || parsed.isTemplated;
  const mayHold = isPartly && mayHoldSecret(text);
  const holds = WITHIN_TEXT.test(text) || parsed.objects.some(({ object }) => holdsSecret(object));
  return holds || (mayHold && (keepsBytes || !isMuted));
}

function isDigested({ objects }: ParsedFile): boolean {
  return objects.every(({ object, verdict }) => verdict !== undefined && (verdict.length === 0 || !isSecretKind(object.kind)));
}

function isMute({ code, data, ref }: Finding): boolean {
  return SILENT.has(code) || Object.keys(data).length === 0 || (ref !== undefined && !isSecretKind(ref.kind));
}
