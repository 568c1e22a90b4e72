import { maxSatisfying, validRange } from 'semver';
import { KplanError } from '../../../model/index.ts';

/** A ref that a server has; `peeled` is the commit of an annotated tag. */
export interface RemoteRef {
  readonly ref: string;
  readonly oid: string;
  readonly peeled?: string;
}

/** What is fetched, and the commit that it leads to. */
export interface ChosenRef {
  readonly ref: string;
  readonly commit: string;
}

const RANGE = 'semver:';
const PULL = 'pull:';
const TAGS = 'refs/tags/';

/**
 * The ref of a server that a revision names: a branch, a tag, a full ref, `semver:RANGE` (the newest tag within it), `pull:N`
 * (the head of a pull or merge request), or a commit that a ref leads to; HEAD without. Throws `NO_REVISION`.
 */
export function chooseRef(refs: readonly RemoteRef[], revision = 'HEAD'): ChosenRef {
  const found = find(refs, revision);
  if (found !== undefined) return { ref: found.ref, commit: found.peeled ?? found.oid };
  const names = refs
    .map(({ ref }) => ref.replace(/^refs\/(heads|tags)\//, ''))
    .filter((name) => !name.startsWith('refs/') && name !== 'HEAD');
  throw new KplanError('NO_REVISION', `the repository has no revision ${JSON.stringify(revision)}`, {
    hint: names.length === 0 ? 'it has no branches or tags' : `there are ${names.slice(0, 8).join(', ')}${names.length > 8 ? ', ...' : ''}`,
  });
}

function find(refs: readonly RemoteRef[], revision: string): RemoteRef | undefined {
  const named = (name: string): RemoteRef | undefined => refs.find(({ ref }) => ref === name);
  if (revision.startsWith(RANGE)) return findNewest(refs, revision.slice(RANGE.length));
  if (revision.startsWith(PULL)) {
    const number = revision.slice(PULL.length);
    return named(`refs/pull/${number}/head`) ?? named(`refs/merge-requests/${number}/head`);
  }
  const byName = named(revision) ?? named(`refs/heads/${revision}`) ?? named(`${TAGS}${revision}`);
  return byName ?? refs.find(({ oid, peeled }) => oid === revision || peeled === revision);
}

function findNewest(refs: readonly RemoteRef[], range: string): RemoteRef | undefined {
  if (validRange(range) === null)
    throw new KplanError('NO_REVISION', `${JSON.stringify(range)} is no range of versions`, {
      hint: 'such as semver:^1.2 or semver:>=1.0 <2',
    });
  const tags = refs.filter(({ ref }) => ref.startsWith(TAGS));
  const best = maxSatisfying(
    tags.map(({ ref }) => ref.slice(TAGS.length)),
    range,
  );
  return tags.find(({ ref }) => ref === `${TAGS}${best}`);
}
