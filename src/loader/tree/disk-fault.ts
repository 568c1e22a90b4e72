import { toFinding, type Finding, type SourceRange } from '../../model/index.ts';

/** The beginning of a file: the place of findings that speak of the file as a whole. */
export function beginningOf(file: string): SourceRange {
  return { file, line: 1, column: 1, endLine: 1, endColumn: 1 };
}

/** The finding for a file or directory that the system does not let us read. */
export function unreadable(path: string, what: 'file' | 'directory' | 'link', error: unknown): Finding {
  return toFinding('KL0015', { source: beginningOf(path), data: { what, reason: errorCode(error) } });
}

/** The system's code of an error (`EACCES`); the message where it has none. */
export function errorCode(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error ? error.message : String(error);
}
