import { getArray } from '../../../std/index.ts';
import { toSubjectKey, readBinding } from '../binding.ts';
import { listBootstrapPolicy } from '../bootstrap.ts';
import { parseServiceAccountName } from '../request.ts';

/** Groups of the system that anybody may be in. */
const EVERYBODY = /^group system:(authenticated|unauthenticated|serviceaccounts(:.*)?)$/;

const CONTROLLERS: ReadonlySet<string> = new Set(
  listBootstrapPolicy()
    .filter((object) => getArray(object, 'subjects').length > 0)
    .flatMap((object) => readBinding(object).subjects.flatMap((subject) => toSubjectKey(subject) ?? [])),
);

/** Whether a subject belongs to the control plane: what it reaches is no news. Anonymous users and the groups of everybody do not. */
export function isSystemKey(key: string): boolean {
  if (EVERYBODY.test(key) || key === 'user system:anonymous') return false;
  if (key.startsWith('user ') && parseServiceAccountName(key.slice('user '.length)) !== undefined) return CONTROLLERS.has(key);
  return /^(user|group) system:/.test(key);
}
