import { KplanError } from '../../model/index.ts';
import { findNearest, sortedUnique } from '../../std/index.ts';

/** A kubeconfig, or a file that it names, that cannot be used as it is. `where` is a file, with a field if there is one. */
export function unusable(where: string, why: string, hint?: string): KplanError {
  return new KplanError('UNREADABLE', `kubeconfig ${where}: ${why}`, hint === undefined ? {} : { hint });
}

/** As `unusable`, for what the command line asks of a kubeconfig. */
export function misused(where: string, why: string, hint?: string): KplanError {
  return new KplanError('USAGE', `kubeconfig ${where}: ${why}`, hint === undefined ? {} : { hint });
}

/** What is there instead of a name that is not: the nearest of them, and some. */
export function suggest(name: string, kind: string, names: Iterable<string>): string {
  const known = sortedUnique(names);
  if (known.length === 0) return `there is no ${kind} in it`;
  const nearest = findNearest(name, known);
  const shown = known.slice(0, SHOWN).join(', ') + (known.length > SHOWN ? ` and ${known.length - SHOWN} more` : '');
  return `${nearest === undefined ? '' : `did you mean "${nearest}"? `}${kind}s: ${shown}`;
}

const SHOWN = 8;

/** Why the system refused a file: its code, never a text that could hold some of the file. */
export function systemCause(error: unknown): string {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown fault';
  return CAUSES[code] ?? code;
}

const CAUSES: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EISDIR: 'is a directory',
  ELOOP: 'too many symbolic links',
  ENOENT: 'no such file or directory',
  ENOTDIR: 'not a directory',
  EPERM: 'operation not permitted',
};
