import { KplanError } from '../../model/index.ts';
import { compareStrings } from '../../std/index.ts';
import type { UserEntry } from './document.ts';
import { unusable } from './fault.ts';

/** What the command line says of whom to be, each in place of the kubeconfig's. */
interface Choice {
  readonly as?: string;
  readonly asGroups?: readonly string[];
  readonly asUid?: string;
}

/**
 * The headers of user impersonation (client-go's `ImpersonationConfig`); none for nobody. Throws `USAGE` or `UNREADABLE` for
 * groups, a uid or extras without a user.
 */
export function toImpersonation(
  choice: Choice,
  userName: string,
  user: UserEntry | undefined,
): Readonly<Record<string, string | readonly string[]>> {
  const name = choice.as || user?.as;
  const uid = choice.asUid || user?.asUid;
  const groups = choice.asGroups !== undefined && choice.asGroups.length > 0 ? choice.asGroups : (user?.asGroups ?? []);
  const extra = [...(user?.asUserExtra ?? [])].toSorted(([a], [b]) => compareStrings(a, b));
  if (name === undefined) {
    if (uid === undefined && groups.length === 0 && extra.length === 0) return {};
    throw withoutUser(choice, userName, user);
  }
  return {
    'Impersonate-User': toHeader(name),
    ...(uid === undefined ? {} : { 'Impersonate-Uid': toHeader(uid) }),
    ...(groups.length === 0 ? {} : { 'Impersonate-Group': groups.map(toHeader) }),
    ...Object.fromEntries(extra.map(([key, values]) => [`Impersonate-Extra-${escapeKey(key)}`, values.map(toHeader)])),
  };
}

function withoutUser(choice: Choice, userName: string, user: UserEntry | undefined): KplanError {
  const why = `requesting uid, groups or user-extra for ${userName} without impersonating a user`;
  const isAsked = Boolean(choice.asUid) || (choice.asGroups ?? []).length > 0;
  if (isAsked || user === undefined) return new KplanError('USAGE', why, { hint: 'give --as as well' });
  return unusable(user.file, why, 'write `as` as well, or give --as');
}

// A header carries bytes; these are UTF-8, as Go writes them.
function toHeader(value: string): string {
  if (/[\u0000-\u0008\u000a-\u001f\u007f]/.test(value)) {
    throw new KplanError('USAGE', 'a name to impersonate holds a control character', { hint: 'look at --as, --as-group, --as-uid' });
  }
  return Buffer.from(value, 'utf8').toString('latin1');
}

/** Percent-encodes what may not stand in the name of a header (`headerKeyEscape`). */
function escapeKey(key: string): string {
  return [...Buffer.from(key, 'utf8')]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return /[A-Za-z0-9!#$&'*+.^_`|~-]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}
