import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chooseRef, type RemoteRef } from '../../../../src/loader/git/remote/choose-ref.ts';

const REFS: readonly RemoteRef[] = [
  { ref: 'HEAD', oid: 'c1' },
  { ref: 'refs/heads/main', oid: 'c1' },
  { ref: 'refs/heads/release/1', oid: 'c2' },
  { ref: 'refs/pull/7/head', oid: 'c3' },
  { ref: 'refs/merge-requests/8/head', oid: 'c4' },
  { ref: 'refs/tags/v1.2.0', oid: 't1', peeled: 'c5' },
  { ref: 'refs/tags/v1.10.0', oid: 'c6' },
  { ref: 'refs/tags/v2.0.0-rc.1', oid: 'c7' },
  { ref: 'refs/tags/main', oid: 'c8' },
  { ref: 'refs/tags/nightly', oid: 'c9' },
];

describe('chooseRef', () => {
  const cases: readonly { name: string; revision: string | undefined; want: string }[] = [
    { name: 'HEAD without', revision: undefined, want: 'HEAD c1' },
    { name: 'a branch before a tag', revision: 'main', want: 'refs/heads/main c1' },
    { name: 'a branch with a slash', revision: 'release/1', want: 'refs/heads/release/1 c2' },
    { name: 'the commit of an annotated tag', revision: 'v1.2.0', want: 'refs/tags/v1.2.0 c5' },
    { name: 'a full ref', revision: 'refs/tags/main', want: 'refs/tags/main c8' },
    { name: 'the newest version of a range, by number', revision: 'semver:^1.2', want: 'refs/tags/v1.10.0 c6' },
    { name: 'no prerelease unless asked for', revision: 'semver:*', want: 'refs/tags/v1.10.0 c6' },
    { name: 'a prerelease that is asked for', revision: 'semver:>=2.0.0-rc.0', want: 'refs/tags/v2.0.0-rc.1 c7' },
    { name: 'a pull request', revision: 'pull:7', want: 'refs/pull/7/head c3' },
    { name: 'a merge request', revision: 'pull:8', want: 'refs/merge-requests/8/head c4' },
    { name: 'a commit that a ref leads to', revision: 'c5', want: 'refs/tags/v1.2.0 c5' },
  ];
  for (const { name, revision, want } of cases) {
    it(name, () => {
      const { ref, commit } = chooseRef(REFS, revision);
      assert.equal(`${ref} ${commit}`, want);
    });
  }

  for (const revision of ['nothing', 'semver:^9', 'semver:newest', 'pull:9']) {
    it(`refuses ${revision}`, () => assert.throws(() => chooseRef(REFS, revision), { code: 'NO_REVISION' }));
  }
});
