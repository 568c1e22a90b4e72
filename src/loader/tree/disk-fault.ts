import { toFinding, type Finding, type SourceRange } from '../../model/index.ts';

/** The beginning of a file: the place of findings that speak of the file as a whole. */
export function beginningOf(file: string): SourceRange {
  return { file, line: 1, column: 1, endLine: 1, endColumn: 1 };
}

/** The finding for a file or directory that the system does not let us read. */
export function unreadable(path: string, what: 'file' | 'directory' | 'link', error: unknown): Finding {
  const code = errorCode(error);
  const reason = code === 'ENOENT' && path.includes(NOT_UTF8) ? 'its name is not UTF-8' : code;
  return toFinding('KL0015', { source: beginningOf(path), data: { what, reason } });
}

// What the system's bytes become where they are no text.
const NOT_UTF8 = '\uFFFD';

/** The system's code of an error (`EACCES`); the message where it has none. */
export function errorCode(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error ? error.message : String(error);
}
