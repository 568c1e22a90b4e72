import { fromPointer, sortedUnique } from '../std/index.ts';
import type { Cause, Effect } from './finding.ts';
import { formatRef, toRefKey } from './ref.ts';

const MOST = 3;

/** What happens to the object of a cause, as a clause: `NetworkPolicy shop/db is deleted`; undefined where the cause is a guess. */
function describeCause({ ref, path, action }: Cause): string | undefined {
  switch (action) {
    case 'create':
    case 'replace':
    case 'delete':
      return `${formatRef(ref)} is ${action}d`;
    case 'update':
      return `${formatRef(ref)}${path === undefined ? '' : ` ${formatPath(path)}`} changes`;
    default:
      return undefined;
  }
}

/**
 * What an effect follows from, as far as its own sentence does not name it, and whether that is more than need be; undefined where there is
 * nothing to add.
 */
export function describeCauses(effect: Effect): string | undefined {
  const clauses = [describeOthers(effect), effect.isWide === true ? describeWidth(effect) : undefined].filter((text) => text !== undefined);
  return clauses.length === 0 ? undefined : clauses.join('; ');
}

function describeWidth({ causes }: Effect): string {
  return `the search for the fewest changes to blame ended early: of these ${causes.length} some may have no part in it`;
}

function describeOthers({ engine, causes, subject, severity }: Effect): string | undefined {
  if (engine === 'restart' || severity === 'info') return undefined;
  const own = subject === undefined ? undefined : toRefKey(subject);
  const others = causes.filter(({ ref, action }) => action === 'delete' || toRefKey(ref) !== own);
  const clauses = sortedUnique(others.flatMap((cause) => describeCause(cause) ?? []));
  if (clauses.length === 0) return undefined;
  const rest = clauses.length - MOST;
  return `${clauses.slice(0, MOST).join(', ')}${rest > 0 ? `, ${rest} more` : ''}`;
}

/** The objects that are gone and that an effect follows from alone, as people read them; empty where something else changed too. */
export function listGone(causes: readonly Cause[]): readonly string[] {
  return causes.every(({ action }) => action === 'delete') ? sortedUnique(causes.map(({ ref }) => formatRef(ref))) : [];
}

function formatPath(pointer: string): string {
  return fromPointer(pointer)
    .map((key) => (/^\d+$/.test(key) ? `[${key}]` : /^[\w-]+$/.test(key) ? `.${key}` : `[${key}]`))
    .join('');
}
