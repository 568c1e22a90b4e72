import { getArray } from '../../../std/index.ts';
import { toRefKey } from '../../../model/index.ts';
import { toSubjectKey, readBinding, type Binding } from '../binding.ts';
import { listBootstrapPolicy } from '../bootstrap.ts';
import type { Grant } from '../policy.ts';
import { parseServiceAccountName } from '../request.ts';

/** Groups of the system that anybody may be in. */
const EVERYBODY = /^group system:(authenticated|unauthenticated|serviceaccounts(:.*)?)$/;

const BINDINGS: readonly Binding[] = listBootstrapPolicy()
  .filter((object) => getArray(object, 'subjects').length > 0)
  .map(readBinding);

const CONTROLLERS: ReadonlySet<string> = new Set(
  BINDINGS.flatMap(({ subjects }) => subjects.flatMap((subject) => toSubjectKey(subject) ?? [])),
);

const DEFAULTS: ReadonlySet<string> = new Set(
  BINDINGS.flatMap((binding) => binding.subjects.map((_, subjectIndex) => toGrantKey({ binding, subjectIndex }))),
);

function toGrantKey({ binding, subjectIndex }: Pick<Grant, 'binding' | 'subjectIndex'>): string {
  const subject = binding.subjects[subjectIndex];
  return `${toRefKey(binding.ref)} ${subject === undefined ? '' : toSubjectKey(subject)}`;
}

/** Whether the API server gives a grant again whenever it starts: to remove it closes nothing. */
export function isDefaultGrant(grant: Grant): boolean {
  return DEFAULTS.has(toGrantKey(grant));
}

/** Whether a subject belongs to the control plane: what it reaches is no news. Anonymous users and the groups of everybody do not. */
export function isSystemKey(key: string): boolean {
  if (EVERYBODY.test(key) || key === 'user system:anonymous') return false;
  if (key.startsWith('user ') && parseServiceAccountName(key.slice('user '.length)) !== undefined) return CONTROLLERS.has(key);
  return /^(user|group) system:/.test(key);
}
