import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KplanError } from '../../model/index.ts';
import type { GitRepository } from './git-source.ts';

/** Why an object that a repository names cannot be read: it is not there, or it is not what its name says. */
export type ObjectState = 'missing' | 'damaged';

/** An object that cannot be read, before it is known what it was wanted for. */
export class ObjectFault extends Error {
  readonly oid: string;
  readonly state: ObjectState;

  constructor(oid: string, state: ObjectState, cause?: unknown) {
    super(`${oid} is ${state}`, { cause });
    this.oid = oid;
    this.state = state;
  }
}

/** The error for what cannot be read because of an object; the same words whichever adapter met it. */
export function toFaultError(what: string, { oid, state, cause }: ObjectFault, repository: GitRepository): KplanError {
  const code = state === 'missing' ? 'UNREADABLE' : 'CORRUPT';
  return new KplanError(code, `${what} cannot be read: the Git object ${oid} ${describeState(state)} the repository ${repository.root}`, {
    hint: adviseOn(state, repository),
    cause,
  });
}

/** What to do about objects that are missing or damaged. */
export function adviseOn(state: ObjectState, repository: GitRepository): string {
  if (state === 'damaged') return '`git fsck --full` lists all that is damaged; clone the repository again';
  if (isPartial(repository)) return 'this is a partial clone: fetch the rest with `git fetch --refetch --no-filter`';
  return '`git fsck --full` lists all that is missing; fetch it from a whole clone, or clone the repository again';
}

function describeState(state: ObjectState): string {
  return state === 'missing' ? 'is not in' : 'is damaged in';
}

/** True of a clone that leaves objects on its remote until they are asked for (`git clone --filter`). */
export function isPartial({ commonDirectory }: GitRepository): boolean {
  const config = join(commonDirectory, 'config');
  return existsSync(config) && /^\s*(?:promisor\s*=\s*true|partialclone\s*=)/im.test(readFileSync(config, 'utf8'));
}
